"""Keys by which like names are found, decisions that two are not the same, and merges with their undoing."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

NAME_COLUMNS = ("duplicate_key", "head_block", "tail_block")


def upgrade() -> None:
    """Names that are there get their keys from `portal db upgrade`, since the rule for them is the application's."""
    op.add_column("organisation", sa.Column("absorbed_by_id", sa.Integer(), nullable=True))
    op.create_index("ix_organisation_absorbed_by", "organisation", ["absorbed_by_id", "name_key", "id"])
    for name in NAME_COLUMNS:
        op.add_column("organisation_name", sa.Column(name, sa.String(), nullable=True))
    op.create_index(op.f("ix_organisation_name_head_block"), "organisation_name", ["head_block"], unique=False)
    op.create_index(op.f("ix_organisation_name_tail_block"), "organisation_name", ["tail_block"], unique=False)
    op.create_table(
        "organisation_not_same",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("low_id", sa.Integer(), nullable=False),
        sa.Column("high_id", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_organisation_not_same_order")),
        sa.ForeignKeyConstraint(
            ["low_id"], ["organisation.id"], name=op.f("fk_organisation_not_same_low_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["high_id"], ["organisation.id"], name=op.f("fk_organisation_not_same_high_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_not_same")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_organisation_not_same_low_id_high_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_organisation_not_same_high_id"), "organisation_not_same", ["high_id"], unique=False)
    op.create_table(
        "organisation_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survivor_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_name", sa.String(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("merged_by", sa.String(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["survivor_id"], ["organisation.id"], name=op.f("fk_organisation_merge_survivor_id")),
        sa.ForeignKeyConstraint(["absorbed_id"], ["organisation.id"], name=op.f("fk_organisation_merge_absorbed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_merge")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_organisation_merge_survivor_id"), "organisation_merge", ["survivor_id"], unique=False)
    op.create_index(op.f("ix_organisation_merge_absorbed_id"), "organisation_merge", ["absorbed_id"], unique=False)


def downgrade() -> None:
    """Organisations that were merged stand in the register again, without what was moved."""
    op.drop_table("organisation_merge")
    op.drop_table("organisation_not_same")
    op.drop_index(op.f("ix_organisation_name_tail_block"), table_name="organisation_name")
    op.drop_index(op.f("ix_organisation_name_head_block"), table_name="organisation_name")
    for name in reversed(NAME_COLUMNS):
        op.drop_column("organisation_name", name)
    op.drop_index("ix_organisation_absorbed_by", table_name="organisation")
    op.drop_column("organisation", "absorbed_by_id")

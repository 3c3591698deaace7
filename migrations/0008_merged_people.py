"""People who were merged: into whom, and what was moved, so that it can be undone."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column, empty for everybody who is there, and the table of merges."""
    # Written out, so that SQLite does not rebuild the table and lose everybody's affiliations with the old one.
    op.execute(
        "ALTER TABLE person ADD COLUMN absorbed_by_id INTEGER "
        "CONSTRAINT fk_person_absorbed_by_id REFERENCES person (id)"
    )
    op.create_index(op.f("ix_person_absorbed_by_id"), "person", ["absorbed_by_id"], unique=False)
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survivor_id", sa.Integer(), nullable=False),
        sa.Column("absorbed_id", sa.Integer(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("merged_by", sa.String(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["survivor_id"], ["person.id"], name=op.f("fk_person_merge_survivor_id")),
        sa.ForeignKeyConstraint(["absorbed_id"], ["person.id"], name=op.f("fk_person_merge_absorbed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_person_merge_survivor_id"), "person_merge", ["survivor_id"], unique=False)
    op.create_index(op.f("ix_person_merge_absorbed_id"), "person_merge", ["absorbed_id"], unique=False)


def downgrade() -> None:
    """Take them away again; whoever was merged is in the lists again."""
    op.drop_table("person_merge")
    op.drop_index(op.f("ix_person_absorbed_by_id"), table_name="person")
    op.execute("ALTER TABLE person DROP COLUMN absorbed_by_id")

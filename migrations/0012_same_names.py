"""Names are compared without legal forms, places by their key; people of one name may be found to be different."""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None

INDEX = "ix_organisation_name_duplicate_key"


def upgrade() -> None:
    """Give the key an index, which an import asks for five hundred names at once, and pairs of people a table.

    Keys of places are worked out by the portal, after the last migration.
    """
    op.create_index(INDEX, "organisation_name", ["duplicate_key"])
    op.execute("ALTER TABLE organisation ADD COLUMN city_key VARCHAR")
    op.create_index("ix_organisation_city_key", "organisation", ["city_key", "name_key", "id"], unique=False)
    op.create_table(
        "person_not_same",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("low_id", sa.Integer(), nullable=False),
        sa.Column("high_id", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_person_not_same_order")),
        sa.ForeignKeyConstraint(["low_id"], ["person.id"], name=op.f("fk_person_not_same_low_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["high_id"], ["person.id"], name=op.f("fk_person_not_same_high_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_not_same")),
        sa.UniqueConstraint("low_id", "high_id", name=op.f("uq_person_not_same_low_id_high_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_person_not_same_high_id"), "person_not_same", ["high_id"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("person_not_same")
    op.drop_index("ix_organisation_city_key", table_name="organisation")
    op.drop_column("organisation", "city_key")
    op.drop_index(INDEX, "organisation_name")

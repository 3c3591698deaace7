"""What parties report of their commitments after signing; no report is ever rewritten."""

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | None = None
depends_on: str | None = None

TABLE = "mou_commitment_report"
COLUMNS = ("commitment_id", "link_id", "amount", "words", "day", "name", "actor_id", "reported_at")


def upgrade() -> None:
    """Make the table, protected by the database itself."""
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer()),
        sa.Column("amount", sa.Integer()),
        sa.Column("words", sa.String()),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name=op.f("ck_mou_commitment_report_amount")),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["mou_commitment.id"], name=op.f("fk_mou_commitment_report_commitment_id")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["mou_link.id"], name=op.f("fk_mou_commitment_report_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_commitment_report")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mou_commitment_report_newest", TABLE, ["commitment_id", "id"])
    op.create_index(op.f("ix_mou_commitment_report_link_id"), TABLE, ["link_id"])
    for statement in protecting(op.get_context().dialect.name, TABLE, COLUMNS):
        op.execute(statement)


def downgrade() -> None:
    """Forget them."""
    op.drop_table(TABLE)

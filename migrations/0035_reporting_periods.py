"""Reporting periods with the figures that were frozen for them."""

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: str | None = None
depends_on: str | None = None

PERIOD = ("name", "starts_on", "ends_on", "note", "content", "sha256", "actor_id", "actor_name", "made_at")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "reporting_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_reporting_period_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporting_period")),
        sa.UniqueConstraint("name", name=op.f("uq_reporting_period_name")),
        sqlite_autoincrement=True,
    )
    for statement in protecting(op.get_context().dialect.name, "reporting_period", PERIOD):
        op.execute(statement)


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("reporting_period")

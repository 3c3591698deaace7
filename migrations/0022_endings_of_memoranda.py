"""Memoranda end by notice or by agreement; what was said of it is never rewritten."""

import sqlalchemy as sa
from alembic import op

from app.core.append_only import protecting

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | None = None
depends_on: str | None = None

COLUMNS = (
    *("mou_id", "party_id", "is_agreed", "notice_on", "last_day", "reason", "addendum_id"),
    *("actor_id", "actor_name", "recorded_at"),
)


def upgrade() -> None:
    """Make the table, protected by the database itself."""
    op.create_table(
        "mou_termination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mou_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer()),
        sa.Column("is_agreed", sa.Boolean(), nullable=False),
        sa.Column("notice_on", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("addendum_id", sa.Integer()),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["addendum_id"], ["mou.id"], name=op.f("fk_mou_termination_addendum_id")),
        sa.ForeignKeyConstraint(["mou_id"], ["mou.id"], name=op.f("fk_mou_termination_mou_id")),
        sa.ForeignKeyConstraint(["party_id"], ["mou_party.id"], name=op.f("fk_mou_termination_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mou_termination")),
        sa.UniqueConstraint("mou_id", name=op.f("uq_mou_termination_mou_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mou_termination_party_id"), "mou_termination", ["party_id"])
    op.create_index(op.f("ix_mou_termination_addendum_id"), "mou_termination", ["addendum_id"])
    for statement in protecting(op.get_context().dialect.name, "mou_termination", COLUMNS):
        op.execute(statement)


def downgrade() -> None:
    """Forget them."""
    op.drop_table("mou_termination")

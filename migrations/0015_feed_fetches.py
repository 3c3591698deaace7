"""Feeds of series; when programs fetched feeds last; who asked to be told of changes by mail."""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | None = None
depends_on: str | None = None

# Rendering anew also gives entries their places in feeds of series; the worker does so as soon as it runs.
RENEW = """
    INSERT INTO job (kind, payload, state, run_after, attempts, created_at)
    SELECT 'feeds.renew', '{"after": 0}', 'waiting', CURRENT_TIMESTAMP, 0, CURRENT_TIMESTAMP
    WHERE EXISTS (
        SELECT 1 FROM calendar_entry JOIN event ON event.id = calendar_entry.event_id WHERE event.series_id IS NOT NULL
    )
"""


def upgrade() -> None:
    """Make the tables, and ask for places in the feeds of series."""
    op.create_table(
        "feed_fetch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("program", sa.String(length=40), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_fetch")),
        sa.UniqueConstraint("scope", "program", name=op.f("uq_feed_fetch_scope_program")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_watch_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
        sa.UniqueConstraint("scope", "user_id", name=op.f("uq_watch_scope_user_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_watch_user_id"), "watch", ["user_id"], unique=False)
    # The colon in the payload is none of a parameter.
    op.get_bind().exec_driver_sql(RENEW)


def downgrade() -> None:
    """Take the tables away; places in feeds that nobody asks for stay."""
    op.drop_table("watch")
    op.drop_table("feed_fetch")

"""Each number stands once in a series of events, also for two who give it in the same moment."""

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: str | None = None
depends_on: str | None = None

COUNTED = sa.text("state <> 'cancelled' AND set_by_id IS NULL")
TWICE = sa.text(
    "SELECT series_id, number, min(id), max(id) FROM event WHERE state <> 'cancelled' AND set_by_id IS NULL"
    " AND series_id IS NOT NULL AND number IS NOT NULL GROUP BY series_id, number HAVING count(*) > 1"
)


def upgrade() -> None:
    """Add the index; which of two events keeps a number that both have is for people to say.

    Raises ``RuntimeError`` with the events where there are such.
    """
    told = [
        f"number {number} of series {series} is that of /events/{one} and /events/{other}"
        for series, number, one, other in op.get_bind().execute(TWICE)
    ]
    if told:
        raise RuntimeError(f"Give one of each two another number first: {'; '.join(told)}.")
    op.create_index(
        "uq_event_series_number",
        "event",
        ["series_id", "number"],
        unique=True,
        sqlite_where=COUNTED,
        postgresql_where=COUNTED,
    )


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("uq_event_series_number", "event")

"""Calendars mark what is made up; what a form said is told apart from what the same form says another time."""

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: str | None = None
depends_on: str | None = None

# Entries are rendered by the portal alone: its worker does so as soon as it runs.
RENEW = """
    INSERT INTO job (kind, payload, state, run_after, attempts, created_at)
    SELECT 'feeds.renew', '{"after": 0}', 'waiting', CURRENT_TIMESTAMP, 0, CURRENT_TIMESTAMP
    WHERE EXISTS (SELECT 1 FROM calendar_entry)
"""


def upgrade() -> None:
    """Add the digest of what was typed, unknown for old forms, and ask for stored entries to be rendered anew."""
    op.add_column("submission", sa.Column("content", sa.String(), nullable=True))
    # The colon in the payload is none of a parameter.
    op.get_bind().exec_driver_sql(RENEW)


def downgrade() -> None:
    """Take the digest away; entries that were rendered anew stay so."""
    op.execute("DELETE FROM job WHERE kind = 'feeds.renew' AND state = 'waiting'")
    op.drop_column("submission", "content")

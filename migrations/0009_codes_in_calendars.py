"""Guests of the consortium read entries of their own; all entries are rendered anew, without unpublished codes."""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None

# Entries are rendered by the portal alone: its worker does so as soon as it runs.
RENEW = """
    INSERT INTO job (kind, payload, state, run_after, attempts, created_at)
    SELECT 'feeds.renew', '{"after": 0}', 'waiting', CURRENT_TIMESTAMP, 0, CURRENT_TIMESTAMP
    WHERE EXISTS (SELECT 1 FROM calendar_entry)
"""


def upgrade() -> None:
    """Add what guests see, and ask for every stored entry to be rendered anew."""
    op.add_column("calendar_entry", sa.Column("guest_octets", sa.LargeBinary(), nullable=True))
    # The colon in the payload is none of a parameter.
    op.get_bind().exec_driver_sql(RENEW)


def downgrade() -> None:
    """Take both away; entries that were rendered anew stay so."""
    op.execute("DELETE FROM job WHERE kind = 'feeds.renew' AND state = 'waiting'")
    op.drop_column("calendar_entry", "guest_octets")

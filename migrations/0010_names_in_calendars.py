"""What everybody can subscribe to names nobody who is responsible; stored entries are rendered anew."""

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None

# Entries are rendered by the portal alone: its worker does so as soon as it runs.
RENEW = """
    INSERT INTO job (kind, payload, state, run_after, attempts, created_at)
    SELECT 'feeds.renew', '{"after": 0}', 'waiting', CURRENT_TIMESTAMP, 0, CURRENT_TIMESTAMP
    WHERE EXISTS (SELECT 1 FROM calendar_entry)
"""


def upgrade() -> None:
    """Ask for every stored entry to be rendered anew."""
    # The colon in the payload is none of a parameter.
    op.get_bind().exec_driver_sql(RENEW)


def downgrade() -> None:
    """Nothing: entries that were rendered anew stay so."""

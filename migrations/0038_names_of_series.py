"""Each series of events has its name once; what guests read in calendars is rendered anew, without links to join."""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision: str = "0038"
down_revision: str | None = "0037"
branch_labels: str | None = None
depends_on: str | None = None

SERIES = sa.table(
    "event_series", sa.column("id", sa.Integer), sa.column("name", sa.Text), sa.column("name_key", sa.Text)
)
# Entries are rendered by the portal alone: its worker does so as soon as it runs.
RENEW = """
    INSERT INTO job (kind, payload, state, run_after, attempts, created_at)
    SELECT 'feeds.renew', '{"after": 0}', 'waiting', CURRENT_TIMESTAMP, 0, CURRENT_TIMESTAMP
    WHERE EXISTS (SELECT 1 FROM calendar_entry)
"""


def upgrade() -> None:
    """Add the key; series that were begun twice stay two, the later ones under a key that nobody types."""
    # The default stays: SQLite would make the table anew to take it away, and cannot while events refer to it.
    op.add_column("event_series", sa.Column("name_key", sa.String(), nullable=False, server_default=""))
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, name FROM event_series ORDER BY id")).all()
    for series, key in _keys([(row[0], row[1]) for row in rows]):
        connection.execute(SERIES.update().where(SERIES.c.id == series).values(name_key=key))
    op.create_index("uq_event_series_name_key", "event_series", ["name_key"], unique=True)
    # The colon in the payload is none of a parameter.
    connection.exec_driver_sql(RENEW)


def _keys(rows: list[tuple[int, str | dict[str, str]]]) -> Iterator[tuple[int, str]]:
    taken: set[str] = set()
    for series, stored in rows:
        name: dict[str, str] = json.loads(stored) if isinstance(stored, str) else stored
        text = name.get("en") or next(iter(name.values()), "")
        key = " ".join(text.casefold().split()) or text
        key = f"{key} #{series}" if key in taken or not key else key
        taken.add(key)
        yield series, key


def downgrade() -> None:
    """Take the key away; entries that were rendered anew stay so."""
    op.execute("DELETE FROM job WHERE kind = 'feeds.renew' AND state = 'waiting'")
    op.drop_index("uq_event_series_name_key", "event_series")
    op.drop_column("event_series", "name_key")

"""Memoranda end by notice or by agreement, which is never rewritten; calendars show their last days."""

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


# SQLite takes a table away to alter it, and with the entries their places would go.
KEEP = "CREATE TEMPORARY TABLE kept_place AS SELECT * FROM calendar_place"
PUT_BACK = (
    "DELETE FROM calendar_place",
    "INSERT INTO calendar_place SELECT * FROM kept_place",
    "DROP TABLE kept_place",
)
# Entries are rendered by the portal alone: its worker does so as soon as it runs.
RENEW = """
    INSERT INTO job (kind, payload, state, run_after, attempts, created_at)
    SELECT 'feeds.renew', '{"after": 0}', 'waiting', CURRENT_TIMESTAMP, 0, CURRENT_TIMESTAMP
    WHERE EXISTS (SELECT 1 FROM mou WHERE last_day IS NOT NULL)
"""


def upgrade() -> None:
    """Make the table, protected by the database itself, and room for the last days among the entries of calendars."""
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
    rebuilds = op.get_context().dialect.name == "sqlite"
    if rebuilds:
        op.execute(KEEP)
    with op.batch_alter_table("calendar_entry", table_kwargs={"sqlite_autoincrement": True}) as entries:
        entries.alter_column("event_id", existing_type=sa.Integer(), nullable=True)
        entries.add_column(sa.Column("mou_id", sa.Integer()))
        entries.create_foreign_key(op.f("fk_calendar_entry_mou_id"), "mou", ["mou_id"], ["id"], ondelete="CASCADE")
        entries.create_unique_constraint(op.f("uq_calendar_entry_mou_id"), ["mou_id"])
        entries.create_check_constraint(op.f("ck_calendar_entry_one"), "(event_id IS NULL) <> (mou_id IS NULL)")
    for statement in PUT_BACK if rebuilds else ():
        op.execute(statement)
    # The colon in the payload is none of a parameter.
    op.get_bind().exec_driver_sql(RENEW)


def downgrade() -> None:
    """Forget them; calendars keep what they fetched of the last days until they fetch again."""
    op.execute("DELETE FROM job WHERE kind = 'feeds.renew' AND state = 'waiting'")
    op.execute("DELETE FROM calendar_place WHERE entry_id IN (SELECT id FROM calendar_entry WHERE mou_id IS NOT NULL)")
    op.execute("DELETE FROM calendar_entry WHERE mou_id IS NOT NULL")
    rebuilds = op.get_context().dialect.name == "sqlite"
    if rebuilds:
        op.execute(KEEP)
    with op.batch_alter_table("calendar_entry", table_kwargs={"sqlite_autoincrement": True}) as entries:
        entries.drop_constraint(op.f("ck_calendar_entry_one"), type_="check")
        entries.drop_constraint(op.f("uq_calendar_entry_mou_id"), type_="unique")
        entries.drop_constraint(op.f("fk_calendar_entry_mou_id"), type_="foreignkey")
        entries.drop_column("mou_id")
        entries.alter_column("event_id", existing_type=sa.Integer(), nullable=False)
    for statement in PUT_BACK if rebuilds else ():
        op.execute(statement)
    op.drop_table("mou_termination")

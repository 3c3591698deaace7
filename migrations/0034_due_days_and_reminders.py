"""Calendars show the days plan items are due; an address may be for one plan; who wants to be reminded of items."""

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: str | None = None
depends_on: str | None = None

# SQLite takes a table away to alter it, and with the entries their places would go.
KEEP = "CREATE TEMPORARY TABLE kept_place AS SELECT * FROM calendar_place"
PUT_BACK = (
    "DELETE FROM calendar_place",
    "INSERT INTO calendar_place SELECT * FROM kept_place",
    "DROP TABLE kept_place",
)
ONE = " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in ("event_id", "mou_id", "item_id"))
# Entries are rendered by the portal alone: its worker does so as soon as it runs.
RENEW = """
    INSERT INTO job (kind, payload, state, run_after, attempts, created_at)
    SELECT 'feeds.renew', '{"after": 0}', 'waiting', CURRENT_TIMESTAMP, 0, CURRENT_TIMESTAMP
    WHERE EXISTS (SELECT 1 FROM plan_item)
"""


def upgrade() -> None:
    """Make room for the due days among the entries of calendars, and the table of who wants no reminder."""
    op.create_table(
        "reminder_wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_reminder_wish_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_wish")),
        sa.UniqueConstraint("user_id", name=op.f("uq_reminder_wish_user_id")),
        sqlite_autoincrement=True,
    )
    op.add_column("feed_secret", sa.Column("scope", sa.String()))
    rebuilds = op.get_context().dialect.name == "sqlite"
    if rebuilds:
        op.execute(KEEP)
    with op.batch_alter_table("calendar_entry", table_kwargs={"sqlite_autoincrement": True}) as entries:
        entries.add_column(sa.Column("item_id", sa.Integer()))
        entries.add_column(sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
        entries.add_column(sa.Column("stamped_at", sa.DateTime(timezone=True)))
        entries.create_foreign_key(
            op.f("fk_calendar_entry_item_id"), "plan_item", ["item_id"], ["id"], ondelete="CASCADE"
        )
        entries.create_unique_constraint(op.f("uq_calendar_entry_item_id"), ["item_id"])
        entries.drop_constraint(op.f("ck_calendar_entry_one"), type_="check")
        entries.create_check_constraint(op.f("ck_calendar_entry_one"), f"{ONE} = 1")
    for statement in PUT_BACK if rebuilds else ():
        op.execute(statement)
    # The colon in the payload is none of a parameter.
    op.get_bind().exec_driver_sql(RENEW)


def downgrade() -> None:
    """Forget them; calendars keep what they fetched of due days until they fetch again.

    An address that was for one plan is closed: it would open everything.
    """
    op.execute("DELETE FROM job WHERE kind = 'feeds.renew' AND state = 'waiting'")
    op.execute("DELETE FROM calendar_place WHERE entry_id IN (SELECT id FROM calendar_entry WHERE item_id IS NOT NULL)")
    op.execute("DELETE FROM calendar_entry WHERE item_id IS NOT NULL")
    rebuilds = op.get_context().dialect.name == "sqlite"
    if rebuilds:
        op.execute(KEEP)
    with op.batch_alter_table("calendar_entry", table_kwargs={"sqlite_autoincrement": True}) as entries:
        entries.drop_constraint(op.f("ck_calendar_entry_one"), type_="check")
        entries.create_check_constraint(op.f("ck_calendar_entry_one"), "(event_id IS NULL) <> (mou_id IS NULL)")
        entries.drop_constraint(op.f("fk_calendar_entry_item_id"), type_="foreignkey")
        entries.drop_constraint(op.f("uq_calendar_entry_item_id"), type_="unique")
        for column in ("item_id", "sequence", "stamped_at"):
            entries.drop_column(column)
    for statement in PUT_BACK if rebuilds else ():
        op.execute(statement)
    op.execute("UPDATE feed_secret SET revoked_at = CURRENT_TIMESTAMP WHERE scope IS NOT NULL AND revoked_at IS NULL")
    op.drop_column("feed_secret", "scope")
    op.drop_table("reminder_wish")

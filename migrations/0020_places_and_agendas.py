"""Who accepts where no place is free waits for one; agenda items have rooms and people who present."""

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | None = None
depends_on: str | None = None

COLUMNS = (
    ("event_invitation", "way", "VARCHAR(40)"),
    ("event_invitation", "queued", "INTEGER"),
    ("agenda_item", "room", "VARCHAR"),
)
# Before there was a waiting list, who would be on it now had accepted.
FORGET = "UPDATE event_invitation SET state = 'accepted' WHERE state = 'waiting'"


def upgrade() -> None:
    """Make room for it; whoever accepted until now keeps their place."""
    for table, column, kind in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    op.create_table(
        "agenda_presenter",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["agenda_item.id"], name=op.f("fk_agenda_presenter_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agenda_presenter_person_id")),
        sa.PrimaryKeyConstraint("item_id", "person_id", name=op.f("pk_agenda_presenter")),
    )
    op.create_index(op.f("ix_agenda_presenter_person_id"), "agenda_presenter", ["person_id"])


def downgrade() -> None:
    """Forget them; whoever waits has accepted."""
    op.drop_table("agenda_presenter")
    op.execute(FORGET)
    for table, column, _kind in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")

"""Agendas become items, decisions become numbered records; events follow one another in series and set actions."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None

# Written out, so that neither database rebuilds the table of events, to which evidence refers.
REFERENCES = (("series_id", "event_series"), ("set_by_id", "event"))
STAMPS = ("created_at", "updated_at")

event = sa.table(
    "event",
    *(sa.column(name) for name in ("id", "state", "is_example", "search_key")),
    sa.column("ends_on", sa.Date()),
    sa.column("agenda", sa.JSON(none_as_null=True)),
    sa.column("decisions", sa.JSON(none_as_null=True)),
)


def _stamps() -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in STAMPS]


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def upgrade() -> None:
    """Make the tables, and turn each line of the texts into an item or a decision."""
    op.create_table(
        "event_series",
        _id(),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_series")),
        sqlite_autoincrement=True,
    )
    agenda_item = op.create_table(
        "agenda_item",
        _id(),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date()),
        sa.Column("starts", sa.Time()),
        sa.Column("minutes", sa.Integer()),
        sa.Column("kind", sa.String(length=40)),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("presenters", sa.String()),
        sa.Column("work_package", sa.String()),
        sa.Column("said", sa.JSON(none_as_null=True)),
        *_stamps(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_agenda_item_minutes")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_agenda_item_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_agenda_item_order", "agenda_item", ["event_id", "position"])
    decision = op.create_table(
        "decision",
        _id(),
        sa.Column("uid", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("work_package", sa.String()),
        sa.Column("replaced_by_id", sa.Integer()),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_by_id", sa.Integer()),
        sa.Column("search_key", sa.String(), nullable=False),
        *_stamps(),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_decision_event_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["decision.id"], name=op.f("fk_decision_replaced_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("uid", name=op.f("uq_decision_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decision_newest", "decision", ["decided_on", "id"])
    op.create_index(op.f("ix_decision_replaced_by_id"), "decision", ["replaced_by_id"])
    op.create_index("uq_decision_number", "decision", ["event_id", "number"], unique=True)
    op.create_table(
        "decision_microcredential",
        _id(),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("microcredential_id", sa.Integer(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["microcredential_id"],
            ["microcredential.id"],
            name=op.f("fk_decision_microcredential_microcredential_id"),
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["decision.id"], name=op.f("fk_decision_microcredential_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_microcredential")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_decision_microcredential_newest", "decision_microcredential", ["microcredential_id", "dated", "record_id"]
    )
    op.create_index(
        "uq_decision_microcredential_pair", "decision_microcredential", ["record_id", "microcredential_id"], unique=True
    )
    for column, target in REFERENCES:
        op.execute(
            f"ALTER TABLE event ADD COLUMN {column} INTEGER CONSTRAINT fk_event_{column} REFERENCES {target} (id)"
        )
    op.create_index("ix_event_series", "event", ["series_id", "starts_on", "id"])
    op.create_index("uq_event_action", "event", ["set_by_id", "number"], unique=True)
    _take_texts_apart(agenda_item, decision)
    op.execute("ALTER TABLE event DROP COLUMN agenda")
    op.execute("ALTER TABLE event DROP COLUMN decisions")


def _take_texts_apart(agenda_item: sa.Table, decision: sa.Table) -> None:
    connection, now = op.get_bind(), datetime.now(UTC)
    made = {"created_at": now, "updated_at": now, "version": 1}
    for row in connection.execute(sa.select(event)).all():
        for place, title in enumerate(_lines(row.agenda), 1):
            connection.execute(sa.insert(agenda_item).values(event_id=row.id, position=place, title=title, **made))
        for number, text in enumerate(_lines(row.decisions), 1):
            connection.execute(
                sa.insert(decision).values(
                    uid=uuid4(),
                    event_id=row.id,
                    number=number,
                    text=text,
                    decided_on=row.ends_on,
                    state="adopted",
                    is_example=row.is_example,
                    # The key of names is not a revision's business; the register finds it once it is edited.
                    search_key=" ".join(text.values()).casefold(),
                    **made,
                )
            )


def _lines(text: dict[str, str] | None) -> list[dict[str, str]]:
    lines = {code: [line for line in said.splitlines() if line.strip()] for code, said in (text or {}).items()}
    most = max(map(len, lines.values()), default=0)
    return [{code: said[place] for code, said in lines.items() if place < len(said)} for place in range(most)]


def downgrade() -> None:
    """Put the lines together again; days, times, minutes and the history of decisions are lost."""
    op.add_column("event", sa.Column("agenda", sa.JSON(none_as_null=True)))
    op.add_column("event", sa.Column("decisions", sa.JSON(none_as_null=True)))
    connection = op.get_bind()
    for column, table, order in (("agenda", "agenda_item", "position"), ("decisions", "decision", "number")):
        text = "title" if column == "agenda" else "text"
        source = sa.table(table, sa.column("event_id"), sa.column(order), sa.column(text, sa.JSON()))
        whole: dict[int, dict[str, str]] = {}
        for row in connection.execute(sa.select(source).order_by(source.c.event_id, source.c[order])).all():
            lines = whole.setdefault(row.event_id, {})
            for code, said in row[2].items():
                lines[code] = f"{lines[code]}\n{said}" if code in lines else said
        for key, said in whole.items():
            connection.execute(sa.update(event).where(event.c.id == key).values({column: said}))
    op.drop_index("uq_event_action", table_name="event")
    op.drop_index("ix_event_series", table_name="event")
    for column, _target in reversed(REFERENCES):
        op.execute(f"ALTER TABLE event DROP COLUMN {column}")
    for table in ("decision_microcredential", "decision", "agenda_item", "event_series"):
        op.drop_table(table)

"""The one way in which evidence is overwritten: a value that names a person who was erased gives way to a placeholder.

Append-only tables refuse every UPDATE (``core.append_only``) except of the columns for which a ``RedactionPermit`` lies
ready. The trigger that lets the change pass uses the permit up and writes a ``Redaction`` in its place, so that nobody
can overwrite evidence without a trace, not even with a connection of one's own. See docs/adr/013.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Table, insert, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock
from app.core.access import Actor
from app.core.audit import NOT_TOLD, AppendOnly, AuditEntry
from app.core.database import Base
from app.core.marks import PLACEHOLDER


class RedactionPermit(Base):
    """Leave to overwrite one column of one row once; it lives for the length of one statement."""

    __tablename__ = "redaction_permit"
    __table_args__ = (Index("ix_redaction_permit_row", "table_name", "record_id"),)

    table_name: Mapped[str]
    record_id: Mapped[int]
    column_name: Mapped[str]
    reason: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)


class Redaction(AppendOnly, Base):
    """That one column of one row of evidence was overwritten: when, by whom and why, never what it said."""

    __tablename__ = "redaction"
    __table_args__ = (Index("ix_redaction_row", "table_name", "record_id"),)

    table_name: Mapped[str]
    record_id: Mapped[int]
    column_name: Mapped[str]
    reason: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    happened_at: Mapped[datetime]


def redact(session: Session, row: tuple[Table, int], values: Mapping[str, Any], actor: Actor, reason: str) -> None:
    """Overwrite columns of one row of an append-only table, given as table and key; the database notes it.

    ``reason`` must not name the person. The database refuses what has no permit.
    """
    table, key = row
    session.flush()
    connection = session.connection()
    permit = {
        "table_name": table.name,
        "record_id": key,
        "reason": reason,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "happened_at": clock.now(),
    }
    connection.execute(insert(RedactionPermit), [{**permit, "column_name": column} for column in values])
    connection.execute(update(table).where(table.c.id == key).values(values))


def redact_audit(
    session: Session, entries: Iterable[AuditEntry], columns: Collection[str], actor: Actor, reason: str
) -> None:
    """Take the values of some columns out of entries of the audit; that these columns changed stays."""
    table: Any = AuditEntry.__table__
    for entry in entries:
        changes = {
            column: [PLACEHOLDER if value and value != NOT_TOLD else value for value in change]
            if column in columns
            else change
            for column, change in entry.changes.items()
        }
        if changes != entry.changes:
            redact(session, (table, entry.id), {"changes": changes}, actor, reason)
            session.expire(entry, ["changes"])

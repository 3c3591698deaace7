"""Who changed what: one append-only row per changed record and flush, with the old and the new values.

Models that take ``Audited`` are watched by a flush listener. Bulk ``update()`` and ``delete()`` would pass it by, so
they are refused on audited and on append-only models; the append-only tables also carry database triggers.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar

from sqlalchemy import Connection, Index, event, insert, inspect
from sqlalchemy.orm import InstanceState, Mapped, Mapper, ORMExecuteState, Session, mapped_column

from app.core import clock
from app.core.access import SYSTEM, Actor
from app.core.database import Base
from app.core.veil import AsItIs, WrittenJson

_acting: ContextVar[Actor] = ContextVar("acting", default=SYSTEM)
NOT_TOLD = "•••"
BOOKKEEPING = frozenset({"id", "version", "created_at", "updated_at"})


class EvidenceError(Exception):
    """Something tried to change or delete rows that only ever grow."""


class AppendOnly:
    """Marks a model whose rows are evidence: they are added, never updated or deleted."""


class Audited:
    """Marks a model whose every change is recorded.

    ``audit_hides`` names columns whose values stay secret; ``audit_skips`` names columns that follow from others, and
    whose changes say nothing of their own.
    """

    audit_hides: ClassVar[Collection[str]] = ()
    audit_skips: ClassVar[Collection[str]] = ()


class AuditEntry(AppendOnly, Base):
    """One change of one record.

    ``action`` is ``create``, ``update`` or ``delete``, with ``changes`` as ``{column: [old, new]}``, or what else was
    done with the record (``note``), with facts about it.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_record", "record_kind", "record_id", "id"),)

    record_kind: Mapped[str]
    record_id: Mapped[int]
    action: Mapped[str]
    changes: Mapped[dict[str, Any]] = mapped_column(WrittenJson)
    actor_id: Mapped[int | None]
    actor_name: Mapped[AsItIs]
    happened_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Record the enclosed changes as made by ``actor``; outside of it the portal itself is named."""
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)


def set_acting(actor: Actor) -> None:
    """Name the actor for the rest of this thread's work; the request edge calls it once a request."""
    _acting.set(actor)


@event.listens_for(Session, "before_flush")
def _refuse_rewriting(session: Session, _context: object, _instances: object) -> None:
    for record in session.deleted:
        if isinstance(record, AppendOnly):
            raise EvidenceError(f"{type(record).__name__} rows are never deleted.")
    for record in session.dirty:
        if isinstance(record, AppendOnly) and session.is_modified(record):
            raise EvidenceError(f"{type(record).__name__} rows are never changed.")


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk(state: ORMExecuteState) -> None:
    if state.is_update or state.is_delete:
        mapper = state.bind_mapper
        if mapper is not None and issubclass(mapper.class_, (Audited, AppendOnly)):
            name = mapper.class_.__name__
            raise EvidenceError(f"{name} is changed record by record, so that nothing escapes the audit.")


@event.listens_for(Mapper, "mapper_configured")
def _keep_old_values(mapper: Mapper[Any], model: type) -> None:
    """Make SQLAlchemy read the old value of an attribute that is assigned before it was loaded."""
    if issubclass(model, Audited):
        for attribute in mapper.column_attrs:
            getattr(model, attribute.key).impl.active_history = True


@event.listens_for(Session, "after_flush")
def _record(session: Session, _context: object) -> None:
    rows = [
        _entry(record, action)
        for action, records in (("create", session.new), ("update", session.dirty))
        for record in records
        if isinstance(record, Audited)
    ]
    rows = [row for row in rows if row["changes"]]
    if rows:
        session.execute(insert(AuditEntry), rows)


@event.listens_for(Audited, "after_delete", propagate=True)
def _record_removal(_mapper: Mapper[Any], connection: Connection, record: Any) -> None:
    # Not with the others: a row that is deleted because its owner let go of it is not among ``session.deleted``.
    connection.execute(insert(AuditEntry), _entry(record, "delete"))


def note_change(session: Session, model: Any, record_id: int, action: str, changes: dict[str, list[Any]]) -> None:
    """Record a change that was made below the ORM, which the listeners do not see; ``{column: [old, new]}``."""
    told = {
        column: [NOT_TOLD, NOT_TOLD] if column in model.audit_hides else list(map(plain, pair))
        for column, pair in changes.items()
        if column not in BOOKKEEPING and column not in model.audit_skips and pair[0] != pair[1]
    }
    if told:
        actor = _acting.get()
        row = {"record_kind": model.__tablename__, "record_id": record_id, "action": action, "changes": told}
        session.connection().execute(insert(AuditEntry), [row | {"actor_id": actor.user_id, "actor_name": actor.name}])


def note(session: Session, record: Any, action: str, actor: Actor, **facts: Any) -> None:
    """Record what was done with a record that changed none of its columns, such as handing its data out."""
    session.add(
        AuditEntry(
            record_kind=record.__tablename__,
            record_id=record.id,
            action=action,
            changes=plain(facts),
            actor_id=actor.user_id,
            actor_name=actor.name,
        )
    )


def _entry(record: Any, action: str) -> dict[str, Any]:
    actor = _acting.get()
    return {
        "record_kind": record.__tablename__,
        "record_id": record.id,
        "action": action,
        "changes": _changes(record, action),
        "actor_id": actor.user_id,
        "actor_name": actor.name,
    }


def _changes(record: Any, action: str) -> dict[str, list[Any]]:
    changes: dict[str, list[Any]] = {}
    state = inspect(record)
    for column in state.mapper.column_attrs:
        if column.key in BOOKKEEPING or column.key in record.audit_skips:
            continue
        history = state.attrs[column.key].history
        old = next(iter(history.deleted or ()), None)
        new = next(iter(history.added or history.unchanged or ()), None)
        if action == "update" and not history.has_changes():
            continue
        if action == "delete":
            old, new = new, None
        if old == new:
            continue
        hidden = column.key in record.audit_hides
        changes[column.key] = [NOT_TOLD, NOT_TOLD] if hidden else [plain(old), plain(new)]
    return changes | _joined(state)


def _joined(state: InstanceState[Any]) -> dict[str, list[Any]]:
    """Changes of what is joined by a table without a model of its own, as the keys of the records joined."""
    changes: dict[str, list[Any]] = {}
    for relation in state.mapper.relationships:
        if relation.secondary is not None and relation.key in state.dict:
            history = state.attrs[relation.key].history
            parts = (history.unchanged, history.added, history.deleted)
            kept, added, gone = ([record.id for record in part or ()] for part in parts)
            if added or gone:
                changes[relation.key] = [sorted({*kept, *gone}), sorted({*kept, *added})]
    return changes


def plain(value: Any) -> Any:
    """A column's value as JSON has it; an instant in ISO form, bytes as how many they are."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)

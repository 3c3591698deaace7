"""States move by a table and nothing else assigns them.

A feature declares an enum of states and a ``Moves`` table beside it; its model takes ``Stateful``. ``move_to`` refuses
what the table does not have, and stores every move with date, person and reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy import Index, Row, bindparam, event, inspect, select
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column, object_session

from app.core import clock
from app.core.access import Actor
from app.core.audit import AppendOnly
from app.core.database import Base, plain_rows
from app.core.errors import DomainError

_moving: ContextVar[bool] = ContextVar("moving", default=False)


class StateTransitionError(DomainError):
    """The table of moves has no way from the record's state to the wanted one; ``onwards`` names those there are."""

    def __init__(self, message: str, onwards: Sequence[str] = ()) -> None:
        self.onwards = onwards
        super().__init__(message)


class Moves:
    """The allowed moves of one kind of record: ``{from: (to, …)}``; the first key is the state of a new record."""

    def __init__(self, table: Mapping[StrEnum, tuple[StrEnum, ...]]) -> None:
        self.table = table
        self.first = next(iter(table))

    def allows(self, old: StrEnum, new: StrEnum) -> bool:
        """Whether a record in ``old`` may become ``new``."""
        return new in self.table[old]

    def onwards(self, old: StrEnum) -> tuple[StrEnum, ...]:
        """Where a record in ``old`` can go."""
        return self.table[old]


class StateMove(AppendOnly, Base):
    """One move of one record: evidence, never changed."""

    __tablename__ = "state_move"
    __table_args__ = (Index("ix_state_move_record", "record_kind", "record_id", "id"),)

    record_kind: Mapped[str]
    record_id: Mapped[int]
    old: Mapped[str]
    new: Mapped[str]
    reason: Mapped[str | None]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    moved_at: Mapped[datetime] = mapped_column(default=clock.now)


class Stateful:
    """Mixin for a model with ``state`` and ``moves``; giving it another state than by ``move_to`` raises."""

    moves: ClassVar[Moves]
    state: Any

    def move_to(self, new: StrEnum, actor: Actor, reason: str | None = None) -> None:
        """Move to ``new`` and store who did so and why; guards of the feature are its service's business.

        Raises ``StateTransitionError`` when the table has no such move.
        """
        session = object_session(self)
        if session is None:
            raise RuntimeError("A record must be in a session to move.")
        session.flush()
        old = self.state
        if not self.moves.allows(old, new):
            raise StateTransitionError(
                _("This cannot become “%(new)s”: it is “%(old)s”.", new=state_label(new), old=state_label(old)),
                [state_label(state) for state in self.moves.onwards(old)],
            )
        with _permitted():
            self.state = new
        session.flush()
        session.add(
            StateMove(
                record_kind=self.__tablename__,  # type: ignore[attr-defined]
                record_id=self.id,  # type: ignore[attr-defined]
                old=old.value,
                new=new.value,
                reason=reason or None,
                actor_id=actor.user_id,
                actor_name=actor.name,
            )
        )


@contextmanager
def _permitted() -> Iterator[None]:
    token = _moving.set(True)
    try:
        yield
    finally:
        _moving.reset(token)


@event.listens_for(Mapper, "mapper_configured")
def _guard_state(mapper: Mapper[Any], model: type) -> None:
    if issubclass(model, Stateful) and "state" in mapper.columns:
        event.listen(model.state, "set", _refuse_assignment)


def _refuse_assignment(record: Any, value: StrEnum, old: object, _initiator: object) -> None:
    if inspect(record).persistent and not _moving.get() and value != old:
        raise RuntimeError(f"{type(record).__name__}.state is moved by move_to(), not assigned.")


@event.listens_for(Session, "before_flush")
def _refuse_later_beginnings(session: Session, _context: object, _instances: object) -> None:
    for record in session.new:
        if isinstance(record, Stateful) and record.state not in (None, record.moves.first):
            raise RuntimeError(f"{type(record).__name__} begins as {record.moves.first.value}; move_to() moves it.")


def state_label(state: StrEnum) -> str:
    """The state's name in the reader's language; every state enum has a ``label`` property."""
    return str(getattr(state, "label", state.value))


# Made once, because making it costs as much as asking it.
_MOVES = (
    select(StateMove.old, StateMove.new, StateMove.actor_name, StateMove.reason, StateMove.moved_at)
    .where(StateMove.record_kind == bindparam("kind"), StateMove.record_id == bindparam("key"))
    .order_by(StateMove.id)
)


def moves_of(session: Session, record: Any) -> Sequence[Row[*tuple[Any, ...]]]:
    """The moves of one record, oldest first: rows of old, new, actor_name, reason, moved_at."""
    return plain_rows(session, _MOVES, {"kind": record.__tablename__, "key": record.id})

"""A day that figures are asked for, and what was so on it.

What happened has days that somebody said: when an event was held, a milestone reached, a memorandum signed, a plan
approved. Those rule, with the records as they are known now. What has no such day (planned, begun, withdrawn, moved to
another day) was so from when it was recorded. What the portal itself said on a day is kept by freezing a period.

Stamps are true instants, so one of a portal that reckons with an earlier day lies after it. What a person recorded was
recorded on the day reckoned with, then; what the portal entered by itself, as a demonstration, was always so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from app.core import clock
from app.core.states import StateMove
from app.extensions import db
from app.mou.models import Mou, MouState

# Everybody has signed it, whatever became of it afterwards.
_SIGNED = frozenset(
    {MouState.SIGNED, MouState.IN_FORCE, MouState.EXPIRED, MouState.TERMINATED, MouState.RENEWED},
)


@dataclass(frozen=True)
class AsOf:
    """The ``day`` that is asked for, seen from ``today``."""

    day: date
    today: date

    @classmethod
    def on(cls, day: date | None = None) -> "AsOf":
        """A day as it is seen from the one that the portal reckons with; that one itself where none is asked for."""
        today = clock.today()
        return cls(day or today, today)

    @property
    def is_past(self) -> bool:
        """Whether it is over."""
        return self.day < self.today

    @property
    def is_ahead(self) -> bool:
        """Whether it has not come yet."""
        return self.day > self.today

    def came_later(self, stamp: datetime | None, by: int | None) -> bool:
        """Whether something was recorded after the day; ``by`` is the key of who did so, ``None`` for the portal."""
        if stamp is None or not self.is_past or stamp.date() <= self.day:
            return False
        return stamp.date() <= self.today or by is not None

    def between(self, column: Any, by: Any) -> ColumnElement[bool]:
        """``came_later`` of two columns, for a statement about a past day."""
        return and_(column >= _midnight(self.day), or_(column < _midnight(self.today), by.is_not(None)))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(days=1)


def states_before(kind: str, asked: AsOf) -> dict[int, str]:
    """The states that records of a table had on a past day, by their keys, where they moved since; one statement."""
    if not asked.is_past:
        return {}
    moves = db.session.execute(
        select(StateMove.record_id, StateMove.old)
        .where(StateMove.record_kind == kind, asked.between(StateMove.moved_at, StateMove.actor_id))
        .order_by(StateMove.id.desc())
    )
    return {row.record_id: row.old for row in moves}


def days_before(slip: Any, owner: Any, old: Any, asked: AsOf) -> Mapping[int, date]:
    """The days that records were due on a past day, by their keys, where the day moved since; one statement.

    ``slip`` is the log of moves, ``owner`` its column with the record's key, ``old`` that with the day before a move.
    """
    if not asked.is_past:
        return {}
    rows: Sequence[Any] = db.session.execute(
        select(owner.label("key"), old.label("day"))
        .where(asked.between(slip.made_at, slip.actor_id))
        .order_by(slip.id.desc())
    ).all()
    return {row.key: row.day for row in rows}


def standing_on(asked: AsOf) -> ColumnElement[bool]:
    """Memoranda that everybody had signed by the day and that had not ended; what was renewed stands on in the next.

    The last day rules, whether or not the state has followed it yet.
    """
    return and_(
        Mou.state.in_(_SIGNED),
        Mou.signed_on <= asked.day,
        or_(Mou.last_day.is_(None), Mou.last_day >= asked.day, Mou.state == MouState.RENEWED),
    )

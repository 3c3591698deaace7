"""Which rule holds, which one held on a day, and all that ever did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, Subquery, func, select

from app.core import portal
from app.core.database import plain_rows
from app.extensions import db
from app.valorisation.criterion.models import ValorisedRule

V = ValorisedRule
COLUMNS = (V.number, V.ways, V.holds_from, V.reason, V.actor_name)


@dataclass(frozen=True)
class Settled:
    """A rule: its ways, since when it holds, by whom and why; ``number`` is 0 for the one of the project file.

    That one holds from the beginning, was settled by nobody here, and has no day.
    """

    number: int
    ways: Sequence[Sequence[str]]
    holds_from: date | None = None
    reason: str = ""
    actor_name: str = ""

    @property
    def facts(self) -> tuple[object, ...]:
        """What a page that tells of it follows from (see ``kept``)."""
        return self.number, tuple(map(tuple, self.ways)), self.holds_from


def rule_on(day: date) -> Settled:
    """The rule that holds on a day, or held then; one statement."""
    return _first(select(*COLUMNS).where(V.holds_from <= day))


def number_on(day: date) -> Subquery:
    """One row with the number of the rule of a day, for a statement that joins the rule to it."""
    return select(func.max(V.number).label("number")).where(V.holds_from <= day).subquery("rule_on")


def settled(*columns: Any) -> Settled:
    """The rule that these ``COLUMNS`` of a row say; that of the project file where they are empty."""
    return Settled(*columns) if columns[0] is not None else from_the_file()


def latest() -> Settled:
    """The rule that was settled last; one statement."""
    return _first(select(*COLUMNS))


def _first(statement: Select[*tuple[object, ...]]) -> Settled:
    found = plain_rows(db.session, statement.order_by(V.number.desc()).limit(1))
    return Settled(*found[0]) if found else from_the_file()


def from_the_file() -> Settled:
    """The rule of the consortium's project file."""
    return Settled(0, portal.consortium().valorised)


def all_of_them() -> list[Settled]:
    """Every rule there ever was, the latest first; the last one is that of the project file. One statement."""
    rows = plain_rows(db.session, select(*COLUMNS).order_by(V.number.desc()))
    return [*(Settled(*row) for row in rows), from_the_file()]

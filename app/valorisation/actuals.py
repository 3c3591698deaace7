"""What was reached, counted from the records: by country, from one day to another.

Nothing here is narrowed by who asks: a figure is the same for everybody who may read plans, and names nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, select, true

from app.core.unchanged import unchanged
from app.events.attendance.models import THERE, Attendance
from app.events.models import OVER, Event, EventKind, event_organisation
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.mou.models import Mou
from app.valorisation.asof import AsOf, standing_on
from app.valorisation.items.models import Measure
from app.valorisation.models import ActionPlan, PlanVersion
from app.valorisation.tracks.queries import verdicts


@dataclass(frozen=True)
class Figure:
    """A counted figure; ``repeated`` is the number with everything counted as often as it occurred."""

    value: int
    repeated: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether ``value`` says anything: people who were counted, and none of them named, are not nobody."""
        return is_known(self.value, self.repeated)


def is_known(value: int, repeated: int | None) -> bool:
    """Whether the number of those counted once is known: not where some were counted and none can be told apart."""
    return bool(value) or not repeated


NOTHING: Mapping[Measure, Figure] = {
    Measure.PLANS: Figure(0),
    Measure.CONSULTATIONS: Figure(0),
    Measure.ROUND_TABLES: Figure(0),
    Measure.ORGANISATIONS: Figure(0, 0),
    Measure.PEOPLE: Figure(0, 0),
    Measure.MEMORANDA: Figure(0),
}
# Events by which a country reaches somebody; where the consortium met among itself, nobody was reached by that.
REACHING = frozenset({EventKind.CONSULTATION, EventKind.ROUND_TABLE, EventKind.WORKSHOP})
# People as an event counted them; what nobody counted is none.
COUNTED: Any = sum(func.coalesce(column, 0) for column in (Event.women, Event.men, Event.nonbinary, Event.undisclosed))
# People who are named on lists, each once: of the register by their key, others by their name.
NAMED = func.coalesce(cast(Attendance.person_id, String), Attendance.name)


def figures(country: str, first: date, last: date) -> dict[Measure, Figure]:
    """What was reached in a country from one day to another, both included: a few statements, whatever there is."""
    found = by_country(first, last, country).get(country, NOTHING)
    return {**found, Measure.VALORISED: Figure(_valorised(country, last))}


def by_country(first: date, last: date, only: str = "") -> dict[str, dict[Measure, Figure]]:
    """What was reached in each country, or in ``only`` one, but for what is valorised: five statements.

    A country of which there is nothing is left out.
    """
    key = ("figures of countries", first, last, only)
    return unchanged(db.session.connection(), key, lambda: _count(first, last, only))


def _count(first: date, last: date, only: str) -> dict[str, dict[Measure, Figure]]:
    took_place = held(first, last, only)
    found: dict[str, dict[Measure, Figure]] = {}

    def put(country: str, measure: Measure, figure: Figure) -> None:
        found.setdefault(country, dict(NOTHING))[measure] = figure

    named = dict(map(tuple, named_people(first, last, only)))
    for row in of_events(took_place):
        put(row.country, Measure.CONSULTATIONS, Figure(row.consultations))
        put(row.country, Measure.ROUND_TABLES, Figure(row.tables))
        put(row.country, Measure.PEOPLE, Figure(named.get(row.country, 0), int(row.people)))
    for row in organisations(took_place):
        put(row.country, Measure.ORGANISATIONS, Figure(row.each, row.all_))
    for country, count in memoranda(first, last, only):
        put(country, Measure.MEMORANDA, Figure(count))
    for country, count in _by(select(ActionPlan.country, func.count()).where(approved(last, only))):
        put(country, Measure.PLANS, Figure(count))
    return found


def held(first: date, last: date, only: str = "") -> ColumnElement[bool]:
    """Consultations, round tables and workshops that took place in these days, in any country or in ``only`` one."""
    return and_(
        Event.country == only if only else Event.country.is_not(None),
        Event.state.in_(OVER),
        Event.kind.in_(REACHING),
        Event.ends_on.between(first, last),
    )


def signed(first: date, last: date, only: str = "") -> ColumnElement[bool]:
    """Memoranda that everybody signed in these days and that stand on the last, as they count for what is valorised."""
    country = Mou.country == only if only else Mou.country.is_not(None)
    return and_(country, standing_on(AsOf.on(last)), Mou.signed_on >= first)


def approved(last: date, only: str = "") -> ColumnElement[bool]:
    """Plans of which a version was approved until a day."""
    by_then = select(PlanVersion.plan_id).where(PlanVersion.approved_on <= last)
    return and_(ActionPlan.country == only if only else true(), ActionPlan.id.in_(by_then))


def of_events(took_place: ColumnElement[bool]) -> Sequence[Any]:
    """Of each country: round tables, consultations, the last of either, people as counted; one statement."""
    wanted = select(
        Event.country,
        func.count().filter(Event.kind == EventKind.ROUND_TABLE).label("tables"),
        func.count().filter(Event.kind == EventKind.CONSULTATION).label("consultations"),
        func.max(Event.ends_on).filter(Event.kind == EventKind.ROUND_TABLE).label("last_table"),
        func.max(Event.ends_on).filter(Event.kind == EventKind.CONSULTATION).label("last_consultation"),
        func.coalesce(func.sum(COUNTED), 0).label("people"),
    )
    return db.session.execute(wanted.where(took_place).group_by(Event.country)).all()


def organisations(took_place: ColumnElement[bool]) -> Sequence[Any]:
    """Of each country: organisations that took part, each once, and as often as they did; one statement."""
    taking_part = event_organisation.c
    wanted = (
        select(
            Event.country, func.count(taking_part.organisation_id.distinct()).label("each"), func.count().label("all_")
        )
        .select_from(event_organisation)
        .join(Event, Event.id == taking_part.event_id)
    )
    return db.session.execute(wanted.where(took_place).group_by(Event.country)).all()


def named_people(first: date, last: date, only: str = "") -> Sequence[Any]:
    """How many people of each country are named on lists of these days, each once; one statement."""
    wanted = (
        select(Event.country, func.count(NAMED.distinct()))
        .select_from(Attendance)
        .join(Event, Event.id == Attendance.event_id)
    )
    return _by(wanted.where(held(first, last, only), Attendance.state.in_(THERE)))


def memoranda(first: date, last: date, only: str = "") -> Sequence[Any]:
    """How many memoranda of each country everybody signed in these days and stand on the last; one statement."""
    return _by(select(Mou.country, func.count()).where(signed(first, last, only)))


def _by(statement: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    """Rows of a country and a number; the country is the statement's first column."""
    return db.session.execute(statement.group_by(statement.selected_columns[0])).all()


def _valorised(country: str, last: date) -> int:
    """Micro-credentials of the country, but for retired ones, that count as valorised on the last day by the rule."""
    standing = MicroCredential.state != MicroCredentialState.RETIRED
    keys = db.session.scalars(select(MicroCredential.id).where(MicroCredential.country == country, standing)).all()
    return sum(verdict.holds for verdict in verdicts(keys, last).values())

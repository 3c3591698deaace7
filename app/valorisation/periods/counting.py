"""Counts what a period is frozen with: every figure of each country, with the records that make it.

The same criteria as ``actuals`` and ``overview``, which only add up. Records are named by table and key, never in
words: what is frozen cannot be redacted.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.core.access import SYSTEM
from app.core.consortium import Consortium
from app.events.attendance.models import THERE, Attendance
from app.events.models import Event, EventKind, event_organisation
from app.extensions import db
from app.mou.models import Mou
from app.valorisation import actuals, overview
from app.valorisation.asof import AsOf
from app.valorisation.items.models import Measure
from app.valorisation.models import ActionPlan
from app.valorisation.tracks.models import MilestoneKind

# A figure: its number, the number with repetitions where there is one, and how much each record adds to it.
Figure = dict[str, Any]
Counted = dict[str, dict[str, Figure]]
Ways = Sequence[Sequence[str]]
M = Measure
FIGURES = (
    *(M.PLANS, M.CONSULTATIONS, M.ROUND_TABLES, M.ORGANISATIONS, M.PEOPLE, M.MEMORANDA, M.VALORISED),
    *MilestoneKind,
)


def count(consortium: Consortium, first: date, last: date, ways: Ways | None = None) -> Counted:
    """The figures of each country from one day to another, both included: twelve statements, of past days fifteen.

    What was reached until the last day counts for plans, milestones and what is valorised, as on pages: by ``ways``, or
    else by the rule of the last day.
    """
    found: Counted = {country.code: {} for country in consortium.countries}
    records = [
        *_of_events(first, last),
        *_one_each(M.MEMORANDA, Mou, actuals.signed(first, last)),
        *_one_each(M.PLANS, ActionPlan, actuals.approved(last)),
        *_of_designs(consortium, last, ways),
    ]
    for country, figure, record, weight in records:
        if country in found:
            found[country].setdefault(figure, {"value": 0, "records": {}})["records"][record] = weight
    named = dict(map(tuple, actuals.named_people(first, last)))
    for country, figures in found.items():
        for code in FIGURES:
            made = figures.setdefault(code.value, {"value": 0, "records": {}})
            made["value"] = len(made["records"])
        _repeat(figures[M.ORGANISATIONS], sum(figures[M.ORGANISATIONS]["records"].values()))
        people = figures[M.PEOPLE]
        people["value"] = named.get(country, 0)
        _repeat(people, sum(counted for counted, _named in people["records"].values()))
    return found


def _repeat(figure: Figure, repeated: int) -> None:
    figure["repeated"] = repeated


def _of_events(first: date, last: date) -> Iterable[tuple[str, str, str, Any]]:
    """Consultations, round tables, organisations as often as they took part, people counted and named at each event."""
    took_place = actuals.held(first, last)
    named = {row.event_id: row.people for row in _named(took_place)}
    rows = select(Event.id, Event.country, Event.kind, actuals.COUNTED.label("people")).where(took_place)
    kinds = {EventKind.CONSULTATION: M.CONSULTATIONS, EventKind.ROUND_TABLE: M.ROUND_TABLES}
    for row in db.session.execute(rows):
        record = f"event:{row.id}"
        if row.kind in kinds:
            yield row.country, kinds[row.kind].value, record, 1
        if row.people or row.id in named:
            yield row.country, M.PEOPLE.value, record, [int(row.people), named.get(row.id, 0)]
    taking_part = event_organisation.c
    times = (
        select(Event.country, taking_part.organisation_id, func.count().label("times"))
        .join(Event, Event.id == taking_part.event_id)
        .where(took_place)
        .group_by(Event.country, taking_part.organisation_id)
    )
    for row in db.session.execute(times):
        yield row.country, M.ORGANISATIONS.value, f"organisation:{row.organisation_id}", row.times


def _named(took_place: ColumnElement[bool]) -> Sequence[Any]:
    wanted = (
        select(Attendance.event_id, func.count(actuals.NAMED.distinct()).label("people"))
        .join(Event, Event.id == Attendance.event_id)
        .where(took_place, Attendance.state.in_(THERE))
    )
    return db.session.execute(wanted.group_by(Attendance.event_id)).all()


def _one_each(figure: Measure, model: Any, condition: Any) -> Iterable[tuple[str, str, str, int]]:
    rows: Sequence[Any] = db.session.execute(select(model.id, model.country).where(condition)).all()
    return [(row.country, figure.value, f"{model.__tablename__}:{row.id}", 1) for row in rows]


def _of_designs(consortium: Consortium, last: date, ways: Ways | None) -> Iterable[tuple[str, str, str, int]]:
    for row in overview.rows_of(SYSTEM, consortium, AsOf.on(last), ways=ways):
        if row.is_valorised:
            yield row.country, M.VALORISED.value, f"microcredential:{row.key}", 1
        for kind in row.reached:
            # One of a kind that holds is enough; it is named by the one that was reached first.
            key = min(one.key for one in row.milestones if one.kind is kind and one.holds(row.day))
            yield row.country, kind.value, f"milestone:{key}", 1

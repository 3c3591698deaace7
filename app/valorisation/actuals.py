"""What was reached, counted from the records: by country, within the days of a plan and until the day reckoned with.

Nothing here is narrowed by who asks: a figure is the same for everybody who may read plans, and names nobody.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, select

from app.events.attendance.models import THERE, Attendance
from app.events.models import OVER, Event, EventKind, event_organisation
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.mou.models import Mou
from app.valorisation.evidence.holding import MEMORANDA
from app.valorisation.items.models import Measure
from app.valorisation.models import ActionPlan, PlanVersion
from app.valorisation.tracks.queries import verdicts


@dataclass(frozen=True)
class Figure:
    """A counted figure; ``repeated`` is the number with everything counted as often as it occurred."""

    value: int
    repeated: int | None = None


def figures(country: str, first: date, last: date) -> dict[Measure, Figure]:
    """What was reached in a country from one day to another, both included: a few statements, whatever there is."""
    held = and_(
        Event.country == country,
        Event.state.in_(OVER),
        Event.kind != EventKind.DEADLINE,
        Event.ends_on.between(first, last),
    )
    tables, consultations, counted = _of_events(held)
    return {
        Measure.PLANS: Figure(_count(_plans(country, last))),
        Measure.CONSULTATIONS: Figure(consultations),
        Measure.ROUND_TABLES: Figure(tables),
        Measure.ORGANISATIONS: _organisations(held),
        Measure.PEOPLE: Figure(_count(_people(held)), counted),
        Measure.MEMORANDA: Figure(_count(_memoranda(country, first, last))),
        Measure.VALORISED: Figure(_valorised(country, last)),
    }


def _of_events(held: ColumnElement[bool]) -> tuple[int, int, int]:
    """Round tables, consultations, and people as the events counted them, whoever came more than once."""
    people = sum(func.coalesce(column, 0) for column in (Event.women, Event.men, Event.nonbinary, Event.undisclosed))
    row = db.session.execute(
        select(
            func.count().filter(Event.kind == EventKind.ROUND_TABLE),
            func.count().filter(Event.kind == EventKind.CONSULTATION),
            func.coalesce(func.sum(people), 0),
        ).where(held)
    ).one()
    return row[0], row[1], int(row[2])


def _organisations(held: ColumnElement[bool]) -> Figure:
    taking_part = event_organisation.c
    row = db.session.execute(
        select(func.count(taking_part.organisation_id.distinct()), func.count())
        .select_from(event_organisation)
        .join(Event, Event.id == taking_part.event_id)
        .where(held)
    ).one()
    return Figure(row[0], row[1])


def _people(held: ColumnElement[bool]) -> Select[int]:
    """People who are named on lists, each once: of the register by their key, others by their name."""
    who = func.coalesce(cast(Attendance.person_id, String), Attendance.name)
    return (
        select(func.count(who.distinct()))
        .select_from(Attendance)
        .join(Event, Event.id == Attendance.event_id)
        .where(held, Attendance.state.in_(THERE))
    )


def _memoranda(country: str, first: date, last: date) -> Select[int]:
    return select(func.count(Mou.id)).where(
        Mou.country == country, Mou.state.in_(MEMORANDA), Mou.signed_on.between(first, last)
    )


def _valorised(country: str, last: date) -> int:
    """Micro-credentials of the country, but for retired ones, that count as valorised on the last day by the rule."""
    standing = MicroCredential.state != MicroCredentialState.RETIRED
    keys = db.session.scalars(select(MicroCredential.id).where(MicroCredential.country == country, standing)).all()
    return sum(verdict.holds for verdict in verdicts(keys, last).values())


def _plans(country: str, last: date) -> Select[int]:
    approved = select(PlanVersion.plan_id).where(PlanVersion.approved_on <= last)
    return select(func.count(ActionPlan.id)).where(ActionPlan.country == country, ActionPlan.id.in_(approved))


def _count(statement: Select[int]) -> int:
    return db.session.scalar(statement) or 0

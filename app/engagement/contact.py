"""When we last spoke with an organisation: events it organised or took part in, as far as the actor may see them.

``WAYS`` says how an organisation takes part. Whoever was there counts for the organisation that sent them, or for whom
the person spoke on that day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Date, Row, Select, Subquery, and_, bindparam, case, func, or_, select, union_all

from app.core import clock
from app.core.access import Actor
from app.core.database import plain_rows
from app.engagement.models import MappingEntry
from app.engagement.queries import at_stake
from app.engagement.queries import visible_to as entries_visible_to
from app.events.attendance.models import THERE, Attendance
from app.events.models import OVER, Event, EventKind, EventState, event_host, event_organisation
from app.events.queries import visible_to
from app.extensions import db
from app.stakeholders.models import Affiliation, Organisation

MOST_SHOWN = 20
# Days without contact that a list offers, and after how many it is usually too long.
PERIODS = (90, 180, 365)
USUAL = PERIODS[1]

# Each selects which organisation took part in which event.
WAYS: tuple[Select[Any, Any], ...] = (
    select(event_organisation.c.organisation_id, event_organisation.c.event_id),
    select(Event.organiser_id.label("organisation_id"), Event.id.label("event_id")).where(
        Event.organiser_id.is_not(None)
    ),
    select(event_host.c.organisation_id, event_host.c.event_id),
    select(Attendance.organisation_id, Attendance.event_id).where(
        Attendance.organisation_id.is_not(None), Attendance.state.in_(THERE)
    ),
    select(Affiliation.organisation_id, Attendance.event_id)
    .join(Attendance, Attendance.person_id == Affiliation.person_id)
    .join(Event, Event.id == Attendance.event_id)
    .where(
        *(Attendance.organisation_id.is_(None), Attendance.organisation_name.is_(None), Attendance.state.in_(THERE)),
        and_(
            or_(Affiliation.valid_from.is_(None), Affiliation.valid_from <= Event.starts_on),
            or_(Affiliation.valid_to.is_(None), Affiliation.valid_to >= Event.starts_on),
        ),
    ),
)


def taking_part() -> Subquery:
    """Which organisation took part in which event, by whatever way: rows of both keys, perhaps more than once."""
    return union_all(*WAYS).subquery("taking_part")


def last_contacts(actor: Actor) -> Subquery:
    """The last day of contact of each organisation at stake that had one: ``organisation_id``, ``last_contact``."""
    wanted = select(MappingEntry.organisation_id).where(at_stake())
    ways = [way.where(next(iter(way.selected_columns)).in_(wanted)) for way in WAYS]
    part = union_all(*ways).subquery("taking_part")
    return (
        select(part.c.organisation_id, func.max(Event.starts_on).label("last_contact"))
        .join(Event, Event.id == part.c.event_id)
        .where(Event.state.in_(OVER), visible_to(actor))
        .group_by(part.c.organisation_id)
        .subquery("last_contact")
    )


def by_last_contact(statement: Select[*tuple[Any, ...]], actor: Actor, descending: bool) -> Any:
    """Sort organisations by their last contact: with whom nobody ever spoke first, or last when ``descending``."""
    part = taking_part()
    last = (
        select(part.c.organisation_id, func.max(Event.starts_on).label("day"))
        .join(Event, Event.id == part.c.event_id)
        .where(Event.state.in_(OVER), visible_to(actor))
        .group_by(part.c.organisation_id)
        .subquery("sorted_by_contact")
    )
    joined = statement.outerjoin(last, last.c.organisation_id == Organisation.id)
    day = last.c.day.desc() if descending else last.c.day
    return joined.order_by(last.c.day.is_(None) if descending else last.c.day.is_not(None), day)


def last_contact_of(connection: Connection, actor: Actor, keys: Sequence[int]) -> Mapping[int, date]:
    """The last day of contact of some organisations, by their keys; one statement."""
    rows = connection.execute(_last_of(actor), {"keys": list(keys)})
    return {row.organisation_id: row.last_contact for row in rows}


@lru_cache(maxsize=256)
def _last_of(actor: Actor) -> Select[tuple[int, date]]:
    wanted: Any = bindparam("keys", expanding=True)
    ways = [way.where(next(iter(way.selected_columns)).in_(wanted)) for way in WAYS]
    part = union_all(*ways).subquery()
    return (
        select(part.c.organisation_id, func.max(Event.starts_on).label("last_contact"))
        .join(Event, Event.id == part.c.event_id)
        .where(Event.state.in_(OVER), visible_to(actor))
        .group_by(part.c.organisation_id)
    )


@dataclass(frozen=True)
class History:
    """The newest events of an organisation, how many there are, how many of them took place and are to come.

    ``last_contact`` is the day on which something was held with it last.
    """

    events: Sequence[Row[*tuple[Any, ...]]]
    listed: int
    count: int
    coming: int
    last_contact: date | None

    def days_since(self, today: date) -> int | None:
        """How many days ago the last contact was; ``None`` without one."""
        return (today - self.last_contact).days if self.last_contact else None


def history(actor: Actor, organisation: Organisation) -> History:
    """The events an organisation organised or took part in and the actor may see, newest first; one statement."""
    rows = plain_rows(db.session, _history(actor), {"key": organisation.id, "today": clock.today()})
    if not rows:
        return History(rows, 0, 0, 0, None)
    first = rows[0]
    return History(rows, first.listed, first.held, first.coming, first.last_contact)


@lru_cache(maxsize=256)
def _history(actor: Actor) -> Select[*tuple[Any, ...]]:
    held = case((Event.state.in_(OVER), Event.starts_on))
    coming = case((Event.state.not_in(OVER) & (Event.starts_on > bindparam("today", type_=Date())), Event.id))
    return (
        select(
            *(Event.id, Event.kind, Event.title, Event.state, Event.starts_on, Event.ends_on, Event.zone),
            *(Event.is_example, Event.organiser_id),
            func.count().over().label("listed"),
            func.count(held).over().label("held"),
            func.count(coming).over().label("coming"),
            func.max(held).over().label("last_contact"),
        )
        .where(_of(bindparam("key")), visible_to(actor))
        .where(Event.kind != EventKind.DEADLINE, Event.state.not_in((EventState.DRAFT, EventState.CANCELLED)))
        .order_by(Event.starts_on.desc(), Event.id.desc())
        .limit(MOST_SHOWN)
    )


def _of(key: Any) -> Any:
    part = taking_part()
    return Event.id.in_(select(part.c.event_id).where(part.c.organisation_id == key))


def held_with(actor: Actor, organisation: Organisation, limit: int = 50) -> Sequence[Row[*tuple[Any, ...]]]:
    """What was held with an organisation, newest first: rows of key, title and day, for what moved a judgement."""
    return plain_rows(
        db.session,
        select(Event.id, Event.title, Event.starts_on)
        .where(_of(organisation.id), visible_to(actor), Event.state.in_(OVER))
        .order_by(Event.starts_on.desc(), Event.id.desc())
        .limit(limit),
    )


def silent_countries(actor: Actor, countries: Sequence[str] | None, cutoff: date) -> dict[str, int]:
    """How many organisations at stake nobody spoke with since ``cutoff``, by the country that answers; one statement.

    ``countries`` narrows to some; ``None`` is for whoever reaches all.
    """
    answering = func.coalesce(MappingEntry.country, Organisation.country)
    statement = (
        select(answering, func.count(Organisation.id.distinct()))
        .select_from(MappingEntry)
        .join(Organisation, Organisation.id == MappingEntry.organisation_id)
        .where(at_stake(), entries_visible_to(actor), without_contact_since(actor, cutoff))
        .group_by(answering)
    )
    if countries is not None:
        statement = statement.where(answering.in_(countries))
    return {row[0]: row[1] for row in plain_rows(db.session, statement)}


def without_contact_since(actor: Actor, day: date) -> Any:
    """Whether an organisation had no contact on ``day`` or later."""
    part = taking_part()
    spoken = (
        select(part.c.organisation_id)
        .join(Event, Event.id == part.c.event_id)
        .where(Event.state.in_(OVER), visible_to(actor), Event.starts_on >= day)
    )
    return Organisation.id.not_in(spoken)


def out_of_touch(last_contact: Any, cutoff: date) -> Any:
    """Whether the last contact lies before ``cutoff``, or never was."""
    return or_(last_contact.is_(None), last_contact < cutoff)

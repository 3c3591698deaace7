"""What can be asked about events."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, Table, and_, bindparam, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import RoleGrant
from app.core import records
from app.core.access import Actor, Permission, Role
from app.core.database import Base, hold, plain_rows
from app.core.reach import reach
from app.core.search_key import search_key
from app.core.states import moves_of
from app.events import presence
from app.events.models import Event, EventSeries, EventState, Rescheduling, Visibility, event_host, event_organisation
from app.extensions import db
from app.microcredentials.links import LinkedRecord, LinkKind, register
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import visible_to as microcredentials_visible_to
from app.stakeholders.models import Organisation
from app.stakeholders.queries import visible_to as organisations_visible_to

# A row of some columns of a query below.
Found = Row[*tuple[Any, ...]]
# Tables whose rows are part of an event rather than records that refer to it.
OWN_TABLES = {event_organisation.name, event_host.name, Event.link_model.__tablename__}


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Events the actor may see: one criterion for lists, pages, feeds, search and the pages of micro-credentials.

    Everybody sees what is public; the consortium also its own, a country its own, organisers and whoever entered an
    event everything of theirs. Taking part opens what is not for the organisers alone. Drafts are seen by those who
    could change them. Administrators and coordinators see everything, auditors everything but drafts.
    """
    if actor.has(Role.ADMIN, Role.COORDINATOR):
        return true()
    published = Event.state != EventState.DRAFT
    if actor.has(Role.AUDITOR):
        return published
    ways = [Event.visibility == Visibility.PUBLIC]
    if actor.organisations:
        ways.append(and_(_takes_part(actor), Event.visibility != Visibility.PRIVATE))
    if not actor.is_internal:
        return and_(published, or_(*ways))
    ways += [Event.visibility == Visibility.CONSORTIUM, Event.organiser_id.in_(actor.organisations)]
    if actor.countries:
        ways.append(and_(Event.visibility == Visibility.COUNTRY, Event.country.in_(actor.countries)))
    if actor.user_id is not None:
        ways.append(Event.created_by_id == actor.user_id)
    return or_(and_(published, or_(*ways)), *_changeable_drafts(actor))


def _takes_part(actor: Actor) -> ColumnElement[bool]:
    taking_part = select(event_organisation.c.event_id).where(
        event_organisation.c.organisation_id.in_(actor.organisations)
    )
    hosting = select(event_host.c.event_id).where(event_host.c.organisation_id.in_(actor.organisations))
    return or_(Event.organiser_id.in_(actor.organisations), Event.id.in_(taking_part), Event.id.in_(hosting))


def _changeable_drafts(actor: Actor) -> list[ColumnElement[bool]]:
    """Drafts the actor could change: entered by it, organised by it, or of a country it leads, unless private there."""
    if not actor.may(Permission.EVENT_EDIT):
        return []
    reached = reach(actor, Permission.EVENT_EDIT, country=Event.country)
    return [
        and_(reached, Event.visibility != Visibility.PRIVATE),
        Event.organiser_id.in_(actor.organisations_for(Permission.EVENT_EDIT)),
        *([Event.created_by_id == actor.user_id] if actor.user_id is not None else ()),
    ]


def event(actor: Actor, event_id: int) -> Event:
    """One event with its organiser. Raises ``NoResultFound`` when it does not exist or is not open to the actor."""
    return db.session.execute(_one(actor), {"key": event_id}).scalar_one()


@lru_cache(maxsize=256)
def _one(actor: Actor) -> Select[Event]:
    organiser = joinedload(Event.organiser).load_only(Organisation.name, Organisation.country)
    return select(Event).where(Event.id == bindparam("key"), visible_to(actor)).options(organiser)


def event_to_edit(actor: Actor, event_id: int) -> Event:
    """One event with everything a form shows. Raises ``NoResultFound`` as ``event``."""
    return db.session.execute(
        select(Event)
        .where(Event.id == event_id, visible_to(actor))
        .options(
            joinedload(Event.organiser),
            joinedload(Event.cluster),
            selectinload(Event.organisations),
            selectinload(Event.hosts),
            selectinload(Event.microcredential_links),
        )
    ).scalar_one()


def organisations_of(actor: Actor, event: Event) -> tuple[list[Found], int]:
    """Who took part, by name, as far as the register is open to the actor, and how many others did."""
    rows = plain_rows(db.session, _taking_part(actor), {"key": event.id})
    known = [row for row in rows if row.is_open]
    return known, len(rows) - len(known)


@lru_cache(maxsize=256)
def _taking_part(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Organisation.id,
            Organisation.name,
            Organisation.name_language,
            Organisation.country,
            Organisation.is_example,
            organisations_visible_to(actor).label("is_open"),
        )
        .join(event_organisation, event_organisation.c.organisation_id == Organisation.id)
        .where(event_organisation.c.event_id == bindparam("key"))
        .order_by(Organisation.name_key)
    )


def _has_one_of_the_readers(table: Table) -> ColumnElement[bool]:
    of_reader = RoleGrant.user_id == presence.READER
    joined = select(table.c.event_id).join(RoleGrant, RoleGrant.organisation_id == table.c.organisation_id)
    return joined.where(table.c.event_id == presence.KEY, of_reader).exists()


presence.ask(
    hosts=select(event_host.c.event_id).where(event_host.c.event_id == presence.KEY).exists(),
    takes_part=or_(_has_one_of_the_readers(event_organisation), _has_one_of_the_readers(event_host)),
)


def hosts_of(actor: Actor, event: Event) -> Sequence[Found]:
    """Who hosts it, by name, as far as the register is open to the actor."""
    return plain_rows(db.session, _hosting(actor), {"key": event.id})


@lru_cache(maxsize=256)
def _hosting(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(Organisation.id, Organisation.name, Organisation.country, Organisation.is_example)
        .join(event_host, event_host.c.organisation_id == Organisation.id)
        .where(event_host.c.event_id == bindparam("key"), organisations_visible_to(actor))
        .order_by(Organisation.name_key, Organisation.id)
    )


def microcredentials_of(actor: Actor, event: Event) -> tuple[list[Found], int]:
    """The micro-credentials it concerns, by code, as far as they are open to the actor, and how many others."""
    rows = plain_rows(db.session, _concerned(actor), {"key": event.id})
    known = [row for row in rows if row.is_open]
    return known, len(rows) - len(known)


@lru_cache(maxsize=256)
def _concerned(actor: Actor) -> Select[*tuple[Any, ...]]:
    link = Event.link_model
    return (
        select(
            MicroCredential.id,
            MicroCredential.code,
            MicroCredential.title,
            MicroCredential.is_example,
            microcredentials_visible_to(actor).label("is_open"),
        )
        .join(link, link.microcredential_id == MicroCredential.id)
        .where(link.record_id == bindparam("key"))
        .order_by(MicroCredential.code)
    )


def microcredentials_named(actor: Actor, code: str) -> list[MicroCredential]:
    """The micro-credential with this code, where the actor may see it; else none."""
    statement = select(MicroCredential).where(
        MicroCredential.code == code.upper().replace("\0", ""), microcredentials_visible_to(actor)
    )
    return list(db.session.scalars(statement))


def moves(event: Event) -> Sequence[Found]:
    """How the event came to its state, oldest first."""
    return moves_of(db.session, event)


def reschedulings(event: Event) -> list[Rescheduling]:
    """The times the event was announced for before, oldest first."""
    if not event.sequence:
        return []  # each of them counted the sequence up, so most events need not be asked about
    return list(
        db.session.scalars(select(Rescheduling).where(Rescheduling.event_id == event.id).order_by(Rescheduling.id))
    )


def on_days(actor: Actor, first: date, last: date) -> Select[*tuple[Any, ...]]:
    """Events that touch the days from ``first`` to ``last`` at their place, in their order, for a calendar page."""
    return (
        select(
            *(Event.id, Event.kind, Event.title, Event.state, Event.zone, Event.all_day, Event.is_example),
            *(Event.starts_on, Event.ends_on, Event.starts_at, Event.ends_at),
            *(Event.format, Event.venue, Event.city, Event.country),
        )
        .where(Event.starts_on <= last, Event.ends_on >= first, visible_to(actor))
        .order_by(Event.starts_on, Event.all_day.desc(), Event.starts_at, Event.id)
    )


def lock(event: Event, *parts: Base) -> None:
    """Hold the event and parts of it as ``hold`` does: numbers are given in turn, and nobody is asked twice."""
    hold(event, *parts)


def organisers(actor: Actor) -> Sequence[Found]:
    """Organisations that organise or host something the actor may see: rows of key and name."""
    organising = select(Event.organiser_id).where(visible_to(actor))
    hosting = select(event_host.c.organisation_id).join(Event, Event.id == event_host.c.event_id)
    return db.session.execute(
        select(Organisation.id, Organisation.name)
        .where(or_(Organisation.id.in_(organising), Organisation.id.in_(hosting.where(visible_to(actor)))))
        .order_by(Organisation.name_key)
    ).all()


def series_of(actor: Actor) -> Sequence[Found]:
    """Series with an event that the actor may see, the oldest first: rows of key and name."""
    # For a comparison SQLite reads the events of series alone, otherwise every event there is.
    seen = select(Event.series_id).where(Event.series_id > 0, visible_to(actor))
    return db.session.execute(
        select(EventSeries.id, EventSeries.name).where(EventSeries.id.in_(seen)).order_by(EventSeries.id)
    ).all()


def series() -> Sequence[EventSeries]:
    """The series there are, the oldest first."""
    return db.session.scalars(select(EventSeries).order_by(EventSeries.id)).all()


def series_named(name: Mapping[str, str]) -> EventSeries | None:
    """The series that is called so in one of these languages, or else whatever it is called so in."""
    wanted, keys, known = set(name.items()), set(map(series_key, name.values())), series()
    exactly = (one for one in known if wanted & set(one.name.items()))
    alike = (one for one in known if keys & {one.name_key, *map(series_key, one.name.values())})
    return next(exactly, None) or next(alike, None)


def series_key(name: str) -> str:
    """What stands once among the series; a name without a letter is its own."""
    return search_key(name) or name


def is_series_key_taken(key: str) -> bool:
    """Whether a series has this key already."""
    return db.session.scalar(select(EventSeries.id).where(EventSeries.name_key == key)) is not None


def lock_series(series: EventSeries) -> None:
    """Hold a series' row until the transaction ends: each number in it is given once."""
    db.session.execute(select(EventSeries.id).where(EventSeries.id == series.id).with_for_update())


def is_numbered(series: EventSeries, number: int | None, *, but: Event) -> bool:
    """Whether another event of the series than ``but`` has this number; what is cancelled has none."""
    same = Event.series_id == series.id, Event.number == number, Event.state != EventState.CANCELLED
    return db.session.scalar(select(Event.id).where(*same, Event.id != (but.id or 0)).limit(1)) is not None


def referrers(event: Event) -> list[str]:
    """What the records are called that refer to the event and are no part of it."""
    return records.referrers(db.session, event, OWN_TABLES)


def _linked(row: Found) -> LinkedRecord:
    return LinkedRecord(
        dated=row.dated,
        title=row.title,
        url=f"/events/{row.id}",
        state=row.state,
        note=str(row.kind.label),
        is_example=row.is_example,
    )


register(
    LinkKind(
        model=Event,
        label=_l("Events"),
        icon="calendar-event",
        visible_to=visible_to,
        columns=(Event.id, Event.kind, Event.title, Event.state, Event.is_example),
        present=_linked,
    )
)

"""What else is on at the same time in the same place, or asks for the same people; pointed out, never refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, false, or_, select

from app.core.access import Actor
from app.core.database import plain_rows
from app.core.search_key import search_key
from app.events.agenda.models import AgendaItem, agenda_presenter
from app.events.invitations.models import EventInvitation, InvitationState
from app.events.models import OVER, Event, EventKind, EventState
from app.events.queries import visible_to
from app.events.spans import Span
from app.extensions import db

# What is a draft or cancelled takes no room, and whoever declined no place.
TAKES_PLACE = (EventState.PLANNED, EventState.CONFIRMED, *sorted(OVER))
COMING = (*(InvitationState.INVITED, InvitationState.ACCEPTED, InvitationState.WAITING, InvitationState.TENTATIVE),)
MOST = 5


@dataclass(frozen=True)
class Clash:
    """Another event at an overlapping time, and what both need: ``place``, ``link``, ``people``.

    ``event`` is its row where the actor may see it; else nothing is told of it but that it is there.
    """

    event: Any
    place: bool
    link: bool
    people: bool


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A time and a place that an event has or is about to get; ``of`` is its key, once it has one."""

    lasts: Span
    venue: str | None = None
    city: str | None = None
    link: str | None = None
    of: int | None = None


def span(zone: str, starts_on: date, ends_on: date, starts_at: datetime | None, ends_at: datetime | None) -> Any:
    """From when to when something lasts, in UTC; whole days run from midnight to midnight on the clock of ``zone``."""
    there = ZoneInfo(zone)
    return (
        starts_at or datetime.combine(starts_on, time(), there).astimezone(UTC),
        ends_at or datetime.combine(ends_on + timedelta(days=1), time(), there).astimezone(UTC),
    )


def overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    """Whether two spans share a moment; what begins as the other ends does not."""
    return one[0] < other[1] and other[0] < one[1]


def same_place(one: tuple[str | None, str | None], other: tuple[str | None, str | None]) -> bool:
    """Whether two places, each a venue and a town, are one: the venue is named, in any script, and the town fits."""
    venue, city = (search_key(text or "") for text in one)
    other_venue, other_city = (search_key(text or "") for text in other)
    return bool(venue) and venue == other_venue and city == other_city


def same_link(one: str | None, other: str | None) -> bool:
    """Whether two links lead to one online room."""
    return bool(one and other) and (one or "").rstrip("/").casefold() == (other or "").rstrip("/").casefold()


def of(actor: Actor, event: Event) -> Sequence[Clash]:
    """What an event clashes with; a deadline takes no time, and what is cancelled no room."""
    if event.kind is EventKind.DEADLINE or event.state is EventState.CANCELLED:
        return []
    lasts = Span(event.zone, event.starts_on, event.ends_on, event.starts_at, event.ends_at)
    return with_what(actor, Wanted(lasts=lasts, venue=event.venue, city=event.city, link=event.link, of=event.id))


def with_what(actor: Actor, wanted: Wanted) -> Sequence[Clash]:
    """What a time and a place clash with, the earliest first, at most five; one statement."""
    time_of = wanted.lasts
    lasts = span(time_of.zone, time_of.starts_on, time_of.ends_on, time_of.starts_at, time_of.ends_at)
    # Days are those of each place: around the world they differ by one at most.
    statement = (
        select(
            *(Event.id, Event.title, Event.is_example, Event.zone, Event.all_day),
            *(Event.starts_on, Event.ends_on, Event.starts_at, Event.ends_at, Event.venue, Event.city, Event.link),
            visible_to(actor).label("is_open"),
            _shares_people(wanted.of).label("people"),
        )
        .where(
            Event.kind != EventKind.DEADLINE,
            Event.state.in_(TAKES_PLACE),
            Event.starts_on <= time_of.ends_on + timedelta(days=1),
            Event.ends_on >= time_of.starts_on - timedelta(days=1),
        )
        .order_by(Event.starts_on, Event.id)
    )
    found = []
    for row in plain_rows(db.session, statement):
        if row.id == wanted.of:
            continue
        if not overlap(lasts, span(row.zone, row.starts_on, row.ends_on, row.starts_at, row.ends_at)):
            continue
        place = same_place((wanted.venue, wanted.city), (row.venue, row.city))
        link = same_link(wanted.link, row.link)
        if place or link or row.people:
            found.append(Clash(row if row.is_open else None, place, link, bool(row.people)))
    return found[:MOST]


def _shares_people(event_id: int | None) -> ColumnElement[bool]:
    """Whether somebody invited to one, or presenting there, is so at the other; by the register, or by mailbox."""
    if event_id is None:
        return false()
    invited, presents = EventInvitation, agenda_presenter.c
    coming = invited.state.in_(COMING)
    own_guests = select(invited.person_id).where(invited.event_id == event_id, coming, invited.person_id.is_not(None))
    presenting = select(presents.person_id).join(AgendaItem, AgendaItem.id == presents.item_id)
    people = own_guests.union(presenting.where(AgendaItem.event_id == event_id))
    mailboxes = select(invited.email).where(invited.event_id == event_id, coming, invited.email.is_not(None))
    there = select(invited.id).where(
        invited.event_id == Event.id, coming, or_(invited.person_id.in_(people), invited.email.in_(mailboxes))
    )
    presents_there = presenting.where(AgendaItem.event_id == Event.id, presents.person_id.in_(people))
    return or_(there.correlate(Event).exists(), presents_there.correlate(Event).exists())

"""Events that come, change and go in a portal under test, and what a calendar program then gets."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import icalendar
from sqlalchemy import select

from app.core.access import SYSTEM
from app.events import services
from app.events.facts import EventFacts
from app.events.models import Event, EventKind, EventState, Visibility
from app.extensions import db
from app.feeds.models import CalendarEntry
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from tests.accounts.people import work
from tests.events.world import NEXT_WEEK

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.events.world import World

ALL = "/feeds/all.ics"
LINK = "https://meet.example/secret-room"
# Facts that an event has under the same name.
SAME = [entry.name for entry in fields(EventFacts) if entry.name not in {"total", "reason", "link_follows", "series"}]


def enter(app: Flask, world: World, state: EventState = EventState.CONFIRMED, **changes: Any) -> int:
    """Enter a public round table of next week and commit; answers its key."""
    facts = {
        "kind": EventKind.ROUND_TABLE,
        "consultation_type": None,
        "title": {"en": "Round table"},
        "starts_on": NEXT_WEEK,
        "visibility": Visibility.PUBLIC,
        **changes,
    }
    return plan(app, world.consultation, state, **facts)


def plan(app: Flask, made: Callable[..., EventFacts], state: EventState, **changes: Any) -> int:
    """Enter what a method of the world makes with ``changes``, and commit; answers its key."""
    with work(app):
        return services.plan(SYSTEM, made(**changes), state).id


def change(
    app: Flask, event_id: int, *, concerns: int | None = None, organised_by: int | None = None, **changes: Any
) -> None:
    """Edit an event and commit; facts that are not named stay.

    ``concerns`` is the key of the one micro-credential it concerns, ``organised_by`` that of the organiser.
    """
    with work(app):
        event = db.session.get_one(Event, event_id)
        facts = {name: getattr(event, name) for name in SAME}
        facts |= {"organisations": list(event.organisations), "microcredentials": list(event.microcredentials)}
        facts["series"] = event.series.name if event.series else None
        if concerns:
            facts["microcredentials"] = [db.session.get_one(MicroCredential, concerns)]
        if organised_by:
            facts["organiser"] = db.session.get_one(Organisation, organised_by)
        services.edit(SYSTEM, event, event.version, EventFacts(**{**facts, **changes}))


def move(app: Flask, event_id: int, state: EventState, reason: str | None = None) -> None:
    """Move an event to a state and commit."""
    with work(app):
        event = db.session.get_one(Event, event_id)
        if event.state is EventState.CANCELLED:
            reason = reason or "It can be held."
        services.move(SYSTEM, event, event.version, state, reason)


def cancel(app: Flask, event_id: int) -> None:
    """Call an event off and commit."""
    move(app, event_id, EventState.CANCELLED, "The hall burnt down")


def entries(client: FlaskClient, path: str = ALL) -> list[icalendar.Event]:
    """The events in a feed, as the icalendar package reads them."""
    response = client.get(path)
    assert response.status_code == 200, response.status
    found = icalendar.Calendar.from_ical(response.data).walk("VEVENT")
    return [entry for entry in found if isinstance(entry, icalendar.Event)]


def titles(client: FlaskClient, path: str = ALL) -> list[str]:
    """The titles in a feed, in their order."""
    return [str(entry["SUMMARY"]) for entry in entries(client, path)]


def uid_of(app: Flask, event_id: int) -> str:
    """The identifier under which calendars know an event."""
    with app.app_context():
        uid = db.session.scalar(select(CalendarEntry.uid).where(CalendarEntry.event_id == event_id))
        return f"{uid}@{app.config['CONSORTIUM'].uid_domain}"

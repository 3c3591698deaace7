"""What tests of invitations share: an event to come, an invitation to it, and what was mailed."""

from collections.abc import Callable
from datetime import time
from email.message import EmailMessage

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core import mail
from app.core.access import SYSTEM
from app.core.mail import Mail
from app.events import services as events
from app.events.facts import EventFacts
from app.events.invitations import services
from app.events.invitations.models import EventInvitation
from app.events.invitations.services import Recipient
from app.events.models import Event, EventKind, EventState, Format
from app.extensions import db, limiter
from tests.accounts.people import mails, work
from tests.conftest import Backend
from tests.events.conftest import SignIn
from tests.events.world import NEXT_WEEK, World

ANA = Recipient(name="Ana Hakobyan", email="ana@example.org")
BERND = Recipient(name="Müller; Bernd", email="bernd@example.org")


def workshop(world: World, **changes: object) -> EventFacts:
    """A workshop of next week, on site."""
    facts = world.consultation(
        kind=EventKind.WORKSHOP, consultation_type=None, starts_on=NEXT_WEEK, title={"en": "Patterns, cut & sewn"}
    )
    from dataclasses import replace

    return replace(facts, **{"format": Format.HYBRID, "link": "https://meet.example/a", **changes})  # type: ignore[arg-type]


@pytest.fixture
def event(backend: Backend, world: World) -> int:
    """The key of an event that is planned."""
    return backend.begin_with(plan, world)


def plan(world: World) -> int:
    return events.plan(SYSTEM, workshop(world), EventState.PLANNED).id


@pytest.fixture
def invited(backend: Backend, event: int) -> dict[str, int]:
    """Ana and Bernd are invited, in English: the keys of their invitations."""
    return backend.begin_with(invite, event)


def invite(event: int) -> dict[str, int]:
    found = db.session.get_one(Event, event)
    sent = services.invite(SYSTEM, found, [ANA, BERND], language="en", message="Do come!")
    return {one.email.partition("@")[0]: one.id for one in sent.invitations}


@pytest.fixture
def editor(app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The browser of the organiser's editor, with tokens in its forms."""
    browser = sign_in("editor")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    with app.app_context():
        limiter.reset()
    return browser


Change = Callable[..., None]


@pytest.fixture
def change(app: Flask, world: World, event: int) -> Change:
    """Edit the event: facts that are another."""

    def edit(**changes: object) -> None:
        with work(app) as session:
            found = session.get_one(Event, event)
            events.edit(SYSTEM, found, found.version, workshop(world, **changes))

    return edit


LATER = {"starts_time": time(15), "ends_time": time(18), "reason": "The train comes later."}


def state_of(app: Flask, key: int) -> str:
    """How an invitation stands."""
    with app.app_context():
        return db.session.get_one(EventInvitation, key).state.value


def mailed(app: Flask, address: str = "ana@example.org") -> list[Mail]:
    """Every mail to an address, the oldest first."""
    return [one for one in mails(app) if one.recipient == address]


def composed(app: Flask, one: Mail) -> EmailMessage:
    """A mail as it leaves."""
    return mail.compose(one, app.config["PORTAL"].mail_from)


def calendar_in(one: Mail) -> icalendar.Calendar:
    """The calendar part of a mail, as the icalendar library reads it."""
    assert one.calendar
    return icalendar.Calendar.from_ical(one.calendar)


def entry_in(one: Mail) -> icalendar.cal.Component:
    """The event in the calendar part of a mail."""
    (found,) = calendar_in(one).walk("VEVENT")
    return found


def octets_of(one: Mail) -> bytes:
    """The calendar part of a mail as it leaves."""
    return (one.calendar or "").encode()


def get(session: Session, key: int) -> EventInvitation:
    """An invitation by its key."""
    return session.get_one(EventInvitation, key)

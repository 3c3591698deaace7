"""What tests of attendance share: an event that has begun, and its organiser's browser."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.access import SYSTEM
from app.events import services as events
from app.events.attendance import services
from app.events.attendance.models import Attendance, Presence
from app.events.attendance.services import AttendeeFacts
from app.events.invitations import answering
from app.events.invitations import services as invitations
from app.events.invitations.answering import Said
from app.events.invitations.models import AnsweredBy, InvitationState, Way
from app.events.invitations.services import Recipient
from app.events.models import Event, EventKind, EventState, Format
from app.extensions import db, limiter
from app.stakeholders.models import Organisation
from tests.accounts.people import work
from tests.conftest import Backend
from tests.events.conftest import SignIn
from tests.events.world import NEXT_WEEK, World


@pytest.fixture
def event(backend: Backend, world: World) -> int:
    """A hybrid workshop to which three are invited: one came round to yes, one declined; today is its day."""
    key = backend.begin_with(workshop, world)
    clock.reckon_with(NEXT_WEEK)
    return key


def workshop(world: World) -> int:
    facts = world.consultation(
        kind=EventKind.WORKSHOP,
        consultation_type=None,
        starts_on=NEXT_WEEK,
        format=Format.HYBRID,
        link="https://meet.example/a",
    )
    made = events.plan(SYSTEM, facts, EventState.PLANNED)
    company = db.session.get_one(Organisation, world.company)
    company.address = "1 Loom Street"
    wanted = [
        Recipient(name="Ana Hakobyan", email="ana@example.org"),
        Recipient(name="Bernd Müller", email="bernd@example.org"),
        Recipient(name=company.name, email="office@example.org", organisation=company),
    ]
    sent = invitations.invite(SYSTEM, made, wanted, language="en").invitations
    answering.answer(sent[0], Said(answer=InvitationState.ACCEPTED, how=AnsweredBy.LINK))
    answering.answer(sent[1], Said(answer=InvitationState.DECLINED, how=AnsweredBy.LINK))
    return made.id


@pytest.fixture
def rows(backend: Backend, event: int) -> dict[str, int]:
    """The list filled in from the invitations: keys of rows by name."""
    backend.begin_with(filled, event)
    return keys(backend.app)


def filled(event: int) -> None:
    services.fill(SYSTEM, db.session.get_one(Event, event))


@pytest.fixture
def editor(app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The browser of the organiser's editor, with tokens in its forms."""
    browser = sign_in("editor")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    with app.app_context():
        limiter.reset()
    return browser


def keys(app: Flask) -> dict[str, int]:
    with app.app_context():
        return {row.called: row.id for row in db.session.query(Attendance)}


def state_of(app: Flask, key: int) -> str:
    with app.app_context():
        return db.session.get_one(Attendance, key).state.value


def guest(name: str = "Carla Gast", how: Way = Way.ONSITE, country: str | None = "GE") -> AttendeeFacts:
    """Somebody who comes without an invitation."""
    return AttendeeFacts(name=name, how=how, organisation_name="Guild of weavers", country=country, function="Weaver")


BEFORE = date(2025, 5, 19)
DRAWING = "M10 100L60 40L120 160L180 60"


def present(app: Flask, *names: str) -> None:
    """Mark rows of the list, by name, as present."""
    known = keys(app)
    with work(app) as session:
        for name in names:
            services.mark(SYSTEM, session.get_one(Attendance, known[name]), Presence.PRESENT)

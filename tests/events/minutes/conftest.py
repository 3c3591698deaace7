"""What tests of minutes share: a meeting that was held, its minutes, those who were there, and what was mailed."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.access import SYSTEM, Actor
from app.core.mail import Mail
from app.events import services as events
from app.events.agenda import queries as agenda
from app.events.agenda import services as items
from app.events.agenda.models import AgendaItem
from app.events.attendance import services as attendance
from app.events.attendance.models import Attendance, Presence
from app.events.invitations import services as invitations
from app.events.invitations.models import EventInvitation
from app.events.invitations.services import Recipient
from app.events.minutes import queries, services
from app.events.minutes.models import Minutes, MinutesRecipient, MinutesState, Verdict
from app.events.minutes.rules import Remark
from app.events.minutes.services import SendFacts
from app.events.models import Event
from app.events.outcomes import services as outcomes
from app.events.outcomes.services import ActionFacts, DecisionFacts
from app.extensions import db, limiter
from app.stakeholders.models import Organisation
from tests.accounts.people import mails, work
from tests.conftest import Backend
from tests.events.conftest import SignIn
from tests.events.world import LAST_WEEK, NEXT_WEEK, World

UNTIL, TACIT = date(2025, 5, 26), date(2025, 5, 27)
ANA, BERND = "ana@example.org", "bernd@example.org"


@pytest.fixture
def event(backend: Backend, world: World) -> int:
    """A meeting of last week with minutes, a decision and an action; Ana and Bernd were there, Carla was excused."""
    return backend.begin_with(meeting, world)


def meeting(world: World) -> int:
    session = db.session
    made = events.log(SYSTEM, world.consultation())
    company = session.get_one(Organisation, world.company)
    items.add_lines(SYSTEM, made, "en", "Welcome\nPatterns")
    welcome, patterns = agenda.items(made)
    services.write(SYSTEM, welcome, welcome.version, {"en": "We met.", "de": "Wir trafen uns."})
    services.write(SYSTEM, patterns, patterns.version, {"en": "Cut by <b>hand</b>."})
    outcomes.decide(SYSTEM, made, DecisionFacts(text={"en": "We go on."}, decided_on=LAST_WEEK))
    owner = session.get_one(Organisation, world.school)
    outcomes.set_action(SYSTEM, made, ActionFacts(text={"en": "Buy cloth"}, due_on=NEXT_WEEK, owner=owner))
    wanted = [
        Recipient(name="Ana Hakobyan", email=ANA, organisation=company),
        Recipient(name="Bernd Müller", email=BERND),
        Recipient(name="Carla Gast", email="carla@example.org"),
    ]
    invitations.invite(SYSTEM, made, wanted, language="en", by_mail=False)
    session.get_one(EventInvitation, 2).language = "de"
    attendance.fill(SYSTEM, made)
    for row in session.query(Attendance).order_by(Attendance.id):
        attendance.mark(SYSTEM, row, Presence.EXCUSED if row.name == "Carla Gast" else Presence.PRESENT)
    return made.id


def facts(event: Event, **changes: object) -> SendFacts:
    """How minutes are sent to those who were there."""
    there = [row for row, _address in queries.attendees(event) if row.state is Presence.PRESENT]
    usual = SendFacts(
        comments_until=UNTIL,
        approves_on=TACIT,
        contact="Office <office@example.org>",
        language="en",
        attendees=there,
        remind_days=2,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


Send = Callable[..., None]


@pytest.fixture
def send(app: Flask, event: int, world: World) -> Send:
    """Send the minutes; a later time needs a reason."""

    def again(actor: Actor = SYSTEM, **changes: object) -> None:
        with work(app) as session:
            found = session.get_one(Event, event)
            services.send(actor, found, facts(found, **changes))

    return again


@pytest.fixture
def editor(app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The browser of the organiser's editor, with tokens in its forms."""
    browser = sign_in("editor")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    with app.app_context():
        limiter.reset()
    return browser


def say(app: Flask, address: str, said: Verdict, text: str | None = None, item: int | None = None) -> None:
    """Say something of the version that is out."""
    with work(app) as session:
        recipient = session.query(MinutesRecipient).filter_by(email=address).one()
        current = recipient.minutes.current
        assert current
        services.say(recipient, current.number, [Remark(said, text, item)])


def rewrite(app: Flask, event: int, text: str) -> None:
    """Change what was said at the first item."""
    with work(app) as session:
        item = agenda.items(session.get_one(Event, event))[0]
        services.write(SYSTEM, item, item.version, {"en": text})


def minutes_of(session: Session, event: int) -> Minutes:
    """The minutes of an event."""
    found = queries.of_event(session.get_one(Event, event))
    assert found
    return found


def state_of(app: Flask, event: int) -> MinutesState:
    """How far they are."""
    with app.app_context():
        return minutes_of(db.session, event).state


def item_keys(app: Flask, event: int) -> list[int]:
    """Keys of the items, in their order."""
    with app.app_context():
        return [row.id for row in db.session.query(AgendaItem).filter_by(event_id=event).order_by(AgendaItem.position)]


def mailed(app: Flask, address: str, subject: str = "") -> list[Mail]:
    """Every mail to an address whose subject begins so, the oldest first."""
    return [one for one in mails(app) if one.recipient == address and one.subject.startswith(subject)]


def link_of(app: Flask, address: str) -> str:
    """The path of the link that the last mail about minutes brought."""
    found = [re.search(r"http://localhost(/minutes/\S+)", one.text) for one in mailed(app, address)]
    return [match for match in found if match][-1][1]

"""What the demonstration holds, that it is loaded once, and how one enters it."""

import re
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import create_app
from app.config import Profile
from app.core import clock, outbox
from app.core.access import Role
from app.core.states import moves_of
from app.demo.commands import load, prepare
from app.events.agenda import queries as agenda
from app.events.feedback.models import Disposition, FeedbackPoint, FeedbackTold, Stance
from app.events.minutes.models import Minutes, MinutesRecipient
from app.events.models import Event, EventKind, EventState, Rescheduling
from app.events.outcomes import queries as outcomes
from app.extensions import db
from app.feeds.models import CalendarEntry
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.stakeholders.models import Organisation, Person
from tests.accounts.people import is_signed_in, organisation, submit, work
from tests.conftest import AS_OF, Backend, settings_for
from tests.demo.conftest import Show


def count(model: type, *conditions: object) -> int:
    """How many records of a kind there are."""
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0  # type: ignore[arg-type]


def test_the_demonstration_holds_the_consortium_and_marked_examples(show: Show) -> None:
    with show.app.app_context():
        assert count(Organisation) == 67
        assert count(Organisation, Organisation.is_partner) == 17
        assert count(Organisation, Organisation.is_coordinator) == 1
        assert count(MicroCredential) == 62
        real = select(MicroCredential).where(MicroCredential.is_example.is_(False))
        assert [design.title["en"] for design in db.session.scalars(real)] == ["Pattern on Fabric"]
        assert count(Person) > 0


def test_the_eighteen_real_events_are_seven_meetings_and_eleven_deadlines(show: Show) -> None:
    with show.app.app_context():
        real = Event.is_example.is_(False)
        assert count(Event, real, Event.kind == EventKind.MEETING) == 7
        assert count(Event, real, Event.kind == EventKind.DEADLINE) == 11
        assert count(Event, real) == 18
        assert count(Event) > 40
        for event in db.session.scalars(select(Event).where(real, Event.kind == EventKind.DEADLINE)):
            assert event.all_day
            assert event.responsible
        held = select(Event).where(real, Event.kind == EventKind.MEETING, Event.state != EventState.CONFIRMED)
        for event in db.session.scalars(held):
            assert agenda.items(event)
            assert [decision.number for decision in outcomes.decisions(event)] == [
                *range(1, len(outcomes.decisions(event)) + 1)
            ]
        assert count(Event, real, Event.set_by_id.is_not(None)) == 10


def test_the_first_meetings_minutes_are_approved_with_a_document_and_those_of_the_second_are_out(show: Show) -> None:
    outbox.drain(show.app)
    with show.app.app_context():
        first, second = db.session.scalars(select(Minutes).order_by(Minutes.event_id))
        assert [(one.event.number, one.state.value, one.is_example) for one in (first, second)] == [
            (1, "approved", True),
            (2, "sent", True),
        ]
        assert {one.event.state for one in (first, second)} == {EventState.CLOSED}
        assert first.current
        assert first.current.document
        assert second.current
        assert second.current.comments_until > AS_OF
        assert count(MinutesRecipient, MinutesRecipient.email.not_like("%example.org")) == 0


def test_what_was_said_is_marked_as_made_up_and_answered_in_every_way(show: Show) -> None:
    with show.app.app_context():
        assert count(FeedbackPoint, FeedbackPoint.is_example.is_(False)) == 0
        states = set(db.session.scalars(select(FeedbackPoint.state)))
        assert states == set(Disposition) - {Disposition.WITHDRAWN}
        assert set(db.session.scalars(select(FeedbackPoint.stance))) == set(Stance)
        closed = select(Event.id).where(Event.state == EventState.CLOSED)
        unanswered = FeedbackPoint.state == Disposition.OPEN
        assert count(FeedbackPoint, FeedbackPoint.event_id.in_(closed)) > 0
        assert count(FeedbackPoint, FeedbackPoint.event_id.in_(closed), unanswered) == 0
        assert count(FeedbackTold) == 2


def test_deadlines_lie_on_both_sides_of_the_day_the_portal_reckons_with(show: Show) -> None:
    with show.app.app_context():
        assert count(Event, Event.kind == EventKind.DEADLINE, Event.ends_on < AS_OF) > 0
        assert count(Event, Event.kind == EventKind.DEADLINE, Event.ends_on >= AS_OF) > 0


def test_every_country_has_its_designs_in_several_states(show: Show) -> None:
    consortium = show.app.config["CONSORTIUM"]
    with show.app.app_context():
        countries = dict(
            db.session.execute(select(MicroCredential.country, func.count()).group_by(MicroCredential.country)).all()
        )
        assert set(countries) == {country.code for country in consortium.credential_countries}
        assert min(countries.values()) >= 10
        published = MicroCredential.state == MicroCredentialState.PUBLISHED
        assert count(MicroCredential, published) == 29


def test_every_record_came_the_way_people_bring_it(show: Show) -> None:
    with show.app.app_context():
        published = count(Event, Event.state != EventState.DRAFT)
        assert count(CalendarEntry, CalendarEntry.event_id.is_not(None)) == published == count(Event)
        assert count(Rescheduling) > 0
        for event in db.session.scalars(select(Event).where(Event.state == EventState.CANCELLED)):
            assert moves_of(db.session, event)[-1].reason


def test_loading_again_changes_nothing(show: Show) -> None:
    with show.app.app_context():
        before = [count(model) for model in (Organisation, Person, MicroCredential, Event)]
    assert load(show.app) is False
    prepare(show.app)
    with show.app.app_context():
        assert [count(model) for model in (Organisation, Person, MicroCredential, Event)] == before


def test_a_portal_with_data_of_its_own_is_left_alone(backend: Backend) -> None:
    with work(backend.app) as session:
        organisation(session, "Ours alone")
    assert load(backend.app) is False
    with backend.app.app_context():
        assert list(db.session.scalars(select(Organisation.name))) == ["Ours alone"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_demonstration_of_a_day_before_what_its_files_tell_of_loads_too(backend: Backend) -> None:
    asked = date(2025, 1, 15)
    clock.reckon_with(asked)
    assert load(backend.app) is True
    assert clock.as_of() == asked
    with backend.app.app_context():
        assert count(Event, Event.state == EventState.CLOSED) > 0


def test_a_demonstration_reckons_with_the_day_that_its_consortium_names(tmp_path: Path) -> None:
    url, asked = f"sqlite:///{tmp_path / 'portal.db'}", clock.as_of()
    try:
        for profile, day in ((Profile.DEMO, AS_OF), (Profile.TEST, None)):
            create_app(settings_for(url, tmp_path / "files", profile=profile, as_of=None))
            assert clock.as_of() == day
    finally:
        clock.reckon_with(asked)


def test_one_line_a_role_is_printed_with_its_link(show: Show) -> None:
    lines = show.printed.splitlines()
    assert [line.split()[0] for line in lines] == [role.value for role in Role]
    assert all(re.fullmatch(r"\w+ http://localhost/enter/\w+/[\w.-]+", line) for line in lines)


@pytest.mark.parametrize("role", list(Role))
def test_the_link_of_each_role_lets_one_in_to_every_page_of_the_frame(show: Show, role: Role) -> None:
    client = show.app.test_client()
    path = next(line.split()[1] for line in show.printed.splitlines() if line.startswith(f"{role.value} "))
    path = path.removeprefix("http://localhost")
    assert client.get(path).status_code == 200
    assert submit(client, path).location == "/"
    assert is_signed_in(client)
    for address in sorted(_links(client)):
        assert client.get(address).status_code == 200, address


def _links(client: FlaskClient) -> set[str]:
    """Addresses of this portal on the front page, without those that begin work or leave."""
    page = re.sub(r"<template.*?</template>", "", client.get("/").get_data(as_text=True), flags=re.DOTALL)
    found = set(re.findall(r'href="(/[^"#?]*)[^"]*"', page))
    return {address for address in found if not address.startswith(("/static/", "/sign-out", "/logout"))}

"""Calendars name the micro-credentials that their readers may see, and no others."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.core import outbox
from app.core.access import SYSTEM, Role
from app.core.database import writing
from app.core.migrations import migrations
from app.events.models import EventKind, EventState, Visibility
from app.events.services import plan
from app.extensions import db
from app.feeds import entries as stored
from app.feeds.models import CalendarEntry
from app.microcredentials import services
from app.microcredentials.models import MicroCredential, MicroCredentialState
from tests.accounts.people import arrive, statements, work
from tests.conftest import Backend
from tests.events.world import NEXT_WEEK, World, build
from tests.feeds.calendars import ALL, entries
from tests.feeds.test_personal import subscribe
from tests.microcredentials.designs import college, facts

S = MicroCredentialState
SECRET = "AM-77"
FEED = f"/feeds/mc/{SECRET}.ics"


@pytest.fixture
def event_id(app: Flask, world: World) -> int:
    """A public workshop about a published micro-credential and one that is ready and not published yet."""
    with work(app) as session:
        secret = services.create(SYSTEM, facts(college(session), code=SECRET))
        services.advance(SYSTEM, secret, S.FINAL)
        about = [session.get_one(MicroCredential, world.pattern), secret]
        workshop = {"kind": EventKind.WORKSHOP, "consultation_type": None, "starts_on": NEXT_WEEK}
        made = world.consultation(**workshop, visibility=Visibility.PUBLIC, microcredentials=about)
        return plan(SYSTEM, made, EventState.CONFIRMED).id


def go(app: Flask, state: S, reason: str | None = None) -> None:
    with work(app) as session:
        secret = session.scalars(sa.select(MicroCredential).where(MicroCredential.code == SECRET)).one()
        services.move(SYSTEM, secret, state, secret.version, reason)
    outbox.drain(app)


def names_secret(client: FlaskClient, path: str) -> bool:
    response = client.get(path)
    assert response.status_code == 200
    assert b"AM-03" in response.data
    return SECRET.encode() in response.data.replace(b"\r\n ", b"")


def test_nobody_outside_learns_a_code_that_is_not_published(app: Flask, client: FlaskClient, event_id: int):
    file = f"/events/{event_id}.ics"
    member, guest = app.test_client(), app.test_client()
    arrive(app, member, Role.COORDINATOR)
    arrive(app, guest, Role.STAKEHOLDER, email="guest@example.org", country="AM")
    own = subscribe(app, Role.COUNTRY_LEAD, "lead@example.org", country="AM")
    guests_own = subscribe(app, Role.STAKEHOLDER, "other@example.org", country="AM")

    public = [ALL, "/feeds/country/AM.ics", "/feeds/kind/workshop.ics", "/feeds/mc/AM-03.ics", file]
    assert {path for path in (*public, guests_own) if names_secret(client, path)} == set()
    assert not names_secret(guest, file)
    assert names_secret(member, file)
    assert names_secret(client, own)


def test_the_feed_of_what_is_not_published_is_not_found(app: Flask, client: FlaskClient, event_id: int):
    assert client.get(FEED).status_code == 404
    go(app, S.PUBLISHED)
    assert len(entries(client, FEED)) == 1
    with statements(app) as seen:
        client.get(FEED)
    assert len(seen) == 1


def test_publishing_itself_renders_nothing(app: Flask, client: FlaskClient, event_id: int):
    with work(app) as session:
        secret = session.scalars(sa.select(MicroCredential).where(MicroCredential.code == SECRET)).one()
        services.move(SYSTEM, secret, S.PUBLISHED, secret.version)
    assert not names_secret(client, ALL)
    assert outbox.drain(app) == 1
    assert names_secret(client, ALL)


def test_publishing_reaches_every_calendar_with_the_next_poll(app: Flask, client: FlaskClient, event_id: int):
    guests_own = subscribe(app, Role.STAKEHOLDER, "other@example.org", country="AM")
    tags = {path: client.get(path).headers["ETag"] for path in (ALL, "/feeds/mc/AM-03.ics", guests_own)}
    for path, tag in tags.items():
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    (before,) = entries(client)

    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1), tick=False):
        go(app, S.PUBLISHED)

    for path, tag in tags.items():
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 200
        assert names_secret(client, path)
    (after,) = entries(client)
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"]
    assert after.decoded("DTSTAMP") > before.decoded("DTSTAMP")


def test_what_was_published_stays_named_when_it_is_retired(app: Flask, client: FlaskClient, event_id: int):
    go(app, S.PUBLISHED)
    go(app, S.RETIRED, "Nobody asks for it")
    assert names_secret(client, ALL)
    assert len(entries(client, FEED)) == 1


def test_another_code_stands_in_the_calendars_of_the_consortium(app: Flask, client: FlaskClient, event_id: int):
    own = subscribe(app, Role.COUNTRY_LEAD, "lead@example.org", country="AM")
    with work(app) as session:
        secret = session.scalars(sa.select(MicroCredential).where(MicroCredential.code == SECRET)).one()
        services.move(SYSTEM, secret, S.DRAFT, secret.version, "Another number")
        made = facts(*secret.developers, code="AM-78")
        services.edit(SYSTEM, secret, secret.version, made)
    outbox.drain(app)
    assert b"AM-78" in client.get(own).data.replace(b"\r\n ", b"")
    assert not names_secret(client, own)
    assert b"AM-78" not in client.get(ALL).data


def test_what_was_stored_before_is_rendered_anew(fresh: Backend):
    """The migration asks for it, and the worker takes the codes out in several bits."""
    app = fresh.app
    with work(app):
        world = build()
        for number in range(3):
            title = {"en": f"Deadline {number}"}
            about = [db.session.get_one(MicroCredential, world.pattern)]
            plan(SYSTEM, world.deadline(title=title, visibility=Visibility.PUBLIC, microcredentials=about))
    with work(app) as session:
        for entry in session.scalars(sa.select(CalendarEntry)):
            entry.public_octets = entry.member_octets
    with app.app_context(), writing():
        migrations().downgrade("0006")
        migrations().upgrade()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(stored, "RENEWED_AT_ONCE", 2)
            assert outbox.drain(app) >= 2
    response = app.test_client().get(ALL)
    assert b"AM-03" not in response.data
    assert len(icalendar.Calendar.from_ical(response.data).walk("VEVENT")) == 3

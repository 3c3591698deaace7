"""How often pages ask the database: a few times, however much there is to show."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM, Role
from app.events.models import Visibility
from app.events.services import log, plan
from app.extensions import db
from app.stakeholders.models import Organisation
from tests.accounts.people import arrive, organisation, statements, work
from tests.conftest import Backend
from tests.events.world import NEXT_WEEK, World, build


@pytest.fixture
def world(backend: Backend) -> World:
    """Organisations, micro-credentials, and public events: one held that much hangs on, and many to come."""
    return backend.begin_with(busy)


def busy() -> World:
    made = build()
    school = db.session.get_one(Organisation, made.school)
    visitors = [organisation(db.session, f"Workshop {number}") for number in range(12)]
    log(SYSTEM, made.consultation(organisations=visitors, visibility=Visibility.PUBLIC))
    for number in range(8):
        plan(SYSTEM, made.deadline(starts_on=NEXT_WEEK + timedelta(days=number), visibility=Visibility.PUBLIC))
        log(SYSTEM, made.consultation(organisations=[school], visibility=Visibility.PUBLIC))
    return made


def count(app: Flask, client: FlaskClient, path: str, status: int = 200, **options) -> int:
    """The statements of one answer; what is asked only once in the life of a process was asked before."""
    client.get(path, **options)
    with statements(app) as seen:
        answer = client.get(path, **options)
    assert answer.status_code == status
    return len(seen)


@pytest.mark.parametrize(
    ("path", "most"),
    [("/stakeholders/", 6), ("/stakeholders/?country=AM&q=work&sort=-country", 6), ("/events/", 7)],
)
@pytest.mark.usefixtures("world")
def test_a_list_asks_few_times_whatever_its_length(app: Flask, client: FlaskClient, path: str, most: int):
    arrive(app, client, Role.COORDINATOR)
    before = count(app, client, path)
    with work(app) as session:
        for number in range(80):
            organisation(session, f"Further workshop {number}")
    assert count(app, client, path) == before <= most


def test_the_list_of_microcredentials_asks_six_times_at_most(app: Flask, client: FlaskClient, world: World):
    arrive(app, client, Role.COORDINATOR)
    assert count(app, client, "/microcredentials/") <= 6


@pytest.mark.usefixtures("world")
def test_a_feed_is_three_statements_at_most_and_an_unchanged_one_is_one(app: Flask, client: FlaskClient):
    with statements(app) as seen:
        answer = client.get("/feeds/all.ics")
    assert answer.status_code == 200
    assert len(seen) <= 3
    unchanged = {"If-None-Match": answer.headers["ETag"]}
    # A known poll asks by the driver alone, which is not counted here; tests/feeds/test_polls.py counts that one look.
    assert count(app, client, "/feeds/all.ics", 304, headers=unchanged) == 0
    assert count(app, client, "/feeds/all.ics", 304, headers={**unchanged, "Host": "new.example"}) <= 1


@pytest.mark.parametrize(("form", "most"), [("identity", 3), ("gzip", 4)])
def test_the_first_reading_after_a_change_takes_a_few(
    app: Flask, client: FlaskClient, world: World, form: str, most: int
):
    wanted = {"Accept-Encoding": form}
    client.get("/feeds/all.ics", headers=wanted)
    with work(app):
        plan(SYSTEM, world.deadline(visibility=Visibility.PUBLIC))
    with statements(app) as seen:
        assert client.get("/feeds/all.ics", headers=wanted).status_code == 200
    assert len(seen) <= most


@pytest.mark.parametrize("role", [None, Role.COORDINATOR])
def test_a_microcredential_asks_eleven_times_at_most(app: Flask, client: FlaskClient, world: World, role: Role | None):
    arrive(app, client, role or Role.COORDINATOR)
    browser = client if role else app.test_client()
    status = 200 if role else 404  # it is not published
    assert count(app, browser, "/microcredentials/AM-03", status) <= 11
    assert count(app, browser, "/microcredentials/AM-03/concerns/event", status) <= 8


@pytest.mark.parametrize("role", [None, Role.COORDINATOR])
def test_an_event_asks_nine_times_at_most(app: Flask, client: FlaskClient, world: World, role: Role | None):
    if role:
        arrive(app, client, role)
    assert count(app, client, "/events/1") <= 9


@pytest.mark.parametrize("role", [None, Role.COORDINATOR, Role.COUNTRY_LEAD])
def test_the_front_page_asks_eleven_times_at_most(app: Flask, client: FlaskClient, world: World, role: Role | None):
    if role:
        arrive(app, client, role)
    assert count(app, client, "/") <= 11

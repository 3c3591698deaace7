"""A poll that finds nothing new is answered from one look at the feed's version; anything else is a request."""

import gzip
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from app.core.access import SYSTEM
from app.events.models import Visibility
from app.events.services import plan
from app.feeds.queries import Look
from tests.accounts.people import statements, work
from tests.conftest import Backend
from tests.events.world import World, build

FEED = "/feeds/all.ics"
OLD = "Mon, 01 Jan 2024 00:00:00 GMT"


@pytest.fixture
def world(backend: Backend) -> World:
    """A consortium with one public deadline."""
    return backend.begin_with(with_deadline)


def with_deadline() -> World:
    made = build()
    plan(SYSTEM, made.deadline(visibility=Visibility.PUBLIC))
    return made


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The feeds whose version was asked past SQLAlchemy, which counts no such statement."""
    asked: list[str] = []
    look = Look.version_of

    def version_of(self: Look, scope: str) -> tuple[int, datetime] | None:
        asked.append(scope)
        return look(self, scope)

    monkeypatch.setattr(Look, "version_of", version_of)
    return asked


def poll(client: FlaskClient, tag: str, **headers: str):
    return client.get(FEED, headers={"If-None-Match": tag, **headers})


def test_the_second_poll_is_answered_as_the_first_was(app: Flask, client: FlaskClient, world: World, looks: list[str]):
    tag = client.get(FEED).headers["ETag"]
    first = poll(client, tag)
    with statements(app) as seen:
        second = poll(client, tag)
    assert (first.status_code, second.status_code, second.data, seen, looks) == (304, 304, b"", [], ["all"])
    assert list(second.headers) == list(first.headers)


def test_a_change_reaches_the_next_poll(app: Flask, client: FlaskClient, world: World):
    tag = client.get(FEED).headers["ETag"]
    poll(client, tag)
    with work(app):
        plan(SYSTEM, world.deadline(title={"en": "More reports"}, visibility=Visibility.PUBLIC))
    changed = poll(client, tag)
    assert changed.status_code == 200
    assert "More reports" in changed.text
    assert poll(client, changed.headers["ETag"]).status_code == 304


def test_what_a_program_can_unpack_and_how_it_got_here_are_told_apart(client: FlaskClient, world: World):
    tag = client.get(FEED).headers["ETag"]
    for _time in range(2):
        assert poll(client, tag).headers["ETag"] == tag
        packed = poll(client, tag, **{"Accept-Encoding": "gzip"})
        assert (packed.status_code, packed.headers["ETag"] != tag) == (304, True)
    assert client.get(FEED).status_code == 200
    assert client.head(FEED, headers={"If-None-Match": tag}).status_code == 304


def test_a_packed_feed_is_sent_again_after_one_look(app: Flask, client: FlaskClient, world: World, looks: list[str]):
    first = client.get(FEED, headers={"Accept-Encoding": "gzip"})
    with statements(app) as seen:
        second = client.get(FEED, headers={"Accept-Encoding": "gzip"})
    assert (second.status_code, second.data, seen, looks) == (200, first.data, [], ["all"])
    assert list(second.headers) == list(first.headers)
    with work(app):
        plan(SYSTEM, world.deadline(title={"en": "More reports"}, visibility=Visibility.PUBLIC))
    changed = client.get(FEED, headers={"Accept-Encoding": "gzip"})
    assert b"More reports" in gzip.decompress(changed.data)


def test_a_date_decides_where_there_is_no_tag(client: FlaskClient, world: World):
    known = client.get(FEED).headers["Last-Modified"]
    packed = {"Accept-Encoding": "gzip"}
    for _time in range(2):
        assert client.get(FEED, headers={"If-Modified-Since": known, **packed}).status_code == 304
        assert client.get(FEED, headers={"If-Modified-Since": OLD, **packed}).status_code == 200
        assert client.get(FEED, headers=packed).status_code == 200


def test_a_database_that_does_not_answer_is_left_to_the_portal_to_tell(
    client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
):
    tag = client.get(FEED).headers["ETag"]
    poll(client, tag)

    def fail(*_arguments: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(Look, "version_of", fail)
    assert poll(client, tag).status_code == 304

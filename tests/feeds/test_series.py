"""A series has a feed once one of its events is public, and the feed follows the events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from app.core import outbox
from app.events.models import EventSeries, Visibility
from app.extensions import db
from app.feeds.entries import RENEW
from app.feeds.models import CalendarPlace, FeedVersion
from tests.accounts.people import work
from tests.feeds.calendars import cancel, change, enter, entries, titles
from tests.readers import READERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.events.world import World
    from tests.readers import Entry

TABLES = {"en": "Round tables on textiles", "de": "Runde Tische Textil"}
TALKS = {"en": "Talks"}


def feed_of(app: Flask, name: dict[str, str]) -> str:
    with app.app_context():
        found = [one.id for one in db.session.scalars(select(EventSeries)) if one.name == name]
    return f"/feeds/series/{found[0]}.ics"


def test_a_series_has_a_feed_of_its_own(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world, title={"en": "First"}, series=TABLES)
    enter(app, world, title={"en": "Second"}, series=TABLES)
    enter(app, world, title={"en": "Elsewhere"})
    path = feed_of(app, TABLES)
    assert titles(client, path) == ["First", "Second"]
    full = client.get(path)
    assert "X-WR-CALNAME:BEM – Round tables on textiles\r\n" in full.text
    assert client.get(path, headers={"If-None-Match": full.headers["ETag"]}).status_code == 304


def test_an_event_that_gets_another_series_changes_feeds(app: Flask, client: FlaskClient, world: World) -> None:
    key = enter(app, world, series=TABLES)
    enter(app, world, title={"en": "Talk"}, series=TALKS)
    tag = client.get(feed_of(app, TABLES)).headers["ETag"]
    change(app, key, series=TALKS)
    assert titles(client, feed_of(app, TALKS)) == ["Talk", "Round table"]
    assert client.get(feed_of(app, TABLES), headers={"If-None-Match": tag}).status_code == 200
    assert titles(client, feed_of(app, TABLES)) == []
    change(app, key, series=None)
    assert titles(client, feed_of(app, TALKS)) == ["Talk"]


def test_a_cancelled_event_stays_in_the_feed_of_its_series(app: Flask, client: FlaskClient, world: World) -> None:
    key = enter(app, world, series=TABLES)
    cancel(app, key)
    (entry,) = entries(client, feed_of(app, TABLES))
    assert entry["STATUS"] == "CANCELLED"


def test_the_name_of_a_series_without_public_events_is_told_to_nobody(
    app: Flask, client: FlaskClient, world: World
) -> None:
    key = enter(app, world, series=TABLES, visibility=Visibility.CONSORTIUM)
    path = feed_of(app, TABLES)
    assert client.get(path).status_code == 404
    assert client.get("/feeds/series/4711.ics").status_code == 404
    change(app, key, visibility=Visibility.PUBLIC)
    assert titles(client, path) == ["Round table"]


def test_rendering_anew_gives_events_their_places_in_feeds_of_series(
    app: Flask, client: FlaskClient, world: World
) -> None:
    """As for events that were stored before series had feeds."""
    enter(app, world, series=TABLES)
    with work(app) as session:
        session.execute(delete(CalendarPlace).where(CalendarPlace.scope.startswith("series:")))
        session.execute(delete(FeedVersion).where(FeedVersion.scope.startswith("series:")))
        outbox.enqueue(session, RENEW, {"after": 0})
    assert client.get(feed_of(app, TABLES)).status_code == 404
    outbox.drain(app)
    assert titles(client, feed_of(app, TABLES)) == ["Round table"]


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_every_reader_understands_the_feed_of_a_series(
    app: Flask, client: FlaskClient, world: World, read: Callable[[bytes], list[Entry]]
) -> None:
    key = enter(app, world, title={"en": 'Workshop; "C++, C#" \\ Ελλάδα 🙂'}, series=TABLES)
    enter(app, world, title={"en": "All day"}, starts_time=None, ends_time=None, series=TABLES)
    cancel(app, key)
    called_off, whole = read(client.get(feed_of(app, TABLES)).data)
    assert (called_off.title, called_off.status) == ('Cancelled: Workshop; "C++, C#" \\ Ελλάδα 🙂', "CANCELLED")
    assert (whole.title, whole.ends.toordinal() - whole.starts.toordinal()) == ("All day", 1)

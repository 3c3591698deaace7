"""What stands in a feed as events are made, changed, called off, taken back and moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from sqlalchemy import select

from app.core import outbox
from app.core.access import SYSTEM, Role
from app.core.errors import Refused
from app.core.outbox import Job
from app.events import services
from app.events.models import Event, EventKind, EventState, Format, Visibility
from app.extensions import db
from app.feeds.entries import FORGET, KEPT, follow_address
from app.feeds.models import CalendarPlace, FeedVersion
from tests.accounts.people import arrive, work
from tests.events.world import LAST_WEEK, NEXT_WEEK
from tests.feeds.calendars import ALL, LINK, cancel, change, enter, entries, move, plan, titles, uid_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.events.world import World

# What a calendar shows of an event, each with another value.
SHOWN: list[tuple[str, dict[str, Any]]] = [
    ("title", {"title": {"en": "Second round table"}}),
    ("start", {"starts_time": time(15)}),
    ("day", {"starts_on": date(2025, 5, 21), "ends_on": date(2025, 5, 21)}),
    ("end", {"ends_time": time(18)}),
    ("zone", {"zone": "Asia/Tbilisi"}),
    ("whole day", {"starts_time": None, "ends_time": None}),
    ("venue", {"venue": "Town hall"}),
    ("address", {"address": "Garegin Nzhdeh 1"}),
    ("city", {"city": "Gyumri"}),
    ("description", {"description": {"en": "Bring your patterns."}}),
    ("country", {"country": "GE"}),
    ("kind", {"kind": EventKind.WORKSHOP}),
    ("micro-credentials", {"microcredentials": ()}),
]
COUNTED = {"title", "start", "day", "end", "zone", "whole day", "venue", "address", "city", "country"}


def run_jobs(app: Flask, after: timedelta) -> int:
    """Let the worker work at a later moment; answers how many jobs it did."""
    with time_machine.travel(datetime.now(UTC) + after):
        return outbox.drain(app)


def test_every_fact_that_is_shown_changes_the_octets_and_the_sequence_counts_the_weighty_ones(
    app: Flask, client: FlaskClient, world: World
) -> None:
    for name, facts in SHOWN:
        title = f"About {name}"
        with time_machine.travel(datetime(2026, 1, 5, 9, tzinfo=UTC), tick=False):
            event_id = enter(app, world, title={"en": title})
            before, count = client.get(ALL).data, entry_of(app, client, event_id)["SEQUENCE"]
            change(app, event_id, **facts)
            assert client.get(ALL).data != before, name
        after = entry_of(app, client, event_id)["SEQUENCE"]
        assert after == count + (name in COUNTED), name


def entry_of(app: Flask, client: FlaskClient, event_id: int, path: str = ALL) -> Any:
    uid = uid_of(app, event_id)
    (found,) = [entry for entry in entries(client, path) if entry["UID"] == uid]
    return found


def test_an_event_has_one_identifier_and_one_content_in_every_feed_and_file(
    app: Flask, client: FlaskClient, world: World
) -> None:
    event_id = enter(app, world)
    paths = [ALL, "/feeds/country/AM.ics", "/feeds/kind/round_table.ics", "/feeds/mc/AM-03.ics"]
    found = [entry_of(app, client, event_id, path) for path in (*paths, f"/events/{event_id}.ics")]
    assert len({entry.to_ical() for entry in found}) == 1
    for title in ("Moved", "Moved again"):
        change(app, event_id, title={"en": title}, country="GE", ends_on=date(2025, 6, 1))
        assert entry_of(app, client, event_id)["UID"] == found[0]["UID"]


def test_stamps_are_those_of_the_last_change(app: Flask, client: FlaskClient, world: World) -> None:
    made, changed = datetime(2026, 1, 5, 9, 0, 1, tzinfo=UTC), datetime(2026, 2, 1, 12, 30, 45, tzinfo=UTC)
    with time_machine.travel(made, tick=False):
        event_id = enter(app, world)
    with time_machine.travel(changed, tick=False):
        change(app, event_id, title={"en": "Another"})
    entry = entry_of(app, client, event_id)
    assert (entry.decoded("CREATED"), entry.decoded("DTSTAMP"), entry.decoded("LAST-MODIFIED")) == (
        made, changed, changed,
    )  # fmt: skip


def test_states_are_told_as_calendars_know_them(app: Flask, client: FlaskClient, world: World) -> None:
    tentative, confirmed = enter(app, world, EventState.PLANNED), enter(app, world, EventState.CONFIRMED)
    due = plan(app, world.deadline, EventState.PLANNED, visibility=Visibility.PUBLIC)
    found = [entry_of(app, client, event_id) for event_id in (tentative, confirmed, due)]
    assert [str(entry["STATUS"]) for entry in found] == ["TENTATIVE", "CONFIRMED", "TENTATIVE"]
    assert [str(entry["TRANSP"]) for entry in found] == ["OPAQUE", "OPAQUE", "TRANSPARENT"]
    assert [entry["DTSTART"].params.get("VALUE") for entry in found] == [None, None, "DATE"]
    assert found[2].categories == ["Deadline"]
    assert found[0].categories == ["Round table", "AM", "AM-03"]
    move(app, tentative, EventState.CONFIRMED)
    entry = entry_of(app, client, tentative)
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CONFIRMED", 1)


def test_a_draft_is_in_no_feed_until_it_is_planned(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world, EventState.DRAFT)
    assert titles(client) == []
    assert client.get(f"/events/{event_id}.ics").status_code == 404
    change(app, event_id, title={"en": "Round table 2"})
    assert titles(client) == []
    move(app, event_id, EventState.PLANNED)
    assert titles(client) == ["Round table 2"]
    assert entry_of(app, client, event_id)["SEQUENCE"] == 0


def test_a_deleted_draft_leaves_nothing(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world, EventState.DRAFT)
    with work(app):
        event = db.session.get_one(Event, event_id)
        services.delete(SYSTEM, event, event.version)
    assert titles(client) == []


def test_what_is_called_off_stays_and_says_so(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world, format=Format.HYBRID, link=LINK)
    cancel(app, event_id)
    entry = entry_of(app, client, event_id)
    assert (entry["STATUS"], entry["SEQUENCE"], entry["TRANSP"]) == ("CANCELLED", 1, "TRANSPARENT")
    assert str(entry["SUMMARY"]) == "Cancelled: Round table"
    assert "The hall burnt down" in entry["DESCRIPTION"]
    run_jobs(app, timedelta(days=400))
    assert titles(client) == ["Cancelled: Round table"]
    move(app, event_id, EventState.PLANNED)
    assert (titles(client), entry_of(app, client, event_id)["SEQUENCE"]) == (["Round table"], 2)


@pytest.mark.parametrize("closed", [Visibility.CONSORTIUM, Visibility.COUNTRY, Visibility.PRIVATE])
def test_what_is_not_for_everybody_is_in_no_public_feed(
    app: Flask, client: FlaskClient, world: World, closed: Visibility
) -> None:
    event_id = enter(app, world, visibility=closed, title={"en": "Nobody's business"}, organiser=None)
    for path in (ALL, "/feeds/country/AM.ics", "/feeds/kind/round_table.ics", "/feeds/mc/AM-03.ics"):
        assert b"Nobody" not in client.get(path).data
        assert titles(client, path) == []
    assert client.get(f"/events/{event_id}.ics").status_code == 404


def test_what_is_taken_back_is_removed_for_sixty_days_and_then_gone(
    app: Flask, client: FlaskClient, world: World
) -> None:
    event_id = enter(app, world, venue="Secret hall")
    uid = uid_of(app, event_id)
    change(app, event_id, visibility=Visibility.PRIVATE)
    for path in (ALL, "/feeds/country/AM.ics", "/feeds/mc/AM-03.ics"):
        (entry,) = entries(client, path)
        assert (entry["UID"], entry["SUMMARY"], entry["STATUS"], entry["SEQUENCE"]) == (
            uid, "(removed)", "CANCELLED", 1,
        )  # fmt: skip
        assert not {"DESCRIPTION", "LOCATION", "URL", "CATEGORIES", "X-ALT-DESC"} & set(entry)
    change(app, event_id, title={"en": "Changed in private"}, country="GE", microcredentials=())
    assert titles(client) == titles(client, "/feeds/country/AM.ics") == ["(removed)"]
    assert titles(client, "/feeds/country/GE.ics") == []
    before = client.get(ALL)
    assert run_jobs(app, KEPT - timedelta(hours=1)) == 0
    assert client.get(ALL).data == before.data
    assert run_jobs(app, KEPT + timedelta(minutes=1)) == 1
    after = client.get(ALL)
    assert titles(client) == titles(client, "/feeds/country/AM.ics") == []
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.headers["Last-Modified"] != before.headers["Last-Modified"]


def test_what_is_for_everybody_again_comes_back_and_stays(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world)
    change(app, event_id, visibility=Visibility.CONSORTIUM)
    change(app, event_id, visibility=Visibility.PUBLIC)
    assert titles(client) == ["Round table"]
    assert entry_of(app, client, event_id)["SEQUENCE"] == 2
    run_jobs(app, KEPT + timedelta(days=1))
    assert titles(client) == ["Round table"]


def test_what_is_taken_back_twice_counts_from_the_second_time(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world)
    change(app, event_id, visibility=Visibility.CONSORTIUM)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=30)):
        change(app, event_id, visibility=Visibility.PUBLIC)
        change(app, event_id, visibility=Visibility.CONSORTIUM)
    run_jobs(app, KEPT + timedelta(days=1))
    assert titles(client) == ["(removed)"]
    run_jobs(app, KEPT + timedelta(days=31))
    assert titles(client) == []
    with app.app_context():
        assert set(db.session.scalars(select(Job.state).where(Job.kind == FORGET))) == {outbox.JobState.DONE}


def test_an_event_that_was_never_public_is_not_announced_as_removed(
    app: Flask, client: FlaskClient, world: World
) -> None:
    event_id = enter(app, world, visibility=Visibility.CONSORTIUM)
    change(app, event_id, visibility=Visibility.PRIVATE)
    assert titles(client) == []


def test_an_event_goes_where_it_belongs_as_it_is_edited(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world)
    feeds = {
        "country": ("AM", "GE"),
        "kind": ("round_table", "workshop"),
        "mc": ("AM-03", "GE-01"),
    }

    def standing() -> dict[str, bool]:
        return {
            f"{kind}/{name}": bool(titles(client, f"/feeds/{kind}/{name}.ics"))
            for kind, names in feeds.items()
            for name in names
        }

    before = standing()
    assert [path for path, there in before.items() if there] == ["country/AM", "kind/round_table", "mc/AM-03"]
    change(app, event_id, country="GE", kind=EventKind.WORKSHOP, concerns=world.wine)
    assert standing() == {path: not there for path, there in before.items()}
    assert titles(client) == ["Round table"]
    change(app, event_id, country=None)
    assert titles(client, "/feeds/country/GE.ics") == []


def test_an_event_that_returns_to_a_feed_takes_its_place_again(app: Flask, client: FlaskClient, world: World) -> None:
    first, second = enter(app, world, title={"en": "First"}), enter(app, world, title={"en": "Second"})
    change(app, first, country="GE")
    assert titles(client, "/feeds/country/AM.ics") == ["Second"]
    change(app, first, country="AM")
    assert titles(client, "/feeds/country/AM.ics") == ["First", "Second"]
    assert second > first
    with app.app_context():
        positions = db.session.scalars(select(CalendarPlace.position).where(CalendarPlace.scope == "country:AM"))
        assert sorted(positions) == [0, 1]


def test_the_link_to_join_is_in_no_public_feed(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world, format=Format.ONLINE, link=LINK, venue=None, city=None, country=None)
    for path in (ALL, "/feeds/kind/round_table.ics", "/feeds/mc/AM-03.ics", f"/events/{event_id}.ics"):
        response = client.get(path)
        assert b"meet.example" not in response.data.replace(b"\r\n ", b"")
        assert b"LOCATION:Online" in response.data
    member = app.test_client()
    arrive(app, member, Role.COORDINATOR)
    entry = entry_of(app, member, event_id, f"/events/{event_id}.ics")
    assert entry["CONFERENCE"] == LINK
    assert LINK in entry["DESCRIPTION"]


def test_one_event_is_downloaded_as_a_file_that_no_cache_shares(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world)
    response = client.get(f"/events/{event_id}.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="event-{event_id}.ics"'
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response.headers["Vary"]
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert client.get("/events/999.ics").status_code == 404


def test_a_refused_change_leaves_feeds_as_they_are(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world)
    before = client.get(ALL)
    with pytest.raises(Refused):
        change(app, event_id, title={"en": ""})
    after = client.get(ALL)
    assert (after.data, after.headers["ETag"]) == (before.data, before.headers["ETag"])


def test_two_writers_who_open_a_feed_at_once_both_get_in(app: Flask, client: FlaskClient, world: World) -> None:
    barrier, failures = Barrier(4), []

    def write(number: int) -> None:
        try:
            barrier.wait(10)
            enter(app, world, title={"en": f"Writer {number}"})
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(error)

    writers = [Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert failures == []
    for path in (ALL, "/feeds/mc/AM-03.ics", "/feeds/country/AM.ics"):
        assert sorted(titles(client, path)) == [f"Writer {number}" for number in range(4)]
    with app.app_context():
        versions = dict(db.session.execute(select(FeedVersion.scope, FeedVersion.version)).all())
    assert set(versions.values()) == {4}


def test_what_took_place_stays_in_the_feed(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app):
        services.log(SYSTEM, world.consultation(visibility=Visibility.PUBLIC, title={"en": "Held"}))
    (entry,) = entries(client)
    assert (entry["SUMMARY"], entry["STATUS"]) == ("Held", "CONFIRMED")
    assert entry.decoded("DTSTART").astimezone(UTC) == datetime(LAST_WEEK.year, 5, LAST_WEEK.day, 10, tzinfo=UTC)
    assert LAST_WEEK < NEXT_WEEK


def test_a_portal_that_got_another_address_renders_its_calendars_anew(
    app: Flask, client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(app, world)
    with work(app):
        follow_address(db.session, app.config["PORTAL"].public_url)
    assert outbox.drain(app) == 0
    tag = client.get(ALL).headers["ETag"]

    moved = replace(app.config["PORTAL"], public_url="https://credentials.and-a-name-that-has-to-be-folded.example")
    monkeypatch.setitem(app.config, "PORTAL", moved)
    with work(app):
        follow_address(db.session, moved.public_url)
    assert outbox.drain(app) == 1

    assert client.get(ALL, headers={"If-None-Match": tag}).status_code == 200
    assert [entry["URL"].startswith(f"{moved.public_url}/events/") for entry in entries(client)] == [True]
    with work(app):
        follow_address(db.session, moved.public_url)
    assert outbox.drain(app) == 0


def test_who_is_responsible_is_told_to_the_consortium_alone(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world, responsible={"en": "Ani Petrosyan"})
    assert "Petrosyan" not in client.get(ALL).text
    assert "Petrosyan" not in client.get(f"/events/{event_id}").text
    arrive(app, client, Role.COORDINATOR)
    assert "Petrosyan" in client.get(f"/events/{event_id}").text
    assert "Petrosyan" in client.get(f"/events/{event_id}.ics").text

"""The demonstration's feeds in calendar programs other than ours."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.events.models import Event, EventKind, Visibility
from app.extensions import db
from tests.readers import READERS, complaints_of_libical, listed_by_khal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.demo.conftest import Show
    from tests.readers import Entry

ZONES = ["Asia/Tbilisi", "Asia/Yerevan", "Europe/Belgrade", "Europe/Berlin", "Europe/Kyiv", "Europe/Podgorica",
         "Europe/Skopje"]  # fmt: skip


def public_events(show: Show) -> dict[str, Event]:
    """Everybody's events by the identifier calendars know them by."""
    domain = show.app.config["CONSORTIUM"].uid_domain
    with show.app.app_context():
        statement = select(Event).where(Event.visibility == Visibility.PUBLIC)
        found = {
            f"{event.uid}@{domain}": event
            for event in db.session.scalars(statement.options(selectinload(Event.microcredential_links)))
        }
        db.session.expunge_all()
    return found


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_every_reader_finds_every_public_event_at_its_instant(show: Show, read: Callable[[bytes], list[Entry]]) -> None:
    expected = public_events(show)
    entries = {entry.uid: entry for entry in read(show.app.test_client().get("/feeds/all.ics").data)}
    assert set(entries) == set(expected)
    timed = set()
    for uid, event in expected.items():
        entry = entries[uid]
        if isinstance(entry.starts, datetime):
            assert (entry.starts, entry.ends) == (event.starts_at, event.ends_at), event.title
            timed.add(event.zone)
        else:
            assert (entry.starts, entry.ends) == (event.starts_on, event.ends_on + timedelta(days=1)), event.title
        title = entry.title.removeprefix("Cancelled: ")
        assert title.startswith("[example] ") is event.is_example, title
        assert title.removeprefix("[example] ") == event.title.get("en", title)
    assert len(timed) >= 5


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_every_reader_finds_the_seven_meetings_and_eleven_deadlines(
    show: Show, read: Callable[[bytes], list[Entry]]
) -> None:
    client = show.app.test_client()
    meetings, deadlines = (read(client.get(f"/feeds/kind/{kind}.ics").data) for kind in ("meeting", "deadline"))
    assert (len(meetings), len(deadlines)) == (7, 11)
    assert all(type(entry.starts) is date for entry in deadlines)
    uids = {entry.uid for entry in (*meetings, *deadlines)}
    expected = public_events(show)
    assert {expected[uid].kind for uid in uids} == {EventKind.MEETING, EventKind.DEADLINE}
    assert len(uids) == 18


def test_khal_lists_a_meeting_on_its_day(show: Show, tmp_path: Path) -> None:
    meetings = [event for event in public_events(show).values() if event.kind is EventKind.MEETING]
    data = show.app.test_client().get("/feeds/kind/meeting.ics").data
    event = meetings[0]
    listed = listed_by_khal(data, tmp_path, event.starts_on)
    assert event.title["en"][:40] in listed


def test_every_feed_is_small_and_libical_objects_to_nothing_but_missing_organisers(show: Show) -> None:
    client = show.app.test_client()
    codes = ["AM", "GE", "ME", "MK", "RS", "UA", "DE", "NO"]
    paths = ["/feeds/all.ics", *(f"/feeds/country/{code}.ics" for code in codes), "/feeds/mc/AM-03.ics"]
    for path in paths:
        data = client.get(path).data
        assert len(data) < 1024 * 1024
        objections = {line.split(":", 1)[1] for line in complaints_of_libical(data)}
        assert not [line for line in objections if "ORGANIZER" not in line], path


def test_all_seven_zones_stand_in_the_feed_where_they_are_named(show: Show) -> None:
    text = show.app.test_client().get("/feeds/all.ics").get_data(as_text=True).replace("\r\n ", "")
    named = {line.partition("TZID=")[2].partition(":")[0] for line in text.split("\r\n") if ";TZID=" in line}
    defined = [line.removeprefix("TZID:") for line in text.split("\r\n") if line.startswith("TZID:")]
    assert sorted(named) == defined
    assert named <= set(ZONES)

"""A whole feed: header, zones, entries, footer."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import icalendar
import pytest

from app.events.contentlines import PRODID
from app.events.ical import Audience, vevent
from app.feeds.calendar import feed_uid, single_text
from tests.entries import ENDS, STARTS, calendar_of, facts, properties
from tests.readers import READERS, complaints_of_libical, listed_by_khal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.readers import Entry

EVERYTHING = facts(
    title="Круглий стіл: швейне виробництво та мікрокваліфікації у професійній освіті " * 3,
    description="Agenda\n1. Welcome; introductions\n2. Micro-credentials, tools",
    venue="Hall 2",
    address="Street 5",
    city="Kyiv",
    country="Ukraine",
    zone="Europe/Kyiv",
    geo=(50.45, 30.52),
    conference_url="https://meet.example/room",
    categories=("Round table", "UA", "MC 17, tailoring"),
    organiser=("Office", "office@portal.example"),
    language="uk",
)
_ROOT = Path(__file__).parents[2]
SEVERAL = [
    EVERYTHING,
    facts(uid=UUID(int=2), zone="Asia/Yerevan", organiser=EVERYTHING.organiser),
    facts(uid=UUID(int=3), status="cancelled", organiser=EVERYTHING.organiser),
    facts(uid=UUID(int=4), all_day=True, starts=date(2026, 5, 31), ends=date(2026, 5, 31)),
    facts(uid=UUID(int=5), zone="Africa/Casablanca"),
    facts(uid=UUID(int=6), ends=ENDS + timedelta(days=2)),
]


def test_the_header_says_what_a_subscriber_needs() -> None:
    text = calendar_of(colour="teal", name="BEM – Greece\n– MC 17", description="All;\nof it").decode()
    assert text.split("BEGIN:VTIMEZONE")[0].replace("\r\n ", "").split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"UID:{feed_uid('all', 'portal.example')}",
        "NAME:BEM – Greece – MC 17",
        "X-WR-CALNAME:BEM – Greece – MC 17",
        "X-WR-CALDESC:All\\;\\nof it",
        "X-WR-TIMEZONE:Europe/Berlin",
        "URL:https://portal.example/events/",
        "SOURCE;VALUE=URI:https://portal.example/feeds/all.ics",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
        "COLOR:teal",
        "",
    ]


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_every_reader_finds_the_same_in_a_full_feed(read: Callable[[bytes], list[Entry]]) -> None:
    entries = read(calendar_of(*SEVERAL))
    assert [entry.uid for entry in entries] == [event.calendar_uid for event in SEVERAL]
    assert entries[0].title == EVERYTHING.title.strip()
    assert entries[0].place == "Hall 2, Street 5, Kyiv, Ukraine"
    assert entries[0].description == (
        "Agenda\n1. Welcome; introductions\n2. Micro-credentials, tools\n\n"
        "Join online: https://meet.example/room\n\nhttps://portal.example/events/7"
    )
    assert [entry.starts for entry in entries[:3]] == [STARTS] * 3
    assert (entries[3].starts, entries[3].ends) == (date(2026, 5, 31), date(2026, 6, 1))
    assert (entries[5].starts, entries[5].ends) == (date(2026, 5, 12), date(2026, 5, 15))


def test_libical_has_nothing_to_object_to() -> None:
    events = [facts(uid=UUID(int=number), organiser=EVERYTHING.organiser) for number in range(3)]
    events += [event for event in SEVERAL if event.organiser]
    assert complaints_of_libical(calendar_of(*events, colour="teal")) == []
    assert complaints_of_libical(calendar_of()) == []


def test_khal_imports_the_feed_and_lists_its_day(tmp_path: Path) -> None:
    events = [facts(title="Ελλάδα – žluťoučký"), facts(uid=UUID(int=9), title="Deadline", all_day=True,
              starts=date(2026, 5, 12), ends=date(2026, 5, 12))]  # fmt: skip
    listed = listed_by_khal(calendar_of(*events), tmp_path, date(2026, 5, 12))
    assert "08:00-10:30 Ελλάδα – žluťoučký" in listed
    assert "Deadline" in listed


def test_lines_end_in_cr_lf_and_none_is_longer_than_75_octets() -> None:
    calendar = calendar_of(*SEVERAL, name="Nom très long " * 20)
    assert calendar.startswith(b"BEGIN:VCALENDAR\r\n")
    assert calendar.endswith(b"\r\nEND:VCALENDAR\r\n")
    lines = calendar.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]", line.decode())


def test_each_zone_that_is_named_stands_there_once_and_no_other() -> None:
    text = calendar_of(*SEVERAL, zones=["Europe/Kyiv", "Europe/Kiev", "Asia/Yerevan", "Europe/Berlin",
                                       "Africa/Casablanca", "Europe/Kyiv"]).decode()  # fmt: skip
    defined = properties(text, "TZID")
    assert defined == [":Africa/Casablanca", ":Asia/Yerevan", ":Europe/Berlin", ":Europe/Kyiv"]
    assert {f":{zone}" for zone in re.findall(r"TZID=([^:;]+)", text)} == set(defined)


def test_no_time_floats_and_none_has_a_zone_twice() -> None:
    events = calendar_of(*SEVERAL, facts(zone="UTC")).decode().partition("BEGIN:VEVENT")[2]
    times = properties(events, "DTSTART") + properties(events, "DTEND")
    assert len(times) == 14
    for time in times:
        assert re.fullmatch(r";TZID=[^:;]+:\d{8}T\d{6}|;VALUE=DATE:\d{8}|:\d{8}T\d{6}Z", time)


def test_an_empty_feed_is_a_valid_calendar_with_its_own_zone() -> None:
    calendar = icalendar.Calendar.from_ical(calendar_of())
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert calendar.walk("VEVENT") == []
    for read in READERS.values():
        assert read(calendar_of()) == []


def test_there_are_no_attendees_alarms_or_comments() -> None:
    names = set(re.findall(r"^[A-Z-]+", calendar_of(*SEVERAL).decode(), re.MULTILINE))
    assert {"SUMMARY", "ORGANIZER", "CONFERENCE"} <= names
    assert not names & {"ATTENDEE", "COMMENT", "ATTACH", "TRIGGER"}
    assert b"VALARM" not in calendar_of(*SEVERAL)


def test_a_feed_has_one_identifier_for_ever_and_no_two_share_it() -> None:
    assert feed_uid("country/AM", "portal.example") == "f6322b45-cc7b-5d34-b854-365c200e75a3@portal.example"
    scopes = ["all", "country/AM", "country/GE", "mc/AM", "kind/AM", "my/1"]
    assert len({feed_uid(scope, "portal.example") for scope in scopes}) == len(scopes)
    assert feed_uid("all", "portal.example") != feed_uid("all", "other.example")


def test_a_single_event_is_a_calendar_without_the_name_of_a_feed() -> None:
    text = single_text(vevent(EVERYTHING, audience=Audience.PUBLIC).encode(), "Europe/Kyiv").decode()
    assert properties(text, "METHOD") == [":PUBLISH"]
    assert properties(text, "X-WR-CALNAME") == properties(text, "REFRESH-INTERVAL") == []
    assert properties(text, "TZID") == [":Europe/Kyiv"]
    assert b"VTIMEZONE" not in single_text(vevent(SEVERAL[3], audience=Audience.PUBLIC).encode(), None)
    for read in READERS.values():
        (entry,) = read(text.encode())
        assert entry.uid == EVERYTHING.calendar_uid


def test_another_process_writes_the_same_octets() -> None:
    script = "import sys; from tests.feeds.test_calendar import *; sys.stdout.buffer.write(calendar_of(*SEVERAL))"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Pacific/Apia", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment, check=True, cwd=_ROOT)
    assert done.stdout == calendar_of(*SEVERAL)

"""VTIMEZONE blocks: the standard library's zones and other programs' reading of our rules agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config import ROOT
from app.core.consortium import read_consortium
from app.events.vtimezone import vtimezone
from app.events.zones import RULES_FROM, RULES_UNTIL, UnknownZone, canonical, names
from tests.entries import calendar_of, facts
from tests.readers import READERS, by_libical, zone_by_dateutil

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.readers import Entry

CENTRAL = [
    "Europe/Berlin",
    "Europe/Oslo",
    "Europe/Skopje",
    "Europe/Belgrade",
    "Europe/Podgorica",
    "Europe/Busingen",
    "Europe/Zurich",
]
EASTERN = ["Europe/Kyiv", "Europe/Chisinau"]
# Hours ahead of UTC in winter and in summer.
OFFSETS = {
    **dict.fromkeys(CENTRAL, (1, 2)),
    **dict.fromkeys(EASTERN, (2, 3)),
    "Europe/Lisbon": (0, 1),
    "Asia/Tbilisi": (4, 4),
    "Asia/Yerevan": (4, 4),
    "Europe/Simferopol": (3, 3),
    "UTC": (0, 0),
}
# The day before and the day after each change of clocks in Europe, and whether it is in summer time.
EUROPEAN_DAYS = [
    ("2026-03-28", False), ("2026-03-30", True), ("2026-10-24", True), ("2026-10-26", False),
    ("2027-03-27", False), ("2027-03-29", True), ("2027-10-30", True), ("2027-11-01", False),
]  # fmt: skip
# Morocco leaves its summer time for Ramadan.
MOROCCAN_DAYS = [("2026-02-14", 1), ("2026-02-16", 0), ("2026-03-21", 0), ("2026-03-23", 1)]

GOLDEN = [
    (zone, f"{day}T12:00:00", f"{day}T{12 - offsets[summer]:02}:00:00+00:00")
    for zone, offsets in OFFSETS.items()
    for day, summer in EUROPEAN_DAYS
] + [("Africa/Casablanca", f"{day}T12:00:00", f"{day}T{12 - ahead}:00:00+00:00") for day, ahead in MOROCCAN_DAYS]
# The hours around the change itself: an onset that is written an hour late shows only here.
GOLDEN += [
    ("Europe/Berlin", "2026-03-29T01:59:00", "2026-03-29T00:59:00+00:00"),
    ("Europe/Berlin", "2026-03-29T03:00:00", "2026-03-29T01:00:00+00:00"),
    ("Europe/Berlin", "2026-10-25T01:59:00", "2026-10-24T23:59:00+00:00"),
    ("Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00+00:00"),
    ("Europe/Kyiv", "2026-03-29T02:59:00", "2026-03-29T00:59:00+00:00"),
    ("Europe/Kyiv", "2026-03-29T04:00:00", "2026-03-29T01:00:00+00:00"),
    ("Europe/Lisbon", "2026-03-29T00:59:00", "2026-03-29T00:59:00+00:00"),
    ("Europe/Lisbon", "2026-03-29T02:00:00", "2026-03-29T01:00:00+00:00"),
]


def test_the_golden_instants_are_of_every_zone_of_the_countries() -> None:
    countries = {country.code for country in read_consortium(ROOT / "consortia" / "bem").countries}
    assert len(countries) == 8
    data = resources.files("tzdata.zoneinfo")
    rows = [
        row.split("\t")
        for table in ("zone.tab", "zone1970.tab")
        for row in data.joinpath(table).read_text(encoding="utf-8").splitlines()
        if not row.startswith("#")
    ]
    zones = {row[2] for row in rows if countries & set(row[0].split(","))}
    assert {canonical(zone) for zone in zones} <= {zone for zone, _, _ in GOLDEN}


@lru_cache(maxsize=1)
def golden_calendar() -> bytes:
    """Make a feed of the golden instants under zone names that no reader can know, so that it must use our rules."""
    starts = [datetime.fromisoformat(utc) for _, _, utc in GOLDEN]
    events = [
        facts(uid=UUID(int=number), zone=zone, starts=start, ends=start + timedelta(seconds=30))
        for number, ((zone, _, _), start) in enumerate(zip(GOLDEN, starts, strict=True))
    ]
    return unknown_names(calendar_of(*events))


def unknown_names(calendar: bytes) -> bytes:
    return calendar.replace(b"TZID:", b"TZID:Our ").replace(b"TZID=", b"TZID=Our ")


@pytest.mark.parametrize(("zone", "local", "utc"), GOLDEN)
def test_the_golden_instants_hold_in_the_standard_library_and_in_dateutil(zone: str, local: str, utc: str) -> None:
    for reading in (ZoneInfo(zone), zone_by_dateutil(vtimezone(zone))):
        moment = datetime.fromisoformat(local).replace(tzinfo=reading)
        assert moment.astimezone(UTC) == datetime.fromisoformat(utc)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_the_golden_instants_hold_in_every_reader(read: Callable[[bytes], list[Entry]]) -> None:
    entries = read(golden_calendar())
    assert [entry.starts for entry in entries] == [datetime.fromisoformat(utc) for _, _, utc in GOLDEN]
    # UTC names no zone, so the others are all that can be read by our rules.
    written = golden_calendar().replace(b"\r\n ", b"").decode()
    for zone, local, _ in GOLDEN:
        if zone != "UTC":
            assert f"DTSTART;TZID=Our {zone}:{local.replace('-', '').replace(':', '')}" in written


def test_a_zone_with_summer_time_is_two_yearly_rules_with_local_onsets() -> None:
    assert vtimezone("Europe/Berlin").split("\r\n") == [
        "BEGIN:VTIMEZONE", "TZID:Europe/Berlin",
        "BEGIN:DAYLIGHT", "DTSTART:20190331T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT",
        "BEGIN:STANDARD", "DTSTART:20191027T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD",
        "END:VTIMEZONE", "",
    ]  # fmt: skip


@pytest.mark.parametrize(("zone", "offset"), [("Asia/Tbilisi", "+0400"), ("Asia/Yerevan", "+0400"), ("UTC", "+0000")])
def test_a_zone_without_summer_time_still_has_its_standard_time(zone: str, offset: str) -> None:
    lines = vtimezone(zone).split("\r\n")
    assert lines[2:6] == ["BEGIN:STANDARD", "DTSTART:19700101T000000", f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}"]
    assert len([line for line in lines if line.startswith("BEGIN")]) == 2


def test_irregular_changes_are_listed_one_by_one() -> None:
    block = vtimezone("Africa/Casablanca")
    assert "RDATE:20260215T030000\r\n" in block
    assert "RDATE:20260322T020000\r\n" in block
    assert "RRULE" not in block


def test_an_old_name_gets_the_block_of_todays() -> None:
    assert vtimezone("Europe/Kiev") == vtimezone("Europe/Kyiv")
    assert "TZID:Europe/Kyiv\r\n" in vtimezone("Europe/Kiev")


def test_an_unknown_zone_has_no_block() -> None:
    with pytest.raises(UnknownZone):
        vtimezone("Europe/Atlantis")


def test_summer_is_summer_where_the_law_calls_winter_the_exception() -> None:
    daylight = vtimezone("Europe/Dublin").split("BEGIN:DAYLIGHT")[1]
    assert "TZOFFSETTO:+0100\r\nTZNAME:IST" in daylight.split("END:DAYLIGHT")[0]


def offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    ahead = moment.astimezone(zone).utcoffset()
    assert ahead is not None
    return ahead


def changes_of(zone: ZoneInfo) -> list[datetime]:
    """Find the moments when the offset changes: week by week, then to the minute."""
    found = []
    days = [(month, day) for month in range(1, 13) for day in (1, 8, 15, 22)]
    grid = [datetime(year, month, day, tzinfo=UTC) for year in range(2020, 2038) for month, day in days]
    for week in pairwise(grid):
        low, high = week
        before = offset(low, zone)
        if offset(high, zone) != before:
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
                low, high = (middle, high) if offset(middle, zone) == before else (low, middle)
            found.append(high)
    return found


def test_every_zone_of_the_database_is_right_at_each_of_its_changes() -> None:
    # Many zones share their rules; each set of rules is read once.
    blocks = {vtimezone(name).partition("TZID:")[2].partition("\r\n")[2]: name for name in names()}
    for name in blocks.values():
        zone, reading = ZoneInfo(name), zone_by_dateutil(vtimezone(name))
        moments = [RULES_FROM, datetime(2022, 7, 1, tzinfo=UTC), RULES_UNTIL - timedelta(seconds=1)]
        for change in changes_of(zone):
            moments += [change - timedelta(days=1), change + timedelta(hours=3), change + timedelta(days=1)]
            # The last second before and the first after, where clocks do not show them twice.
            last = change - timedelta(seconds=1)
            if offset(last, zone) < offset(change, zone):
                moments += [last, change]
        for moment in moments:
            local = moment.astimezone(zone)
            assert local.replace(tzinfo=reading).utcoffset() == local.utcoffset(), (name, moment)
        assert "BEGIN:STANDARD" in vtimezone(name), name


@settings(deadline=None, max_examples=200)
@given(
    zone=st.sampled_from(names()),
    seconds=st.integers(0, int((RULES_UNTIL - RULES_FROM).total_seconds()) - 90_000),
    length=st.integers(1, 23 * 3600),
)
def test_any_time_in_any_zone_is_the_same_moment_in_libical(zone: str, seconds: int, length: int) -> None:
    starts = RULES_FROM + timedelta(seconds=seconds)
    event = facts(zone=zone, starts=starts, ends=starts + timedelta(seconds=length))
    (entry,) = by_libical(unknown_names(calendar_of(event)))
    assert (entry.starts, entry.ends) == (event.starts, event.ends)

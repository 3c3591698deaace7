"""Each check of a feed finds what it is there for, and nothing in a feed of ours."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.feeds.calendar_checks import CALENDAR, of_calendar
from app.feeds.checks import SENDING, Answer, Check, Fetched, of_sending
from tests.entries import calendar_of, facts

GOOD = calendar_of(facts())
CANCELLED = calendar_of(facts(status="cancelled"))


def fails(octets: bytes) -> set[Check]:
    """The checks that a calendar fails."""
    return {finding.check for finding in of_calendar(octets) if not finding.holds}


def test_feeds_of_ours_pass_every_check() -> None:
    assert fails(GOOD) == fails(CANCELLED) == set()
    assert fails(calendar_of()) == set()


def test_html_that_somebody_typed_is_text() -> None:
    for typed in ("Hall closed <b>", "<p>Cheese</p>", "1 < 2 > 0", "<script>alert(1)</script>"):
        for status in ("confirmed", "cancelled"):
            assert fails(calendar_of(facts(title=typed, description=typed, status=status))) == set(), typed


TITLE = b"SUMMARY;LANGUAGE=en:"
# What is done to a feed, and the check that finds it.
BROKEN: list[tuple[bytes, bytes, Check]] = [
    (b"BEGIN:VCALENDAR\r\n", b"\r\nBEGIN:VCALENDAR\r\n", Check.ENDS),
    (b"BEGIN:VCALENDAR\r\n", b"\xef\xbb\xbfBEGIN:VCALENDAR\r\n", Check.ENDS),
    (b"END:VEVENT\r\n", b"END:VEVENT\n", Check.ENDS),
    (b"SEQUENCE:", b"X-LONG:" + b"a" * 70 + b"\r\nSEQUENCE:", Check.FOLDED),
    (b"SEQUENCE:", "X-CUT:ž".encode()[:-1] + b"\r\n " + "ž".encode()[-1:] + b"\r\nSEQUENCE:", Check.FOLDED),
    (b"SEQUENCE:", b"X-BELL:\x07\r\nSEQUENCE:", Check.CHARACTERS),
    (b"SEQUENCE:", b"X-LATIN:\xe9\r\nSEQUENCE:", Check.CHARACTERS),
    (b"SEQUENCE:", b"no line at all\r\nSEQUENCE:", Check.SHAPE),
    (b"END:VEVENT\r\n", b"", Check.SHAPE),
    (b"VERSION:2.0", b"VERSION:1.0", Check.FRAME),
    (b"METHOD:PUBLISH", b"METHOD:REQUEST", Check.FRAME),
    (b"\r\nNAME:", b"\r\nX-NAME:", Check.NAMED),
    (b"X-WR-CALNAME:", b"X-WR-OTHER:", Check.NAMED),
    (b"REFRESH-INTERVAL;VALUE=DURATION:", b"REFRESH-INTERVAL:", Check.REFRESH),
    (b"X-PUBLISHED-TTL:", b"X-TTL:", Check.REFRESH),
    (b"SEQUENCE:", b"ATTENDEE:mailto:a@example.org\r\nSEQUENCE:", Check.GUESTS),
    (b"END:VEVENT", b"BEGIN:VALARM\r\nACTION:AUDIO\r\nEND:VALARM\r\nEND:VEVENT", Check.GUESTS),
    (b"\r\nUID:0198", b"\r\nX-UID:0198", Check.IDENTITY),
    (b"DTSTAMP:", b"X-STAMP:", Check.STAMPED),
    (b"SEQUENCE:", b"SEQUENCE:-", Check.COUNTED),
    (b"STATUS:", b"STATUS:X-", Check.STATES),
    (TITLE, b"X-SUMMARY:", Check.TITLED),
    (TITLE, b"SUMMARY;FMTTYPE=text/html:<b>Round</b> ", Check.TITLED),
    (b"\r\nDESCRIPTION", b"\r\nDESCRIPTION:<html><body>Round</body></html>\r\nX-OLD", Check.TITLED),
    (b"<html><body>", b"<html><body><b>Round</b>", Check.TITLED),
    (TITLE, b"SUMMARY:Cheese, wine ", Check.ESCAPED),
    (TITLE, b"SUMMARY:C:\\Temp ", Check.ESCAPED),
    (b"DTSTART;", b"X-START;", Check.SPANS),
    (b"DTSTART;TZID=Europe/Berlin:", b"DTSTART:", Check.ZONED),
    (b"DTSTART;TZID=Europe/Berlin:", b"DTSTART;TZID=Europe/Prague:", Check.RULES),
    (b"TZID:Europe/Berlin", b"TZID:W. Europe Standard Time", Check.RULES),
    (b"BEGIN:STANDARD", b"BEGIN:DAYLIGHT", Check.ONSETS),
    (b"TZOFFSETTO:", b"X-TO:", Check.ONSETS),
]


@pytest.fixture(scope="module")
def berlin() -> bytes:
    return calendar_of(facts(zone="Europe/Berlin"))


@pytest.mark.parametrize(("part", "instead", "check"), BROKEN)
def test_what_is_broken_is_found(berlin: bytes, part: bytes, instead: bytes, check: Check) -> None:
    assert part in berlin, part
    assert check in fails(berlin.replace(part, instead, 1)), of_calendar(berlin.replace(part, instead, 1))


def test_a_calendar_of_nothing_and_an_event_that_stands_twice_are_found(berlin: bytes) -> None:
    empty = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    assert Check.FILLED in fails(empty)
    event = berlin[berlin.index(b"BEGIN:VEVENT") : berlin.index(b"END:VCALENDAR")]
    assert fails(berlin.replace(event, event * 2)) == {Check.IDENTITY}


def test_a_cancelled_event_that_keeps_people_busy_is_found() -> None:
    assert fails(CANCELLED.replace(b"TRANSP:TRANSPARENT", b"TRANSP:OPAQUE")) == {Check.STATES}


def test_a_fault_says_where_it_stands(berlin: bytes) -> None:
    broken = berlin.replace(TITLE, b"SUMMARY:Cheese, wine ", 1)
    (finding,) = [finding for finding in of_calendar(broken) if not finding.holds]
    line = broken[: broken.index(b"SUMMARY:Cheese")].count(b"\r\n") + 1
    assert [number for number, _text in finding.faults] == [line]


def test_of_many_faults_the_first_are_shown_and_all_are_counted(berlin: bytes) -> None:
    lines = b"".join(b"odd line %d\r\n" % number for number in range(30))
    (finding,) = [one for one in of_calendar(berlin.replace(b"END:VCALENDAR", lines + b"END:VCALENDAR")) if one.count]
    assert (finding.check, finding.count, len(finding.faults)) == (Check.SHAPE, 30, 5)


@given(st.binary(max_size=400))
def test_nothing_that_is_sent_makes_the_checks_fail_to_answer(octets: bytes) -> None:
    assert len(of_calendar(octets)) == len(CALENDAR)


@given(st.data())
def test_a_feed_with_a_piece_cut_out_is_still_checked(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, len(GOOD)))
    assert len(of_calendar(GOOD[:start] + GOOD[end:])) == len(CALENDAR)


HEADERS = {
    "content-type": "text/calendar; charset=utf-8",
    "content-disposition": 'inline; filename="all.ics"',
    "etag": '"abc"',
    "last-modified": "Mon, 12 May 2025 10:00:00 GMT",
    "cache-control": "public, max-age=900",
    "x-robots-tag": "noindex",
}
PACKED = {**HEADERS, "etag": '"abc-gz"', "content-encoding": "gzip"}
SENT = Fetched(
    plain=Answer(200, HEADERS, GOOD),
    packed=Answer(200, PACKED, gzip.compress(GOOD)),
    by_tag=Answer(304, HEADERS, b""),
    by_date=Answer(304, HEADERS, b""),
    head=Answer(200, HEADERS, b""),
)


def without(name: str) -> Answer:
    return Answer(200, {key: value for key, value in HEADERS.items() if key != name}, GOOD)


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"plain": Answer(404, HEADERS, b"")}, Check.TYPE),
        ({"plain": Answer(200, {**HEADERS, "content-type": "text/html"}, GOOD)}, Check.TYPE),
        ({"plain": Answer(200, {**HEADERS, "content-disposition": "attachment"}, GOOD)}, Check.TYPE),
        ({"plain": Answer(200, {**HEADERS, "set-cookie": "a=b"}, GOOD)}, Check.PLAIN),
        ({"plain": without("x-robots-tag")}, Check.PLAIN),
        ({"plain": without("etag")}, Check.TAG),
        ({"by_tag": Answer(200, HEADERS, GOOD)}, Check.TAG),
        ({"by_date": Answer(304, {**HEADERS, "last-modified": "yesterday"}, b"")}, Check.DATE),
        ({"packed": Answer(200, HEADERS, GOOD)}, Check.PACKED),
        ({"packed": Answer(200, PACKED, b"\x1f\x8bjunk")}, Check.PACKED),
        ({"packed": Answer(200, PACKED, gzip.compress(b"other"))}, Check.PACKED),
        ({"head": Answer(200, HEADERS, GOOD)}, Check.HEAD),
        ({"head": Answer(405, HEADERS, b"")}, Check.HEAD),
    ],
)
def test_what_is_wrong_with_the_sending_is_found(changes: dict[str, Answer], check: Check) -> None:
    assert all(finding.holds for finding in of_sending(SENT))
    failed = {finding.check for finding in of_sending(replace(SENT, **changes)) if not finding.holds}
    assert check in failed


def test_every_check_is_of_the_sending_or_of_the_calendar() -> None:
    assert [*SENDING, *CALENDAR] == list(Check)

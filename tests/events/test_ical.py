"""One event as a VEVENT, judged by programs other than ours."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.events.ical import Audience, CalendarFacts, vevent, zone_needed
from tests.entries import ORDINARY, STARTS, calendar_of, facts, properties
from tests.readers import READERS, by_icalendar, by_libical

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.readers import Entry

    Reader = Callable[[bytes], list[Entry]]

EVERY_READER = pytest.mark.parametrize("read", READERS.values(), ids=READERS)
MEETING = "https://meet.example/room?key=s3cret"
AWKWARD = [
    'Workshop; "C++, C#" \\ Ελλάδα – žluťoučký 🙂',
    r"C:\New\names, and \; as typed",
    "ends with a backslash\\",
    "BEGIN:VEVENT",
    "მრგვალი მაგიდა · Կլոր սեղան · Круглий стіл " * 5,
    "👩‍👩‍👧‍👦" * 20,
    "a:b;c=d,e\"f'g^n^'h",
    "two  spaces, a no-break\u00a0one and \u200fright to left",
]
# What clean_text takes out is tested by itself; everything else has to come back as it went in.
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029")
    | st.sampled_from(list("\\;,:\"nN^' ")),
    min_size=1,
    max_size=200,
).filter(str.strip)


def member(**changes: Any) -> str:
    return vevent(facts(**changes), audience=Audience.MEMBER)


def public(**changes: Any) -> str:
    return vevent(facts(**changes), audience=Audience.PUBLIC)


def test_an_ordinary_event_is_written_exactly_so() -> None:
    assert public(categories=("Round table", "AM, GE"), geo=(40.1872, 44.5152), city="Երևան") == (
        "BEGIN:VEVENT\r\n"
        "SUMMARY;LANGUAGE=en:Round table\r\n"
        "DTSTART;TZID=Europe/Berlin:20260512T100000\r\n"
        "DTEND;TZID=Europe/Berlin:20260512T123000\r\n"
        "DTSTAMP:20260201T123045Z\r\n"
        "UID:0198c0de-0000-7000-8000-000000000007@portal.example\r\n"
        "SEQUENCE:2\r\n"
        "CATEGORIES:Round table,AM\\, GE\r\n"
        "CREATED:20260105T090000Z\r\n"
        "DESCRIPTION:https://portal.example/events/7\r\n"
        "GEO:40.1872;44.5152\r\n"
        "LAST-MODIFIED:20260201T123045Z\r\n"
        "LOCATION:Երևան\r\n"
        "STATUS:CONFIRMED\r\n"
        "TRANSP:OPAQUE\r\n"
        "URL:https://portal.example/events/7\r\n"
        'X-ALT-DESC;FMTTYPE=text/html:<html><body><p><a href="https://portal.example\r\n'
        ' /events/7">https://portal.example/events/7</a></p></body></html>\r\n'
        "END:VEVENT\r\n"
    )


CHANGES: dict[str, Any] = {
    "uid": UUID(int=8),
    "domain": "other.example",
    "sequence": 3,
    "created": ORDINARY.created - timedelta(days=1),
    "changed": ORDINARY.changed + timedelta(seconds=1),
    "starts": datetime(2026, 5, 12, 8, 1, tzinfo=UTC),
    "ends": datetime(2026, 5, 12, 10, 31, tzinfo=UTC),
    "zone": "Europe/Oslo",
    "title": "Round tables",
    "page_url": "https://portal.example/events/8",
    "status": "tentative",
    "description": "Agenda",
    "venue": "Room 4",
    "address": "Street 5",
    "city": "Skopje",
    "country": "North Macedonia",
    "geo": (1.5, 2.5),
    "conference_url": MEETING,
    "categories": ("UA",),
    "transparent": True,
    "organiser": ("Office", "office@portal.example"),
    "removed": True,
    "language": "de",
    "example": True,
}


def test_every_fact_has_its_place_in_the_entry() -> None:
    texts = {name: member(**{name: value}) for name, value in CHANGES.items()}
    texts["all_day"] = member(all_day=True, starts=date(2026, 5, 12), ends=date(2026, 5, 12))
    assert set(texts) == {field.name for field in fields(CalendarFacts)}
    assert len({member(), *texts.values()}) == len(texts) + 1


# Titles and texts


@EVERY_READER
def test_awkward_titles_come_back_identical(read: Reader) -> None:
    titles = [title.strip() for title in AWKWARD]
    events = [facts(uid=UUID(int=number), title=title) for number, title in enumerate(titles)]
    assert [entry.title for entry in read(calendar_of(*events))] == titles


@settings(deadline=None)
@given(title=WORDS, description=WORDS, venue=WORDS)
@example(title="\\N", description="\\n\\N\\\\n", venue="\\")
def test_any_text_comes_back_as_it_went_in(title: str, description: str, venue: str) -> None:
    calendar = calendar_of(facts(title=title, description=description, venue=venue))
    for entry in (*by_icalendar(calendar), *by_libical(calendar)):
        assert entry.title == title.strip()
        assert entry.description == f"{description.strip()}\n\nhttps://portal.example/events/7"
        assert entry.place == venue.strip()


@settings(deadline=None)
@given(st.text(max_size=400))
def test_whatever_is_typed_stays_inside_its_own_line(text: str) -> None:
    written = vevent(facts(title=text, description=text, venue=text, categories=(text,)), audience=Audience.PUBLIC)
    lines = written.encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    assert b"\r" not in b"".join(lines)
    assert [line for line in lines if line.startswith((b"BEGIN", b"END"))] == [b"BEGIN:VEVENT", b"END:VEVENT"]
    (title,) = properties(written, "SUMMARY")
    assert title.partition(":")[2]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("x" * 255, "x" * 255),
        ("x" * 256, "x" * 254 + "…"),
        ("x" * 253 + "e\u0301" + "y" * 9, "x" * 253 + "…"),
        ("x" * 252 + "👩\u200d👧" + "y" * 9, "x" * 252 + "…"),
        ("\u0301" * 300, "\u0301…"),
        ("one\r\n two", "one two"),
        (" \x00 ", "(untitled)"),
    ],
)
def test_a_title_is_one_line_of_at_most_255_characters(title: str, shown: str) -> None:
    assert by_icalendar(calendar_of(facts(title=title)))[0].title == shown


def test_the_description_is_plain_and_the_html_one_only_repeats_it_escaped() -> None:
    text = member(description="1 < 2 & <script>alert(1)</script>\n\nNext")
    (plain,) = properties(text, "DESCRIPTION")
    (html,) = properties(text, "X-ALT-DESC")
    assert plain == ":1 < 2 & <script>alert(1)</script>\\n\\nNext\\n\\nhttps://portal.example/events/7"
    assert html.startswith(";FMTTYPE=text/html:<html><body><p>1 &lt\\;")
    assert "<script" not in html
    assert "Next" in html


def test_the_place_is_one_line_without_repeats() -> None:
    text = member(venue="Hall\n2", address="", city="Skopje", country="Skopje")
    assert properties(text, "LOCATION") == [":Hall 2\\, Skopje"]


def test_a_position_is_latitude_then_longitude() -> None:
    assert properties(member(geo=(41.99646, 21.431410001)), "GEO") == [":41.99646;21.43141"]


def test_categories_are_kept_in_order_without_repeats_and_blanks() -> None:
    assert properties(member(categories=("b", "a,c", " ", "b")), "CATEGORIES") == [":b,a\\,c"]


def test_an_organiser_has_a_quoted_name_and_a_lower_case_address() -> None:
    text = member(organiser=('Office "East": Kyiv', "Office@Portal.Example"))
    assert properties(text, "ORGANIZER") == [";CN=\"Office 'East': Kyiv\":mailto:office@portal.example"]
    assert "ATTENDEE" not in text
    assert "VALARM" not in text


def test_an_address_cannot_carry_a_line_of_its_own() -> None:
    text = member(page_url="https://portal.example/a b\r\nSTATUS:CANCELLED/ü")
    assert properties(text, "URL") == [":https://portal.example/a%20b%20STATUS:CANCELLED/%C3%BC"]
    assert properties(text, "STATUS") == [":CONFIRMED"]


# Who may read what


def test_the_join_link_is_for_members_only() -> None:
    text = member(conference_url=MEETING)
    assert properties(text, "CONFERENCE") == [f";FEATURE=VIDEO;LABEL=Join online;VALUE=URI:{MEETING}"]
    (description,) = properties(text, "DESCRIPTION")
    assert f"Join online: {MEETING}" in description
    assert description.endswith("https://portal.example/events/7")

    open_text = public(conference_url=MEETING).replace("\r\n ", "")
    assert "meet.example" not in open_text
    assert "CONFERENCE" not in open_text
    assert properties(open_text, "LOCATION") == [":Online"]


@pytest.mark.parametrize("changes", [{"status": "cancelled"}, {"removed": True}])
def test_nobody_is_invited_to_join_what_does_not_take_place(changes: dict[str, Any]) -> None:
    assert "meet.example" not in member(conference_url=MEETING, **changes).replace("\r\n ", "")


# Identity and change


def test_the_identity_stays_through_every_change_of_what_is_shown() -> None:
    identity = ":0198c0de-0000-7000-8000-000000000007@portal.example"
    for name, value in CHANGES.items():
        if name not in ("uid", "domain"):
            assert properties(public(**{name: value}), "UID") == [identity]


def test_the_stamps_tell_the_last_change_in_utc_and_whole_seconds() -> None:
    armenian = datetime.fromisoformat("2026-03-01T16:00:00.750000+04:00")
    text = member(changed=armenian, sequence=0)
    assert properties(text, "DTSTAMP") == properties(text, "LAST-MODIFIED") == [":20260301T120000Z"]
    assert properties(text, "CREATED") == [":20260105T090000Z"]
    assert properties(text, "SEQUENCE") == [":0"]


@EVERY_READER
def test_a_cancelled_event_says_so_three_times(read: Reader) -> None:
    event = facts(status="cancelled", sequence=3)
    (entry,) = read(calendar_of(event))
    assert (entry.title, entry.status, entry.sequence) == ("Cancelled: Round table", "CANCELLED", 3)
    assert properties(member(status="cancelled"), "TRANSP") == [":TRANSPARENT"]


def test_a_removed_event_leaves_its_time_and_nothing_else() -> None:
    full = {name: value for name, value in CHANGES.items() if name not in ("uid", "zone", "starts", "ends")}
    text = member(**full | {"domain": "portal.example", "title": "Secret"})
    names = {line.partition(":")[0].partition(";")[0] for line in text.replace("\r\n ", "").split("\r\n") if line}
    assert names == {
        "BEGIN", "SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "SEQUENCE",
        "CREATED", "LAST-MODIFIED", "STATUS", "TRANSP", "END",
    }  # fmt: skip
    assert properties(text, "SUMMARY") == [":(removed)"]
    assert properties(text, "STATUS") == [":CANCELLED"]
    assert properties(text, "TRANSP") == [":TRANSPARENT"]


@pytest.mark.parametrize(("status", "written"), [("tentative", ":TENTATIVE"), ("confirmed", ":CONFIRMED")])
def test_what_is_planned_is_tentative_until_confirmed(status: str, written: str) -> None:
    assert properties(member(status=status), "STATUS") == [written]


def test_a_deadline_does_not_make_its_day_busy() -> None:
    text = member(all_day=True, starts=date(2026, 5, 31), ends=date(2026, 5, 31), transparent=True)
    assert properties(text, "TRANSP") == [":TRANSPARENT"]


# Time


@EVERY_READER
def test_an_all_day_event_ends_on_the_day_after_its_last(read: Reader) -> None:
    event = facts(all_day=True, starts=date(2026, 12, 30), ends=date(2026, 12, 31))
    text = vevent(event, audience=Audience.PUBLIC)
    assert properties(text, "DTSTART") == [";VALUE=DATE:20261230"]
    assert properties(text, "DTEND") == [";VALUE=DATE:20270101"]
    assert zone_needed(event) is None
    (entry,) = read(calendar_of(event))
    assert (entry.starts, entry.ends) == (date(2026, 12, 30), date(2027, 1, 1))


def test_two_days_with_hours_become_a_bar_and_the_hours_go_into_the_text() -> None:
    yerevan = {"starts": datetime(2025, 5, 12, 5, tzinfo=UTC), "ends": datetime(2025, 5, 14, 12, tzinfo=UTC)}
    event = facts(**yerevan, zone="Asia/Yerevan", description="Agenda")
    text = vevent(event, audience=Audience.PUBLIC)
    assert properties(text, "DTSTART") == [";VALUE=DATE:20250512"]
    assert properties(text, "DTEND") == [";VALUE=DATE:20250515"]
    assert by_icalendar(calendar_of(event))[0].description == (
        "2025-05-12 09:00 – 2025-05-14 16:00 (Asia/Yerevan)\n\nAgenda\n\nhttps://portal.example/events/7"
    )
    assert zone_needed(event) is None


def test_a_bar_that_ends_at_midnight_does_not_take_the_next_day() -> None:
    text = member(starts=datetime(2026, 5, 11, 22, tzinfo=UTC), ends=datetime(2026, 5, 13, 22, tzinfo=UTC))
    assert properties(text, "DTSTART") == [";VALUE=DATE:20260512"]
    assert properties(text, "DTEND") == [";VALUE=DATE:20260514"]


def test_an_evening_past_midnight_keeps_its_hours() -> None:
    text = member(starts=datetime(2026, 5, 12, 20, tzinfo=UTC), ends=datetime(2026, 5, 13, 1, tzinfo=UTC))
    assert properties(text, "DTEND") == [";TZID=Europe/Berlin:20260513T030000"]


def test_a_time_in_utc_needs_no_zone() -> None:
    event = facts(zone="Etc/UTC")
    assert properties(vevent(event, audience=Audience.PUBLIC), "DTSTART") == [":20260512T080000Z"]
    assert zone_needed(event) is None


def test_a_zone_is_named_as_the_database_names_it_today() -> None:
    event = facts(zone="Europe/Kiev")
    assert properties(vevent(event, audience=Audience.PUBLIC), "DTSTART") == [";TZID=Europe/Kyiv:20260512T110000"]
    assert zone_needed(event) == "Europe/Kyiv"


@EVERY_READER
def test_the_hour_that_comes_twice_is_told_apart(read: Reader) -> None:
    # Berlin's clocks show 02:30 at 00:30 and at 01:30 UTC; the last event only ends in that hour.
    hours = [("00:30", "00:45"), ("01:30", "03:00"), ("00:45", "01:15"), ("23:00", "00:30")]
    events = []
    for start, end in hours:
        day = 24 if start == "23:00" else 25
        starts = datetime.fromisoformat(f"2026-10-{day}T{start}+00:00")
        events.append(facts(starts=starts, ends=datetime.fromisoformat(f"2026-10-25T{end}+00:00")))
    assert all(zone_needed(event) is None for event in events)
    assert [(entry.starts, entry.ends) for entry in read(calendar_of(*events))] == [
        (event.starts, event.ends) for event in events
    ]


@pytest.mark.parametrize("year", [1987, 2019, 2038, 2051])
def test_outside_the_years_with_known_rules_times_are_in_utc(year: int) -> None:
    event = facts(starts=datetime(year, 7, 1, 8, tzinfo=UTC), ends=datetime(year, 7, 1, 9, tzinfo=UTC))
    assert properties(vevent(event, audience=Audience.PUBLIC), "DTSTART") == [f":{year}0701T080000Z"]


@pytest.mark.parametrize(
    "changes",
    [
        {"ends": STARTS},
        {"ends": STARTS + timedelta(milliseconds=900)},
        {"starts": STARTS.replace(tzinfo=None)},
        {"all_day": True},
        {"all_day": True, "starts": date(2026, 5, 12), "ends": date(2026, 5, 11)},
        {"starts": date(2026, 5, 12), "ends": date(2026, 5, 13)},
        {"zone": "Mars/Olympus"},
        {"sequence": -1},
        {"created": ORDINARY.created.replace(tzinfo=None)},
        {"geo": (44.5, 190.0)},
        {"geo": (91.0, 10.0)},
        {"domain": "portal example"},
    ],
)
def test_facts_that_no_entry_can_state_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the messages are for developers only
        facts(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"page_url": "javascript:alert(1)"},
        {"conference_url": "room 4"},
        {"organiser": ("Office", "office")},
        {"organiser": ("Office", "a@b.example\r\nSTATUS:CANCELLED")},
    ],
)
def test_addresses_that_are_none_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is no (web|mail) address"):
        member(**changes)

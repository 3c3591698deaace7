"""What must hold of an event."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Refused
from app.events import rules, spans, zones
from app.events.ical import vevent
from app.events.models import DEADLINE_STATES, EventKind, EventState, Format
from tests.entries import facts as calendar_facts

DAY = date(2025, 5, 12)
K, S = EventKind, EventState

days = st.dates(date(2000, 1, 1), date(2100, 12, 30))
times = st.times().map(lambda value: value.replace(second=0, microsecond=0))
zone_names = st.sampled_from(zones.names())


def test_without_times_an_event_takes_whole_days() -> None:
    span = spans.span("Asia/Yerevan", DAY, date(2025, 5, 14))
    assert (span.all_day, span.starts_at, span.ends_at) == (True, None, None)
    assert (span.starts_on, span.ends_on) == (DAY, date(2025, 5, 14))


def test_an_event_without_an_end_day_ends_on_the_day_it_starts() -> None:
    assert spans.span("Asia/Yerevan", DAY).ends_on == DAY


def test_times_are_those_on_the_clock_of_the_place() -> None:
    span = spans.span("Asia/Yerevan", DAY, None, time(14), time(17, 30))
    assert span.starts_at == datetime(2025, 5, 12, 10, 0, tzinfo=UTC)
    assert span.ends_at == datetime(2025, 5, 12, 13, 30, tzinfo=UTC)


def test_a_zones_former_name_is_led_to_todays() -> None:
    assert spans.span("Europe/Kiev", DAY).zone == "Europe/Kyiv"


@pytest.mark.parametrize(
    ("error", "field", "arguments"),
    [
        (spans.ZoneUnknown, "zone", ("Europe/Atlantis", DAY)),
        (spans.ZoneUnknown, "zone", ("", DAY)),
        (spans.ZoneUnknown, "zone", ("../../etc/passwd", DAY)),
        (spans.DayOutOfReach, "starts_on", ("UTC", date(1999, 12, 31))),
        (spans.DayOutOfReach, "starts_on", ("UTC", date(1, 1, 1))),
        (spans.DayOutOfReach, "ends_on", ("UTC", DAY, date(9999, 12, 31))),
        (spans.DayOutOfReach, "ends_on", ("UTC", DAY, date(2052, 5, 12))),
        (spans.EndsBeforeStart, "ends_on", ("UTC", DAY, date(2025, 5, 11))),
        (spans.EndsBeforeStart, "ends_time", ("UTC", DAY, None, time(14), time(13))),
        (spans.EndsBeforeStart, "ends_time", ("UTC", DAY, None, time(14), time(14))),
        (spans.TimeMissing, "starts_time", ("UTC", DAY, None, None, time(14))),
        (spans.TimeMissing, "ends_time", ("UTC", DAY, None, time(14), None)),
        (spans.TimeSkipped, "starts_time", ("Europe/Berlin", date(2025, 3, 30), None, time(2, 30), time(4))),
        (spans.TimeSkipped, "ends_time", ("Europe/Berlin", date(2025, 3, 30), None, time(1), time(2, 59))),
    ],
)
def test_a_time_that_cannot_be_is_refused_at_its_field(
    app: Flask, error: type[Refused], field: str, arguments: tuple
) -> None:
    with app.test_request_context(), pytest.raises(error) as caught:
        spans.span(*arguments)
    assert list(caught.value.messages) == [field]


def test_a_skipped_time_is_refused_with_the_one_an_hour_later() -> None:
    with pytest.raises(spans.TimeSkipped, match=r"no 02:30 on 30 March 2025 in Europe/Berlin.*Is it 03:30\?"):
        spans.span("Europe/Berlin", date(2025, 3, 30), None, time(2, 30), time(5))


def test_of_a_time_shown_twice_the_first_is_meant() -> None:
    span = spans.span("Europe/Berlin", date(2025, 10, 26), None, time(2, 30), time(4))
    assert span.starts_at == datetime(2025, 10, 26, 0, 30, tzinfo=UTC)
    assert spans.shown_twice(span.starts_at, span.zone)
    assert not spans.shown_twice(span.ends_at, span.zone)


def test_an_end_shown_twice_is_the_first_one_after_the_start() -> None:
    span = spans.span("Europe/Berlin", date(2025, 10, 26), None, time(2, 45), time(2, 15))
    assert (span.starts_at, span.ends_at) == (
        datetime(2025, 10, 26, 0, 45, tzinfo=UTC),
        datetime(2025, 10, 26, 1, 15, tzinfo=UTC),
    )


@given(zone_names, days, times, st.timedeltas(timedelta(minutes=1), timedelta(days=3)))
def test_what_was_typed_is_what_the_clock_of_the_place_shows(
    zone: str, day: date, start: time, length: timedelta
) -> None:
    end = datetime.combine(day, start) + length
    try:
        span = spans.span(zone, day, end.date(), start, end.time())
    except (spans.TimeSkipped, spans.EndsBeforeStart, spans.DayOutOfReach):
        return
    assert span.starts_at is not None
    assert span.ends_at is not None
    assert span.starts_at < span.ends_at
    assert span.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(day, start)
    shown = span.ends_at.astimezone(ZoneInfo(zone))
    assert (shown.date(), shown.time()) == (end.date(), end.time().replace(second=0, microsecond=0))


@given(zone_names, days, times, st.timedeltas(timedelta(minutes=1), timedelta(days=3)))
def test_a_time_typed_again_as_it_is_shown_stays_the_same_instant(
    zone: str, day: date, start: time, length: timedelta
) -> None:
    end = datetime.combine(day, start) + length
    try:
        span = spans.span(zone, day, end.date(), start, end.time())
    except Refused:
        return
    first, last = (moment.astimezone(ZoneInfo(zone)) for moment in (span.starts_at, span.ends_at))
    assert spans.span(zone, first.date(), last.date(), first.time(), last.time()) == span


@given(zone_names, days, times)
def test_a_skipped_time_is_refused_and_no_other(zone: str, day: date, start: time) -> None:
    local = datetime.combine(day, start, ZoneInfo(zone))
    exists = local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local.replace(tzinfo=None)
    try:
        spans.span(zone, day, day + timedelta(days=1), start, time(23, 59))
    except spans.TimeSkipped as skipped:
        refused = "starts_time" in skipped.messages
    except spans.EndsBeforeStart:
        refused = False
    else:
        refused = False
    assert refused is not exists


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "outside"),
    [
        (date(2023, 1, 1), date(2025, 12, 31), False),
        (date(2022, 12, 31), date(2023, 1, 1), True),
        (date(2025, 12, 31), date(2026, 1, 1), True),
    ],
)
def test_a_day_outside_the_project_is_noticed(starts_on: date, ends_on: date, outside: bool) -> None:
    assert spans.outside_project(starts_on, ends_on, date(2023, 1, 1), date(2025, 12, 31)) is outside


@pytest.mark.parametrize(
    ("counts", "total"),
    [
        ((None, None, None, None), None),
        ((None, None, None, None), 14),
        ((8, 4, 0, 1), None),
        ((8, 4, 0, 1), 13),
        ((8, None, None, None), 8),
        ((0, 0, 0, 0), 0),
    ],
)
def test_counts_that_add_up_or_have_nothing_to_add_up_to_are_fine(counts: tuple, total: int | None) -> None:
    rules.check_counts(counts, total)


def test_counts_that_do_not_add_up_are_told_as_a_sum() -> None:
    with pytest.raises(rules.CountsWrong, match=r"8 \+ 4 \+ 0 \+ 1 make 13, not 14\."):
        rules.check_counts((8, 4, 0, 1), 14)


@pytest.mark.parametrize("wrong", [-1, rules.MOST_PEOPLE + 1, 2**63])
@pytest.mark.parametrize("place", range(5))
def test_a_count_below_nought_or_absurdly_high_is_refused_at_its_field(wrong: int, place: int) -> None:
    numbers: list[int | None] = [None] * 5
    numbers[place] = wrong
    with pytest.raises(rules.CountsWrong) as caught:
        rules.check_counts(numbers[:4], numbers[4])
    assert list(caught.value.messages) == [("women", "men", "nonbinary", "undisclosed", "total")[place]]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "ftp://a.b/c", "example.org", "http://", "http://[::1", "https://a b.c/", "//a.b/c"]
)
def test_a_link_that_is_no_web_address_is_refused(link: str) -> None:
    with pytest.raises(rules.LinkWrong):
        rules.check_link(link)


@pytest.mark.parametrize("link", [None, "https://meet.example.org/x?y=1", "http://пример.рс/састанак"])
def test_a_web_address_or_nothing_is_a_link(link: str | None) -> None:
    rules.check_link(link)


def test_a_web_address_is_no_place() -> None:
    with pytest.raises(rules.LinkInPlace) as caught:
        rules.check_no_link(venue="HTTPS://meet.example.org/x?pwd=1", address=None, city="Room 3 (http://a.b)")
    assert set(caught.value.messages) == {"venue", "city"}
    rules.check_no_link(venue="Room 3.12/b: left of the stairs", address="", city=None)


@given(st.text().map("https://{}".format) | st.from_regex(r"https?://[^\s]{1,20}", fullmatch=True))
def test_whatever_passes_as_a_link_can_stand_in_a_calendar(link: str) -> None:
    try:
        rules.check_link(link)
    except rules.LinkWrong:
        return
    from app.events.ical import Audience

    assert "CONFERENCE" in vevent(calendar_facts(conference_url=link), audience=Audience.MEMBER)


@pytest.mark.parametrize(
    ("form", "place", "link", "needs_link", "field"),
    [
        (Format.ONSITE, None, None, True, "venue"),
        (Format.HYBRID, None, "https://a.b", True, "venue"),
        (Format.HYBRID, "Bonn", None, True, "link"),
        (Format.ONLINE, None, None, True, "link"),
        (Format.ONSITE, "Bonn", None, True, None),
        (Format.ONLINE, None, "https://a.b", True, None),
        (Format.ONLINE, None, None, False, None),
        (Format.HYBRID, "Bonn", None, False, None),
        (None, None, None, True, None),
    ],
)
def test_people_on_site_need_a_place_and_people_online_a_link(
    form: Format | None, place: str | None, link: str | None, needs_link: bool, field: str | None
) -> None:
    if field is None:
        rules.check_place(form, place, link, needs_link=needs_link)
        return
    with pytest.raises(rules.PlaceMissing) as caught:
        rules.check_place(form, place, link, needs_link=needs_link)
    assert list(caught.value.messages) == [field]


@pytest.mark.parametrize("kind", list(K))
@pytest.mark.parametrize("state", list(S))
def test_only_deadlines_are_done_and_deadlines_are_never_held(kind: EventKind, state: EventState) -> None:
    if state in DEADLINE_STATES if kind is K.DEADLINE else state is not S.DONE:
        rules.check_state(kind, state)
    else:
        with pytest.raises(rules.StateUnfit):
            rules.check_state(kind, state)


def test_what_was_held_lies_behind_us_and_the_refusal_says_both_days() -> None:
    rules.check_day_has_come(DAY, DAY)
    with pytest.raises(rules.NotYetHeld, match=r"21 May 2025 is after today, 12 May 2025\."):
        rules.check_day_has_come(date(2025, 5, 21), DAY)


def test_the_days_of_a_refusal_are_in_the_readers_language(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "de"}):
        app.preprocess_request()
        assert spans.words(date(2025, 5, 21)) == "21. Mai 2025"


@pytest.mark.parametrize(
    ("people", "organisations", "fine"), [(None, 0, False), (0, 0, False), (3, 0, True), (None, 1, True)]
)
def test_an_event_at_which_nobody_was_was_not_held(people: int | None, organisations: int, fine: bool) -> None:
    if fine:
        rules.check_somebody_there(people, organisations)
    else:
        with pytest.raises(rules.NobodyThere):
            rules.check_somebody_there(people, organisations)


@pytest.mark.parametrize("kind", list(K))
def test_consultations_and_round_tables_concern_a_micro_credential(kind: EventKind) -> None:
    rules.check_concerns(kind, 1)
    if kind in (K.CONSULTATION, K.ROUND_TABLE):
        with pytest.raises(rules.NothingConcerned):
            rules.check_concerns(kind, 0)
    else:
        rules.check_concerns(kind, 0)


@pytest.mark.parametrize("title", [{}, {"en": ""}, {"en": "  ", "hy": "\n"}])
def test_an_event_has_a_title_in_some_language(title: dict[str, str]) -> None:
    rules.check_title({"hy": "Կլոր սեղան"})
    with pytest.raises(rules.TitleMissing):
        rules.check_title(title)


@pytest.mark.parametrize("number", [0, -1, 10_000, 2**40])
def test_meetings_are_counted_from_one(number: int) -> None:
    rules.check_number(5)
    with pytest.raises(rules.NumberWrong):
        rules.check_number(number)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(Refused) as caught:
        rules.all_of(
            lambda: rules.check_title({}),
            lambda: rules.check_counts((1, 1, 1, 1), 5),
            lambda: rules.check_link("nonsense"),
            lambda: rules.check_number(5),
        )
    assert set(caught.value.messages) == {"title", "total", "link"}


@pytest.mark.parametrize(
    ("starts", "ends", "next_day"),
    [
        ("22:00", "01:00", True),
        ("18:00", "06:00", True),
        ("18:00", "06:01", False),
        ("14:00", "13:00", False),
        ("10:00", "10:00", False),
        ("10:00", "11:00", False),
        ("23:59", "00:00", True),
        (None, "01:00", False),
        ("22:00", None, False),
    ],
)
def test_an_end_before_the_start_means_the_next_day_where_that_is_plausible(
    starts: str | None, ends: str | None, next_day: bool
) -> None:
    first, last = (time.fromisoformat(text) if text else None for text in (starts, ends))
    assert spans.ends_next_day(first, last) is next_day

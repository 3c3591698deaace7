"""A week as days, on the clock of its reader."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.events.week import Part, Span, Week, WeekDay

BERLIN, TBILISI, KIRITIMATI, NIUE = map(
    ZoneInfo, ("Europe/Berlin", "Asia/Tbilisi", "Pacific/Kiritimati", "Pacific/Niue")
)
WEEK = Week.of(date(2025, 5, 14))
days = st.dates(date(2000, 2, 1), date(2100, 11, 1))


def timed(starts: datetime, ends: datetime) -> Span:
    return Span("event", starts.date(), ends.date(), starts, ends)


def where(found: list[WeekDay]) -> list[tuple[str, int]]:
    """Which parts stand on which day: all with a time after all that take the day whole."""
    parts = [(day.date.day, [*(["whole"] * len(day.whole)), *(["timed"] * len(day.timed))]) for day in found]
    return [(mark, day) for day, marks in parts for mark in marks]


@given(days)
def test_a_week_begins_on_monday_and_holds_its_day(day: date) -> None:
    week = Week.of(day)
    assert week.first.weekday() == 0
    assert week.first <= day <= week.last
    assert Week.of(week.after).before == week.first
    assert [found.date for found in week.days([], BERLIN)] == [week.first + timedelta(days=n) for n in range(7)]


def test_an_event_stands_on_the_day_that_the_readers_clock_shows() -> None:
    late = timed(datetime(2025, 5, 14, 21, tzinfo=UTC), datetime(2025, 5, 14, 21, 30, tzinfo=UTC))
    assert where(WEEK.days([late], BERLIN)) == [("timed", 14)]
    assert where(WEEK.days([late], TBILISI)) == [("timed", 15)]
    assert where(WEEK.days([late], KIRITIMATI)) == [("timed", 15)]
    assert where(WEEK.days([late], NIUE)) == [("timed", 14)]


def test_whole_days_stand_on_the_days_of_their_place_whatever_the_clock() -> None:
    whole = Span("event", date(2025, 5, 11), date(2025, 5, 13))
    for zone in (BERLIN, KIRITIMATI, NIUE):
        assert where(WEEK.days([whole], zone)) == [("whole", 12), ("whole", 13)]


def test_an_event_over_several_days_begins_goes_on_and_ends() -> None:
    long = timed(datetime(2025, 5, 13, 12, tzinfo=UTC), datetime(2025, 5, 15, 9, tzinfo=UTC))
    found = WEEK.days([long], BERLIN)
    assert where(found) == [("timed", 13), ("whole", 14), ("timed", 15)]
    assert found[1].timed == [Part("event", datetime(2025, 5, 13, 14, tzinfo=BERLIN), None)]
    assert found[3].timed == [Part("event", None, datetime(2025, 5, 15, 11, tzinfo=BERLIN))]


def test_what_ends_at_midnight_is_not_on_the_next_day() -> None:
    evening = timed(datetime(2025, 5, 14, 18, tzinfo=UTC), datetime(2025, 5, 14, 22, tzinfo=UTC))
    assert where(WEEK.days([evening], BERLIN)) == [("timed", 14)]


def test_a_day_is_in_the_order_of_its_clock_with_what_goes_on_first() -> None:
    spans = [
        timed(datetime(2025, 5, 14, hour, tzinfo=UTC), datetime(2025, 5, 14, hour + 1, tzinfo=UTC)) for hour in (15, 8)
    ]
    spans.append(timed(datetime(2025, 5, 13, 8, tzinfo=UTC), datetime(2025, 5, 14, 7, tzinfo=UTC)))
    found = WEEK.days(spans, BERLIN)[2].timed
    assert [part.begins.hour if part.begins else None for part in found] == [None, 10, 17]


def test_the_week_in_which_clocks_change_has_seven_days() -> None:
    spring = Week.of(date(2026, 3, 29))
    night = timed(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    (part,) = spring.days([night], BERLIN)[6].timed
    assert (f"{part.begins:%H:%M}", f"{part.finishes:%H:%M}") == ("01:30", "03:30")

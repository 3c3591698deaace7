"""A month as weeks of days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.month import Entry, Month

TODAY = date(2025, 5, 12)
months = st.builds(Month, st.integers(2000, 2100), st.integers(1, 12))


def entry(label: str) -> Entry:
    """An entry by its label."""
    return Entry(url="/", label=label, time="", shape="done", cancelled=False, icon=None, is_example=False)


@pytest.mark.parametrize("text", ["2025-03", "2000-01", "2100-12"])
def test_a_month_is_named_by_year_and_number(text: str) -> None:
    assert str(Month.named(text, TODAY)) == text


@pytest.mark.parametrize(
    "text", [None, "", "2025", "2025-13", "2025-00", "1999-12", "2101-01", "２０２５-05", "2025-05-01"]
)
def test_what_names_no_month_means_the_present_one(text: str | None) -> None:
    assert str(Month.named(text, TODAY)) == "2025-05"


@given(months)
def test_weeks_begin_on_monday_and_hold_every_day_of_the_month_once(month: Month) -> None:
    weeks = month.weeks([])
    days = [day for week in weeks for day in week]
    assert all(len(week) == 7 and week[0].date.weekday() == 0 for week in weeks)
    assert [day.date for day in days] == [days[0].date + timedelta(days=n) for n in range(len(days))]
    within = [day.date for day in days if day.in_month]
    assert (within[0], within[-1]) == (month.first, month.last)
    assert not weeks[0][0].in_month or weeks[0][0].date == month.first


@given(months)
def test_the_month_before_the_next_one_is_this_one(month: Month) -> None:
    assert month.after.before == month
    assert month.after.first == month.last + timedelta(days=1)


@given(months, st.integers(-40, 40), st.integers(0, 80))
def test_an_event_of_several_days_stands_on_each_day_of_the_month(month: Month, start: int, length: int) -> None:
    first = month.first + timedelta(days=start)
    last = first + timedelta(days=length)
    days = [day for week in month.weeks([(first, last, entry("opens"), entry("goes on"))]) for day in week]
    for day in days:
        expected = []
        if day.in_month and first <= day.date <= last:
            expected = ["opens" if day.date == first else "goes on"]
        assert [found.label for found in day.entries] == expected

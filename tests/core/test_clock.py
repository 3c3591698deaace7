"""When it happened is never moved; what is late is judged by the day the portal reckons with."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from app.core import clock


@pytest.fixture(autouse=True)
def own_day() -> Iterator[None]:
    before = clock.as_of()
    yield
    clock.reckon_with(before)


def test_stamps_are_true_whatever_day_the_portal_reckons_with():
    clock.reckon_with(date(2025, 5, 12))

    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.today() == clock.as_of() == date(2025, 5, 12)
    assert clock.moment().date() == date(2025, 5, 12)
    assert clock.moment().tzinfo is UTC


def test_without_a_day_of_its_own_the_portal_follows_the_calendar_of_the_asked_zone():
    clock.reckon_with(None)

    with time_machine.travel(datetime(2025, 12, 31, 22, 30, tzinfo=UTC), tick=False):
        assert clock.today("Europe/London") == date(2025, 12, 31)
        assert clock.today("Asia/Yerevan") == date(2026, 1, 1)
        assert clock.moment() == clock.now() == datetime(2025, 12, 31, 22, 30, tzinfo=UTC)

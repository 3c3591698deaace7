"""Codes and links while the clock jumps: nothing lives longer by it, and nobody waits for hours."""

from datetime import UTC, datetime, timedelta

import pytest

from app.mou.signing.rules import CodeUnfit, Sent, check_code, check_code_wanted

NOW = datetime(2025, 5, 12, 9, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def takes(age: timedelta) -> bool:
    """Whether a code is taken that seems to have been sent so long ago."""
    try:
        check_code("right", Sent("right", NOW - age, 0), NOW)
    except CodeUnfit:
        return False
    return True


def sends(age: timedelta) -> bool:
    """Whether another code is sent when the last one seems to have been sent so long ago."""
    try:
        check_code_wanted(1, NOW - age, NOW)
    except CodeUnfit:
        return False
    return True


@pytest.mark.parametrize(
    ("age", "taken", "sent"),
    [
        (0 * SECOND, True, False),
        (29 * SECOND, True, False),
        (30 * SECOND, True, True),
        (10 * MINUTE, True, True),
        (10 * MINUTE + SECOND, False, True),
        (-SECOND, True, False),
        (-MINUTE, True, False),
        (-MINUTE - SECOND, False, True),
        (-HOUR, False, True),
        (24 * HOUR, False, True),
    ],
    ids=str,
)
def test_a_code_is_good_for_ten_minutes_by_any_clock(age: timedelta, taken: bool, sent: bool) -> None:
    assert takes(age) is taken
    assert sends(age) is sent

"""The one place that reads the time.

Two questions are kept apart. *When did it happen?* is ``now()``: the true instant, for stamps, leases and evidence.
*Is it late, past, due?* is judged against ``today()`` and ``moment()``, which a demonstration or a test can set to
another day (``PORTAL_AS_OF``); a stamp is never moved with them, or feeds and evidence would run backwards.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

# What somebody recorded before this is a slip of the hand, as 1900 is what spreadsheets make of an empty cell.
EARLIEST = date(2000, 1, 1)
_as_of: date | None = None
_zone = "UTC"


def reckon_with(day: date | None, zone: str | None = None) -> None:
    """Make ``today()`` answer ``day`` for the whole process; ``None`` goes back to the real day.

    ``zone`` (IANA name) is where the portal's days begin and end; without it that stays as it was.
    """
    global _as_of, _zone  # one day for the whole process, set when it starts
    _as_of, _zone = day, zone or _zone


def as_of() -> date | None:
    """The day the portal was told to reckon with, or ``None`` when it follows the real calendar."""
    return _as_of


def now() -> datetime:
    """The true instant, UTC."""
    return datetime.now(UTC)


def today(zone: str | None = None) -> date:
    """The day to judge dates against, as the calendar stands in ``zone`` or where the portal is at home."""
    return _as_of or datetime.now(ZoneInfo(zone or _zone)).date()


def moment() -> datetime:
    """The instant to judge timed records against, UTC: the true one, or the same time of day on the as-of day."""
    instant = now()
    return datetime.combine(_as_of, instant.timetz()) if _as_of else instant

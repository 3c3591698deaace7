"""How the time of an event is said to a reader: days in words, times on the clock of its place with its offset."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_interval
from flask_babel import get_locale

from app.core.templating import moment
from app.events.spans import words


def said(event: Any) -> str:
    """When an event or its row is: "16 May 2025, 14:00–17:00 (UTC+4)", "5–7 May 2025"."""
    days = words_of(event.starts_on, event.ends_on)
    if event.all_day:
        return days
    zone = ZoneInfo(event.zone)
    start, end = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    if start.date() == end.date() and start.utcoffset() == end.utcoffset():
        return f"{days}, {start:%H:%M}–{end:%H:%M} ({offset(start)})"
    first, last = words(start.date()), words(end.date())
    return f"{first}, {start:%H:%M} ({offset(start)}) – {last}, {end:%H:%M} ({offset(end)})"


def in_utc(event: Any) -> str:
    """When a timed event is in UTC, "16 May 2025, 10:00 – 13:00 UTC"; empty for whole days."""
    if event.all_day:
        return ""
    start, end = event.starts_at.astimezone(UTC), event.ends_at.astimezone(UTC)
    last = f"{end:%H:%M}" if start.date() == end.date() else f"{words(end.date())}, {end:%H:%M}"
    return f"{words(start.date())}, {start:%H:%M} – {last} UTC"


def stamped(at: datetime, zone: str) -> str:
    """An instant for whoever has to prove it: "20 May 2025, 14:03 (Asia/Yerevan; 10:03 UTC)"."""
    here, there = at.astimezone(ZoneInfo(zone)), at.astimezone(UTC)
    if here.utcoffset() == timedelta():
        return f"{moment(at, 'UTC')} UTC"
    told = f"{there:%H:%M}" if here.date() == there.date() else moment(at, "UTC")
    return f"{moment(at, zone)} ({named(zone)}; {told} UTC)"


def on_the_clock(at: datetime | None, zone: str) -> str:
    """An instant on the clock of a place for a file, beside the one in UTC: "2025-05-20 14:03 Asia/Yerevan"."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}" if at else ""


def named(zone: str) -> str:
    """A zone as a reader reads it."""
    return zone.replace("_", " ")


def days_of(event: Any) -> list[date]:
    """The days an event takes, on the clock of its place."""
    return [event.starts_on + timedelta(days=passed) for passed in range((event.ends_on - event.starts_on).days + 1)]


def offset(moment: datetime) -> str:
    """How far a clock is from UTC: "UTC", "UTC+4", "UTC+5:30"."""
    away = moment.utcoffset() or timedelta()
    sign, minutes = ("−" if away < timedelta() else "+"), abs(away) // timedelta(minutes=1)
    if not minutes:
        return "UTC"
    return f"UTC{sign}{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


def words_of(first: date, last: date) -> str:
    """Days in words: "16 May 2025", "5–7 May 2025"."""
    if first == last:
        return words(first)
    return str(format_interval(first, last, "yMMMd", locale=get_locale() or "en_GB"))

"""A week as days with what happens on them on the clock of its reader, pure: spans in, days out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

# No clock is further from another than this: what touches a week somewhere is within it at its own place.
APART = timedelta(days=2)


@dataclass(frozen=True)
class Span:
    """When something is: instants ``starts`` and ``ends``, or whole days from ``first`` to ``last``, inclusive."""

    record: Any
    first: date
    last: date
    starts: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True)
class Part:
    """What of a span is on one day: its ``begins`` and ``finishes`` on the reader's clock, where they are that day."""

    record: Any
    begins: datetime | None = None
    finishes: datetime | None = None


@dataclass
class WeekDay:
    """A day with what takes it whole, and with the rest by the time it begins."""

    date: date
    whole: list[Part] = field(default_factory=list)
    timed: list[Part] = field(default_factory=list)


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday."""

    first: date

    @classmethod
    def of(cls, day: date) -> "Week":
        """The week a day is in."""
        return cls(day - timedelta(days=day.weekday()))

    @property
    def last(self) -> date:
        """Its Sunday."""
        return self.first + timedelta(days=6)

    @property
    def before(self) -> date:
        """The Monday before its own."""
        return self.first - timedelta(days=7)

    @property
    def after(self) -> date:
        """The Monday after its own."""
        return self.first + timedelta(days=7)

    def days(self, spans: Iterable[Span], zone: ZoneInfo) -> list[WeekDay]:
        """Its days, as a clock in ``zone`` has them; an event that ends at midnight is not on the day that begins."""
        days = [WeekDay(self.first + timedelta(days=passed)) for passed in range(7)]
        for span in spans:
            starts = span.starts.astimezone(zone) if span.starts else None
            ends = span.ends.astimezone(zone) if span.ends else None
            first = starts.date() if starts else span.first
            last = (ends - timedelta(microseconds=1)).date() if ends else span.last
            for day in days:
                if first <= day.date <= last:
                    begins = starts if day.date == first else None
                    finishes = ends if day.date == last else None
                    part = Part(span.record, begins, finishes)
                    (day.timed if begins or finishes else day.whole).append(part)
        for day in days:
            day.timed.sort(key=lambda part: (part.begins is not None, part.begins or part.finishes))
        return days

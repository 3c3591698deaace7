"""A month as weeks of days with what happens on them, pure: rows in, weeks out."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.events.spans import FIRST_YEAR, LAST_YEAR

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """An event on one day of the month."""

    url: str
    label: Any
    time: str
    shape: str
    cancelled: bool
    icon: str | None
    is_example: bool


@dataclass
class Day:
    """A day of a week; those of the months around it are shown without entries."""

    date: date
    in_month: bool
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """A month of a year; weeks start on Monday."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month a day is in."""
        return cls(day.year, day.month)

    @staticmethod
    def is_name(text: str) -> bool:
        """Whether ``text`` names a month from 2000 to 2100 as ``YYYY-MM``."""
        match = _MONTH.fullmatch(text)
        return bool(match) and FIRST_YEAR <= int(text[:4]) <= LAST_YEAR

    @classmethod
    def named(cls, text: str | None, today: date) -> "Month":
        """The month that ``YYYY-MM`` names; that of ``today`` where it names none from 2000 to 2100."""
        return cls(int(text[:4]), int(text[5:])) if text and cls.is_name(text) else cls.of(today)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)

    @property
    def before(self) -> "Month":
        """The month before it."""
        day = self.first - timedelta(days=1)
        return Month(day.year, day.month)

    @property
    def after(self) -> "Month":
        """The month after it."""
        day = self.last + timedelta(days=1)
        return Month(day.year, day.month)

    def weeks(self, spans: Iterable[tuple[date, date, Entry, Entry]]) -> list[list[Day]]:
        """Its weeks; each span is a first day, a last day, the entry of the first day and that of the days after it."""
        monday = self.first - timedelta(days=self.first.weekday())
        count = -(-(self.last - monday + timedelta(days=1)).days // 7) * 7
        days = [
            Day(monday + timedelta(days=n), self.first <= monday + timedelta(days=n) <= self.last) for n in range(count)
        ]
        for first, last, opening, going_on in spans:
            for day in self._covered(days, first, last):
                day.entries.append(opening if day.date == first else going_on)
        return [days[start : start + 7] for start in range(0, count, 7)]

    def _covered(self, days: Sequence[Day], first: date, last: date) -> Sequence[Day]:
        start = max((max(first, self.first) - days[0].date).days, 0)
        stop = (min(last, self.last) - days[0].date).days
        return days[start : max(stop + 1, 0)]

"""The items of a plan in time: pure geometry, in hundredths of the width, so that it fits every screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.valorisation.pictures.then import Item

# Room at both edges, so that a shape on the first or the last day is not cut.
EDGE = timedelta(days=20)
MOST_TICKS = 5


@dataclass(frozen=True)
class Line:
    """One item: where it was first promised and where it is now; ``left`` and ``width`` are the way between."""

    item: Item
    promised: float
    now: float

    @property
    def left(self) -> float:
        """Where the way between both begins."""
        return min(self.promised, self.now)

    @property
    def is_later(self) -> bool:
        """Whether it became later than first promised."""
        return self.now > self.promised

    @property
    def width(self) -> float:
        """How long the way between both is."""
        return round(abs(self.now - self.promised), 2)


@dataclass(frozen=True)
class Timeline:
    """The drawing: a line for each item, months, and the day it is drawn for."""

    lines: list[Line]
    ticks: list[tuple[float, date]]
    day: float


def draw(items: Sequence[Item], day: date) -> Timeline:
    """The timeline of items of one plan; at least one."""
    days = [day, *(one.baseline_on for one in items), *(one.now_on for one in items)]
    first, last = min(days) - EDGE, max(days) + EDGE
    whole = (last - first).days

    def place(at: date) -> float:
        return round(100 * (at - first).days / whole, 2)

    lines = [Line(one, place(one.baseline_on), place(one.now_on)) for one in items]
    return Timeline(lines, [(place(month), month) for month in months(first, last)], place(day))


def months(first: date, last: date, most: int = MOST_TICKS) -> list[date]:
    """First days of months between two days, so few that their names have room."""
    count = (last.year - first.year) * 12 + last.month - first.month
    every = max(1, -(-count // most))
    places = [first.month + step for step in range(1, count + 1, every)]
    return [date(first.year + (place - 1) // 12, (place - 1) % 12 + 1, 1) for place in places]

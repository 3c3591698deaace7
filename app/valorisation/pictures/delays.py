"""How late what was promised had become, month by month: pure.

An item counts from the day it was first promised for; until it is done, it is as late as that day is ago. What was
given up does not count. Moving a day does not make a promise younger: that is what the baseline is for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.valorisation.pictures.then import Item
from app.valorisation.pictures.timeline import months

# Above the top line there is room for its label, which no line of a country reaches.
WIDTH, HEIGHT, TOP = 320, 106, 18
MOST_DAYS = 18


@dataclass(frozen=True)
class Point:
    """One day of one country: the average delay in days of what was promised until then, and of how many items."""

    day: date
    average: float
    promised: int
    open_: int
    x: float = 0
    y: float = 0


@dataclass(frozen=True)
class Series:
    """The points of one country."""

    country: str
    points: Sequence[Point]

    @property
    def path(self) -> str:
        """The line through the points."""
        return "M" + "L".join(f"{point.x} {point.y}" for point in self.points)

    @property
    def last(self) -> Point:
        """How it stands at the end."""
        return self.points[-1]


@dataclass(frozen=True)
class Delays:
    """Every country on the same days and the same scale; ``most`` is the largest delay, in whole days."""

    days: Sequence[date]
    series: Sequence[Series]
    most: int

    width, height, top = WIDTH, HEIGHT, TOP

    @property
    def rows(self) -> list[tuple[date, list[float]]]:
        """The same as a table: each day with the average of every country."""
        return [(day, [one.points[place].average for one in self.series]) for place, day in enumerate(self.days)]


def draw(items: Sequence[Item], day: date) -> Delays | None:
    """The delays of items until a day, by country; ``None`` where nothing was promised for any day until then."""
    due = [one for one in items if one.baseline_on <= day]
    if not due:
        return None
    days = days_until(min(one.baseline_on for one in due), day)
    by_country: dict[str, list[Item]] = {}
    for one in due:
        by_country.setdefault(one.country, []).append(one)
    found = {country: [_point(within, at) for at in days] for country, within in by_country.items()}
    most = max([1, *(round(point.average) for points in found.values() for point in points)])
    return Delays(days, [Series(country, _placed(points, most)) for country, points in found.items()], most)


def days_until(first: date, last: date) -> list[date]:
    """Last days of months from one day on, so few that a table of them can be read, and the last day itself."""
    ends = [month - timedelta(days=1) for month in months(first, last, MOST_DAYS)]
    return [*(end for end in ends if end < last), last]


def _point(items: Sequence[Item], day: date) -> Point:
    known = [
        replace(one, day=day, done_on=one.done_on if one.done_on and one.done_on <= day else None) for one in items
    ]
    late = [one for one in known if one.delay is not None]
    total = sum(one.delay or 0 for one in late)
    return Point(day, round(total / len(late), 1) if late else 0, len(late), sum(one.done_on is None for one in late))


def _placed(points: Sequence[Point], most: int) -> list[Point]:
    first, whole = points[0].day, max((points[-1].day - points[0].day).days, 1)
    return [
        replace(
            point,
            x=round(WIDTH * (point.day - first).days / whole, 1),
            y=round(TOP + (HEIGHT - TOP) * (1 - point.average / most), 1),
        )
        for point in points
    ]

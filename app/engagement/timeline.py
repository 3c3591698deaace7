"""An attitude over time beside the events that moved it: pure geometry, in units of the drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.engagement.models import Attitude

LEFT, RIGHT = 132, 450
STEP, TOP = 34, 22
GROUND = TOP + STEP * len(Attitude)
SHORTEST = timedelta(days=60)
MOST_TICKS = 5


@dataclass(frozen=True)
class Mark:
    """A judgement, an event or a month in the drawing."""

    x: float
    y: float
    row: Any
    is_cause: bool = False


@dataclass(frozen=True)
class Timeline:
    """The drawing: the line of the attitude, its judgements, the events beneath, months."""

    path: str
    points: list[Mark]
    events: list[Mark]
    ticks: list[Mark]

    left, right, ground, height, width = LEFT, RIGHT, GROUND, GROUND + 44, RIGHT + 10

    @property
    def rows(self) -> list[tuple[float, Attitude]]:
        """The height of each attitude."""
        return [(_height(attitude), attitude) for attitude in Attitude]


def draw(judgements: Sequence[Any], events: Sequence[Any], today: date) -> Timeline:
    """The timeline of judgements (oldest first, with ``judged_on``, ``attitude``, ``event_id``) up to ``today``.

    ``events`` are rows with ``id`` and ``starts_on``; those before the first judgement are left out, but for the ones
    that moved a judgement.
    """
    causes = {row.event_id for row in judgements if row.event_id}
    moving = [row.starts_on for row in events if row.id in causes]
    first = min([judgements[0].judged_on, today - SHORTEST, *moving])
    days = max((today - first).days, 1)

    def place(day: date) -> float:
        along: float = min(max((day - first).days, 0), days) / days
        return round(LEFT + (RIGHT - LEFT) * along, 1)

    points = [Mark(place(row.judged_on), _height(row.attitude), row) for row in judgements]
    line = [f"M{points[0].x} {points[0].y}"] + [f"H{point.x}V{point.y}" for point in points[1:]]
    shown = [row for row in events if first <= row.starts_on <= today]
    return Timeline(
        path="".join([*line, f"H{RIGHT}"]),
        points=points,
        events=[Mark(place(row.starts_on), GROUND, row, row.id in causes) for row in shown],
        ticks=[Mark(place(day), GROUND + 26, day) for day in _months(first, today)],
    )


def _height(attitude: Attitude) -> float:
    return TOP + STEP * list(Attitude).index(attitude)


def _months(first: date, last: date) -> list[date]:
    """First days of months between two days, so few that their names have room."""
    count = (last.year - first.year) * 12 + last.month - first.month
    every = max(1, -(-count // MOST_TICKS))
    months = [first.month + step for step in range(1, count + 1, every)]
    return [date(first.year + (month - 1) // 12, (month - 1) % 12 + 1, 1) for month in months]

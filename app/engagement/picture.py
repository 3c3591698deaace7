"""Where organisations stand in the picture of influence and interest: pure geometry, in units of the drawing.

The field is five by five cells, interest to the right and influence upwards. A cell has room for four spots side by
side; when more organisations share it, the last spot says how many others there are.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.engagement.models import HIGH, LEVELS, Quadrant, quadrant

CELL_WIDTH, CELL_HEIGHT = 100, 84
WIDTH, HEIGHT = CELL_WIDTH * len(LEVELS), CELL_HEIGHT * len(LEVELS)
ROOM = 4
# Where spots stand within a cell, by how many there are, and how wide and high the field is in which a finger hits
# each. On a telephone a unit is 0.6 pixels: a spot alone is hit within 44 pixels, four in one cell within 26 by 25.
PLACES = {
    1: ((50, 42),),
    2: ((28, 42), (72, 42)),
    3: ((28, 21), (72, 21), (50, 63)),
    4: ((28, 21), (72, 21), (28, 63), (72, 63)),
}
REACHES = {1: (74, 74), 2: (44, 74), 3: (44, 42), 4: (44, 42)}


@dataclass(frozen=True)
class Spot:
    """One organisation in the picture; ``number`` is its place in the table beneath."""

    number: int
    x: int
    y: int
    reach: tuple[int, int]
    row: Any


@dataclass(frozen=True)
class More:
    """How many further organisations share a cell."""

    x: int
    y: int
    reach: tuple[int, int]
    count: int
    names: str


@dataclass(frozen=True)
class Picture:
    """Everything that the drawing and the lists beside it show."""

    spots: list[Spot]
    more: list[More]
    numbered: list[tuple[int, Any]]

    width, height = WIDTH, HEIGHT
    cell_width, cell_height = CELL_WIDTH, CELL_HEIGHT
    split_x = CELL_WIDTH * (HIGH - 1)
    split_y = CELL_HEIGHT * (len(LEVELS) - HIGH + 1)
    levels = LEVELS

    @property
    def quadrants(self) -> list[tuple[Quadrant, list[tuple[int, Any]]]]:
        """The quadrants with who is in them, in the order in which they ask for time."""
        within = defaultdict(list)
        for number, row in self.numbered:
            within[quadrant(row.influence, row.interest)].append((number, row))
        return [(one, within[one]) for one in Quadrant]


def corner(influence: int, interest: int) -> tuple[int, int]:
    """The upper left corner of a cell."""
    return CELL_WIDTH * (interest - 1), CELL_HEIGHT * (len(LEVELS) - influence)


def draw(rows: Sequence[Any]) -> Picture:
    """The picture of rows with ``influence``, ``interest`` and ``name``, numbered in their order."""
    cells: dict[tuple[int, int], list[tuple[int, Any]]] = defaultdict(list)
    numbered = list(enumerate(rows, start=1))
    for number, row in numbered:
        cells[row.influence, row.interest].append((number, row))
    spots, more = [], []
    for (influence, interest), within in cells.items():
        left, top = corner(influence, interest)
        places, reach = PLACES[min(len(within), ROOM)], REACHES[min(len(within), ROOM)]
        shown = within if len(within) <= ROOM else within[: ROOM - 1]
        for (number, row), (x, y) in zip(shown, places, strict=False):
            spots.append(Spot(number, left + x, top + y, reach, row))
        if len(within) > ROOM:
            x, y = places[-1]
            others = within[ROOM - 1 :]
            more.append(More(left + x, top + y, reach, len(others), ", ".join(row.name for _number, row in others)))
    return Picture(sorted(spots, key=lambda spot: spot.number), more, numbered)

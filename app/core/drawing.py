"""A signature drawn on a screen: strokes as the pad sends them (``components/signature.html``), and a picture of it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from flask_babel import gettext as _

from app.core.errors import Refused

WIDTH, HEIGHT = 600, 200
LONGEST_DRAWING = 60_000
SHORTEST_LINE = 30  # units of the drawing: less is a slip of the finger
_STROKE = re.compile(r"M(\d{1,3}) (\d{1,3})((?:L\d{1,3} \d{1,3})*)")
_POINT = re.compile(r"(\d{1,3}) (\d{1,3})")


class DrawingUnfit(Refused):
    """A signature that is no drawing, or hardly a dot."""


def check_drawing(drawing: str | None) -> str | None:
    """A signature as strokes of whole points within the pad: ``M10 20L12 24…``; ``None`` where nothing was drawn.

    Raises ``DrawingUnfit``.
    """
    if not drawing:
        return None
    strokes = list(_STROKE.finditer(drawing[:LONGEST_DRAWING]))
    if "".join(found[0] for found in strokes) != drawing:
        raise DrawingUnfit(drawing=_("The signature could not be read. Draw it again, or type the name."))
    lines = [[(int(x), int(y)) for x, y in _POINT.findall(found[0])] for found in strokes]
    if any(x > WIDTH or y > HEIGHT for line in lines for x, y in line):
        raise DrawingUnfit(drawing=_("The signature could not be read. Draw it again, or type the name."))
    if sum(map(_length, lines)) < SHORTEST_LINE:
        raise DrawingUnfit(drawing=_("That is hardly a signature. Draw it again, or type the name."))
    return drawing


def _length(line: Sequence[tuple[int, int]]) -> float:
    return sum(abs(x - u) + abs(y - v) for (x, y), (u, v) in pairwise(line))


def picture(strokes: str) -> str:
    """Checked strokes as SVG of the portal's own making: nothing but numbers of the pad's own points gets into it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path d="{strokes}" fill="none" stroke="#1d2528" stroke-width="3" stroke-linecap="round" '
        'stroke-linejoin="round"/></svg>'
    )

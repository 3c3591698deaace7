"""The figures of the pictures as files; pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.valorisation.pictures.delays import Delays
from app.valorisation.pictures.funnel import Bar, Part
from app.valorisation.pictures.then import Item
from app.valorisation.tracks.models import Track

Table = tuple[Sequence[str], list[list[Any]]]
ITEMS_HEAD = (
    *("number", "title", "answers_for_it", "first_promised", "due_on", "done_on", "moved_days", "standing"),
    *("example", "as_of"),
)


def milestones(bars: Mapping[Track, Sequence[Bar]], day: date) -> Table:
    """How many micro-credentials reached what, a milestone a row."""
    head = ("as_of", "track", "milestone", *(part.value for part in Part), "microcredentials")
    rows = [
        [day, track.value, bar.kind.value, *(bar.counts.get(part, 0) for part in Part), bar.of]
        for track, found in bars.items()
        for bar in found
    ]
    return head, rows


def delays(found: Delays | None) -> Table:
    """How late what was promised had become, a country and a day a row."""
    head = ("country", "day", "average_days_late", "promised", "still_open")
    series = found.series if found else ()
    return head, [
        [one.country, point.day, point.average, point.promised, point.open_] for one in series for point in one.points
    ]


def items(found: Sequence[Item], day: date) -> Table:
    """The items of a plan, each as it stood on a day."""
    return ITEMS_HEAD, [
        [
            *(one.number, one.title.get("en") or next(iter(one.title.values())), one.organisation, one.baseline_on),
            *(one.due_on, one.done_on, one.moved_days, one.standing.value, "yes" if one.is_example else "", day),
        ]
        for one in found
    ]

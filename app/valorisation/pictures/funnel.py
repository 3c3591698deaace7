"""How many micro-credentials reached what on each track: pure.

The tracks are independent and so are the milestones of one: none is a step of a ladder, and each is counted among all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from app.core.vocabulary import Term
from app.valorisation.overview import Row
from app.valorisation.tracks.models import OPEN, TRACKS, MilestoneKind, MilestoneState, Track
from app.valorisation.tracks.valorised import Reached


class Part(Term):
    """How a milestone of one kind stands for a micro-credential, the best first."""

    REACHED = "reached", _l("Reached"), "done"
    UNDER_WAY = "under_way", _l("Under way"), "running"
    PLANNED = "planned", _l("Planned"), "planned"
    LATE = "late", _l("Late"), "late"
    ENDED = "ended", _l("Expired or without evidence"), "attention"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "stopped"


@dataclass(frozen=True)
class Bar:
    """One milestone: how many micro-credentials stand how, of how many."""

    kind: MilestoneKind
    counts: Mapping[Part, int]
    of: int

    @property
    def pieces(self) -> list[tuple[Part, int, float, float]]:
        """The pieces that are there: which, how many, where each begins and how long it is, in hundredths."""
        made, left = [], 0.0
        for part in Part:
            count = self.counts.get(part, 0)
            if count:
                width = round(100 * count / self.of, 2)
                made.append((part, count, round(left, 2), width))
                left += width
        return made


def bars(rows: Sequence[Row]) -> dict[Track, list[Bar]]:
    """The bars of each track, over all micro-credentials."""
    found: dict[MilestoneKind, Counter[Part]] = {kind: Counter() for kind in MilestoneKind}
    for row in rows:
        best: dict[MilestoneKind, Part] = {}
        for one in row.milestones:
            part = part_of(one, row)
            if one.kind not in best or _ORDER[part] < _ORDER[best[one.kind]]:
                best[one.kind] = part
        for kind, part in best.items():
            found[kind][part] += 1
    return {track: [Bar(kind, found[kind], len(rows)) for kind in kinds] for track, kinds in TRACKS.items()}


_ORDER = {part: place for place, part in enumerate(Part)}


def part_of(one: Reached, row: Row) -> Part:
    """How one milestone stands on the day of its row."""
    if one.holds(row.day):
        return Part.REACHED
    if one.state is MilestoneState.WITHDRAWN:
        return Part.WITHDRAWN
    if one.state not in OPEN:
        return Part.ENDED
    if one.planned_on is not None and one.planned_on < row.day:
        return Part.LATE
    return Part.UNDER_WAY if one.state is MilestoneState.UNDER_WAY else Part.PLANNED

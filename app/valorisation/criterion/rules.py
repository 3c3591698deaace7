"""What must hold of a rule that is settled: pure functions with named refusals."""

from collections.abc import Iterable, Sequence
from itertools import permutations
from typing import Any

from flask_babel import gettext as _

from app.core.errors import Refused
from app.valorisation.tracks.models import MilestoneKind
from app.valorisation.tracks.valorised import A_MEMORANDUM, MEMORANDUM

Ways = Sequence[Sequence[str]]
# What a way can ask for, in the order in which it is said.
FACTS: dict[str, Any] = {
    **{kind.value: kind.label for kind in MilestoneKind},
    MEMORANDUM: A_MEMORANDUM,
}


class NoWay(Refused):
    """By such a rule nothing could ever count as valorised."""

    def __init__(self) -> None:
        super().__init__(ways=_("By this rule nothing would ever count. Tick at least one fact of one way."))


class NeverDecides(Refused):
    """A way asks for everything that another asks for, so that nothing ever depends on it."""

    def __init__(self, longer: int, shorter: int) -> None:
        super().__init__(
            ways=_(
                "Way %(longer)s asks for everything that way %(shorter)s asks for, so it would never decide anything.",
                longer=longer,
                shorter=shorter,
            )
        )


class Unchanged(Refused):
    """The rule is the one that holds."""

    def __init__(self) -> None:
        super().__init__(ways=_("This is the rule that holds already."))


class SettledMeanwhile(Refused):
    """Somebody else settled a rule since the form was opened."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else settled the rule in the meantime. Look at what holds now; saving again replaces it.")
        )


def ordered(ways: Iterable[Iterable[str]]) -> list[list[str]]:
    """Ways with their facts in the order in which they are said, each once; those that ask for nothing stay empty."""
    return [[code for code in FACTS if code in set(asked)] for asked in ways]


def check_ways(ways: Ways, now: Ways) -> list[list[str]]:
    """The ways that ask for something, where they are a rule.

    Refuses one that never holds, one with a way that decides nothing, named by its place among all of ``ways``, and the
    one that holds ``now``.
    """
    asking = {place: way for place, way in enumerate(ways, start=1) if way}
    if not asking:
        raise NoWay
    for (place, way), (other, shorter) in permutations(asking.items(), 2):
        if set(shorter) <= set(way) and (set(shorter) != set(way) or other < place):
            raise NeverDecides(place, other)
    if {frozenset(way) for way in asking.values()} == {frozenset(way) for way in now}:
        raise Unchanged
    return [list(way) for way in asking.values()]

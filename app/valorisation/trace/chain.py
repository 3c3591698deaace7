"""Steps and the ties between them as lines to be read: what came first, and what followed from it; pure.

Every tie leads from an earlier kind of step to a later one (the order of ``StepKind``), so nothing goes round.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.vocabulary import Term


class StepKind(Term):
    """What a step is; the order is that in which one follows from the other."""

    POINT = "point", _l("Feedback")
    DECISION = "decision", _l("Decision")
    RECOMMENDATION = "recommendation", _l("Recommendation")
    ITEM = "item", _l("Plan item")
    MEMORANDUM = "memorandum", _l("Memorandum")
    MILESTONE = "milestone", _l("Milestone")


Ref = tuple[StepKind, int]
Tie = tuple[Ref, Ref]
IN_ORDER = {kind: place for place, kind in enumerate(StepKind)}
# What has to have come from something; the others begin a chain.
FOLLOWING = frozenset({StepKind.RECOMMENDATION, StepKind.ITEM, StepKind.MEMORANDUM, StepKind.MILESTONE})


@dataclass(frozen=True)
class Step:
    """One record of a chain, as its reader may see it.

    ``text`` is translated content; where it is empty, ``label`` says what it is. ``where`` is the event it belongs to.
    """

    kind: StepKind
    key: int
    text: dict[str, str]
    url: str
    dated: date | None
    state: Any
    code: str = ""
    where: dict[str, str] | None = None
    label: Any = ""
    note: str = ""
    is_example: bool = False

    @property
    def ref(self) -> Ref:
        """Its kind and key."""
        return self.kind, self.key

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"{self.kind.value}-{self.key}"


@dataclass(frozen=True)
class Line:
    """A step with what followed from it. One that stands elsewhere with what followed from it ``is_repeated``."""

    step: Step
    after: Sequence["Line"] = ()
    is_repeated: bool = False


@dataclass(frozen=True)
class Chains:
    """Lines by what is to be said of them, each in the order of its days.

    ``chains`` are those with something that followed; ``unfollowed`` are feedback and decisions from which nothing did,
    ``unfounded`` what stands alone and nobody says what it came from.
    """

    chains: Sequence[Line] = ()
    unfollowed: Sequence[Line] = ()
    unfounded: Sequence[Line] = ()

    @property
    def lines(self) -> list[Line]:
        """All of them, those with something that followed first."""
        return [*self.chains, *self.unfollowed, *self.unfounded]

    @property
    def alone(self) -> set[Ref]:
        """What has nothing before or after it."""
        return {line.step.ref for line in (*self.unfollowed, *self.unfounded)}

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be read."""
        return not self.lines


def chains(steps: Iterable[Step], ties: Iterable[Tie]) -> Chains:
    """Steps in lines; a tie of a step that is not there, or not open to the reader, is no tie."""
    known = {step.ref: step for step in steps}
    after = _shortest(known, ties)
    followers = {later for found in after.values() for later in found}
    seen: set[Ref] = set()
    lines = [_line(known, after, ref, seen) for ref in _by_day(known, (ref for ref in known if ref not in followers))]
    alone = [line for line in lines if not line.after]
    return Chains(
        [line for line in lines if line.after],
        [line for line in alone if line.step.kind not in FOLLOWING],
        [line for line in alone if line.step.kind in FOLLOWING],
    )


def _line(known: Mapping[Ref, Step], after: Mapping[Ref, Collection[Ref]], ref: Ref, seen: set[Ref]) -> Line:
    if ref in seen:
        return Line(known[ref], is_repeated=True)
    seen.add(ref)
    return Line(known[ref], [_line(known, after, later, seen) for later in _by_day(known, after.get(ref, ()))])


def _shortest(known: Mapping[Ref, Step], ties: Iterable[Tie]) -> dict[Ref, set[Ref]]:
    """What follows from each step at once: a tie that a longer way says as well is left out."""
    after: dict[Ref, set[Ref]] = {}
    for earlier, later in ties:
        if earlier in known and later in known:
            after.setdefault(earlier, set()).add(later)
    reached: dict[Ref, set[Ref]] = {}
    for ref in sorted(known, key=lambda ref: -IN_ORDER[ref[0]]):
        reached[ref] = set().union(*({later} | reached[later] for later in after.get(ref, ())))
    return {
        ref: {one for one in found if not any(one in reached[other] for other in found if other != one)}
        for ref, found in after.items()
    }


def _by_day(known: Mapping[Ref, Step], refs: Iterable[Ref]) -> list[Ref]:
    return sorted(refs, key=lambda ref: (known[ref].dated or date.max, IN_ORDER[ref[0]], ref[1]))

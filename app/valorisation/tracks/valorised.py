"""When a micro-credential counts as valorised: a rule of the consortium, judged by facts; pure.

The rule is a list of ways, and each way a list of what has to hold at once. One way is enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.templating import day
from app.valorisation.tracks.models import MilestoneKind, MilestoneState

MEMORANDUM = "signed_memorandum"
A_MEMORANDUM = _l("A signed memorandum")


class Reached(NamedTuple):
    """What is known of one milestone of a micro-credential; ``key`` is that of its record, 0 where nobody asks.

    ``is_doubtful`` is whether all that proves it concerns others; it counts, and is said to whoever looks.
    """

    kind: MilestoneKind
    state: MilestoneState
    reached_on: date | None = None
    valid_until: date | None = None
    is_proven: bool = False
    planned_on: date | None = None
    key: int = 0
    is_doubtful: bool = False

    def holds(self, today: date) -> bool:
        """Whether it counts as reached on a day: reached by then, still valid, and proven."""
        return (
            self.state is MilestoneState.REACHED
            and self.reached_on is not None
            and self.reached_on <= today
            and (self.valid_until is None or self.valid_until >= today)
            and self.is_proven
        )


@dataclass(frozen=True)
class Fact:
    """Something a way asks for: what, whether it holds, and why or why not, in words."""

    label: Any
    holds: bool
    why: str


@dataclass(frozen=True)
class Verdict:
    """Whether a micro-credential counts as valorised, with the facts of each way."""

    ways: Sequence[Sequence[Fact]]

    @property
    def holds(self) -> bool:
        """Whether one way is complete."""
        return any(way and all(fact.holds for fact in way) for way in self.ways)

    @property
    def because(self) -> Sequence[Fact]:
        """The facts of the first way that is complete; none where no way is."""
        return next((way for way in self.ways if way and all(fact.holds for fact in way)), ())


def is_met(rule: Sequence[Sequence[str]], held: frozenset[str], memoranda: int) -> bool:
    """What ``judge`` comes to, without its words: for thousands at once. ``held`` are kinds that hold."""
    if not held and not memoranda:
        return False
    facts = held | {MEMORANDUM} if memoranda else held
    return any(way and facts.issuperset(way) for way in rule)


def judge(rule: Sequence[Sequence[str]], milestones: Sequence[Reached], memoranda: int, today: date) -> Verdict:
    """Judge one micro-credential by its milestones and the number of memoranda about it that are signed."""
    by_kind: dict[str, list[Reached]] = {}
    for one in milestones:
        by_kind.setdefault(one.kind.value, []).append(one)
    return Verdict([[_fact(code, by_kind, memoranda, today) for code in way] for way in rule])


def _fact(code: str, by_kind: Mapping[str, Sequence[Reached]], memoranda: int, today: date) -> Fact:
    if code == MEMORANDUM:
        return Fact(A_MEMORANDUM, memoranda > 0, _("there is one") if memoranda else _("there is none"))
    found = [_standing(one, today) for one in by_kind.get(code, ())]
    holding = next((fact for fact in found if fact.holds), None)
    return holding or (found[-1] if found else Fact(MilestoneKind(code).label, holds=False, why=_("not reached")))


def _standing(one: Reached, today: date) -> Fact:
    label = one.kind.label
    if one.state is MilestoneState.WITHDRAWN:
        return Fact(label, holds=False, why=_("withdrawn"))
    if one.state is not MilestoneState.REACHED or one.reached_on is None or one.reached_on > today:
        return Fact(
            label,
            holds=False,
            why=str(one.state.label).lower() if one.state is not MilestoneState.REACHED else _("not reached"),
        )
    if one.valid_until is not None and one.valid_until < today:
        return Fact(label, holds=False, why=_("expired on %(day)s", day=day(one.valid_until)))
    if not one.is_proven:
        return Fact(label, holds=False, why=_("its evidence holds no longer"))
    if one.is_doubtful:
        told = _("reached on %(day)s, by evidence that concerns others", day=day(one.reached_on))
        return Fact(label, holds=True, why=told)
    return Fact(label, holds=True, why=_("reached on %(day)s", day=day(one.reached_on)))

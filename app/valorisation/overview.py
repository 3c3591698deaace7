"""Where each country and each micro-credential stands, read in a fixed number of statements whatever there is.

``rows`` and ``countries`` are what the page shows; what they are made of is pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Date, Select, bindparam, func, select

from app.core import portal
from app.core.access import Actor
from app.core.consortium import Consortium
from app.core.database import plain_rows
from app.core.unchanged import unchanged
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.microcredentials.queries import visible_to as microcredentials_visible_to
from app.valorisation import actuals
from app.valorisation.asof import AsOf
from app.valorisation.criterion.queries import rule_on
from app.valorisation.models import WRITTEN_IN, ActionPlan, PlanState, PlanVersion
from app.valorisation.queries import visible_to as plans_visible_to
from app.valorisation.tracks import queries as tracks
from app.valorisation.tracks.models import OPEN, TRACK_OF, TRACKS, MilestoneKind, MilestoneState, Track
from app.valorisation.tracks.valorised import Reached, is_met

FINAL = frozenset({MicroCredentialState.FINAL, MicroCredentialState.PUBLISHED})
# A country's plan is the one that holds, also while its next version is written, else the one furthest on, and of
# several the latest.
_FURTHEST = (PlanState.IN_EXECUTION, PlanState.APPROVED, PlanState.COMPLETED, PlanState.IN_CONSULTATION)


@dataclass(frozen=True)
class Cell:
    """How one micro-credential stands on one track: a shape and, in words, its furthest milestone."""

    shape: str
    words: str


@dataclass  # Not frozen: of thousands, each would take twice as long to make.
class Row:
    """One micro-credential with what is known of its milestones on a day."""

    key: int
    code: str
    title: dict[str, str]
    country: str
    state: MicroCredentialState
    is_example: bool
    milestones: Sequence[Reached]
    day: date
    reached: frozenset[MilestoneKind]
    is_valorised: bool

    @cached_property
    def cells(self) -> Mapping[Track, Cell]:
        """How it stands on each track, in words."""
        return {
            track: cell([one for one in self.milestones if TRACK_OF[one.kind] is track], self.day) for track in TRACKS
        }


@dataclass(frozen=True)
class PlanOf:
    """The plan of a country, how far what holds of it is, and when it was approved first."""

    id: int
    state: PlanState
    country: str
    approved_on: date | None


@dataclass(frozen=True)
class CountryRow:
    """One country: its micro-credentials by what they reached, its plan, and what its events and memoranda came to.

    ``organisations`` are those reached, each once; ``takings_part`` the same as often as they took part.
    """

    code: str
    rows: Sequence[Row] = ()
    target: int = 0
    plan: Any = None
    consultations: int = 0
    last_consultation: date | None = None
    round_tables: int = 0
    round_table: date | None = None
    organisations: int = 0
    takings_part: int = 0
    people: int = 0
    memoranda: int = 0
    reached: Mapping[MilestoneKind, int] = field(default_factory=dict)

    @property
    def valorised(self) -> int:
        """How many count as valorised."""
        return sum(row.is_valorised for row in self.rows)

    @property
    def is_met(self) -> bool:
        """Whether the target of valorised micro-credentials is met."""
        return self.valorised >= self.target

    @property
    def facts(self) -> tuple[Any, ...]:
        """What the page says of the country follows from (see ``kept``); all of it has a hash."""
        rows = [
            (row.code, *row.title.items(), row.state, row.is_example, row.is_valorised, *row.milestones)
            for row in self.rows
        ]
        came_to = (self.consultations, self.last_consultation, self.round_tables, self.round_table)
        return (
            *(self.code, self.target, self.plan, tuple(rows), *came_to),
            *(self.organisations, self.takings_part, self.memoranda),
        )

    def in_states(self, *states: MicroCredentialState) -> int:
        """How many designs are in one of these states."""
        return sum(row.state in states for row in self.rows)

    def on_track(self, track: Track) -> int:
        """How many reached at least one milestone of a track."""
        return sum(not row.reached.isdisjoint(TRACKS[track]) for row in self.rows)


def countries(actor: Actor, day: date, only: str = "") -> list[CountryRow]:
    """Every country of the consortium, or ``only`` one, as it stands on a day since the project began.

    Nine statements; of a past day twelve.
    """
    consortium, asked = portal.consortium(), AsOf.on(day)
    by_country: dict[str, list[Row]] = {}
    for row in rows_of(actor, consortium, asked, only):
        by_country.setdefault(row.country, []).append(row)
    plans, counted, target = _plans(actor, asked), _counted(consortium.start, day, only), target_of(consortium)
    return [
        _country(country.code, by_country.get(country.code, []), target, plans, counted.get(country.code, {}))
        for country in consortium.countries
        if only in ("", country.code)
    ]


def _country(
    code: str, rows: list[Row], target: int, plans: Mapping[str, Any], counted: Mapping[str, Any]
) -> CountryRow:
    reached = {kind: sum(kind in row.reached for row in rows) for kind in MilestoneKind}
    return CountryRow(code, rows, target, plans.get(code), **counted, reached=reached)


def _counted(first: date, last: date, only: str) -> dict[str, dict[str, Any]]:
    """What events and memoranda of each country came to, by the names that ``CountryRow`` has for it."""
    key = ("came to", first, last, only)
    return unchanged(db.session.connection(), key, lambda: _count(first, last, only))


def _count(first: date, last: date, only: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    took_place = actuals.held(first, last, only)
    for row in actuals.of_events(took_place):
        found[row.country] = {
            "consultations": row.consultations,
            "last_consultation": row.last_consultation,
            "round_tables": row.tables,
            "round_table": row.last_table,
            "people": int(row.people),
        }
    for row in actuals.organisations(took_place):
        found[row.country] |= {"organisations": row.each, "takings_part": row.all_}
    for country, count in actuals.memoranda(first, last, only):
        found.setdefault(country, {})["memoranda"] = count
    return found


def rows_of(
    actor: Actor, consortium: Consortium, asked: AsOf, only: str = "", ways: Sequence[Sequence[str]] | None = None
) -> list[Row]:
    """Micro-credentials but retired ones by code, as they stand on a day: five statements, of a past day eight.

    They count as valorised by ``ways``, or else by the rule of that day.
    """
    statement = _designs(actor).where(MicroCredential.country == only) if only else _designs(actor)
    known, signed, today = tracks.reached(asked), tracks.memoranda(asked), asked.day
    ways = rule_on(today).ways if ways is None else ways
    made = []
    for key, code, title, country, state, is_example in plain_rows(db.session, statement):
        milestones = known.get(key, ())
        held = frozenset([one.kind for one in milestones if one.holds(today)])
        is_valorised = is_met(ways, held, signed.get(key, 0))
        made.append(Row(key, code, title, country, state, is_example, milestones, today, held, is_valorised))
    return made


@lru_cache(maxsize=256)
def _designs(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(MicroCredential.id, MicroCredential.code, MicroCredential.title, MicroCredential.country),
            *(MicroCredential.state, MicroCredential.is_example),
        )
        .where(microcredentials_visible_to(actor), MicroCredential.state != MicroCredentialState.RETIRED)
        .order_by(MicroCredential.code)
    )


def cell(milestones: Sequence[Reached], today: date) -> Cell:
    """How a micro-credential stands on a track: what it reached last of all, else what is open, else what ended."""
    order = {kind: place for place, kind in enumerate(MilestoneKind)}
    latest = sorted(milestones, key=lambda one: order[one.kind], reverse=True)
    for one in latest:
        if one.holds(today):
            return Cell("done", str(one.kind.label))
    for one in latest:
        if one.state in OPEN and one.planned_on is not None and one.planned_on < today:
            return Cell("late", _("%(milestone)s, late", milestone=one.kind.label))
    for one in latest:
        if one.state in OPEN:
            return Cell(one.state.shape, str(one.kind.label))
    for one in latest:
        if one.state is MilestoneState.REACHED:
            return Cell("late", _("%(milestone)s, no longer valid", milestone=one.kind.label))
    return Cell("stopped", _("withdrawn")) if latest else Cell("none", _("nothing planned"))


def _plans(actor: Actor, asked: AsOf) -> dict[str, Any]:
    """The plan of each country: on a past day the one that was approved last until then."""
    rows = plain_rows(db.session, _approvals(actor), {"day": asked.day})
    order = {state: place for place, state in enumerate(_FURTHEST)}
    found: dict[str, Any] = {}
    if asked.is_past:
        for row in sorted((one for one in rows if one.latest_on), key=lambda one: (one.latest_on, one.id)):
            found[row.country] = row
        return found
    for plan in sorted(map(_as_it_holds, rows), key=lambda one: (order.get(one.state, len(order)), -one.id)):
        found.setdefault(plan.country, plan)
    return found


@lru_cache(maxsize=256)
def _approvals(actor: Actor) -> Select[*tuple[Any, ...]]:
    until_then = PlanVersion.approved_on <= bindparam("day", type_=Date)
    days = [
        select(which(PlanVersion.approved_on)).where(PlanVersion.plan_id == ActionPlan.id, until_then).scalar_subquery()
        for which in (func.min, func.max)
    ]
    return select(
        *(ActionPlan.id, ActionPlan.country, ActionPlan.state),
        *(days[0].label("approved_on"), days[1].label("latest_on")),
    ).where(plans_visible_to(actor), ActionPlan.state != PlanState.ARCHIVED)


def _as_it_holds(row: Any) -> PlanOf:
    """A plan with the state of what holds: while its next version is written, that of the version approved before."""
    is_written_anew = row.latest_on is not None and row.state in WRITTEN_IN
    return PlanOf(row.id, PlanState.APPROVED if is_written_anew else row.state, row.country, row.approved_on)


def target_of(consortium: Consortium) -> int:
    """How many micro-credentials of each country are to be valorised."""
    wanted = (one for one in consortium.targets if one["code"] == "valorised_per_country")
    return next((int(one["value"]) for one in wanted), 1)


FILE_HEAD = (
    *("country", "as_of", "known_on", "microcredentials", "final", "published"),
    *(kind.value for kind in MilestoneKind),
    *("valorised", "target_met", "plan_state", "plan_approved_on", "consultations", "last_consultation"),
    *("round_tables", "round_table", "organisations", "organisations_with_repetitions", "people_counted", "memoranda"),
)


def file_rows(found: Sequence[CountryRow], asked: AsOf) -> list[list[Any]]:
    """The countries as rows of a file, in the order of ``FILE_HEAD``."""
    return [
        [
            *(one.code, asked.day, asked.today, len(one.rows), one.in_states(*FINAL)),
            one.in_states(MicroCredentialState.PUBLISHED),
            *(one.reached[kind] for kind in MilestoneKind),
            *(one.valorised, "yes" if one.is_met else "no" if one.rows else ""),
            *_plan_in_file(one.plan, asked),
            *(one.consultations, one.last_consultation, one.round_tables, one.round_table),
            *(one.organisations, one.takings_part, one.people, one.memoranda),
        ]
        for one in found
    ]


def _plan_in_file(plan: Any, asked: AsOf) -> tuple[str, date | None]:
    if plan is None:
        return "", None
    return (PlanState.APPROVED if asked.is_past else plan.state).value, plan.approved_on

"""Where each country and each micro-credential stands, read in a fixed number of statements whatever there is.

``rows`` and ``countries`` are what the page shows; what they are made of is pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core import portal
from app.core.access import Actor
from app.core.consortium import Consortium
from app.events.models import OVER, Event, EventKind
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.microcredentials.queries import visible_to as microcredentials_visible_to
from app.valorisation.models import ActionPlan, PlanState, PlanVersion
from app.valorisation.queries import visible_to as plans_visible_to
from app.valorisation.tracks import queries as tracks
from app.valorisation.tracks.models import OPEN, TRACK_OF, TRACKS, MilestoneKind, MilestoneState, Track
from app.valorisation.tracks.valorised import Reached, judge

FINAL = frozenset({MicroCredentialState.FINAL, MicroCredentialState.PUBLISHED})
# A country's plan is the one that holds, else the one furthest on, and of several the latest.
_FURTHEST = (PlanState.IN_EXECUTION, PlanState.APPROVED, PlanState.COMPLETED, PlanState.IN_CONSULTATION)


@dataclass(frozen=True)
class Cell:
    """How one micro-credential stands on one track: a shape and, in words, its furthest milestone."""

    shape: str
    words: str


@dataclass(frozen=True)
class Row:
    """One micro-credential with a cell for each track."""

    code: str
    title: dict[str, str]
    country: str
    state: MicroCredentialState
    is_example: bool
    cells: Mapping[Track, Cell]
    reached: frozenset[MilestoneKind]
    is_valorised: bool


@dataclass(frozen=True)
class CountryRow:
    """One country: its micro-credentials by what they reached, its plan, its consultations and round table."""

    code: str
    rows: Sequence[Row] = ()
    target: int = 0
    plan: Any = None
    consultations: int = 0
    last_consultation: date | None = None
    round_table: date | None = None
    reached: Mapping[MilestoneKind, int] = field(default_factory=dict)

    @property
    def valorised(self) -> int:
        """How many count as valorised."""
        return sum(row.is_valorised for row in self.rows)

    @property
    def is_met(self) -> bool:
        """Whether the target of valorised micro-credentials is met."""
        return self.valorised >= self.target

    def in_states(self, *states: MicroCredentialState) -> int:
        """How many designs are in one of these states."""
        return sum(row.state in states for row in self.rows)


def countries(actor: Actor, today: date, only: str = "") -> list[CountryRow]:
    """Every country of the consortium, or ``only`` one, in six statements."""
    consortium = portal.consortium()
    by_country: dict[str, list[Row]] = {}
    for row in _rows(actor, consortium, today, only):
        by_country.setdefault(row.country, []).append(row)
    plans, events, target = _plans(actor), _events(), _target(consortium)
    return [
        _country(country.code, by_country.get(country.code, []), target, plans, events)
        for country in consortium.countries
        if only in ("", country.code)
    ]


def _country(
    code: str, rows: list[Row], target: int, plans: Mapping[str, Any], events: Mapping[tuple[str, EventKind], Any]
) -> CountryRow:
    consulted, tables = events.get((code, EventKind.CONSULTATION)), events.get((code, EventKind.ROUND_TABLE))
    return CountryRow(
        code,
        rows,
        target,
        plans.get(code),
        consulted.count_ if consulted else 0,
        consulted.last if consulted else None,
        tables.last if tables else None,
        {kind: sum(kind in row.reached for row in rows) for kind in MilestoneKind},
    )


def _rows(actor: Actor, consortium: Consortium, today: date, only: str) -> list[Row]:
    statement = select(
        *(MicroCredential.id, MicroCredential.code, MicroCredential.title, MicroCredential.country),
        *(MicroCredential.state, MicroCredential.is_example),
    ).where(microcredentials_visible_to(actor), MicroCredential.state != MicroCredentialState.RETIRED)
    if only:
        statement = statement.where(MicroCredential.country == only)
    known, signed = tracks.reached(), tracks.memoranda()
    made = []
    for row in db.session.execute(statement.order_by(MicroCredential.code)):
        milestones = known.get(row.id, [])
        verdict = judge(consortium.valorised, milestones, signed.get(row.id, 0), today)
        held = frozenset(one.kind for one in milestones if one.holds(today))
        cells = {track: cell([one for one in milestones if TRACK_OF[one.kind] is track], today) for track in TRACKS}
        made.append(Row(row.code, row.title, row.country, row.state, row.is_example, cells, held, verdict.holds))
    return made


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


def _plans(actor: Actor) -> dict[str, Any]:
    approved = select(func.min(PlanVersion.approved_on)).where(PlanVersion.plan_id == ActionPlan.id)
    rows = db.session.execute(
        select(
            ActionPlan.id, ActionPlan.country, ActionPlan.state, approved.scalar_subquery().label("approved_on")
        ).where(plans_visible_to(actor), ActionPlan.state != PlanState.ARCHIVED)
    ).all()
    order = {state: place for place, state in enumerate(_FURTHEST)}
    found: dict[str, Any] = {}
    for row in sorted(rows, key=lambda one: (order.get(one.state, len(order)), -one.id)):
        found.setdefault(row.country, row)
    return found


def _events() -> dict[tuple[str, EventKind], Any]:
    """Consultations and round tables that were held, by country: how many, and the last day."""
    kinds = (EventKind.CONSULTATION, EventKind.ROUND_TABLE)
    rows = db.session.execute(
        select(Event.country, Event.kind, func.count().label("count_"), func.max(Event.ends_on).label("last"))
        .where(Event.kind.in_(kinds), Event.state.in_(OVER), Event.country.is_not(None))
        .group_by(Event.country, Event.kind)
    )
    return {(row.country, row.kind): row for row in rows}


def _target(consortium: Consortium) -> int:
    wanted = (one for one in consortium.targets if one["code"] == "valorised_per_country")
    return next((int(one["value"]) for one in wanted), 1)


FILE_HEAD = (
    *("country", "microcredentials", "final", "published", *(kind.value for kind in MilestoneKind)),
    *("valorised", "target_met", "plan_state", "plan_approved_on", "consultations", "last_consultation"),
    "round_table",
)


def file_rows(found: Sequence[CountryRow]) -> list[list[Any]]:
    """The countries as rows of a file, in the order of ``FILE_HEAD``."""
    return [
        [
            *(one.code, len(one.rows), one.in_states(*FINAL), one.in_states(MicroCredentialState.PUBLISHED)),
            *(one.reached[kind] for kind in MilestoneKind),
            *(one.valorised, "yes" if one.is_met else "no" if one.rows else ""),
            *((one.plan.state.value, one.plan.approved_on) if one.plan else ("", None)),
            *(one.consultations, one.last_consultation, one.round_table),
        ]
        for one in found
    ]

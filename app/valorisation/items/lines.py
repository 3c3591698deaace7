"""The items of a plan as its page lists them: plain rows in a fixed number of statements, however many there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, select

from app.core.access import Actor
from app.core.database import plain_rows
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation.evidence import queries as evidence
from app.valorisation.evidence.models import Evidence
from app.valorisation.evidence.proofs import Proof, proofs_of
from app.valorisation.items.models import ItemSlip, PlanItem, is_late, moved_days
from app.valorisation.models import ActionPlan

Found = Row[*tuple[Any, ...]]
P, _LINK = PlanItem, PlanItem.link_model
_PLAN: Any = bindparam("plan")


def _has(model: Any, *more: Any) -> Any:
    return exists().where(model.item_id == P.id, *more).correlate(P)


# Made once, because making a statement costs as much as asking it; so the codes are not narrowed by an actor, unlike
# `codes_beside`: plans are read by the consortium's own people, who see every design. The first is all that is asked
# while the list on the page is kept and nothing proves anything yet and no day moved.
_FACTS = (
    select(
        *(P.id, P.version, Organisation.name.label("organisation")),
        select(func.aggregate_strings(MicroCredential.code, " "))
        .join(_LINK, _LINK.microcredential_id == MicroCredential.id)
        .where(_LINK.record_id == P.id)
        .correlate(P)
        .scalar_subquery()
        .label("codes"),
        _has(Evidence, Evidence.withdrawn_at.is_(None)).label("is_proven"),
        _has(ItemSlip).label("has_moved"),
    )
    .outerjoin(Organisation, Organisation.id == P.organisation_id)
    .where(P.plan_id == _PLAN)
    .order_by(P.number)
)
_ITEMS = (
    select(
        *(P.id, P.version, Organisation.name.label("organisation")),
        *(P.number, P.title, P.level, P.state, P.baseline_on, P.due_on, P.done_on, P.is_example, P.point, P.target),
    )
    .outerjoin(Organisation, Organisation.id == P.organisation_id)
    .where(P.plan_id == _PLAN)
    .order_by(P.number)
)
_CONCERNS = (
    select(_LINK.record_id.label("item_id"), MicroCredential.code)
    .join(MicroCredential, MicroCredential.id == _LINK.microcredential_id)
    .join(P, P.id == _LINK.record_id)
    .where(P.plan_id == _PLAN)
    .order_by(_LINK.record_id, _LINK.microcredential_id)
)
_SLIPS = (
    select(
        *(ItemSlip.item_id, P.number, ItemSlip.old_due, ItemSlip.new_due),
        *(ItemSlip.reason, ItemSlip.actor_name, ItemSlip.made_at),
    )
    .join(ItemSlip.item)
    .where(P.plan_id == _PLAN)
    .order_by(ItemSlip.id.desc())
)


@dataclass(frozen=True)
class Line:
    """One item: its row, the micro-credentials it concerns, what proves it, and whether it is late."""

    row: Found
    microcredentials: Sequence[Found]
    proofs: Sequence[Proof]
    is_late: bool

    @property
    def facts(self) -> tuple[Any, ...]:
        """What it follows from on the page (see ``kept``): all that is the item's own changes with its version."""
        return tuple(self.row[:3]), tuple(self.microcredentials), tuple(self.proofs), self.is_late

    @property
    def moved_days(self) -> int:
        """How many days later than first promised it is due, or was done; fewer than none is earlier."""
        return moved_days(self.row)


@dataclass(frozen=True)
class ItemsOfPlan:
    """The items of a plan by number, what each concerns, what proves each, and why days moved, the latest first.

    Whether one is late is judged by ``today``; of a plan that promises nothing yet, none is. ``known`` are rows of what
    the list on the page follows from: the items themselves are only read where it is not kept.
    """

    plan_id: int
    today: date
    is_promised: bool
    known: Sequence[Found]
    proofs: Mapping[int, Sequence[Proof]]
    slips: Sequence[Found]

    @property
    def facts(self) -> tuple[Any, ...]:
        """What the list on the page follows from (see ``kept``); all of it has a hash, which is found in no time."""
        proofs = tuple((key, tuple(found)) for key, found in self.proofs.items())
        return self.today, self.is_promised, tuple(map(tuple, self.known)), proofs, tuple(self.slips)

    @cached_property
    def rows(self) -> Sequence[Found]:
        """The items as rows of what the page says of each."""
        return plain_rows(db.session, _ITEMS, {"plan": self.plan_id})

    @cached_property
    def lines(self) -> Sequence[Line]:
        """The items put together."""
        concerns: dict[int, list[Found]] = {}
        for row in plain_rows(db.session, _CONCERNS, {"plan": self.plan_id}):
            concerns.setdefault(row.item_id, []).append(row)
        return [
            Line(row, concerns.get(row.id, ()), self.proofs.get(row.id, ()), self._is_late(row)) for row in self.rows
        ]

    def _is_late(self, row: Found) -> bool:
        return self.is_promised and is_late(row, self.today)


def of_plan(actor: Actor, plan: ActionPlan, today: date) -> ItemsOfPlan:
    """Everything a plan's page says of its items: one statement while the list is kept, two more where it is not.

    Where something proves an item there is one for that and one for each kind of evidence, where a day moved one more.
    """
    key = {"plan": plan.id}
    known = plain_rows(db.session, _FACTS, key)
    slips = plain_rows(db.session, _SLIPS, key) if any(row.has_moved for row in known) else ()
    proofs = _proofs(actor, plan) if any(row.is_proven for row in known) else {}
    return ItemsOfPlan(plan.id, today, not plan.is_unpromised, known, proofs, slips)


def _proofs(actor: Actor, plan: ActionPlan) -> dict[int, list[Proof]]:
    pieces = evidence.of_plan(plan)
    told = proofs_of(actor, pieces)
    proofs: dict[int, list[Proof]] = {}
    for piece in pieces:
        if piece.id in told and piece.item_id is not None:
            proofs.setdefault(piece.item_id, []).append(told[piece.id])
    return proofs

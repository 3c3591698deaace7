"""What can be asked about the items of plans; who may see a plan may see what is in it."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.core import portal, records
from app.core.access import Actor
from app.core.states import moves_of
from app.core.templating import plain_tr
from app.extensions import db
from app.microcredentials.links import LinkedRecord, LinkKind, register
from app.valorisation.evidence import queries as evidence
from app.valorisation.evidence.models import Evidence
from app.valorisation.evidence.proofs import Proof, proofs_of
from app.valorisation.items.models import OPEN, ItemSlip, PlanItem, plan_item_stakeholder
from app.valorisation.models import ActionPlan
from app.valorisation.origins.models import Origin
from app.valorisation.origins.sources import Source, told
from app.valorisation.queries import visible_to as plans_visible_to
from app.valorisation.rules import is_outside

Found = Row[*tuple[Any, ...]]
# Tables whose rows are part of an item rather than records that refer to it.
OWN_TABLES = frozenset(
    {
        PlanItem.link_model.__tablename__,
        plan_item_stakeholder.name,
        Origin.__tablename__,
        "calendar_entry",
    }
)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Items of plans the actor may see."""
    return PlanItem.plan_id.in_(select(ActionPlan.id).where(plans_visible_to(actor)))


def all_of(plan: ActionPlan) -> Sequence[PlanItem]:
    """The items of a plan by number, with who answers for each and what it concerns."""
    return db.session.scalars(
        select(PlanItem)
        .where(PlanItem.plan_id == plan.id)
        .options(
            joinedload(PlanItem.organisation), joinedload(PlanItem.plan), selectinload(PlanItem.microcredential_links)
        )
        .order_by(PlanItem.number)
    ).all()


def still_open(plan: ActionPlan) -> list[str]:
    """What the items of a plan are called, with their numbers, that are neither done nor cancelled."""
    found = db.session.execute(
        select(PlanItem.number, PlanItem.title)
        .where(PlanItem.plan_id == plan.id, PlanItem.state.in_(OPEN))
        .order_by(PlanItem.number)
    )
    return [f"{row.number}. {plain_tr(row.title)}" for row in found]


def item(actor: Actor, item_id: int) -> PlanItem:
    """One item with its plan and everything its page shows. Raises ``NoResultFound``."""
    wanted = (
        select(PlanItem)
        .where(PlanItem.id == item_id, visible_to(actor))
        .options(
            joinedload(PlanItem.plan).joinedload(ActionPlan.lead),
            joinedload(PlanItem.organisation),
            joinedload(PlanItem.person),
            selectinload(PlanItem.stakeholders),
            selectinload(PlanItem.origins),
            selectinload(PlanItem.microcredential_links),
        )
    )
    return db.session.execute(wanted).scalar_one()


def proofs(actor: Actor, item: PlanItem) -> list[tuple[Evidence, Proof]]:
    """Everything that was ever evidence of an item, with what it is worth now."""
    pieces = evidence.of(item)
    told = proofs_of(actor, pieces)
    return [(piece, told[piece.id]) for piece in pieces if piece.id in told]


def origins(actor: Actor, item: PlanItem) -> list[Source]:
    """The decisions and the feedback an item came from, as far as the actor may read them."""
    return told(actor, item.origins)


def slips(item: PlanItem) -> Sequence[ItemSlip]:
    """Every move of the day an item is due, the latest first."""
    return db.session.scalars(select(ItemSlip).where(ItemSlip.item_id == item.id).order_by(ItemSlip.id.desc())).all()


def history(item: PlanItem) -> Sequence[Found]:
    """How an item came to its state, oldest first."""
    return moves_of(db.session, item)


def is_done_outside(item: PlanItem) -> bool:
    """Whether it was done outside the days in which it was expected; its history says why."""
    consortium = portal.consortium()
    expected = item.expected_within((consortium.start, consortium.end))
    return item.done_on is not None and is_outside(item.done_on, expected)


def next_number(plan: ActionPlan) -> int:
    """The next number within a plan; two who count at once wait for each other."""
    db.session.execute(select(ActionPlan.id).where(ActionPlan.id == plan.id).with_for_update())
    return (db.session.scalar(select(func.max(PlanItem.number)).where(PlanItem.plan_id == plan.id)) or 0) + 1


def referrers(plan: ActionPlan) -> list[str]:
    """What the records are called that refer to the items of a plan and are no part of them."""
    items = db.session.scalars(select(PlanItem).where(PlanItem.plan_id == plan.id)).all()
    return list(dict.fromkeys(kind for one in items for kind in records.referrers(db.session, one, OWN_TABLES)))


def _linked(row: Found) -> LinkedRecord:
    return LinkedRecord(
        dated=row.dated,
        title=row.title,
        url=f"/valorisation/items/{row.id}",
        state=row.state,
        note=str(row.level.label),
        is_example=row.is_example,
    )


register(
    LinkKind(
        model=PlanItem,
        label=_l("Plan items"),
        icon="list-check",
        visible_to=visible_to,
        columns=(PlanItem.id, PlanItem.title, PlanItem.level, PlanItem.state, PlanItem.is_example),
        present=_linked,
        open_to=lambda actor: actor.is_internal,
    )
)

"""What can be asked about evidence."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import joinedload

from app.core.access import Actor
from app.core.database import hold
from app.extensions import db
from app.valorisation.evidence.holding import holding
from app.valorisation.evidence.models import Evidence
from app.valorisation.items.models import PlanItem
from app.valorisation.models import ActionPlan
from app.valorisation.queries import visible_to
from app.valorisation.tracks.models import Milestone


def _proving(owner: PlanItem | Milestone) -> ColumnElement[bool]:
    return (Evidence.item_id if isinstance(owner, PlanItem) else Evidence.milestone_id) == owner.id


def of(owner: PlanItem | Milestone) -> Sequence[Evidence]:
    """Everything that was ever evidence of an item or a milestone, the oldest first."""
    return db.session.scalars(select(Evidence).where(_proving(owner)).order_by(Evidence.id)).all()


# Made once, because making a statement costs as much as asking it.
_OF_PLAN = (
    select(Evidence)
    .join(Evidence.item)
    .where(PlanItem.plan_id == bindparam("plan"), Evidence.withdrawn_at.is_(None))
    .order_by(Evidence.id)
)


def of_plan(plan: ActionPlan) -> Sequence[Evidence]:
    """What is evidence of the items of a plan now, the oldest first."""
    return db.session.scalars(_OF_PLAN, {"plan": plan.id}).all()


def holding_of(owner: PlanItem | Milestone) -> set[int]:
    """Keys of the evidence of an item or a milestone that proves something now."""
    return set(db.session.scalars(holding(Evidence.id).where(_proving(owner))))


def lock(owner: PlanItem | Milestone) -> None:
    """Hold what is proven as ``hold`` does: what counts as reached keeps evidence."""
    hold(owner)


def piece(actor: Actor, evidence_id: int) -> Evidence:
    """One piece of evidence with what it proves, for the consortium's own people. Raises ``NoResultFound``."""
    wanted = (
        select(Evidence)
        .outerjoin(Evidence.item)
        .outerjoin(PlanItem.plan)
        .where(Evidence.id == evidence_id, visible_to(actor))
        .options(
            joinedload(Evidence.item).joinedload(PlanItem.plan),
            joinedload(Evidence.milestone).joinedload(Milestone.microcredential),
            joinedload(Evidence.file),
        )
    )
    return db.session.execute(wanted).unique().scalar_one()


def owners_of(keys: Collection[int]) -> Mapping[int, tuple[str, int]]:
    """What pieces of evidence prove, as the part of an address and a key, by their own keys."""
    rows = db.session.execute(select(Evidence.id, Evidence.item_id, Evidence.milestone_id).where(Evidence.id.in_(keys)))
    return {row.id: ("items", row.item_id) if row.item_id else ("milestones", row.milestone_id) for row in rows}

"""What can be asked about evidence."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.access import Actor
from app.core.files import StoredFile
from app.extensions import db
from app.valorisation.evidence.models import Evidence
from app.valorisation.items.models import PlanItem
from app.valorisation.queries import visible_to


def of_item(item: PlanItem) -> Sequence[Evidence]:
    """Everything that was ever evidence of an item, the oldest first."""
    return db.session.scalars(select(Evidence).where(Evidence.item_id == item.id).order_by(Evidence.id)).all()


def of_items(keys: Collection[int]) -> Sequence[Evidence]:
    """What is evidence of items now, the oldest first."""
    wanted = select(Evidence).where(Evidence.item_id.in_(keys), Evidence.withdrawn_at.is_(None))
    return db.session.scalars(wanted.order_by(Evidence.id)).all()


def piece(actor: Actor, item_id: int, evidence_id: int) -> Evidence:
    """One piece of evidence with its item and plan. Raises ``NoResultFound``."""
    wanted = (
        select(Evidence)
        .join(Evidence.item)
        .join(PlanItem.plan)
        .where(Evidence.id == evidence_id, Evidence.item_id == item_id, visible_to(actor))
        .options(joinedload(Evidence.item).joinedload(PlanItem.plan))
    )
    return db.session.execute(wanted).scalar_one()


def file(actor: Actor, item_id: int, evidence_id: int) -> StoredFile | None:
    """The file that is evidence, for who may read the plan. Raises ``NoResultFound``."""
    return piece(actor, item_id, evidence_id).file


def items_of(keys: Collection[int]) -> dict[int, int]:
    """The items that pieces of evidence belong to, by their keys."""
    return {
        row.id: row.item_id
        for row in db.session.execute(select(Evidence.id, Evidence.item_id).where(Evidence.id.in_(keys)))
    }

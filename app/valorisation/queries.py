"""What can be asked about action plans; they are the consortium's own."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, bindparam, false, select, true
from sqlalchemy.orm import joinedload

from app.core import records
from app.core.access import Actor
from app.core.database import hold, plain_rows
from app.core.states import moves_of
from app.extensions import db
from app.microcredentials.links import LinkedRecord, LinkKind, register
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation.models import ENDED, HOLDS, ActionPlan, PlanVersion

# A row of some columns of a query below.
Found = Row[*tuple[Any, ...]]
# Tables whose rows are part of a plan rather than records that refer to it.
OWN_TABLES = frozenset({ActionPlan.link_model.__tablename__, "plan_item"})


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Action plans the actor may see: the consortium's own people all, others none."""
    return true() if actor.is_internal else false()


def plan(actor: Actor, plan_id: int) -> ActionPlan:
    """One plan with the name of who leads it and its versions, but for what they say word for word.

    Raises ``NoResultFound``.
    """
    return db.session.execute(_one(actor), {"key": plan_id}).unique().scalar_one()


@lru_cache(maxsize=256)
def _one(actor: Actor) -> Select[ActionPlan]:
    return (
        select(ActionPlan)
        .where(ActionPlan.id == bindparam("key"), visible_to(actor))
        .options(
            joinedload(ActionPlan.lead).load_only(Organisation.name),
            joinedload(ActionPlan.versions).defer(PlanVersion.content),
        )
    )


def version(actor: Actor, plan_id: int, number: int) -> PlanVersion:
    """What was approved under a number, with its plan. Raises ``NoResultFound``."""
    wanted = (
        select(PlanVersion)
        .join(PlanVersion.plan)
        .where(PlanVersion.plan_id == plan_id, PlanVersion.number == number, visible_to(actor))
        .options(joinedload(PlanVersion.plan))
    )
    return db.session.execute(wanted).scalar_one()


def lock(plan: ActionPlan) -> None:
    """Hold a plan as ``hold`` does: somebody may have moved it meanwhile."""
    hold(plan)


def another_holds(plan: ActionPlan) -> bool:
    """Whether the country works by a plan other than this one: by its last version, too, while the next is written."""
    approved = select(PlanVersion.plan_id).where(PlanVersion.plan_id == ActionPlan.id).exists()
    wanted = select(ActionPlan.id).where(
        *(ActionPlan.country == plan.country, ActionPlan.id != plan.id),
        ActionPlan.state.in_(HOLDS) | (approved & ActionPlan.state.not_in(ENDED)),
    )
    return db.session.scalar(wanted.limit(1)) is not None


# Made once, because making a statement costs as much as asking it.
_MICROCREDENTIALS = (
    select(MicroCredential.id, MicroCredential.code, MicroCredential.title, MicroCredential.is_example)
    .join(ActionPlan.link_model, ActionPlan.link_model.microcredential_id == MicroCredential.id)
    .where(ActionPlan.link_model.record_id == bindparam("key"))
    .order_by(MicroCredential.code)
)


def beside(plan: ActionPlan) -> Sequence[Found]:
    """Other plans of the country that have not ended and share days with this one: rows of key, days and state."""
    wanted = select(ActionPlan.id, ActionPlan.starts_on, ActionPlan.ends_on, ActionPlan.state).where(
        *(ActionPlan.country == plan.country, ActionPlan.id != plan.id, ActionPlan.state.not_in(ENDED)),
        *(ActionPlan.starts_on <= plan.ends_on, ActionPlan.ends_on >= plan.starts_on),
    )
    return db.session.execute(wanted.order_by(ActionPlan.starts_on, ActionPlan.id)).all()


def microcredentials_of(actor: Actor, plan: ActionPlan) -> Sequence[Found]:
    """The micro-credentials that come first in a plan, by code: rows of key, code, title and example mark."""
    return plain_rows(db.session, _MICROCREDENTIALS, {"key": plan.id})


def history(plan: ActionPlan) -> Sequence[Found]:
    """How a plan came to its state, oldest first."""
    return moves_of(db.session, plan)


def referrers(plan: ActionPlan) -> list[str]:
    """What the records are called that refer to the plan and are no part of it."""
    return records.referrers(db.session, plan, OWN_TABLES)


def _linked(row: Found) -> LinkedRecord:
    return LinkedRecord(
        dated=row.dated,
        title={"en": f"{row.country}, {row.starts_on.year}–{row.ends_on.year}"},
        url=f"/valorisation/{row.id}",
        state=row.state,
        is_example=row.is_example,
        is_name=True,
    )


register(
    LinkKind(
        model=ActionPlan,
        label=_l("Action plans"),
        icon="flag",
        visible_to=visible_to,
        columns=(
            *(ActionPlan.id, ActionPlan.country, ActionPlan.starts_on, ActionPlan.ends_on),
            *(ActionPlan.state, ActionPlan.is_example),
        ),
        present=_linked,
        open_to=lambda actor: actor.is_internal,
    )
)

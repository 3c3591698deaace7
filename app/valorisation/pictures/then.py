"""Items of plans as they stood on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.core.access import Actor
from app.core.vocabulary import Term
from app.extensions import db
from app.stakeholders.models import Organisation
from app.valorisation.asof import AsOf, days_before, states_before
from app.valorisation.items.models import ItemSlip, ItemState, PlanItem
from app.valorisation.models import ActionPlan, PlanState, PlanVersion
from app.valorisation.queries import visible_to


class Standing(Term):
    """How an item stands on a day, told by a shape and a word."""

    DONE = "done", _l("Done"), "done"
    LATE = "late", _l("Late"), "late"
    MOVED = "moved", _l("Moved"), "attention"
    UNDER_WAY = "under_way", _l("Under way"), "running"
    PLANNED = "planned", _l("Planned"), "planned"
    CANCELLED = "cancelled", _l("Cancelled"), "stopped"


@dataclass(frozen=True)
class Item:
    """An item on a day: when it was first promised, and when it was done or is due as it stood then."""

    key: int
    number: int
    title: dict[str, str]
    country: str
    organisation: str | None
    is_example: bool
    baseline_on: date
    due_on: date
    done_on: date | None
    state: ItemState
    day: date

    @property
    def now_on(self) -> date:
        """The day it was done, else the day it is due."""
        return self.done_on or self.due_on

    @property
    def moved_days(self) -> int:
        """How many days later than first promised; fewer than none is earlier."""
        return (self.now_on - self.baseline_on).days

    @property
    def standing(self) -> Standing:
        """How it stands, the most pressing first."""
        if self.done_on:
            return Standing.DONE
        if self.state is ItemState.CANCELLED:
            return Standing.CANCELLED
        if self.due_on < self.day:
            return Standing.LATE
        if self.due_on > self.baseline_on:
            return Standing.MOVED
        return Standing.UNDER_WAY if self.state is ItemState.IN_PROGRESS else Standing.PLANNED

    @property
    def delay(self) -> int | None:
        """How many days late it was, or was done; ``None`` where its day had not come, or it was given up."""
        if self.baseline_on > self.day or self.standing is Standing.CANCELLED:
            return None
        return max(((self.done_on or self.day) - self.baseline_on).days, 0)


def items_of(actor: Actor, asked: AsOf, *, plan: ActionPlan | None = None, country: str = "") -> list[Item]:
    """Items of one plan, or of every plan that was approved and is not archived: a statement, of a past day three."""
    states = states_before(PlanItem.__tablename__, asked)
    days = days_before(ItemSlip, ItemSlip.item_id, ItemSlip.old_due, asked)
    found = []
    for row in db.session.execute(_statement(actor, plan, country)):
        is_done = row.done_on is not None and row.done_on <= asked.day and row.state is ItemState.DONE
        if asked.came_later(row.created_at, row.created_by_id) and not is_done:
            continue
        baseline, due = _days_on(asked.day, row, days.get(row.id))
        found.append(
            Item(
                *(row.id, row.number, row.title, row.country, row.organisation, row.is_example, baseline),
                due_on=due,
                done_on=row.done_on if is_done else None,
                state=_state_on(asked, row, ItemState(states.get(row.id, row.state)), is_done),
                day=asked.day,
            )
        )
    return found


def _days_on(day: date, row: Any, before: date | None) -> tuple[date, date]:
    """When an item was first promised and is due, as it stood on a day; ``before`` is its day then if it moved since.

    Until the plan's first approval nothing is promised: its day is the one that becomes the promise.
    """
    if row.approved_on is not None and row.approved_on <= day:
        return row.baseline_on, before or row.due_on
    promised = before or row.baseline_on
    return promised, promised


def _state_on(asked: AsOf, row: Any, state: ItemState, is_done: bool) -> ItemState:
    """The state of an item on a day: on a past one nothing was under way before it began, or its plan was approved.

    What is known of it only that it was done later was planned until then.
    """
    if is_done or state is ItemState.CANCELLED:
        return state
    has_begun = not asked.is_past or asked.day >= (row.starts_on or row.approved_on or row.plan_starts_on)
    return ItemState.IN_PROGRESS if state is ItemState.IN_PROGRESS and has_begun else ItemState.PLANNED


def _statement(actor: Actor, plan: ActionPlan | None, country: str) -> Any:
    first_approval = (
        select(func.min(PlanVersion.approved_on)).where(PlanVersion.plan_id == ActionPlan.id).scalar_subquery()
    )
    columns: Sequence[Any] = (
        *(PlanItem.id, PlanItem.number, PlanItem.title, PlanItem.is_example, PlanItem.baseline_on, PlanItem.due_on),
        *(PlanItem.done_on, PlanItem.state, PlanItem.created_at, PlanItem.created_by_id, PlanItem.starts_on),
        ActionPlan.starts_on.label("plan_starts_on"),
        first_approval.label("approved_on"),
    )
    wanted = (
        select(*columns, ActionPlan.country, Organisation.name.label("organisation"))
        .join(PlanItem.plan)
        .outerjoin(PlanItem.organisation)
        .where(visible_to(actor))
        .order_by(ActionPlan.country, PlanItem.plan_id, PlanItem.number)
    )
    if plan is not None:
        return wanted.where(PlanItem.plan_id == plan.id)
    approved = select(PlanVersion.plan_id)
    wanted = wanted.where(ActionPlan.id.in_(approved), ActionPlan.state != PlanState.ARCHIVED)
    return wanted.where(ActionPlan.country == country) if country else wanted

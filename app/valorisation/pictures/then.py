"""Items of plans as they stood on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.core.access import Actor
from app.core.vocabulary import Term
from app.extensions import db
from app.stakeholders.models import Organisation
from app.valorisation.asof import AsOf, days_before, states_before
from app.valorisation.items.models import OPEN, ItemSlip, ItemState, PlanItem
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
        if asked.came_later(row.created_at) and not is_done:
            continue
        state = ItemState(states.get(row.id, row.state))
        found.append(
            Item(
                *(row.id, row.number, row.title, row.country, row.organisation, row.is_example, row.baseline_on),
                due_on=days.get(row.id, row.due_on),
                done_on=row.done_on if is_done else None,
                state=state if is_done or state in (*OPEN, ItemState.CANCELLED) else ItemState.IN_PROGRESS,
                day=asked.day,
            )
        )
    return found


def _statement(actor: Actor, plan: ActionPlan | None, country: str) -> Any:
    columns: Sequence[Any] = (
        *(PlanItem.id, PlanItem.number, PlanItem.title, PlanItem.is_example, PlanItem.baseline_on, PlanItem.due_on),
        *(PlanItem.done_on, PlanItem.state, PlanItem.created_at),
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

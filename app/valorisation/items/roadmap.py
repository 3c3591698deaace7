"""How far the items of every plan are: one statement for the figures, one more for the items that are not kept yet."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, case, func, select

from app.core.access import Actor
from app.core.database import plain_rows
from app.core.unchanged import unchanged
from app.extensions import db
from app.valorisation.items.models import OPEN, ItemState, PlanItem, is_late
from app.valorisation.models import WRITTEN_IN, ActionPlan, PlanState, PlanVersion
from app.valorisation.queries import visible_to

P, S = PlanItem, ItemState


def _sum(condition: Any) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


# Made once, because making it costs as much as asking it.
@lru_cache(maxsize=256)
def _plans(actor: Actor, is_narrowed: bool) -> Select[*tuple[Any, ...]]:
    today = bindparam("today", type_=Date)
    approved = select(PlanVersion.plan_id).distinct().subquery()
    is_promised = ActionPlan.state.not_in(WRITTEN_IN) | approved.c.plan_id.is_not(None)
    is_late = P.state.in_(OPEN) & (P.due_on < today) & is_promised
    wanted = (
        select(
            *(ActionPlan.id, ActionPlan.country, ActionPlan.starts_on, ActionPlan.ends_on, ActionPlan.state),
            ActionPlan.is_example,
            func.count(P.id).label("items"),
            _sum(P.state == S.DONE).label("done"),
            _sum(P.state == S.CANCELLED).label("cancelled"),
            _sum(is_late).label("late"),
            _sum((P.state == S.IN_PROGRESS) & ~is_late).label("under_way"),
            _sum((P.state == S.PLANNED) & ~is_late).label("planned"),
            func.max(case((is_promised, 1), else_=0)).label("is_promised"),
            # Any change of any item of the plan makes another one of these.
            func.max(P.updated_at).label("changed_at"),
            func.coalesce(func.sum(P.version), 0).label("versions"),
        )
        .outerjoin(P, P.plan_id == ActionPlan.id)
        .outerjoin(approved, approved.c.plan_id == ActionPlan.id)
        .where(visible_to(actor), ActionPlan.state != PlanState.ARCHIVED)
        .group_by(ActionPlan.id)
        .order_by(ActionPlan.country, ActionPlan.starts_on, ActionPlan.id)
    )
    return wanted.where(ActionPlan.country == bindparam("country")) if is_narrowed else wanted


class Roadmap:
    """The plans the actor may see that are not archived, in all countries or one, with how far their items are."""

    def __init__(self, actor: Actor, today: date, country: str = "") -> None:
        self.today = today
        asked = {"today": today, "country": country}
        key = ("roadmap", actor, today, country)
        self.plans: Sequence[Any] = unchanged(
            db.session.connection(), key, lambda: tuple(plain_rows(db.session, _plans(actor, bool(country)), asked))
        )

    def total(self, name: str) -> int:
        """A figure over all plans."""
        return sum(int(getattr(plan, name)) for plan in self.plans)

    @cached_property
    def items(self) -> Mapping[int, Sequence[Any]]:
        """The items by the keys of their plans; asked for once, and only if a part of the page is not kept."""
        rows = db.session.execute(
            select(P.id, P.plan_id, P.number, P.title, P.baseline_on, P.due_on, P.done_on, P.state, P.is_example)
            .where(P.plan_id.in_([plan.id for plan in self.plans]))
            .order_by(P.plan_id, P.number)
        )
        found: dict[int, list[Any]] = {}
        for row in rows:
            found.setdefault(row.plan_id, []).append(row)
        return found

    def pieces(self, plan: Any) -> list[tuple[str, float, float]]:
        """The pieces of a plan's bar: the name of its pattern, where each begins and how long it is, in hundredths."""
        made, left = [], 0.0
        for part, count in (("reached", plan.done), ("under-way", plan.under_way), ("late", plan.late)):
            if count:
                width = 100 * count / plan.items
                made.append((part, round(left, 2), round(width, 2)))
                left += width
        return made

    def is_late(self, plan: Any, item: Any) -> bool:
        """Whether the day of an item has passed and it is still open; nothing of a plan never approved is late."""
        return bool(plan.is_promised) and is_late(item, self.today)

"""What the pages of a plan and of an item say about why it slips."""

from collections.abc import Mapping
from typing import Any

from app.core import clock
from app.core.access import Actor
from app.extensions import db
from app.valorisation.items.models import OPEN, PlanItem
from app.valorisation.models import ENDED, ActionPlan
from app.valorisation.slips import queries
from app.valorisation.slips.rules import is_slipping

# Open actions on the page of an item, where there is more room than in a list.
MOST_OF_ITEM = 10


def of_plan(actor: Actor, plan: ActionPlan) -> Mapping[str, Any] | None:
    """What slips of a plan and why, the item that was due first at the top; nothing where all is in time."""
    today = clock.today()
    rows = queries.of_plan(actor, plan, today) if plan.state not in ENDED and plan.versions else ()
    if not rows:
        return None
    why = queries.reasons(db.session.connection(), actor, [row.id for row in rows])
    lines = tuple((row.id, row.version, row.organisation, row.moved, why[row.id].facts) for row in rows)
    count = rows[0].counted
    facts = (plan.country, today, count, lines)
    return {"rows": rows, "count": count, "why": why, "today": today, "country": plan.country, "facts": facts}


def of_item(actor: Actor, item: PlanItem) -> Mapping[str, Any] | None:
    """Why an item slips; nothing of one that is in time, done or cancelled."""
    today = clock.today()
    if item.state not in OPEN or item.plan.state in ENDED or not is_slipping(item.baseline_on, item.due_on, today):
        return None
    if not item.plan.versions:
        return None
    why = queries.reasons(db.session.connection(), actor, [item.id], MOST_OF_ITEM)[item.id]
    return {"item": item, "why": why, "today": today}

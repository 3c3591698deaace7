"""What an action plan says, as plain data: kept with each approval, printed, compared."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.valorisation.items.models import PlanItem
from app.valorisation.models import SECTIONS, ActionPlan


def of(plan: ActionPlan, items: Iterable[PlanItem]) -> dict[str, Any]:
    """What a plan says now; names of organisations are kept, those of people are not."""
    return {
        "country": plan.country,
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
        "template": plan.template,
        "lead": plan.lead.name if plan.lead else None,
        "sections": {name: dict(getattr(plan, name)) for name in SECTIONS if getattr(plan, name)},
        "microcredentials": sorted(one.code for one in plan.microcredentials),
        "items": [_item(item) for item in items],
    }


def _item(item: PlanItem) -> dict[str, Any]:
    return {
        "number": item.number,
        "title": dict(item.title),
        "level": item.level.value,
        "organisation": item.organisation.name if item.organisation else None,
        "starts_on": item.starts_on.isoformat() if item.starts_on else None,
        "due_on": item.due_on.isoformat(),
        "indicator": dict(item.indicator or {}),
        "target": item.target,
        "microcredentials": sorted(one.code for one in item.microcredentials),
    }


def items_of(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The items of a content, each with the day it is due as a day."""
    return [{**item, "due_on": date.fromisoformat(item["due_on"])} for item in content["items"]]


def changed_sections(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Names of the sections that say something else than before, in their order."""
    return [name for name in SECTIONS if before["sections"].get(name) != now["sections"].get(name)]

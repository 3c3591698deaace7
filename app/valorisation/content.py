"""What an action plan says, as plain data: kept with each approval, printed, compared."""

from collections.abc import Mapping
from typing import Any

from app.valorisation.models import SECTIONS, ActionPlan


def of(plan: ActionPlan) -> dict[str, Any]:
    """What a plan says now; names of organisations are kept, those of people are not."""
    return {
        "country": plan.country,
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat(),
        "template": plan.template,
        "lead": plan.lead.name if plan.lead else None,
        "sections": {name: dict(getattr(plan, name)) for name in SECTIONS if getattr(plan, name)},
        "microcredentials": sorted(one.code for one in plan.microcredentials),
    }


def changed_sections(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Names of the sections that say something else than before, in their order."""
    return [name for name in SECTIONS if before["sections"].get(name) != now["sections"].get(name)]

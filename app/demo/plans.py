"""Reads a consortium's action plans and approves what the file says was approved."""

from typing import Any

from app.core.access import SYSTEM, Actor
from app.demo.days import day_of
from app.demo.plan_items import Known, carry_on, enter
from app.extensions import db
from app.valorisation import services
from app.valorisation.models import ActionPlan, PlanState
from app.valorisation.services import PlanFacts

S = PlanState
# The way to each state; before every later version the plan is a draft again.
WAYS = {S.DRAFT: (), S.IN_CONSULTATION: (S.IN_CONSULTATION,)}


def load_plans(
    entries: list[dict[str, Any]],
    known: Known,
) -> dict[str, ActionPlan]:
    """Begin each country's plan from the template and move it to its state; answers the first plan of each country."""
    plans: dict[str, ActionPlan] = {}
    for entry in entries:
        lead, consortium = known.organisations[entry["lead"]], known.consortium
        actor = Actor(name=lead.name, grants=SYSTEM.grants)
        facts = PlanFacts(
            country=entry["country"],
            starts_on=day_of(entry["starts_on"]) if "starts_on" in entry else consortium.start,
            ends_on=day_of(entry["ends_on"]) if "ends_on" in entry else consortium.end,
            lead=lead,
            microcredentials=[known.designs[code] for code in entry["microcredentials"]],
            **consortium.plan.texts | entry["sections"],
        )
        plan = services.begin(actor, facts, consortium, is_example=entry.get("is_example", False))
        plans.setdefault(entry["country"], plan)
        said = entry.get("items", [])
        items = enter(actor, plan, said, known)
        _settle(actor, plan, entry)
        carry_on(actor, said, items, known)
    return plans


def _settle(actor: Actor, plan: ActionPlan, entry: dict[str, Any]) -> None:
    state = PlanState(entry["state"])
    for step in WAYS.get(state, ()):
        services.move(actor, plan, plan.version, step)
    for number, day in enumerate(entry.get("approved", ())):
        if number:
            services.move(actor, plan, plan.version, S.DRAFT, entry["note"]["en"])
        services.move(actor, plan, plan.version, S.IN_CONSULTATION)
        services.approve(actor, plan, plan.version, day_of(day), entry["note"]["en"])
        db.session.refresh(plan)
    if state is S.IN_EXECUTION:
        services.move(actor, plan, plan.version, state)

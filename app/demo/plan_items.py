"""Reads what a consortium's file says of the items of a plan: further ones, moved days, what is done and proven."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from app.core.access import Actor
from app.core.consortium import Consortium
from app.demo.days import day_of
from app.events.models import Event
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation import paper
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from app.valorisation.evidence.services import SentFile
from app.valorisation.items import queries, services
from app.valorisation.items.models import ItemLevel, ItemState, Measure, PlanItem
from app.valorisation.items.services import ItemFacts
from app.valorisation.models import ActionPlan


@dataclass(frozen=True)
class Known:
    """What items refer to, by the keys of the files."""

    organisations: Mapping[str, Organisation]
    designs: Mapping[str, MicroCredential]
    events: Mapping[str, Event]
    consortium: Consortium


def enter(actor: Actor, plan: ActionPlan, entries: list[dict[str, Any]], known: Known) -> list[PlanItem]:
    """Enter the items that the template does not have, and what is said of its points; answers one for each entry."""
    points = {item.point: item for item in queries.all_of(plan)}
    items = []
    for entry in entries:
        item = points.get(entry.get("point"))
        if item is None:
            facts = _facts(entry, known)
            item = services.add(actor, plan, facts, known.consortium, is_example=not entry.get("is_fact", False))
        else:
            facts = _of_point(item, entry, known)
            services.edit(actor, item, item.version, facts, known.consortium)
        items.append(item)
    return items


def carry_on(actor: Actor, entries: list[dict[str, Any]], items: list[PlanItem], known: Known) -> None:
    """Move the days of items and call done what is done, once the plan is approved."""
    for entry, item in zip(entries, items, strict=True):
        db.session.refresh(item)
        for moved in entry.get("moved", ()):
            facts = _as_it_is(item, due_on=day_of(moved["to"]), move_reason=moved["why"])
            services.edit(actor, item, item.version, facts, known.consortium)
        if entry.get("under_way"):
            services.move(actor, item, item.version, ItemState.IN_PROGRESS)
        if entry.get("done"):
            _prove(actor, item, entry, known)
            services.finish(actor, item, item.version, day_of(entry["done"]))


def _prove(actor: Actor, item: PlanItem, entry: dict[str, Any], known: Known) -> None:
    records = [(ProofKind.EVENT, known.events[entry["event"]].id)] if entry.get("event") else []
    file = None
    if entry.get("plan"):
        version = item.plan.versions[0]
        pdf = paper.plan_document(version.content, paper.approved(version), version.made_at)
        file = SentFile(BytesIO(pdf), f"action-plan-{item.plan.country}.pdf")
    proving.add(actor, item, records, file=file)


def _facts(entry: dict[str, Any], known: Known) -> ItemFacts:
    same = ("title", "indicator", "target", "actual", "actual_source")
    return ItemFacts(
        **{name: entry[name] for name in same if name in entry},
        level=ItemLevel(entry["level"]),
        starts_on=day_of(entry.get("starts")),
        due_on=day_of(entry["due"]),
        measure=Measure(entry["measure"]) if "measure" in entry else None,
        organisation=known.organisations[entry["organisation"]],
        stakeholders=[known.organisations[key] for key in entry.get("stakeholders", ())],
        microcredentials=[known.designs[code] for code in entry.get("microcredentials", ())],
    )


def _of_point(item: PlanItem, entry: dict[str, Any], known: Known) -> ItemFacts:
    return _as_it_is(
        item,
        stakeholders=[known.organisations[key] for key in entry.get("stakeholders", ())],
        microcredentials=[known.designs[code] for code in entry.get("microcredentials", ())],
    )


def _as_it_is(item: PlanItem, **changes: Any) -> ItemFacts:
    same = ("title", "level", "starts_on", "due_on", "organisation", "person", "indicator", "target", "measure")
    figures = ("actual", "actual_source", "beyond_reason", "stakeholders")
    values = {name: getattr(item, name) for name in (*same, *figures)}
    return ItemFacts(**values | {"microcredentials": list(item.microcredentials)} | changes)

"""Reads what micro-credentials reached: milestones that are planned, moved, proven, reached, withdrawn."""

from collections.abc import Mapping
from typing import Any

from app.core.access import SYSTEM
from app.demo.days import day_of
from app.demo.plan_items import Known
from app.mou.models import Mou
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from app.valorisation.tracks import services
from app.valorisation.tracks.models import Milestone, MilestoneKind, MilestoneState
from app.valorisation.tracks.services import MilestoneFacts


def load_milestones(entries: list[dict[str, Any]], known: Known, memoranda: Mapping[str, Mou]) -> None:
    """Plan each milestone, move it as often as it moved, and prove what was reached."""
    for entry in entries:
        kind, facts = MilestoneKind(entry["kind"]), _facts(entry, known)
        made = services.plan(SYSTEM, known.designs[entry["microcredential"]], kind, facts, is_example=True)
        for moved in entry.get("moved", ()):
            later = _facts(entry, known, planned_on=day_of(moved["to"]), move_reason=moved["why"])
            services.edit(SYSTEM, made, made.version, later)
        _carry_on(made, entry, known, memoranda)


def _carry_on(made: Milestone, entry: dict[str, Any], known: Known, memoranda: Mapping[str, Mou]) -> None:
    if entry.get("under_way"):
        services.move(SYSTEM, made, made.version, MilestoneState.UNDER_WAY)
    if entry.get("event"):
        proving.add(SYSTEM, made, [(ProofKind.EVENT, known.events[entry["event"]].id)])
    if entry.get("mou"):
        proving.add(SYSTEM, made, [(ProofKind.MOU, memoranda[entry["mou"]].id)])
    if entry.get("reached"):
        services.reach(SYSTEM, made, made.version, day_of(entry["reached"]))
    if entry.get("withdrawn"):
        services.move(SYSTEM, made, made.version, MilestoneState.WITHDRAWN, entry["withdrawn"])


def _facts(entry: dict[str, Any], known: Known, **changes: Any) -> MilestoneFacts:
    values = {
        "planned_on": day_of(entry["planned"]),
        "valid_until": day_of(entry.get("valid_until")),
        "authority": known.organisations[entry["authority"]] if "authority" in entry else None,
        "learners": entry.get("learners"),
        "legal_basis": entry.get("legal_basis"),
        "decision_reference": entry.get("decision"),
    }
    return MilestoneFacts(**values | changes)

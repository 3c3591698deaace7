"""Reads how a consortium's example organisations stand to its micro-credentials."""

from typing import Any

from app.core.access import SYSTEM
from app.demo.days import day_of
from app.engagement.models import Attitude, Engagement
from app.engagement.services import EntryFacts, JudgementFacts, judge, map_organisation
from app.events.models import Event
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation


def load_mapping(
    entries: list[dict[str, Any]],
    organisations: dict[str, Organisation],
    designs: dict[str, MicroCredential],
    events: dict[str, Event],
) -> None:
    """Map organisations and judge them, oldest first."""
    for entry in entries:
        judgements = [_judgement(one, events) for one in entry["judgements"]]
        facts = EntryFacts(
            organisation=organisations[entry["organisation"]],
            country=entry.get("country"),
            microcredentials=[designs[code] for code in entry.get("microcredentials", ())],
            responsible=organisations[entry["responsible"]],
            expectations=entry.get("expectations"),
        )
        made = map_organisation(SYSTEM, facts, judgements[0], is_example=True)
        for judgement in judgements[1:]:
            judge(SYSTEM, made, made.version, judgement)


def _judgement(entry: dict[str, Any], events: dict[str, Event]) -> JudgementFacts:
    return JudgementFacts(
        influence=entry["i"],
        interest=entry["n"],
        attitude=Attitude(entry["attitude"]),
        engagement=Engagement(entry["engagement"]),
        judged_on=day_of(entry["day"]),
        reason=entry["why"],
        event=events[entry["event"]] if entry.get("event") else None,
    )

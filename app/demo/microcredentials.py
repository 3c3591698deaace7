"""Reads a consortium's micro-credentials."""

from typing import Any

from app.core.access import SYSTEM
from app.microcredentials.facts import AssessmentFacts, MicroCredentialFacts, OutcomeFacts
from app.microcredentials.models import (
    AssessmentType,
    MicroCredential,
    MicroCredentialState,
    Origin,
    OutcomeType,
    QualityAssurance,
    Stackability,
    Supervision,
)
from app.microcredentials.services import advance, create
from app.stakeholders.models import Organisation

# Fields that are the same in the file and in the register.
SAME = (
    "code",
    "title",
    "description",
    "country",
    "awarding_countries",
    "workload_hours",
    "ecvet_points",
    "ects_points",
    "eqf_level",
    "nqf_level_code",
    "isced_f",
    "participation",
    "prerequisites",
    "target_groups",
    "use_types",
    "languages",
    "licence",
)
# What is said of a real design whose other values were made up for the demonstration.
PARTLY_EXAMPLE = {
    "en": "Demonstration: the title and the developing organisation are facts, the other values are examples.",
    "de": "Demonstration: Titel und entwickelnde Einrichtung sind Tatsachen, die übrigen Werte sind Beispiele.",
}
TERMS = {"origin": Origin, "supervision": Supervision, "qa_type": QualityAssurance, "stackability": Stackability}


def load_microcredentials(
    entries: list[dict[str, Any]], organisations: dict[str, Organisation]
) -> dict[str, MicroCredential]:
    """Enter the designs and move each to its state, so that every move is on record; answers them by code."""
    designs = {}
    for entry in entries:
        design = create(SYSTEM, _facts(entry, organisations), is_example=entry["is_example"])
        advance(SYSTEM, design, MicroCredentialState(entry["dev_status"]))
        designs[design.code] = design
    return designs


def _facts(entry: dict[str, Any], organisations: dict[str, Organisation]) -> MicroCredentialFacts:
    terms: dict[str, Any] = {name: term(entry[name]) if entry[name] else None for name, term in TERMS.items()}
    body, assurer = organisations.get(entry["awarding_body"]), organisations.get(entry["qa_body"])
    return MicroCredentialFacts(
        **{name: entry[name] for name in SAME},
        **terms,
        developers=[organisations[key] for key in entry["developers"]],
        awarding_body=body,
        qa_body=assurer.name if assurer else None,
        level_not_applicable=entry["eqf_level"] is None and entry["level_note"] is not None,
        level_note=entry["level_note"],
        outcomes=[
            OutcomeFacts(outcome["text"], OutcomeType(outcome["type"])) for outcome in entry["learning_outcomes"]
        ],
        further_information=PARTLY_EXAMPLE if entry.get("example_fields") else None,
        assessments=[
            AssessmentFacts(AssessmentType(assessment["type"]), assessment["title"])
            for assessment in entry["assessment"]
        ],
    )

"""Designs for tests: one with everything in it, and what a test changes."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.core.access import SYSTEM, Actor, Grant, Role
from app.events.models import Event, EventKind, EventState, Visibility
from app.microcredentials import services
from app.microcredentials.facts import AssessmentFacts, MicroCredentialFacts, OutcomeFacts
from app.microcredentials.models import (
    AssessmentType,
    MicroCredential,
    MicroCredentialState,
    OutcomeType,
    QualityAssurance,
)
from app.stakeholders.models import Category, NameKind, Organisation
from app.stakeholders.services import NameFacts, OrganisationFacts, create_organisation

S = MicroCredentialState


def college(
    session: Session, name: str = "Lori Regional State College", country: str = "AM", **marks: Any
) -> Organisation:
    """An organisation of the register."""
    facts = OrganisationFacts(
        names=[NameFacts(name, "en", NameKind.WORKING)], category=Category.VET_PROVIDER, country=country
    )
    return create_organisation(SYSTEM, facts, **marks)


def facts(*developers: Organisation, **changes: Any) -> MicroCredentialFacts:
    """A design with all nine elements, fit to be published."""
    values: dict[str, Any] = {
        "code": "AM-03",
        "title": {"en": "Pattern on Fabric", "hy": "Նախշ գործվածքի վրա"},
        "country": "AM",
        "developers": list(developers),
        "awarding_body": developers[0] if developers else None,
        "awarding_countries": ["AM"],
        "outcomes": [
            OutcomeFacts({"en": "Recognises ornaments"}, OutcomeType.KNOWLEDGE),
            OutcomeFacts({"en": "Draws a seamless repeat"}, OutcomeType.SKILL),
        ],
        "workload_hours": 60,
        "ecvet_points": 2.0,
        "eqf_level": 3,
        "isced_f": ["0723", "0212"],
        "assessments": [AssessmentFacts(AssessmentType.ARTEFACT, {"en": "One metre of printed fabric"})],
        "participation": ["presential", "project"],
        "qa_type": QualityAssurance.INTERNAL,
        "languages": ["hy"],
        "licence": "CC BY 4.0",
    }
    return MicroCredentialFacts(**values | changes)


def design(session: Session, state: MicroCredentialState = S.IDEA, **changes: Any) -> MicroCredential:
    """A design in the catalogue, in a state; its developer is made up unless one is given."""
    developers = changes.pop("developers", None) or [college(session, country=changes.get("country", "AM"))]
    made = services.create(SYSTEM, facts(*developers, **changes))
    if state is S.RETIRED:
        services.advance(SYSTEM, made, S.RETIRED, "Superseded")
    elif state is not S.IDEA:
        services.advance(SYSTEM, made, state)
    return made


def somebody(role: Role, country: str | None = "AM", organisation: Organisation | None = None) -> Actor:
    """An actor with one grant."""
    return Actor(7, "Lusine", (Grant(role, country, organisation.id if organisation else None),))


def event(session: Session, *concerned: MicroCredential, **changes: Any) -> Event:
    """An event that concerns designs; ``links`` know nothing of events beyond this."""
    values: dict[str, Any] = {
        "kind": EventKind.MEETING,
        "title": {"en": "Coordination meeting"},
        "visibility": Visibility.PUBLIC,
        "zone": "Europe/Berlin",
        "all_day": True,
        "starts_on": date(2025, 5, 5),
        "search_key": "",
    }
    values |= changes
    made = Event(**values | {"ends_on": values["starts_on"]})
    made.microcredentials.extend(concerned)
    session.add(made)
    session.flush()
    made.move_to(EventState.HELD, SYSTEM)
    session.flush()
    return made

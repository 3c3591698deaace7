"""Writes registers as files, for the command line."""

from pathlib import Path

from flask import Flask

from app.core.access import SYSTEM
from app.core.listing import Listing
from app.extensions import db


def listings() -> dict[str, Listing]:
    """The registers by the names the command line knows them by."""
    from app.clusters.listing import ClusterListing
    from app.events.feedback.listing import FeedbackListing
    from app.events.listing import EventListing
    from app.events.outcomes.listing import RegisterListing
    from app.microcredentials.listing import MicroCredentialListing
    from app.mou.listing import MouListing
    from app.stakeholders.listing import OrganisationListing, PersonListing
    from app.valorisation.listing import PlanListing
    from app.valorisation.recommendations.listing import RecommendationListing

    return {
        "stakeholders": OrganisationListing(),
        "people": PersonListing(),
        "microcredentials": MicroCredentialListing(),
        "clusters": ClusterListing(),
        "events": EventListing(),
        "decisions": RegisterListing(),
        "feedback": FeedbackListing(),
        "mou": MouListing(),
        "valorisation": PlanListing(),
        "recommendations": RecommendationListing(),
    }


def export_register(app: Flask, kind: str, folder: Path) -> Path:
    """Write everything of a register as CSV into ``folder``; answers the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{kind}.csv"
    with app.test_request_context("/"), file.open("wb") as target:
        response = listings()[kind].page(db.session, SYSTEM, f"/{kind}/", {"format": "csv"}).export("csv")
        for chunk in response.iter_encoded():
            target.write(chunk)
    return file

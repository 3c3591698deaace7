"""What tests of recommendations and of traces share: feedback, a decision from it, and a recommendation."""

from datetime import date
from typing import Any

from flask import Flask

from app.core.access import SYSTEM
from app.events import services as events
from app.events.feedback import services as feedback
from app.events.feedback.models import FeedbackPoint, Stance
from app.events.feedback.services import PointFacts
from app.events.models import Event
from app.events.outcomes import services as outcomes
from app.events.outcomes.models import Decision
from app.events.outcomes.services import DecisionFacts
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation.origins.models import SourceKind
from app.valorisation.recommendations import services
from app.valorisation.recommendations.models import Recommendation, RecommendationState
from app.valorisation.recommendations.services import AnswerFacts, RecommendationFacts
from tests.events.world import World

S = RecommendationState
SENT = date(2025, 5, 1)
ANSWERED = date(2025, 5, 8)


def design(world: World) -> MicroCredential:
    """Pattern on Fabric, of Armenia."""
    return db.session.get_one(MicroCredential, world.pattern)


def held(world: World, **changes: Any) -> Event:
    """A consultation of last week about Pattern on Fabric."""
    return events.log(SYSTEM, world.consultation(**changes))


def point(world: World, event: Event, words: str = "Eighty hours are too many.", **changes: Any) -> FeedbackPoint:
    """What Tekstil Lori said about Pattern on Fabric."""
    values: dict[str, Any] = {
        "text": {"en": words},
        "stance": Stance.CHANGES,
        "organisation": db.session.get_one(Organisation, world.company),
        "microcredentials": [design(world)],
    }
    return feedback.say(SYSTEM, event, [PointFacts(**values | changes)])[0]


def decision(world: World, event: Event, words: str = "Two blocks of forty hours.", **changes: Any) -> Decision:
    """What was decided about Pattern on Fabric on the event's day."""
    values: dict[str, Any] = {"text": {"en": words}, "microcredentials": [design(world)], "decided_on": event.ends_on}
    return outcomes.decide(SYSTEM, event, DecisionFacts(**values | changes))


def facts(world: World, **changes: Any) -> RecommendationFacts:
    """The college asks a committee to count blocks."""
    values: dict[str, Any] = {
        "country": "AM",
        "text": {"en": "Count blocks of forty hours.", "de": "Blöcke von vierzig Stunden zählen."},
        "background": {"en": "Companies spare nobody for longer."},
        "body": "The committee for the register",
        "organisation": db.session.get_one(Organisation, world.school),
        "microcredentials": [design(world)],
    }
    return RecommendationFacts(**values | changes)


def written(app: Flask, world: World, *states: RecommendationState, **changes: Any) -> Recommendation:
    """A recommendation, written by the portal itself and moved through ``states``."""
    marks, actor = changes.pop("marks", {}), changes.pop("actor", SYSTEM)
    made = services.write(actor, facts(world, **changes), app.config["CONSORTIUM"], **marks)
    for state in states:
        move(made, state)
    return made


def move(made: Recommendation, state: RecommendationState, **changes: Any) -> None:
    """Send, answer, withdraw or take back."""
    if state is S.SENT:
        services.send(SYSTEM, made, made.version, changes.get("on", SENT))
    elif state in (S.WITHDRAWN, S.DRAFT):
        services.move(SYSTEM, made, made.version, state, changes.get("reason", "Because"))
    else:
        said = AnswerFacts(state=state, answered_on=changes.get("on", ANSWERED), said={"en": "As the law says."})
        services.answer(SYSTEM, made, made.version, said)


def source(record: FeedbackPoint | Decision) -> tuple[SourceKind, int]:
    """Kind and key of what something came from."""
    return (SourceKind.POINT if isinstance(record, FeedbackPoint) else SourceKind.DECISION), record.id

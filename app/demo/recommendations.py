"""Reads a consortium's recommendations to policy, and what led to decisions, plan items and recommendations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.core.access import SYSTEM, Actor
from app.demo.days import day_of
from app.demo.plan_items import Known
from app.events.feedback.models import FeedbackPoint
from app.events.models import Event
from app.events.outcomes import services as outcomes
from app.events.outcomes.models import Decision
from app.events.outcomes.services import ActionFacts, DecisionFacts
from app.extensions import db
from app.mou.models import Mou
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from app.valorisation.items.models import PlanItem
from app.valorisation.items.queries import all_of
from app.valorisation.models import ActionPlan
from app.valorisation.origins.models import SourceKind
from app.valorisation.origins.services import came_from
from app.valorisation.recommendations import services
from app.valorisation.recommendations.models import Recommendation, RecommendationState
from app.valorisation.recommendations.services import AnswerFacts, RecommendationFacts

Named = list[tuple[SourceKind, int]]


def load_recommendations(
    content: Mapping[str, Any], known: Known, plans: Mapping[str, ActionPlan], memoranda: Mapping[str, Mou]
) -> list[Recommendation]:
    """Write each recommendation down, send it and note what was answered, as the file says; tie what came of what."""
    for entry in content.get("decisions", []):
        _decide(entry, known)
    for entry in content.get("actions", []):
        _act(entry, known)
    for entry in content.get("origins", []):
        item = _item(all_of(plans[entry["country"]]), entry["item"])
        came_from(SYSTEM, item, _sources(entry["from"], known.events))
    for entry in content.get("proofs", []):
        item = _item(all_of(plans[entry["country"]]), entry["item"])
        proving.add(SYSTEM, item, [(ProofKind.MOU, memoranda[entry["mou"]].id)])
    db.session.flush()
    return [_written(entry, known) for entry in content.get("recommendations", [])]


def _decide(entry: Mapping[str, Any], known: Known) -> None:
    event = known.events[entry["event"]]
    points = [key for _kind, key in _sources(entry["from"], known.events)]
    facts = DecisionFacts(
        text=entry["text"],
        decided_on=event.ends_on,
        microcredentials=[known.designs[code] for code in entry["microcredentials"]],
        points=db.session.scalars(select(FeedbackPoint).where(FeedbackPoint.id.in_(points))).all(),
    )
    outcomes.decide(SYSTEM, event, facts, is_example=event.is_example)


def _act(entry: Mapping[str, Any], known: Known) -> None:
    facts = ActionFacts(
        text=entry["text"],
        due_on=day_of(entry["due"]),
        owner=known.organisations[entry["owner"]],
        microcredentials=[known.designs[code] for code in entry["microcredentials"]],
    )
    outcomes.set_action(SYSTEM, known.events[entry["event"]], facts)


def _written(entry: Mapping[str, Any], known: Known) -> Recommendation:
    lead = known.organisations[entry["organisation"]]
    actor = Actor(name=lead.name, grants=SYSTEM.grants)
    facts = RecommendationFacts(
        country=entry["country"],
        text=entry["text"],
        background=entry.get("background"),
        addressee=known.organisations[entry["addressee"]] if "addressee" in entry else None,
        body=entry.get("body"),
        organisation=lead,
        follow_up_on=day_of(entry.get("follow_up")),
        microcredentials=[known.designs[code] for code in entry["microcredentials"]],
        origins=_sources(entry.get("from", ()), known.events),
    )
    written = day_of(entry["written"])
    made = services.write(actor, facts, known.consortium, is_example=True, written_on=written)
    if "sent" in entry:
        services.send(actor, made, made.version, day_of(entry["sent"]))
    if "answered" in entry:
        state = RecommendationState(entry["state"])
        said = AnswerFacts(state=state, answered_on=day_of(entry["answered"]), said=entry.get("answer"))
        services.answer(actor, made, made.version, said)
    if "withdrawn" in entry:
        services.move(actor, made, made.version, RecommendationState.WITHDRAWN, entry["withdrawn"])
    return made


def _item(items: Sequence[PlanItem], named: str) -> PlanItem:
    """The item made from a point of the template, or the one called so in English."""
    return next(item for item in items if named in (item.point, item.title.get("en")))


def _sources(named: Iterable[str], events: Mapping[str, Event]) -> Named:
    return [_source(one, events) for one in named]


def _source(named: str, events: Mapping[str, Event]) -> tuple[SourceKind, int]:
    """``F am-textile 1`` is the first point of feedback of that event, ``D am-textile 1`` its first decision."""
    letter, event, number = named.split()
    model, kind = (FeedbackPoint, SourceKind.POINT) if letter == "F" else (Decision, SourceKind.DECISION)
    wanted = select(model.id).where(model.event_id == events[event].id, model.number == int(number))
    return kind, db.session.execute(wanted).scalar_one()

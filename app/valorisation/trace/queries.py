"""What a chain is made of, each step as its own kind shows it to the reader: nine statements, whatever there is.

A step that the reader may not see is not there, and neither is a tie through it.
"""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.access import SYSTEM, Actor
from app.events.feedback.models import Disposition, FeedbackPoint
from app.events.outcomes.models import Decision, decision_point
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation.items.models import PlanItem
from app.valorisation.items.queries import visible_to as items_visible_to
from app.valorisation.models import ActionPlan
from app.valorisation.origins import sources
from app.valorisation.origins.models import Origin, SourceKind
from app.valorisation.recommendations.models import Recommendation, RecommendationState
from app.valorisation.recommendations.queries import visible_to as recommendations_visible_to
from app.valorisation.trace.chain import Chains, Step, StepKind, chains
from app.valorisation.trace.reached import memoranda_of, milestone_step, milestones_of, proofs_of_items, tie_evidence
from app.valorisation.trace.start import MOST, Start, Trace

K = StepKind


def why(actor: Actor, microcredential: MicroCredential) -> Trace:
    """Everything that led to how a micro-credential stands now, as far as the actor may see it."""
    return _gather(actor, Start(microcredential=microcredential.id))


def is_sure(actor: Actor, microcredential: MicroCredential, told: Chains) -> bool:
    """Whether what stands alone for the actor does so for everybody; as many statements again where anything does.

    Who is not of the consortium never learns it, since that would tell of records that are not open.
    """
    if not told.alone or actor.sees_everything:
        return True
    if not actor.is_internal:
        return False
    whole = why(SYSTEM, microcredential)
    return told.alone <= chains(whole.steps.values(), whole.ties).alone


def became(actor: Actor, kind: StepKind, key: int) -> Trace:
    """What a point of feedback, a decision or an item came from, and what became of it.

    Raises ``LookupError`` where it is not there or not open to the actor.
    """
    found = _gather(actor, Start(record=(kind, key)))
    if (kind, key) not in found.steps:
        raise LookupError("There is no such record to begin with.")
    return found


def _gather(actor: Actor, start: Start) -> Trace:
    trace = Trace()
    trace.take(_sources(actor, SourceKind.POINT, _points(start)))
    trace.take(_sources(actor, SourceKind.DECISION, _decisions(start, trace)))
    trace.take(_items(actor, start, trace))
    trace.take(_recommendations(actor, start, trace))
    _tie_origins(trace)
    proofs = proofs_of_items(trace)
    milestones = milestones_of(actor, start, trace, proofs)
    trace.is_cut = trace.is_cut or len(milestones) > MOST  # Each comes as often as it has evidence.
    trace.take([milestone_step(actor, start, one) for one in dict.fromkeys(one for one, _piece in milestones)])
    memoranda = {piece.mou_id for piece in (*proofs, *(piece for _one, piece in milestones if piece)) if piece.mou_id}
    trace.take(memoranda_of(actor, start, memoranda))
    tie_evidence(trace, proofs, milestones)
    return trace


# ---- Feedback and decisions ----


def _points(start: Start) -> ColumnElement[bool]:
    """The points to begin with, and those that the record it begins with came from."""
    own = start.here(FeedbackPoint, K.POINT) & (FeedbackPoint.state != Disposition.WITHDRAWN)
    if start.record is None:
        return own
    kind, key = start.record
    if kind is K.POINT:
        return FeedbackPoint.id == key
    named = select(Origin.point_id).where(Origin.item_id == key, Origin.point_id.is_not(None))
    led = select(decision_point.c.point_id)
    if kind is K.DECISION:
        return FeedbackPoint.id.in_(led.where(decision_point.c.decision_id == key))
    decided = select(Origin.decision_id).where(Origin.item_id == key, Origin.decision_id.is_not(None))
    return FeedbackPoint.id.in_(named) | FeedbackPoint.id.in_(led.where(decision_point.c.decision_id.in_(decided)))


def _decisions(start: Start, trace: Trace) -> ColumnElement[bool]:
    ways = [start.here(Decision, K.DECISION)]
    if start.begins_at(K.POINT):
        led = select(decision_point.c.decision_id).where(decision_point.c.point_id.in_(trace.keys(K.POINT)))
        ways.append(Decision.id.in_(led))
    if start.record and start.record[0] is K.ITEM:
        named = select(Origin.decision_id).where(Origin.item_id == start.record[1], Origin.decision_id.is_not(None))
        ways.append(Decision.id.in_(named))
    return or_(*ways)


def _sources(actor: Actor, kind: SourceKind, wanted: ColumnElement[bool]) -> list[Step]:
    newest = sources.KINDS[kind].model.id.desc()
    rows = db.session.execute(sources.statement(actor, kind).where(wanted).order_by(newest).limit(MOST + 1))
    return [_of_source(sources.tell(kind, row)) for row in rows]


def _of_source(found: sources.Source) -> Step:
    kind = K.POINT if found.kind is SourceKind.POINT else K.DECISION
    told = (kind, found.key, found.text, found.url, found.dated, found.state, found.code, found.event)
    return Step(*told, is_example=found.is_example)


# ---- What came of them ----


def _came_from(start: Start, trace: Trace, model: Any, owner: Any, kind: StepKind) -> ColumnElement[bool]:
    """What a trace begins with, and what came from its decisions and its feedback.

    Why one micro-credential looks as it does is not told by what concerns others alone.
    """
    decisions = trace.keys(K.DECISION) if start.begins_at(K.POINT, K.DECISION) else []
    points = trace.keys(K.POINT) if start.begins_at(K.POINT) else []
    owners = select(owner).where(
        owner.is_not(None), or_(Origin.decision_id.in_(decisions), Origin.point_id.in_(points))
    )
    came: ColumnElement[bool] = model.id.in_(owners)
    if start.microcredential is not None:
        came &= ~select(model.link_model.id).where(model.link_model.record_id == model.id).exists()
    return start.here(model, kind) | came


def _items(actor: Actor, start: Start, trace: Trace) -> list[Step]:
    wanted = (
        select(PlanItem)
        .where(_came_from(start, trace, PlanItem, Origin.item_id, K.ITEM), items_visible_to(actor))
        .options(joinedload(PlanItem.plan).selectinload(ActionPlan.versions))
        .order_by(PlanItem.id.desc())
        .limit(MOST + 1)
    )
    return [
        Step(
            *(K.ITEM, one.id, one.title, f"/valorisation/items/{one.id}", one.done_on or one.due_on, one.state),
            note=_("late") if one.is_late(clock.today()) else "",
            is_example=one.is_example,
        )
        for one in db.session.scalars(wanted)
    ]


def _recommendations(actor: Actor, start: Start, trace: Trace) -> list[Step]:
    wanted = (
        select(
            Recommendation.id,
            Recommendation.text,
            Recommendation.state,
            Recommendation.written_on,
            Recommendation.sent_on,
            Recommendation.answered_on,
            Recommendation.body,
            Recommendation.is_example,
            Organisation.name,
        )
        .outerjoin(Organisation, Organisation.id == Recommendation.addressee_id)
        .where(
            _came_from(start, trace, Recommendation, Origin.recommendation_id, K.RECOMMENDATION),
            Recommendation.state != RecommendationState.WITHDRAWN,
            recommendations_visible_to(actor),
        )
        .order_by(Recommendation.id.desc())
        .limit(MOST + 1)
    )
    return [
        Step(
            *(K.RECOMMENDATION, row.id, row.text, f"/valorisation/recommendations/{row.id}"),
            *(row.answered_on or row.sent_on or row.written_on, row.state),
            note=row.name or row.body,
            is_example=row.is_example,
        )
        for row in db.session.execute(wanted)
    ]


def _tie_origins(trace: Trace) -> None:
    decisions, points = trace.keys(K.DECISION), trace.keys(K.POINT)
    pairs = db.session.execute(
        select(decision_point.c.point_id, decision_point.c.decision_id).where(
            decision_point.c.decision_id.in_(decisions), decision_point.c.point_id.in_(points)
        )
    )
    trace.ties += [((K.POINT, point), (K.DECISION, decision)) for point, decision in pairs]
    origins = select(Origin).where(or_(Origin.decision_id.in_(decisions), Origin.point_id.in_(points)))
    for one in db.session.scalars(origins):
        kind, key = one.source
        earlier = (K.POINT if kind is SourceKind.POINT else K.DECISION, key)
        if one.item_id is not None:
            trace.ties.append((earlier, (K.ITEM, one.item_id)))
        if one.recommendation_id is not None:
            trace.ties.append((earlier, (K.RECOMMENDATION, one.recommendation_id)))

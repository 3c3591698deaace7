"""What can be asked about feedback: of one event, of one organisation, and whom its answers were told to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, exists, false, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.core.access import Actor, Permission
from app.core.states import moves_of
from app.events import presence
from app.events.codes import code_of
from app.events.feedback.models import (
    ANSWERED,
    Disposition,
    FeedbackPage,
    FeedbackPoint,
    FeedbackTold,
    Question,
    Stance,
    path_of,
)
from app.events.models import Event, EventKind
from app.events.queries import OWN_TABLES
from app.events.queries import visible_to as events_visible_to
from app.extensions import db
from app.microcredentials.links import LinkedRecord, LinkKind, register
from app.microcredentials.models import LearningOutcome, MicroCredential
from app.stakeholders.models import Organisation

Found = Row[*tuple[Any, ...]]
OWN_TABLES.update({Question.__tablename__, FeedbackPage.__tablename__})
# Whether what became of a point, as it stands now, was told to whoever made it.
IS_TOLD = exists().where(FeedbackTold.point_id == FeedbackPoint.id, FeedbackTold.answer == FeedbackPoint.answers)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Points of events the actor may see: the consortium reads all of them, an invited stakeholder its own.

    The public reads none: what is published of them has a page of its own.
    """
    if not actor.may(Permission.FEEDBACK_READ):
        return false()
    seen = FeedbackPoint.event_id.in_(select(Event.id).where(events_visible_to(actor)))
    if actor.countries_for(Permission.FEEDBACK_READ) is None:
        return seen
    return seen & FeedbackPoint.organisation_id.in_(actor.organisations_for(Permission.FEEDBACK_READ))


@dataclass(frozen=True)
class Feedback:
    """What an event's page says of its questions and of what was said to them.

    ``told`` are the keys of points whose answer was told; ``is_published`` whether the public reads something of it.
    """

    questions: Sequence[Question] = ()
    points: Sequence[FeedbackPoint] = ()
    told: frozenset[int] = field(default=frozenset())
    is_published: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked, and nothing said that the reader may see."""
        return not (self.questions or self.points)

    @property
    def stances(self) -> list[tuple[Stance, int]]:
        """How many points take which stance, without those that were withdrawn."""
        counted = Counter(point.stance for point in self.points if point.state is not Disposition.WITHDRAWN)
        return [(stance, counted[stance]) for stance in Stance if counted[stance]]

    @property
    def open_codes(self) -> list[str]:
        """The codes of points without an answer."""
        return [point.code for point in self.points if point.state is Disposition.OPEN]

    @property
    def has_to_tell(self) -> bool:
        """Whether an answer was not told yet to whoever asked for it."""
        return any(point.is_answered and point.organisation_id and point.id not in self.told for point in self.points)


def of_event(actor: Actor, event: Event, there_is: Any) -> Feedback:
    """The questions of an event and what the actor may read of what was said there; a deadline has none of it.

    ``there_is`` says which of it there is at all (``presence``).
    """
    if event.kind is EventKind.DEADLINE:
        return Feedback()
    reads = there_is.points and actor.may(Permission.FEEDBACK_READ)
    found = points(actor, event) if reads else ()
    return Feedback(
        questions=questions(event) if there_is.questions else (),
        points=[point for point, _told in found],
        told=frozenset(point.id for point, told in found if told),
        is_published=bool(there_is.feedback_is_published),
    )


presence.ask(
    questions=select(Question.id).where(Question.event_id == presence.KEY).exists(),
    points=select(FeedbackPoint.id).where(FeedbackPoint.event_id == presence.KEY).exists(),
    feedback_is_published=select(FeedbackPage.is_published)
    .where(FeedbackPage.event_id == presence.KEY)
    .scalar_subquery(),
)


def questions(event: Event) -> Sequence[Question]:
    """The questions of an event, in their order."""
    return db.session.scalars(
        select(Question).where(Question.event_id == event.id).order_by(Question.position, Question.id)
    ).all()


def question(actor: Actor, event_id: int, question_id: int) -> Question:
    """One question with its event. Raises ``NoResultFound`` where it is not there or not open to the actor."""
    return db.session.execute(
        select(Question)
        .join(Event, Event.id == Question.event_id)
        .where(Question.id == question_id, Event.id == event_id, events_visible_to(actor))
        .options(joinedload(Question.event))
    ).scalar_one()


def answering(question: Question) -> int:
    """How many points answer a question."""
    return db.session.scalar(select(func.count()).where(FeedbackPoint.question_id == question.id)) or 0


def points(actor: Actor, event: Event) -> Sequence[tuple[FeedbackPoint, bool]]:
    """The points of an event by number, as far as the actor may read them, and whether their answers were told."""
    found = db.session.execute(
        select(FeedbackPoint, IS_TOLD)
        .where(FeedbackPoint.event_id == event.id, visible_to(actor))
        .options(
            joinedload(FeedbackPoint.organisation),
            joinedload(FeedbackPoint.question),
            selectinload(FeedbackPoint.microcredential_links),
        )
        .order_by(FeedbackPoint.number)
    )
    return [(point, told) for point, told in found]


def point(actor: Actor, event_id: int, point_id: int) -> FeedbackPoint:
    """One point with its event. Raises ``NoResultFound`` where it is not there or not open to the actor."""
    return db.session.execute(
        select(FeedbackPoint)
        .where(FeedbackPoint.id == point_id, FeedbackPoint.event_id == event_id, visible_to(actor))
        .options(
            joinedload(FeedbackPoint.event),
            joinedload(FeedbackPoint.organisation),
            joinedload(FeedbackPoint.question),
            selectinload(FeedbackPoint.microcredential_links),
        )
    ).scalar_one()


def moves(point: FeedbackPoint) -> Sequence[Found]:
    """What became of a point so far, oldest first: rows of old, new, actor_name, reason, moved_at."""
    return moves_of(db.session, point)


def published(event: Event) -> Sequence[FeedbackPoint]:
    """The points of an event that stand on its public page, by number: all that were not withdrawn."""
    return db.session.scalars(
        select(FeedbackPoint)
        .where(FeedbackPoint.event_id == event.id, FeedbackPoint.state != Disposition.WITHDRAWN)
        .options(
            joinedload(FeedbackPoint.organisation).selectinload(Organisation.names),
            joinedload(FeedbackPoint.question),
        )
        .order_by(FeedbackPoint.number)
    ).all()


def page(event: Event) -> FeedbackPage | None:
    """The choice whether the public reads what was said, where somebody made it."""
    return db.session.scalar(select(FeedbackPage).where(FeedbackPage.event_id == event.id))


def open_codes(event: Event) -> list[str]:
    """The codes of an event's points that have no answer."""
    numbers = db.session.scalars(
        select(FeedbackPoint.number)
        .where(FeedbackPoint.event_id == event.id, FeedbackPoint.state == Disposition.OPEN)
        .order_by(FeedbackPoint.number)
    )
    return [code_of("F", event.number, event.id, number) for number in numbers]


@dataclass(frozen=True)
class Telling:
    """An organisation and those of its points whose answers it was not told."""

    organisation: Organisation
    points: Sequence[FeedbackPoint]


def to_tell(event: Event) -> list[Telling]:
    """Whom to tell what became of its points, by the organisations' names; those without an address are among them."""
    found = db.session.scalars(
        select(FeedbackPoint)
        .join(FeedbackPoint.organisation)
        .where(FeedbackPoint.event_id == event.id, FeedbackPoint.state.in_(ANSWERED), ~IS_TOLD)
        .options(joinedload(FeedbackPoint.organisation))
        .order_by(Organisation.name_key, Organisation.id, FeedbackPoint.number)
    )
    by_organisation: dict[Organisation, list[FeedbackPoint]] = {}
    for found_point in found:
        if found_point.organisation is not None:
            by_organisation.setdefault(found_point.organisation, []).append(found_point)
    return [Telling(organisation, its) for organisation, its in by_organisation.items()]


def told(event: Event) -> Sequence[Found]:
    """Whom something was told and when, the latest first: rows of name, told_at, language and the number of points."""
    return db.session.execute(
        select(
            Organisation.name,
            FeedbackTold.told_at,
            FeedbackTold.actor_name,
            func.count().label("points"),
        )
        .join(FeedbackPoint, FeedbackPoint.id == FeedbackTold.point_id)
        .join(Organisation, Organisation.id == FeedbackTold.organisation_id)
        .where(FeedbackPoint.event_id == event.id)
        .group_by(Organisation.name, FeedbackTold.told_at, FeedbackTold.actor_name)
        .order_by(FeedbackTold.told_at.desc(), Organisation.name)
    ).all()


def outcomes_of(microcredentials: Sequence[int]) -> Sequence[tuple[LearningOutcome, str]]:
    """The learning outcomes of micro-credentials, given by their keys, each with the code it belongs to."""
    found = db.session.execute(
        select(LearningOutcome, MicroCredential.code)
        .join(MicroCredential, MicroCredential.id == LearningOutcome.microcredential_id)
        .where(LearningOutcome.microcredential_id.in_(microcredentials))
        .order_by(MicroCredential.code, LearningOutcome.position, LearningOutcome.id)
    )
    return [(outcome, code) for outcome, code in found]


def speakers(actor: Actor) -> Sequence[Found]:
    """Organisations that said something the actor may read: rows of key and name."""
    speaking = select(FeedbackPoint.organisation_id).where(visible_to(actor))
    return db.session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(speaking)).order_by(Organisation.name_key)
    ).all()


def point_urls(keys: list[int]) -> dict[int, str]:
    """Where these points stand."""
    found = db.session.execute(
        select(FeedbackPoint.id, FeedbackPoint.event_id, FeedbackPoint.number).where(FeedbackPoint.id.in_(keys))
    )
    return {row.id: path_of(row.event_id, row.number) for row in found}


def _linked(row: Found) -> LinkedRecord:
    return LinkedRecord(
        dated=row.dated,
        title=row.text,
        url=path_of(row.event_id, row.number),
        state=row.state,
        note=str(row.stance.label),
        is_example=row.is_example,
    )


P = FeedbackPoint
register(
    LinkKind(
        model=FeedbackPoint,
        label=_l("Feedback"),
        icon="chat-left-text",
        visible_to=visible_to,
        columns=(P.event_id, P.number, P.text, P.stance, P.state, P.is_example),
        present=_linked,
        open_to=lambda actor: actor.may(Permission.FEEDBACK_READ),
    )
)

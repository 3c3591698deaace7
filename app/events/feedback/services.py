"""What may happen to feedback: written down, put right, answered, withdrawn; questions asked, edited, taken away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.core import clock
from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.search_key import search_key
from app.events import rules as event_rules
from app.events import services as events
from app.events.feedback import queries, rules
from app.events.feedback.models import Disposition, FeedbackPoint, Question, Stance
from app.events.guards import closing_checks
from app.events.lines import lines_of
from app.events.models import Event
from app.events.permissions import check_edit
from app.events.queries import lock
from app.extensions import db
from app.microcredentials.models import LearningOutcome, MicroCredential
from app.stakeholders.models import Organisation

MOST_QUESTIONS = 50


@dataclass(frozen=True, kw_only=True)
class PointFacts:
    """What was said, as somebody wrote it down; no organisation means that nobody told which."""

    text: dict[str, str]
    stance: Stance
    organisation: Organisation | None = None
    question: Question | None = None
    outcome: LearningOutcome | None = None
    microcredentials: Sequence[MicroCredential] = field(default=())
    may_be_named: bool = False


@dataclass(frozen=True, kw_only=True)
class AnswerFacts:
    """What becomes of a point, what is told of it, and what the public may read."""

    state: Disposition
    reason: dict[str, str] | None = None
    change: dict[str, str] | None = None
    public_text: dict[str, str] | None = None
    public_reason: dict[str, str] | None = None
    may_be_named: bool = False


# ---- Points ----


def check(facts: PointFacts) -> None:
    """Check what holds of a point. Raises ``Refused`` with everything that is wrong."""
    outcome, concerned = facts.outcome, {one.id for one in facts.microcredentials}
    checks: list[Callable[[], object]] = [
        lambda: rules.check_text(facts.text),
        lambda: rules.check_outcome(outcome.microcredential_id if outcome else None, concerned),
    ]
    event_rules.all_of(*checks)


def say(actor: Actor, event: Event, said: Sequence[PointFacts], *, is_example: bool = False) -> list[FeedbackPoint]:
    """Write down what was said at an event; each point gets the event's next number.

    Raises ``Refused`` for facts that break a rule, before the event has begun and where it is closed, and
    ``NotAllowed``.
    """
    _hold(actor, event)
    check_takes(actor, event)
    for facts in said:
        check(facts)
    before = db.session.scalar(select(func.max(FeedbackPoint.number)).where(FeedbackPoint.event_id == event.id)) or 0
    made = [
        FeedbackPoint(
            event=event,
            event_id=event.id,
            number=number,
            said_on=event.starts_on,
            is_example=is_example,
            created_by_id=actor.user_id,
        )
        for number, _facts in enumerate(said, before + 1)
    ]
    with db.session.no_autoflush:
        for point, facts in zip(made, said, strict=True):
            _fill(point, facts)
    db.session.add_all(made)
    db.session.flush()
    return made


def edit(actor: Actor, point: FeedbackPoint, version: int | None, facts: PointFacts) -> None:
    """Put right what was said, or by whom; the number stays. Another organisation is told anew what became of it.

    Raises as ``say``, and ``EditConflict``.
    """
    _hold(actor, point.event, point)
    check_takes(actor, point.event)
    expect_version(point, version)
    check_standing(point)
    check(facts)
    if point.is_answered and point.organisation is not facts.organisation:
        point.answers += 1
    _fill(point, facts)
    point.updated_at = clock.now()
    db.session.flush()


def answer(actor: Actor, point: FeedbackPoint, version: int | None, facts: AnswerFacts) -> None:
    """Say what becomes of a point, or say it anew; what was said before stays in its history.

    Also when the event is closed: what was put off is taken up later. Raises ``Refused`` without a reason where one is
    needed and for a withdrawn point, ``EditConflict`` and ``NotAllowed``.
    """
    _hold(actor, point.event, point)
    expect_version(point, version)
    check_standing(point)
    rules.check_answer(facts.state, facts.reason)
    told = (facts.state, facts.reason or None, facts.change or None)
    is_news = told != (point.state, point.reason or None, point.change or None)
    _state, point.reason, point.change = told
    point.public_text, point.public_reason = facts.public_text or None, facts.public_reason or None
    point.may_be_named = facts.may_be_named
    if is_news:
        point.answers += 1
    if facts.state is not point.state:
        reading = read_in(facts.reason, SOURCE_LANGUAGE)
        point.move_to(facts.state, actor, reading.text if reading else None)
    db.session.flush()


def withdraw(actor: Actor, point: FeedbackPoint, version: int | None, reason: str | None) -> None:
    """Take a point back, as whoever made it wishes or because it was written down by mistake; it keeps its number.

    Raises ``Refused`` without a reason and where it is withdrawn, ``EditConflict`` and ``NotAllowed``.
    """
    _hold(actor, point.event, point)
    expect_version(point, version)
    check_standing(point)
    rules.check_withdrawal(reason)
    point.withdrawn_because = reason
    point.move_to(Disposition.WITHDRAWN, actor, reason)


def _hold(actor: Actor, event: Event, *parts: FeedbackPoint | Question) -> None:
    """Hold an event that the actor may change: it is not closed meanwhile, and numbers are given in turn."""
    check_edit(actor, event)
    lock(event, *parts)


def check_takes(actor: Actor, event: Event) -> None:
    """Check that the actor may write down now what was said at an event. Raises ``Refused`` and ``NotAllowed``."""
    check_edit(actor, event)
    rules.check_takes_feedback(event.kind, event.state)
    rules.check_begun(event.starts_on, clock.today(event.zone))


def check_standing(point: FeedbackPoint) -> None:
    """Check that a point can still be changed and answered. Raises ``Refused`` for one that was withdrawn."""
    if point.state is Disposition.WITHDRAWN:
        raise Refused(_("%(code)s was withdrawn and stays as it is.", code=point.code))


def _fill(point: FeedbackPoint, facts: PointFacts) -> None:
    point.text, point.stance, point.may_be_named = facts.text, facts.stance, facts.may_be_named
    point.organisation, point.question = facts.organisation, facts.question
    chosen = facts.outcome.id if facts.outcome else None
    if chosen != point.outcome_id:  # Of an outcome that is gone from its design, the text stays.
        point.outcome_id = chosen
        point.outcome_text = dict(facts.outcome.text) if facts.outcome else None
    point.concern(facts.microcredentials)
    point.search_key = " | ".join(dict.fromkeys(filter(None, map(search_key, facts.text.values()))))


# ---- Questions ----


def ask(actor: Actor, event: Event, texts: Sequence[dict[str, str]]) -> list[Question]:
    """Put questions at the end of those that an event asks. Raises ``Refused`` and ``NotAllowed``."""
    _check_asks(actor, event)
    there = queries.questions(event)
    for place, text in enumerate(texts):
        rules.check_text(text)
        rules.check_asked_once(text, [*(one.text for one in there), *texts[:place]], "lines")
    if len(there) + len(texts) > MOST_QUESTIONS:
        raise Refused(lines=_("An event asks at most %(count)s questions.", count=MOST_QUESTIONS))
    first = there[-1].position + 1 if there else 1
    made = [Question(event=event, text=text, position=place) for place, text in enumerate(texts, first)]
    db.session.add_all(made)
    db.session.flush()
    return made


def ask_lines(actor: Actor, event: Event, language: str, text: str) -> list[Question]:
    """Ask a question for each line of a text in one language. Raises as ``ask``."""
    return ask(actor, event, [{language: line} for line in lines_of(text, rules.LONGEST_QUESTION)])


def edit_question(actor: Actor, question: Question, version: int | None, text: dict[str, str]) -> None:
    """Put a question right, or translate it. Raises as ``ask``, and ``EditConflict``."""
    _check_asks(actor, question.event, question)
    expect_version(question, version)
    rules.check_text(text)
    others = [one.text for one in queries.questions(question.event) if one is not question]
    rules.check_asked_once(text, others, "text")
    question.text = text
    db.session.flush()


def remove_question(actor: Actor, question: Question) -> None:
    """Take a question away. Raises ``QuestionAnswered`` where points answer it, and as ``ask``."""
    _check_asks(actor, question.event, question)
    rules.check_unanswered(queries.answering(question))
    db.session.delete(question)
    db.session.flush()


def _check_asks(actor: Actor, event: Event, *parts: Question) -> None:
    _hold(actor, event, *parts)
    rules.check_asks(event.kind, event.state)


# ---- What follows events ----


def _all_answered(event: Event) -> None:
    rules.check_all_answered(queries.open_codes(event))


def _follow_day(event: Event) -> None:
    """Carry the event's first day to its points, which are listed by it."""
    moved = (
        select(FeedbackPoint)
        .where(FeedbackPoint.event_id == event.id, FeedbackPoint.said_on != event.starts_on)
        .options(selectinload(FeedbackPoint.microcredential_links))
    )
    for point in db.session.scalars(moved):
        point.said_on = event.starts_on


closing_checks.append(_all_answered)
events.after_change.append(_follow_day)

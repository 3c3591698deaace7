"""Points of feedback and questions: rules and services."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.access import ANYBODY, SYSTEM
from app.core.audit import EvidenceError
from app.core.errors import EditConflict, NotAllowed, Refused
from app.core.states import moves_of
from app.events import presence
from app.events import services as events
from app.events.feedback import queries, rules, services, telling
from app.events.feedback.models import (
    ANSWERED,
    MOVES,
    Disposition,
    FeedbackPoint,
    FeedbackTold,
    Question,
    Stance,
    public_path,
)
from app.events.models import Event, EventState, Visibility
from app.microcredentials import links
from app.microcredentials.models import LearningOutcome, MicroCredential
from tests.events.feedback import became, by, held, organisation, said
from tests.events.world import NEXT_WEEK, World

# ---- Rules ----


@pytest.mark.parametrize("state", [*Disposition])
@pytest.mark.parametrize("reason", [None, {}, {"en": " "}, {"de": "Zu teuer."}])
def test_an_answer_says_why_unless_all_is_accepted(state: Disposition, reason: dict[str, str] | None) -> None:
    explained = state is Disposition.ACCEPTED or bool(reason and reason.get("de"))
    if state in ANSWERED and explained:
        rules.check_answer(state, reason)
        return
    with pytest.raises(rules.ReasonMissing if state in ANSWERED else rules.NoAnswer):
        rules.check_answer(state, reason)


@pytest.mark.parametrize("old", [*Disposition])
@pytest.mark.parametrize("new", [*Disposition])
def test_what_was_answered_is_never_open_again_and_what_was_withdrawn_stays_so(
    old: Disposition, new: Disposition
) -> None:
    allowed = old is not Disposition.WITHDRAWN and new is not Disposition.OPEN and old is not new
    assert MOVES.allows(old, new) is allowed


def test_closing_tells_the_points_without_an_answer() -> None:
    rules.check_all_answered([])
    with pytest.raises(rules.FeedbackOpen, match=r"2 points of feedback need an answer: F3-1, F3-4\."):
        rules.check_all_answered(["F3-1", "F3-4"])


# ---- Points ----


def test_points_are_numbered_within_their_event_for_good(session: Session, world: World) -> None:
    event, other = held(world, number=3), held(world)
    first, second = services.say(SYSTEM, event, [said(), said()])
    assert [first.code, second.code, by(world, other).code] == ["F3-1", "F3-2", f"FE{other.id}-1"]
    services.withdraw(SYSTEM, second, second.version, "It was said twice.")
    assert by(world, event).code == "F3-3"
    assert [(move.new, move.reason) for move in moves_of(session, second)] == [("withdrawn", "It was said twice.")]


@pytest.mark.parametrize(("changes", "field"), [({"text": {}}, "text"), ({"text": {"en": " "}}, "text")])
def test_a_point_that_says_nothing_is_refused_at_its_field(
    session: Session, world: World, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        services.say(SYSTEM, held(world), [said(**changes)])
    assert list(refused.value.messages) == [field]


def outcome_of(session: Session, key: int) -> LearningOutcome:
    outcome = LearningOutcome(microcredential_id=key, position=1, text={"en": "Sews a seam"}, esco_uris=[])
    session.add(outcome)
    session.flush()
    return outcome


def test_a_learning_outcome_belongs_to_what_the_point_concerns(session: Session, world: World) -> None:
    event, outcome = held(world), outcome_of(session, world.pattern)
    pattern, wine = (session.get_one(MicroCredential, key) for key in (world.pattern, world.wine))
    with pytest.raises(Refused) as refused:
        services.say(SYSTEM, event, [said(outcome=outcome, microcredentials=[wine])])
    assert list(refused.value.messages) == ["outcome_id"]
    point = services.say(SYSTEM, event, [said(outcome=outcome, microcredentials=[pattern])])[0]
    session.expire_all()
    session.delete(session.get_one(LearningOutcome, outcome.id))
    session.flush()
    session.expire_all()
    assert (point.outcome_id, point.outcome_text) == (None, {"en": "Sews a seam"})
    services.edit(SYSTEM, point, point.version, said(microcredentials=[pattern]))
    assert point.outcome_text == {"en": "Sews a seam"}


@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.PLANNED, EventState.CANCELLED, EventState.CLOSED])
def test_nothing_is_written_down_where_nothing_was_said_or_all_is_over(
    session: Session, world: World, state: EventState
) -> None:
    if state is EventState.CLOSED:
        event = held(world)
    else:
        begun = EventState.PLANNED if state is EventState.CANCELLED else state
        event = events.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), begun)
    if state in (EventState.CANCELLED, EventState.CLOSED):
        events.move(SYSTEM, event, event.version, state, "It is over.")
    with pytest.raises((rules.NoFeedbackHere, rules.NothingToSayYet)):
        services.say(SYSTEM, event, [said()])


def test_somebody_who_saved_first_is_not_overwritten(session: Session, world: World) -> None:
    point = by(world, held(world))
    opened = point.version
    services.edit(SYSTEM, point, opened, said(text={"en": "Otherwise."}))
    for act in (
        lambda: services.edit(SYSTEM, point, opened, said()),
        lambda: services.answer(SYSTEM, point, opened, became()),
        lambda: services.withdraw(SYSTEM, point, opened, "No."),
    ):
        with pytest.raises(EditConflict):
            act()


def test_an_answer_is_changed_with_its_history(session: Session, world: World) -> None:
    event = held(world)
    point = by(world, event, Disposition.DEFERRED)
    events.move(SYSTEM, event, event.version, EventState.CLOSED)
    services.answer(SYSTEM, point, point.version, became(reason=None, change={"en": "Eighty hours."}))
    assert [move.new for move in moves_of(session, point)] == ["deferred", "accepted"]
    assert (point.state, point.reason, point.change) == ("accepted", None, {"en": "Eighty hours."})
    services.withdraw(SYSTEM, point, point.version, "It asked us to.")
    with pytest.raises(Refused, match="was withdrawn"):
        services.answer(SYSTEM, point, point.version, became())


def test_a_point_cannot_be_deleted_nor_the_telling_of_it_rewritten(session: Session, world: World) -> None:
    event = held(world)
    organisation(world.company).email = "office@example.org"
    by(world, event, Disposition.REJECTED)
    telling.tell(SYSTEM, event, {world.company: "en"})
    told = session.scalars(sa.select(FeedbackTold)).one()
    told.answer = 7
    with pytest.raises(EvidenceError):
        session.flush()
    assert not hasattr(services, "delete")


@pytest.mark.parametrize("who", ["foreign lead", "foreign editor", "expert", "auditor", "guest", "public"])
def test_others_write_nothing(session: Session, world: World, who: str) -> None:
    event, actor = held(world), world.actors[who]
    point = by(world, event)
    question = services.ask(SYSTEM, event, [{"en": "Why?"}])[0]
    for act in (
        lambda: services.say(actor, event, [said()]),
        lambda: services.edit(actor, point, point.version, said()),
        lambda: services.answer(actor, point, point.version, became()),
        lambda: services.withdraw(actor, point, point.version, "No."),
        lambda: services.ask(actor, event, [{"en": "Who?"}]),
        lambda: services.edit_question(actor, question, question.version, {"en": "Who?"}),
        lambda: services.remove_question(actor, question),
        lambda: telling.tell(actor, event, {}),
        lambda: telling.publish(actor, event, is_published=True),
    ):
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize(
    ("who", "read"),
    [
        ("admin", 3),
        ("coordinator", 3),
        ("auditor", 3),
        ("lead", 2),
        ("editor", 3),
        ("foreign lead", 2),
        ("expert", 3),
        ("cluster", 2),
        ("guest", 1),
        ("public", 0),
    ],
)
def test_the_consortium_reads_everything_a_guest_its_own_the_public_nothing(
    session: Session, world: World, who: str, read: int
) -> None:
    event, private = held(world), held(world, visibility=Visibility.PRIVATE)
    by(world, event)
    by(world, event, organisation=None)
    by(world, private)
    seen = session.scalars(sa.select(FeedbackPoint).where(queries.visible_to(world.actors[who]))).all()
    assert len(seen) == read


def test_a_point_stands_on_the_page_of_what_it_concerns(session: Session, world: World) -> None:
    event = held(world)
    point = by(world, event, microcredentials=list(event.microcredentials))
    kind = links.kind_named("feedback_point")
    assert kind is not None
    found = links.concerning(session, SYSTEM, world.pattern, kind, limit=5)
    assert [(one.url, one.note) for one in found.records] == [
        (f"/events/{event.id}#feedback-{point.number}", "Support with changes")
    ]
    assert not kind.open_to(ANYBODY)


def test_points_follow_the_day_of_their_event(session: Session, world: World) -> None:
    event = held(world)
    point = by(world, event, microcredentials=list(event.microcredentials))
    earlier = event.starts_on - timedelta(days=3)
    facts = world.consultation(visibility=Visibility.PUBLIC, starts_on=earlier)
    events.edit(SYSTEM, event, event.version, facts)
    assert (point.said_on, point.microcredential_links[0].dated) == (earlier, earlier)


def test_an_event_is_closed_when_every_point_has_an_answer(session: Session, world: World) -> None:
    event = held(world)
    answered, withdrawn = by(world, event), by(world, event)
    with pytest.raises(Refused, match="2 points of feedback"):
        events.move(SYSTEM, event, event.version, EventState.CLOSED)
    services.answer(SYSTEM, answered, answered.version, became(Disposition.DEFERRED))
    services.withdraw(SYSTEM, withdrawn, withdrawn.version, "By mistake.")
    events.move(SYSTEM, event, event.version, EventState.CLOSED)
    assert event.state is EventState.CLOSED


# ---- Questions ----


def test_questions_are_asked_one_a_line_and_stay_once_they_were_answered(session: Session, world: World) -> None:
    event = events.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), EventState.DRAFT)
    services.ask_lines(SYSTEM, event, "de", "- Wie viele Stunden?\n\n• Für wen?")
    services.ask(SYSTEM, event, [{"en": "Where?", "de": "Wo?"}])
    assert [one.text.get("de") for one in queries.questions(event)] == ["Wie viele Stunden?", "Für wen?", "Wo?"]
    asked = held(world)
    first, second = services.ask(SYSTEM, asked, [{"en": "How long?"}, {"en": "Where?"}])
    by(world, asked, question=first)
    with pytest.raises(rules.QuestionAnswered):
        services.remove_question(SYSTEM, first)
    services.remove_question(SYSTEM, second)
    assert list(queries.questions(asked)) == [first]


def test_a_draft_with_questions_can_be_deleted(session: Session, world: World) -> None:
    event = events.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), EventState.DRAFT)
    services.ask(SYSTEM, event, [{"en": "Why?"}])
    key = event.id
    events.delete(SYSTEM, event, event.version)
    assert session.get(Event, key) is None
    assert session.scalar(sa.select(sa.func.count(Question.id))) == 0


def test_a_deadline_asks_nothing(session: Session, world: World) -> None:
    with pytest.raises(rules.NoFeedbackHere):
        services.ask(SYSTEM, events.plan(SYSTEM, world.deadline()), [{"en": "Why?"}])


# ---- Publishing ----


def test_only_what_the_public_sees_is_published(session: Session, world: World) -> None:
    event = held(world, visibility=Visibility.CONSORTIUM)
    with pytest.raises(rules.NotForThePublic):
        telling.publish(SYSTEM, event, is_published=True)
    public = held(world)
    telling.publish(SYSTEM, public, is_published=True)
    assert telling.is_read_by_all(public)
    telling.publish(SYSTEM, public, is_published=False)
    assert not telling.is_read_by_all(public)
    assert public_path(public.id) == f"/events/{public.id}/said"


def test_counts_by_stance_leave_out_what_was_withdrawn(session: Session, world: World) -> None:
    event = held(world)
    by(world, event, stance=Stance.OBJECTION)
    by(world, event, stance=Stance.SUPPORT)
    taken_back = by(world, event, stance=Stance.SUPPORT)
    services.withdraw(SYSTEM, taken_back, taken_back.version, "Said twice.")
    shown = queries.of_event(SYSTEM, event, presence.of(SYSTEM, event.id))
    assert shown.stances == [(Stance.SUPPORT, 1), (Stance.OBJECTION, 1)]
    assert len(shown.open_codes) == 2
    assert queries.of_event(ANYBODY, event, presence.of(SYSTEM, event.id)).points == []

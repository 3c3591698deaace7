"""What holds of recommendations to policy, and of what they and other records came from."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.errors import EditConflict, NotAllowed, OutOfReach, Refused, StillReferred
from app.core.states import StateTransitionError, moves_of
from app.events.feedback import choosing, telling
from app.events.feedback import queries as feedback
from app.events.models import Event, Visibility
from app.extensions import db
from app.microcredentials import links
from app.microcredentials.services import delete as delete_design
from app.stakeholders.models import LawfulBasis, Organisation, Source
from app.stakeholders.services import PersonFacts, create_person
from app.valorisation.origins import sources
from app.valorisation.origins.models import Origin, SourceKind
from app.valorisation.origins.services import came_from
from app.valorisation.recommendations import paper, queries, rules, services
from app.valorisation.recommendations.models import ANSWERED as ANSWERS
from app.valorisation.recommendations.models import MOVES, RecommendationState
from app.valorisation.recommendations.services import AnswerFacts
from tests.events.world import NEXT_WEEK, World
from tests.pdfs import text_of
from tests.valorisation.conftest import NOW
from tests.valorisation.recommendations import (
    ANSWERED,
    SENT,
    decision,
    design,
    facts,
    held,
    move,
    point,
    source,
    written,
)

S = RecommendationState
ALLOWED = {
    S.DRAFT: {S.SENT, S.WITHDRAWN},
    S.SENT: {S.ACCEPTED, S.PARTLY, S.DECLINED, S.DRAFT, S.WITHDRAWN},
    S.ACCEPTED: {S.PARTLY, S.DECLINED},
    S.PARTLY: {S.ACCEPTED, S.DECLINED},
    S.DECLINED: {S.ACCEPTED, S.PARTLY},
    S.WITHDRAWN: set(),
}
WAYS = {
    S.DRAFT: (),
    S.SENT: (S.SENT,),
    S.WITHDRAWN: (S.WITHDRAWN,),
    **{answer: (S.SENT, answer) for answer in ANSWERS},
}


@pytest.mark.parametrize(("old", "new"), [*product(S, S)])
def test_a_recommendation_moves_by_its_table(old: RecommendationState, new: RecommendationState) -> None:
    assert MOVES.allows(old, new) is (new in ALLOWED[old])


@pytest.mark.parametrize("old", S)
def test_the_services_know_every_move_of_the_table_and_no_other(
    app: Flask, session: Session, world: World, old: RecommendationState
) -> None:
    for new in set(S) - {old}:
        made = written(app, world, *WAYS[old])
        if new in ALLOWED[old]:
            move(made, new)
            assert made.state is new
        else:
            with pytest.raises(StateTransitionError):
                move(made, new)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"country": "DE", "microcredentials": ()}, "country"),
        ({"country": "XX", "microcredentials": ()}, "country"),
        ({"text": {}}, "text"),
        ({"text": {"en": "  "}}, "text"),
        ({"body": None}, "body"),
        ({"country": "GE"}, "microcredentials"),
    ],
)
def test_what_breaks_a_rule_is_refused_at_its_field(
    app: Flask, session: Session, world: World, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        written(app, world, **changes)
    assert [*refused.value.messages] == [field]


def test_it_goes_to_one_addressee(app: Flask, session: Session, world: World) -> None:
    agency = db.session.get_one(Organisation, world.agency)
    with pytest.raises(Refused, match="not both"):
        written(app, world, addressee=agency)
    made = written(app, world, addressee=agency, body=None)
    assert (made.addressee_id, made.body) == (world.agency, None)
    made.body = "Two at once"
    with pytest.raises(IntegrityError):
        session.flush()


def test_what_was_sent_keeps_its_words(app: Flask, session: Session, world: World) -> None:
    made, consortium = written(app, world), app.config["CONSORTIUM"]
    services.edit(SYSTEM, made, made.version, facts(world, text={"en": "Other words."}), consortium)
    move(made, S.SENT)
    assert made.link_date == SENT
    with pytest.raises(rules.WasSent):
        services.edit(SYSTEM, made, made.version, facts(world), consortium)
    said = facts(world, text={"en": "Other words."}, follow_up_on=NEXT_WEEK, microcredentials=())
    services.edit(SYSTEM, made, made.version, said, consortium)
    assert (made.follow_up_on, list(made.microcredentials)) == (NEXT_WEEK, [])
    assert not made.waits(date(2025, 5, 19))
    assert made.waits(NEXT_WEEK)
    with pytest.raises(EditConflict):
        services.edit(SYSTEM, made, made.version - 1, said, consortium)


def test_a_day_to_come_and_an_answer_before_it_was_sent_are_refused(app: Flask, session: Session, world: World) -> None:
    made = written(app, world)
    with pytest.raises(Refused) as refused:
        move(made, S.SENT, on=date(2025, 5, 13))
    assert [*refused.value.messages] == ["sent_on"]
    move(made, S.SENT)
    for day in (date(2025, 5, 13), date(2025, 4, 30)):
        with pytest.raises(Refused) as refused:
            move(made, S.ACCEPTED, on=day)
        assert [*refused.value.messages] == ["answered_on"]


@pytest.mark.parametrize("state", ANSWERS)
def test_an_answer_has_words_unless_all_is_accepted(
    app: Flask, session: Session, world: World, state: RecommendationState
) -> None:
    made = written(app, world, S.SENT)
    bare = AnswerFacts(state=state, answered_on=ANSWERED)
    if state is S.ACCEPTED:
        services.answer(SYSTEM, made, made.version, bare)
        return
    with pytest.raises(rules.AnswerMissing):
        services.answer(SYSTEM, made, made.version, bare)


def test_an_answer_can_become_another_and_its_words_can_be_put_right(
    app: Flask, session: Session, world: World
) -> None:
    made = written(app, world, S.SENT, S.DECLINED, S.ACCEPTED)
    said = AnswerFacts(state=S.ACCEPTED, answered_on=NOW, said={"en": "From autumn on."})
    services.answer(SYSTEM, made, made.version, said)
    assert (made.answer, made.answered_on) == ({"en": "From autumn on."}, NOW)
    assert [step.new for step in queries.history(made)] == ["sent", "declined", "accepted"]


def test_taking_back_and_withdrawing_need_a_reason(app: Flask, session: Session, world: World) -> None:
    made = written(app, world, S.SENT)
    for state in (S.DRAFT, S.WITHDRAWN):
        with pytest.raises(Refused) as refused:
            services.move(SYSTEM, made, made.version, state, None)
        assert [*refused.value.messages] == ["reason"]
    move(made, S.DRAFT, reason="The letter never left")
    assert (made.sent_on, made.is_written) == (None, True)
    assert [step.reason for step in moves_of(session, made)][-1] == "The letter never left"
    move(made, S.WITHDRAWN)
    with pytest.raises(Refused, match="withdrawn"):
        services.edit(SYSTEM, made, made.version, facts(world), app.config["CONSORTIUM"])


@pytest.mark.parametrize(
    ("who", "may"),
    [
        *((name, True) for name in ("admin", "coordinator", "lead", "editor")),
        *((name, False) for name in ("auditor", "expert", "cluster", "guest", "foreign lead", "foreign editor")),
    ],
)
def test_who_changes_plans_changes_recommendations(
    app: Flask, session: Session, world: World, who: str, may: bool
) -> None:
    made, actor = written(app, world), world.actors[who]
    if may:
        services.send(actor, made, made.version, SENT)
        return
    with pytest.raises(NotAllowed):
        services.send(actor, made, made.version, SENT)
    with pytest.raises((NotAllowed, OutOfReach)):
        written(app, world, actor=actor)


def test_it_stands_on_the_page_of_its_micro_credential_for_the_consortium_alone(
    app: Flask, session: Session, world: World
) -> None:
    written(app, world, S.SENT)
    kind = links.kind_named("recommendation")
    assert kind is not None
    for who, count in (("lead", 1), ("auditor", 1), ("guest", 0), ("public", 0)):
        found = links.concerning(session, world.actors[who], world.pattern, kind, limit=5)
        assert (who, found.count) == (who, count)
    found = links.concerning(session, SYSTEM, world.pattern, kind, limit=5)
    assert [(one.dated, one.note) for one in found.records] == [(SENT, "The committee for the register")]
    with pytest.raises(StillReferred):
        delete_design(SYSTEM, design(world))


# ---- What it came from ----


def test_it_came_from_feedback_and_decisions_that_are_found_by_their_words(
    app: Flask, session: Session, world: World
) -> None:
    event = held(world)
    said, decided = point(world, event), decision(world, event)
    found = sources.find_options(SYSTEM, "eighty")
    assert [(option.code, sources.read(option.value)) for option in found] == [(said.code, source(said))]
    for record in (said, decided):
        for typed in (record.code, record.code.lower()):
            assert [option.code for option in sources.find_options(SYSTEM, typed)] == [record.code]
    assert [option.code for option in choosing.find_options(SYSTEM, said.code)] == [said.code]
    assert said.code in [option.code for option in sources.find_options(SYSTEM, said.code.split("-")[0])]
    assert said.code in [option.code for option in sources.find_options(SYSTEM, "Needs of textile")], "by its meeting"
    assert sources.find_options(SYSTEM, "D999999999-1") == sources.find_options(SYSTEM, "Q1-1") == []
    made = written(app, world, origins=[source(said), source(decided), source(said)])
    assert [one.code for one in queries.origins(SYSTEM, made)] == [said.code, decided.code]
    services.edit(SYSTEM, made, made.version, facts(world), app.config["CONSORTIUM"])
    assert len(made.origins) == 2, "what says nothing of it leaves it as it is"
    services.edit(SYSTEM, made, made.version, facts(world, origins=[source(decided)]), app.config["CONSORTIUM"])
    assert [one.source for one in made.origins] == [source(decided)]


def test_what_one_does_not_read_is_neither_added_nor_taken_away(app: Flask, session: Session, world: World) -> None:
    hidden = point(world, held(world, visibility=Visibility.PRIVATE, country="GE", organiser=None))
    seen, editor = point(world, held(world)), world.actors["editor"]
    made = written(app, world, origins=[source(hidden)])
    came_from(editor, made, [source(seen)])
    session.flush()
    assert {one.source for one in made.origins} == {source(hidden), source(seen)}
    assert [one.key for one in queries.origins(editor, made)] == [seen.id]
    other = written(app, world)
    came_from(editor, other, [source(hidden), (SourceKind.DECISION, 999)])
    assert other.origins == []


@pytest.mark.parametrize("twice", [False, True])
def test_the_databases_hold_that_an_origin_is_one_tie(app: Flask, session: Session, world: World, twice: bool) -> None:
    made, said = written(app, world), point(world, held(world))
    ties = [{"point_id": said.id}, {"point_id": said.id}] if twice else [{}]
    session.add_all(Origin(recommendation_id=made.id, **tie) for tie in ties)
    with pytest.raises(IntegrityError):
        session.flush()


# ---- The paper ----


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.COUNTRY, Visibility.CONSORTIUM])
def test_a_paper_tells_nothing_of_an_event_that_is_not_for_everybody(
    app: Flask, session: Session, world: World, visibility: Visibility
) -> None:
    event = held(world, visibility=visibility, title={"en": "Behind doors"})
    decided = decision(world, event, "Offer it for less.")
    written(app, world, S.SENT, origins=[source(decided)])
    (quote,) = paper.parts(SYSTEM, "AM")[0].quotes
    assert quote.text == "The wording is not public."
    assert quote.where.startswith(f"Decision {decided.code}, ")
    assert "doors" not in quote.where


def publish(event: Event) -> None:
    """Let the public read what was said, as it stands."""
    seen = telling.state_of(feedback.published(event))
    telling.publish(SYSTEM, event, is_published=True, seen=seen)


def test_the_paper_of_a_country_quotes_where_it_came_from_and_names_nobody(
    app: Flask, session: Session, world: World
) -> None:
    person = PersonFacts(
        given_name="Gor", family_name="Petrosyan", lawful_basis=LawfulBasis.CONTRACT, source=Source.TOLD
    )
    create_person(SYSTEM, person)
    event = held(world, visibility=Visibility.PUBLIC)
    said = point(world, event, "Gor Petrosyan says eighty hours are too many.")
    decided = decision(world, event, "Gor Petrosyan plans two blocks of forty hours.")
    told = point(world, event, "Ask Gor.")
    told.public_text = {"en": "Forty hours at a stretch are enough."}
    origins = [source(said), source(decided), source(told)]
    written(app, world, S.SENT, S.PARTLY, origins=origins)
    written(app, world, S.WITHDRAWN, text={"en": "Nobody asks this any more."})
    written(app, world, text={"en": "Still a draft."})
    session.flush()
    assert [quote.text for quote in paper.parts(SYSTEM, "AM")[0].quotes][2] == "The wording is not public."
    publish(event)
    found = paper.parts(SYSTEM, "AM")
    assert [part.text for part in found] == ["Count blocks of forty hours."]
    quotes = [quote.text for quote in found[0].quotes]
    withheld = "[name withheld] plans two blocks of forty hours."
    assert quotes == ["The wording is not public.", withheld, "Forty hours at a stretch are enough."]
    assert not any("Tekstil Lori" in quote.where for quote in found[0].quotes)
    assert [part.text for part in paper.parts(SYSTEM, "AM", with_drafts=True)][1:] == ["Still a draft."]
    pdf = paper.document("AM", found)
    assert pdf == paper.document("AM", found)
    words = text_of(pdf)
    for part in ("Recommendations for Armenia", "The committee for the register", "AM-03", "As the law says."):
        assert part in words
    assert "Gor" not in words
    told.reason = {"en": "Said otherwise since."}
    session.flush()
    assert [quote.text for quote in paper.parts(SYSTEM, "AM")[0].quotes][2] == "The wording is not public."
    telling.publish(SYSTEM, event, is_published=False)
    told.reason = None
    session.flush()
    assert [quote.text for quote in paper.parts(SYSTEM, "AM")[0].quotes][2] == "The wording is not public."
    assert paper.parts(SYSTEM, "GE") == []
    assert "Nothing is recommended yet." in text_of(paper.document("GE", []))

"""Why a micro-credential looks as it does, and what became of something."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.events.feedback.models import FeedbackPoint
from app.events.models import Visibility
from app.events.outcomes import services as outcomes
from app.events.outcomes.models import Decision
from app.events.outcomes.services import DecisionFacts
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.mou.models import MouState
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from app.valorisation.items import services as items
from app.valorisation.items.models import ItemLevel, PlanItem
from app.valorisation.items.services import ItemFacts
from app.valorisation.origins.models import SourceKind
from app.valorisation.trace import queries, start
from app.valorisation.trace import reached as later
from app.valorisation.trace.chain import Chains, Step, StepKind, Tie, chains
from app.valorisation.tracks import services as tracks
from app.valorisation.tracks.models import Milestone, MilestoneKind, MilestoneState
from app.valorisation.tracks.services import MilestoneFacts
from tests.accounts.people import statements, work
from tests.events.conftest import SignIn
from tests.events.world import LAST_WEEK, NEXT_WEEK, World
from tests.mou.conftest import drafted
from tests.page import open_page
from tests.valorisation.conftest import NOW, begin
from tests.valorisation.recommendations import S, decision, design, held, point, source, written

K = StepKind
Told = list[tuple[str, "Told"]]


def step(kind: StepKind, key: int = 1) -> Step:
    return Step(kind, key, {"en": kind.value}, "/", NOW, None)


def outline(lines: object) -> Told:
    """Lines by their kind, with what followed; what is repeated ends in a mark."""
    assert isinstance(lines, (list, tuple))
    return [(line.step.kind.value + "…" * line.is_repeated, outline(line.after)) for line in lines]


def named(told: Chains) -> set[str]:
    """The kinds of all steps that are told."""

    def walk(lines: object) -> set[str]:
        assert isinstance(lines, (list, tuple))
        return {kind for line in lines for kind in ({line.step.kind.value} | walk(line.after))}

    return walk(told.lines)


# ---- Lines, pure ----

P, D, R, T, M, E = (kind for kind in StepKind)


@pytest.mark.parametrize(
    ("kinds", "ties", "expected"),
    [
        ((), [], []),
        ((P, D, T), [(P, D), (D, T)], [("point", [("decision", [("item", [])])])]),
        ((P, D, T), [(P, D), (D, T), (P, T)], [("point", [("decision", [("item", [])])])]),
        ((P, T), [(P, D), (D, T)], []),
        ((P, R, T), [(P, R), (P, T)], [("point", [("recommendation", []), ("item", [])])]),
        ((T, M, E), [(T, M), (M, E)], [("item", [("memorandum", [("milestone", [])])])]),
    ],
)
def test_what_followed_stands_beneath(
    kinds: tuple[StepKind, ...], ties: list[tuple[StepKind, StepKind]], expected: Told
) -> None:
    told = chains(map(step, kinds), [((one, 1), (other, 1)) for one, other in ties])
    assert outline(told.chains) == expected


def test_a_step_that_followed_from_two_stands_once_with_what_followed_from_it() -> None:
    ties: list[Tie] = [((P, 1), (D, 1)), ((P, 2), (D, 1)), ((D, 1), (T, 1))]
    told = chains([step(P), step(P, 2), step(D), step(T)], ties)
    assert outline(told.chains) == [("point", [("decision", [("item", [])])]), ("point", [("decision…", [])])]


def test_what_stands_alone_is_told_by_what_is_to_be_said_of_it() -> None:
    told = chains([step(kind) for kind in StepKind], [])
    assert told.chains == []
    assert [line.step.kind for line in told.unfollowed] == [P, D]
    assert [line.step.kind for line in told.unfounded] == [R, T, M, E]
    assert not told.is_empty
    assert chains([], []).is_empty


# ---- What is gathered ----


def whole(app: Flask, world: World, visibility: Visibility = Visibility.CONSORTIUM) -> dict[StepKind, int]:
    """Feedback, a decision from it, an item and a recommendation from the decision, proven, and a milestone."""
    for state in list(MicroCredentialState)[1:5]:
        design(world).move_to(state, SYSTEM)
    event = held(world, visibility=visibility)
    said = point(world, event)
    decided = decision(world, event, points=[said])
    plan = begin(app, world)
    facts = ItemFacts(
        title={"en": "Offer two blocks"},
        level=ItemLevel.REGIONAL,
        due_on=NEXT_WEEK,
        microcredentials=[design(world)],
        origins=[source(decided)],
    )
    item = items.add(SYSTEM, plan, facts, app.config["CONSORTIUM"])
    asked = written(app, world, S.SENT, origins=[source(said)])
    reached = tracks.plan(SYSTEM, design(world), MilestoneKind.PILOTED, MilestoneFacts(planned_on=NEXT_WEEK))
    for owner in (item, reached):
        proving.add(SYSTEM, owner, [(ProofKind.EVENT, event.id)])
    tracks.reach(SYSTEM, reached, reached.version, NOW)
    return {
        K.POINT: said.id,
        K.DECISION: decided.id,
        K.ITEM: item.id,
        K.RECOMMENDATION: asked.id,
        K.MILESTONE: reached.id,
    }


def why(who: str, world: World) -> Chains:
    found = queries.why(world.actors[who], design(world))
    return chains(found.steps.values(), found.ties)


def test_a_micro_credential_tells_the_whole_way(app: Flask, session: Session, world: World) -> None:
    whole(app, world)
    told = why("lead", world)
    followed: Told = [("recommendation", []), ("decision", [("item", [("milestone", [])])])]
    assert outline(told.chains) == [("point", followed)]
    assert not told.unfollowed


@pytest.mark.parametrize(
    ("who", "visibility", "seen"),
    [
        ("lead", Visibility.CONSORTIUM, {"point", "decision", "item", "recommendation", "milestone"}),
        ("auditor", Visibility.CONSORTIUM, {"point", "decision", "item", "recommendation", "milestone"}),
        ("foreign lead", Visibility.COUNTRY, {"item", "recommendation", "milestone"}),
        ("guest", Visibility.COUNTRY, {"point", "decision", "milestone"}),
        ("public", Visibility.PUBLIC, {"decision", "milestone"}),
        ("public", Visibility.CONSORTIUM, {"milestone"}),
    ],
)
@pytest.mark.usefixtures("session")
def test_each_reader_sees_what_each_kind_shows(
    app: Flask, world: World, who: str, visibility: Visibility, seen: set[str]
) -> None:
    whole(app, world, visibility)
    assert named(why(who, world)) == seen


def test_a_memorandum_stands_between_the_item_and_the_milestone_it_proves(
    app: Flask, session: Session, world: World
) -> None:
    known, mou = whole(app, world), drafted(world)
    item, reached = session.get_one(PlanItem, known[K.ITEM]), session.get_one(Milestone, known[K.MILESTONE])
    for owner in (item, reached):
        proving.add(SYSTEM, owner, [(ProofKind.MOU, mou.id)])
    chain: Told = [("point", [("decision", [("item", [("milestone", [])])])])]
    assert outline(became(K.ITEM, item.id).chains) == chain, "a draft proves nothing"
    mou.move_to(MouState.NEGOTIATION, SYSTEM)
    chain = [("point", [("decision", [("item", [("memorandum", [("milestone", [])])])])])]
    assert outline(became(K.ITEM, item.id).chains) == chain


def became(kind: StepKind, key: int) -> Chains:
    found = queries.became(SYSTEM, kind, key)
    return chains(found.steps.values(), found.ties)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (K.POINT, [("point", [("recommendation", []), ("decision", [("item", [("milestone", [])])])])]),
        (K.DECISION, [("point", [("decision", [("item", [("milestone", [])])])])]),
        (K.ITEM, [("point", [("decision", [("item", [("milestone", [])])])])]),
    ],
)
def test_what_became_of_something_is_told_with_what_it_came_from_and_nothing_beside_it(
    app: Flask, session: Session, world: World, kind: StepKind, expected: Told
) -> None:
    known = whole(app, world)
    beside = session.get_one(Decision, known[K.DECISION])
    decision(world, beside.event, "Something else.")
    point(world, beside.event, "Something else.")
    told = became(kind, known[kind])
    assert outline(told.lines) == expected


def test_a_decision_proves_a_milestone_by_itself(app: Flask, session: Session, world: World) -> None:
    known = whole(app, world)
    reached = tracks.plan(SYSTEM, design(world), MilestoneKind.IMPLEMENTED, MilestoneFacts(planned_on=NEXT_WEEK))
    proving.add(SYSTEM, reached, [(ProofKind.DECISION, known[K.DECISION])])
    told = became(K.DECISION, known[K.DECISION])
    assert outline(told.chains) == [("point", [("decision", [("item", [("milestone", [])]), ("milestone", [])])])]


def test_what_concerns_others_alone_is_no_reason_here(app: Flask, session: Session, world: World) -> None:
    known = whole(app, world)
    wine = db.session.get_one(MicroCredential, world.wine)
    both = ItemFacts(title={"en": "For wine"}, level=ItemLevel.REGIONAL, due_on=NEXT_WEEK, microcredentials=[wine])
    origins = [(SourceKind.DECISION, known[K.DECISION])]
    plan = session.get_one(PlanItem, known[K.ITEM]).plan
    other = items.add(SYSTEM, plan, replace(both, origins=origins), app.config["CONSORTIUM"])
    general = items.add(SYSTEM, plan, replace(both, origins=origins, microcredentials=()), app.config["CONSORTIUM"])
    keys = queries.why(SYSTEM, design(world)).keys(K.ITEM)
    assert other.id not in keys
    assert general.id in keys


def test_a_decision_says_which_feedback_led_to_it_and_keeps_what_its_editor_does_not_read(
    app: Flask, session: Session, world: World
) -> None:
    event = held(world)
    hidden = point(world, held(world, visibility=Visibility.PRIVATE, country="GE", organiser=None))
    seen, decided = point(world, event), decision(world, event, points=[hidden])
    facts = DecisionFacts(text=decided.text, decided_on=decided.decided_on, points=[seen])
    outcomes.edit(world.actors["editor"], decided, decided.version, facts)
    assert {one.id for one in decided.points} == {hidden.id, seen.id}
    outcomes.edit(SYSTEM, decided, decided.version, replace(facts, points=[]))
    assert decided.points == []


def test_of_each_kind_a_page_has_the_latest(app: Flask, session: Session, world: World, monkeypatch: Any) -> None:
    event = held(world)
    made = [point(world, event, f"Point {number}") for number in range(4)]
    for module in (queries, start):
        monkeypatch.setattr(module, "MOST", 3)
    found = queries.why(SYSTEM, design(world))
    assert found.is_cut
    assert found.keys(K.POINT) == [one.id for one in reversed(made[1:])]


def test_a_milestone_with_much_evidence_hides_no_other_in_silence(
    app: Flask, session: Session, world: World, monkeypatch: Any
) -> None:
    reached = session.get_one(Milestone, whole(app, world)[K.MILESTONE])
    newest = tracks.plan(SYSTEM, design(world), MilestoneKind.IMPLEMENTED, MilestoneFacts(planned_on=NEXT_WEEK))
    for _piece in range(4):
        proving.add(SYSTEM, newest, [(ProofKind.EVENT, held(world).id)])
    for module in (queries, start, later):
        monkeypatch.setattr(module, "MOST", 3)
    found = queries.why(SYSTEM, design(world))
    assert reached.id not in found.keys(K.MILESTONE)
    assert found.is_cut


# ---- Pages ----


def test_the_pages_show_the_way_and_where_the_reader_came_from(
    app: Flask, world: World, sign_in: SignIn, tokens: None
) -> None:
    with work(app):
        known = whole(app, world)
    browser = sign_in("lead")
    page = open_page(browser, "/valorisation/trace/AM-03")
    for words in ("What led to what", "Eighty hours are too many.", "Two blocks of forty hours.", "Offer two blocks"):
        assert words in page.text
    assert "/valorisation/trace/AM-03" in open_page(browser, "/microcredentials/AM-03").links.values()
    for part, kind in (("feedback", K.POINT), ("decisions", K.DECISION), ("items", K.ITEM)):
        page = open_page(browser, f"/valorisation/trace/{part}/{known[kind]}")
        (here,) = page.select(".step[aria-current]")
        assert here["id"] == f"{kind.value}-{known[kind]}"
        assert "Piloted" in page.text


def test_nobody_learns_of_what_is_not_open_to_them(
    app: Flask, world: World, client: FlaskClient, sign_in: SignIn, tokens: None
) -> None:
    with work(app):
        known = whole(app, world, Visibility.COUNTRY)
    foreign, decided = sign_in("foreign lead"), f"/valorisation/trace/decisions/{known[K.DECISION]}"
    assert foreign.get(decided).status_code == client.get(decided).status_code == 404
    assert foreign.get(f"/valorisation/trace/feedback/{known[K.POINT]}").status_code == 404
    assert foreign.get(f"/valorisation/trace/items/{known[K.ITEM]}").status_code == 200
    assert sign_in("guest").get(f"/valorisation/trace/items/{known[K.ITEM]}").status_code == 403
    assert sign_in("guest").get(f"/valorisation/trace/feedback/{known[K.POINT]}").status_code == 200
    assert "Two blocks" not in open_page(client, "/valorisation/trace/AM-03").text
    for path in ("feedback/99999", "decisions/99999", "items/99999", "XX-99"):
        assert sign_in("lead").get(f"/valorisation/trace/{path}").status_code == 404


def test_who_sees_less_is_not_told_that_nothing_led_to_it(
    app: Flask, world: World, client: FlaskClient, sign_in: SignIn, tokens: None
) -> None:
    with work(app):
        whole(app, world, Visibility.COUNTRY)
    hidden, said = "You may see nothing that these came from", "Nobody said what this came from"
    for browser in (sign_in("foreign lead"), client):
        page = open_page(browser, "/valorisation/trace/AM-03").text
        assert (hidden in page, said in page) == (True, False)
    with work(app):
        decision(world, held(world), "Something that led to nothing.")
    page = open_page(sign_in("lead"), "/valorisation/trace/AM-03").text
    assert (hidden in page, "Nothing followed from this yet" in page) == (False, True)


def test_a_milestone_stands_as_on_its_own_page(app: Flask, world: World, sign_in: SignIn, tokens: None) -> None:
    with work(app):
        late = tracks.plan(SYSTEM, design(world), MilestoneKind.SUBMITTED, MilestoneFacts(planned_on=LAST_WEEK))
        tracks.move(SYSTEM, late, late.version, MilestoneState.UNDER_WAY)
    page = open_page(sign_in("lead"), "/valorisation/trace/AM-03").text
    assert "Late" in page
    assert "Under way" not in page


def test_a_trace_asks_the_same_for_one_chain_and_for_many(app: Flask, world: World, sign_in: SignIn) -> None:
    with work(app):
        known = whole(app, world)
    browser, paths = sign_in("lead"), ("AM-03", f"decisions/{known[K.DECISION]}", f"feedback/{known[K.POINT]}")
    counts = [_asked(app, browser, path) for path in paths]
    with work(app) as session:
        event = session.get_one(Decision, known[K.DECISION]).event
        said = session.get_one(FeedbackPoint, known[K.POINT])
        for number in range(10):
            decided = decision(world, event, f"Decision {number}", points=[said, point(world, event, f"{number}")])
            written(app, world, S.SENT, origins=[source(decided)])
    assert [_asked(app, browser, path) for path in paths] == counts
    assert max(counts) <= 12


def _asked(app: Flask, browser: FlaskClient, path: str) -> int:
    browser.get(f"/valorisation/trace/{path}")
    with statements(app) as seen:
        assert browser.get(f"/valorisation/trace/{path}").status_code == 200
    return len(seen)

"""Decisions, actions and the register of both."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.access import ANYBODY, SYSTEM
from app.core.errors import EditConflict, NotAllowed, Refused
from app.core.states import StateTransitionError, moves_of
from app.events import services as events
from app.events.models import EventKind, EventState, MeetingType, Visibility
from app.events.outcomes import queries, rules, services
from app.events.outcomes.models import Decision, DecisionState
from app.events.outcomes.services import ActionFacts
from app.extensions import db
from app.microcredentials import links
from app.stakeholders.models import Organisation
from tests.accounts.people import work
from tests.events.conftest import Entered, SignIn
from tests.events.outcomes import SERIES, decided, meeting
from tests.events.world import LAST_WEEK, NEXT_WEEK, World

# ---- Decisions ----


def test_decisions_are_numbered_within_their_meeting_for_good(session: Session, world: World) -> None:
    third, fourth = meeting(world, 3, LAST_WEEK), meeting(world, 4, LAST_WEEK)
    codes = [services.decide(SYSTEM, event, decided()).code for event in (third, third, fourth)]
    assert codes == ["D3-1", "D3-2", "D4-1"]
    revoked = queries.decisions(third)[1]
    services.revoke(SYSTEM, revoked, revoked.version, "Nobody has the money.")
    assert services.decide(SYSTEM, third, decided()).code == "D3-3"
    assert [move.reason for move in moves_of(session, revoked)] == [None, "Nobody has the money."]


def test_a_decision_gives_way_to_a_later_one_alone(session: Session, world: World) -> None:
    earlier = meeting(world, 3, LAST_WEEK - timedelta(days=100))
    later = meeting(world, 4, LAST_WEEK)
    old = services.decide(SYSTEM, earlier, decided(earlier.starts_on))
    new = services.decide(SYSTEM, later, decided(replaces=[old]))
    assert (old.state, old.replaced_by) == (DecisionState.SUPERSEDED, new)
    with pytest.raises(rules.NotLater):
        services.supersede(SYSTEM, new, old)
    with pytest.raises(rules.NotInForce):
        services.decide(SYSTEM, later, decided(replaces=[old]))
    with pytest.raises(StateTransitionError):
        services.adopt(SYSTEM, old, old.version)


def test_a_revoked_decision_says_why_and_that_nothing_took_its_place(app: Flask, world: World, sign_in: SignIn) -> None:
    with work(app):
        event = meeting(world, 3, LAST_WEEK)
        old = services.decide(SYSTEM, event, decided())
        new = services.decide(SYSTEM, event, decided(replaces=[old]))
        key, last = event.id, new.id
    lead = sign_in("coordinator")
    assert "D3-1 gave way to it" in lead.get(f"/events/{key}/decisions/{last}/revoke").text
    with work(app) as session:
        new = session.get_one(Decision, last)
        services.revoke(SYSTEM, new, new.version, "Too dear <b>.")
        with pytest.raises(rules.NotInForce):
            services.edit(SYSTEM, new, new.version, decided())
    for text in (lead.get(f"/events/{key}").text, lead.get("/events/decisions").text):
        assert "Why: Too dear &lt;b&gt;." in text
        assert "D3-2 was revoked itself; neither holds." in text
    assert f'/events/{key}/decisions/{last}"' not in lead.get(f"/events/{key}").text, "there is nothing to edit"
    rows = csv.DictReader(io.StringIO(lead.get("/events/decisions?format=csv").data.decode("utf-8-sig")))
    notes = {row["code"]: row["note"] for row in rows}
    assert notes == {"D3-1": "D3-2 was revoked itself; neither holds.", "D3-2": "Why: Too dear <b>."}


def test_a_proposal_replaces_nothing_until_it_is_adopted(session: Session, world: World) -> None:
    earlier, later = meeting(world, 3, LAST_WEEK - timedelta(days=100)), meeting(world, 4, LAST_WEEK)
    old = services.decide(SYSTEM, earlier, decided(earlier.starts_on))
    proposed = services.decide(SYSTEM, later, decided(replaces=[old], is_proposed=True))
    assert (old.state, old.replaced_by) == (DecisionState.ADOPTED, proposed)
    with pytest.raises(rules.PromisedElsewhere, match="D4-1"):
        services.decide(SYSTEM, later, decided(replaces=[old], is_proposed=True))
    services.revoke(SYSTEM, proposed, proposed.version, "Nobody wants it.")
    assert (old.state, old.replaced_by) == (DecisionState.ADOPTED, None)
    again = services.decide(SYSTEM, later, decided(replaces=[old], is_proposed=True))
    services.adopt(SYSTEM, again, again.version)
    assert (old.state, old.replaced_by) == (DecisionState.SUPERSEDED, again)


def test_another_day_cannot_turn_later_and_earlier_round(session: Session, world: World) -> None:
    both = meeting(world, 3, LAST_WEEK - timedelta(days=2), ends_on=LAST_WEEK)
    old = services.decide(SYSTEM, both, decided(LAST_WEEK - timedelta(days=1)))
    new = services.decide(SYSTEM, both, decided(replaces=[old]))
    with pytest.raises(rules.NotLater) as refused:
        services.edit(SYSTEM, new, new.version, decided(LAST_WEEK - timedelta(days=2)))
    assert list(refused.value.messages) == ["decided_on"]
    services.edit(SYSTEM, new, new.version, decided(LAST_WEEK - timedelta(days=1)))
    with pytest.raises(rules.NotLater):
        services.edit(SYSTEM, old, old.version, decided(LAST_WEEK))


def test_the_number_that_decisions_are_cited_by_stays(session: Session, world: World) -> None:
    event = meeting(world, 3, LAST_WEEK)
    facts = world.consultation(
        kind=EventKind.MEETING,
        consultation_type=None,
        meeting_type=MeetingType.COORDINATION,
        number=4,
        starts_on=LAST_WEEK,
        visibility=Visibility.PUBLIC,
        series=SERIES,
    )
    events.edit(SYSTEM, event, event.version, facts)
    assert services.decide(SYSTEM, event, decided()).code == "D4-1"
    for number in (3, None):
        with pytest.raises(Refused) as refused:
            events.edit(SYSTEM, event, event.version, replace(facts, number=number))
        assert list(refused.value.messages) == ["number"]
    events.edit(SYSTEM, event, event.version, replace(facts, title={"en": "Another title"}))
    assert event.title == {"en": "Another title"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": {}}, "text"),
        ({"text": {"en": " "}}, "text"),
        ({"decided_on": LAST_WEEK - timedelta(days=1)}, "decided_on"),
        ({"decided_on": NEXT_WEEK}, "decided_on"),
    ],
)
def test_what_cannot_have_been_decided_is_refused_at_its_field(
    session: Session, world: World, changes: dict[str, Any], field: str
) -> None:
    event = meeting(world, 3, LAST_WEEK)
    with pytest.raises(Refused) as refused:
        services.decide(SYSTEM, event, decided(**changes))
    assert list(refused.value.messages) == [field]


def test_what_is_proposed_is_adopted_later(session: Session, world: World) -> None:
    decision = services.decide(SYSTEM, meeting(world, 3, LAST_WEEK), decided(is_proposed=True))
    assert decision.state == "proposed"
    opened = decision.version
    services.adopt(SYSTEM, decision, opened)
    assert decision.state == "adopted"
    with pytest.raises(EditConflict):
        services.edit(SYSTEM, decision, opened, decided(text={"en": "Otherwise."}))


def test_a_form_from_before_its_ties_changed_does_not_undo_them(session: Session, world: World) -> None:
    event = meeting(world, 3, LAST_WEEK)
    concerned = list(event.microcredentials)
    decision = services.decide(SYSTEM, event, decided(microcredentials=concerned))
    opened = decision.version
    services.edit(SYSTEM, decision, opened, decided())
    with pytest.raises(EditConflict):
        services.edit(SYSTEM, decision, opened, decided(microcredentials=concerned))
    assert decision.microcredentials == []


def test_a_decision_stands_on_the_page_of_what_it_concerns(session: Session, world: World) -> None:
    event = meeting(world, 3, LAST_WEEK)
    decision = services.decide(SYSTEM, event, decided(microcredentials=list(event.microcredentials)))
    kind = links.kind_named("decision")
    assert kind is not None
    found = links.concerning(session, ANYBODY, world.pattern, kind, limit=5)
    assert [record.url for record in found.records] == [f"/events/{event.id}#decision-{decision.number}"]
    private = events.log(SYSTEM, world.consultation(visibility=Visibility.PRIVATE))
    services.decide(SYSTEM, private, decided(microcredentials=list(private.microcredentials)))
    assert links.concerning(session, ANYBODY, world.pattern, kind, limit=5).count == 1


@pytest.mark.parametrize("who", ["foreign lead", "foreign editor", "auditor", "guest", "public"])
def test_others_decide_nothing(session: Session, world: World, who: str) -> None:
    event = meeting(world, 3, LAST_WEEK)
    decision = services.decide(SYSTEM, event, decided())
    for act in (
        lambda actor: services.decide(actor, event, decided()),
        lambda actor: services.edit(actor, decision, decision.version, decided()),
        lambda actor: services.revoke(actor, decision, decision.version, "No."),
        lambda actor: services.set_action(actor, event, ActionFacts(text={"en": "Go."}, due_on=NEXT_WEEK)),
    ):
        with pytest.raises(NotAllowed):
            act(world.actors[who])


def test_nobody_supersedes_what_others_decided(session: Session, world: World) -> None:
    theirs = meeting(world, 3, LAST_WEEK - timedelta(days=100), organiser=None, country="GE")
    decision = services.decide(SYSTEM, theirs, decided(theirs.starts_on))
    own, lead = events.log(SYSTEM, world.consultation()), world.actors["lead"]
    assert list(queries.in_force(lead, own)) == []
    assert list(queries.in_force(SYSTEM, own)) == [decision]
    with pytest.raises(NotAllowed):
        services.decide(lead, own, decided(replaces=[decision]))
    assert decision.state is DecisionState.ADOPTED


@pytest.mark.parametrize("state", [EventState.CLOSED, EventState.CANCELLED])
def test_nothing_is_decided_where_all_is_over(session: Session, world: World, state: EventState) -> None:
    event = meeting(world, 3, LAST_WEEK if state is EventState.CLOSED else NEXT_WEEK)
    events.move(SYSTEM, event, event.version, state, "It is over.")
    with pytest.raises(Refused):
        services.decide(SYSTEM, event, decided(event.starts_on))


# ---- Actions ----


def test_an_action_is_a_deadline_with_an_owner_and_a_number(session: Session, world: World) -> None:
    event = meeting(world, 3, LAST_WEEK)
    school = session.get_one(Organisation, world.school)
    facts = ActionFacts(text={"en": "Write the report"}, due_on=NEXT_WEEK, owner=school)
    first, second = (services.set_action(SYSTEM, event, facts) for _time in range(2))
    assert [queries.action_code(action) for action in (first, second)] == ["A3-1", "A3-2"]
    assert (first.kind, first.ends_on, first.organiser, first.state) == (
        EventKind.DEADLINE,
        NEXT_WEEK,
        school,
        EventState.PLANNED,
    )
    assert (first.country, first.visibility) == (None, Visibility.CONSORTIUM)
    events.move(world.actors["editor"], first, first.version, EventState.DONE)
    changed = world.deadline(title={"en": "Write the long report"})
    events.edit(SYSTEM, second, second.version, changed)
    assert (second.number, second.set_by) == (2, event)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"text": {}}, "text"), ({"due_on": LAST_WEEK - timedelta(days=1)}, "due_on"), ({"owner": "stranger"}, "owner")],
)
def test_an_action_nobody_can_do_is_refused_at_its_field(
    session: Session, world: World, changes: dict[str, Any], field: str
) -> None:
    event = meeting(world, 3, LAST_WEEK, organisations=[session.get_one(Organisation, world.school)])
    if "owner" in changes:  # neither a partner nor there
        changes = {"owner": session.get_one(Organisation, world.company)}
    typed: dict[str, Any] = {"text": {"en": "Write"}, "due_on": NEXT_WEEK}
    facts = ActionFacts(**typed | changes)
    with pytest.raises(Refused) as refused:
        services.set_action(SYSTEM, event, facts)
    assert list(refused.value.messages) == [field]


def test_what_is_open_stands_before_the_next_meeting_of_the_series(session: Session, world: World) -> None:
    before, following = meeting(world, 3, LAST_WEEK), meeting(world, 4, NEXT_WEEK)
    elsewhere = events.log(SYSTEM, world.consultation())
    kept = services.set_action(SYSTEM, before, ActionFacts(text={"en": "Write"}, due_on=NEXT_WEEK))
    done = services.set_action(SYSTEM, before, ActionFacts(text={"en": "Read"}, due_on=NEXT_WEEK))
    events.move(SYSTEM, done, done.version, EventState.DONE)
    services.set_action(SYSTEM, elsewhere, ActionFacts(text={"en": "Ask"}, due_on=NEXT_WEEK))
    assert list(queries.left_open(SYSTEM, following)) == [kept]
    assert list(queries.left_open(ANYBODY, following)) == []
    assert list(queries.left_open(SYSTEM, before)) == []


# ---- Pages ----


@pytest.fixture
def lead(sign_in: SignIn) -> FlaskClient:
    return sign_in("lead")


def test_a_decision_is_written_changed_replaced_and_revoked_on_pages(
    app: Flask, lead: FlaskClient, entered: Entered, world: World
) -> None:
    key = entered(world.consultation, visibility=Visibility.PUBLIC)
    page = f"/events/{key}/decisions"
    lead.post(page, data={"language": "en", "lines": "Sixty hours.\nA pilot in May."})
    typed = {"text-en": "Eighty hours.", "decided_on": LAST_WEEK.isoformat(), "microcredentials": [world.pattern]}
    wrong = lead.post(f"{page}/new", data=typed | {"decided_on": "2025-05-20", "text-en": ""})
    assert wrong.status_code == 422
    assert "Write it down" in wrong.text
    with app.app_context():
        first = db.session.scalars(sa.select(Decision.id).order_by(Decision.id)).first()
    assert lead.post(f"{page}/new", data=typed | {"replaces": str(first)}).status_code == 303
    text = app.test_client().get(f"/events/{key}").text
    assert "Superseded" in text
    assert f"DE{key}-3" in text
    with app.app_context():
        last = db.session.scalars(sa.select(Decision).order_by(Decision.id.desc())).first()
    data = {"version": last.version, "reason": "Too long."}
    assert lead.post(f"{page}/{last.id}/revoke", data=data | {"reason": ""}).status_code == 422
    assert lead.post(f"{page}/{last.id}/revoke", data=data).status_code == 303
    assert lead.post(f"{page}/{last.id}/revoke", data=data).status_code == 303, "a double click revokes once"
    assert lead.post(f"{page}/{last.id}/revoke", data=data | {"reason": "Other."}).status_code == 409
    assert "Revoked" in lead.get(f"/events/{key}").text


def test_an_action_is_set_on_a_page(app: Flask, lead: FlaskClient, entered: Entered, world: World) -> None:
    key = entered(world.consultation)
    typed = {"text-en": "Write the report", "due_on": NEXT_WEEK.isoformat(), "owner": str(world.school)}
    assert lead.post(f"/events/{key}/actions/new", data=typed | {"owner": "999"}).status_code == 422
    answer = lead.post(f"/events/{key}/actions/new", data=typed)
    assert answer.location == f"/events/{key}#actions"
    assert "due 20 May 2025 · Lori College" in lead.get(f"/events/{key}").text

"""What holds of milestones, and when a micro-credential counts as valorised."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.consortium import VALORISED
from app.core.errors import EditConflict, NotAllowed, Refused, StillReferred
from app.core.states import StateTransitionError
from app.events.models import EventKind
from app.extensions import db
from app.microcredentials import services as designs
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from app.valorisation.items.rules import NotProven
from app.valorisation.tracks import queries, rules, services
from app.valorisation.tracks.models import MOVES, Milestone, MilestoneKind, MilestoneSlip, MilestoneState
from app.valorisation.tracks.services import MilestoneFacts
from app.valorisation.tracks.valorised import MEMORANDUM, Reached, judge
from tests.accounts.people import statements, work
from tests.events.world import LAST_WEEK, World
from tests.page import Page, open_page
from tests.valorisation.conftest import NOW
from tests.valorisation.test_items import held

K, S = MilestoneKind, MilestoneState
EARLIER = date(2025, 3, 1)


def design(world: World) -> MicroCredential:
    return db.session.get_one(MicroCredential, world.pattern)


def planned(world: World, kind: MilestoneKind = K.PILOTED, day: date = NOW, **facts: Any) -> Milestone:
    """A milestone of the Armenian micro-credential; what is accredited or verified has who decided it, and by what."""
    if kind in (K.ACCREDITED, K.VERIFIED):
        facts = {"authority": agency(world), "decision_reference": "12/2025"} | facts
    return services.plan(SYSTEM, design(world), kind, MilestoneFacts(planned_on=day, **facts))


def agency(world: World) -> Organisation:
    return db.session.get_one(Organisation, world.agency)


def prove(world: World, found: Milestone) -> None:
    proving.add(SYSTEM, found, [(ProofKind.EVENT, held(world).id)])


@pytest.mark.parametrize(("old", "new"), [*product(MilestoneState, MilestoneState)])
def test_a_milestone_moves_by_its_table(old: MilestoneState, new: MilestoneState) -> None:
    allowed = {
        S.PLANNED: {S.UNDER_WAY, S.REACHED, S.WITHDRAWN},
        S.UNDER_WAY: {S.PLANNED, S.REACHED, S.WITHDRAWN},
        S.REACHED: {S.WITHDRAWN},
        S.WITHDRAWN: set(),
    }
    assert MOVES.allows(old, new) is (new in allowed[old])


# ---- The rule ----


def known(kind: MilestoneKind, state: MilestoneState = S.REACHED, **facts: Any) -> Reached:
    values: dict[str, Any] = {"reached_on": EARLIER, "is_proven": True}
    return Reached(kind, state, **values | facts)


@pytest.mark.parametrize(
    ("milestones", "memoranda", "holds"),
    [
        ([], 0, False),
        ([], 3, False),
        ([known(K.ACCREDITED)], 0, True),
        ([known(K.VERIFIED)], 0, True),
        ([known(K.NQF_INCLUDED)], 0, True),
        ([known(K.PILOTED), known(K.IMPLEMENTED), known(K.CONSULTED)], 2, False),
        ([known(K.EMPLOYER_RECOGNISED)], 0, False),
        ([known(K.EMPLOYER_RECOGNISED)], 1, True),
        ([known(K.ACCREDITED, is_proven=False)], 0, False),
        ([known(K.ACCREDITED, valid_until=date(2025, 5, 11))], 0, False),
        ([known(K.ACCREDITED, valid_until=NOW)], 0, True),
        ([known(K.ACCREDITED, S.WITHDRAWN)], 0, False),
        ([known(K.ACCREDITED, S.PLANNED, reached_on=None)], 0, False),
        ([known(K.ACCREDITED, reached_on=date(2025, 5, 13))], 0, False),
        ([known(K.ACCREDITED, valid_until=EARLIER), known(K.ACCREDITED)], 0, True),
    ],
)
def test_valorised_is_what_the_rule_says(app: Flask, milestones: list[Reached], memoranda: int, holds: bool) -> None:
    with app.test_request_context():
        verdict = judge(VALORISED, milestones, memoranda, NOW)
        assert verdict.holds is holds
        assert bool(verdict.because) is holds
        assert [len(way) for way in verdict.ways] == [1, 1, 1, 2]


def test_the_facts_of_the_rule_are_said_in_words(app: Flask) -> None:
    with app.test_request_context():
        expired = known(K.ACCREDITED, valid_until=date(2025, 5, 1))
        verdict = judge([["accredited"], ["piloted", MEMORANDUM]], [expired], 0, NOW)
        told = [[(str(fact.label), fact.why) for fact in way] for way in verdict.ways]
        assert told == [
            [("Accredited", "expired on 1 May 2025")],
            [("Piloted", "not reached"), ("A signed memorandum", "there is none")],
        ]
        assert not judge([[]], [known(K.ACCREDITED)], 1, NOW).holds


# ---- Milestones ----


def test_what_is_reached_has_a_day_that_came_and_evidence(session: Session, world: World) -> None:
    found = planned(world)
    with pytest.raises(NotProven):
        services.reach(SYSTEM, found, found.version, NOW)
    prove(world, found)
    with pytest.raises(Refused) as refused:
        services.reach(SYSTEM, found, found.version, date(2025, 5, 13))
    assert list(refused.value.messages) == ["reached_on"]
    services.reach(SYSTEM, found, found.version, LAST_WEEK)
    with pytest.raises(StateTransitionError):
        services.reach(SYSTEM, found, found.version, LAST_WEEK)
    with pytest.raises(Refused):
        services.move(SYSTEM, found, found.version, S.WITHDRAWN)
    services.move(SYSTEM, found, found.version, S.WITHDRAWN, "The provider closed")
    assert (found.state, found.reached_on) == (S.WITHDRAWN, LAST_WEEK)


def test_no_milestone_waits_for_another(session: Session, world: World) -> None:
    found = planned(world, K.IMPLEMENTED)
    prove(world, found)
    services.reach(SYSTEM, found, found.version, NOW)
    assert found.state is S.REACHED


def test_one_of_a_kind_is_open_at_a_time_and_what_expired_is_reached_anew(session: Session, world: World) -> None:
    found = planned(world, K.VERIFIED, date(2025, 5, 1), valid_until=date(2025, 5, 10))
    with pytest.raises(rules.AnotherOpen):
        planned(world, K.VERIFIED)
    prove(world, found)
    services.reach(SYSTEM, found, found.version, LAST_WEEK)
    assert found.has_expired(NOW)
    assert not queries.verdicts([world.pattern], NOW)[world.pattern].holds
    again = planned(world, K.VERIFIED)
    prove(world, again)
    services.reach(SYSTEM, again, again.version, NOW)
    assert queries.verdicts([world.pattern], NOW)[world.pattern].holds
    with pytest.raises(Refused) as refused:
        services.edit(SYSTEM, again, again.version, MilestoneFacts(valid_until=LAST_WEEK))
    assert list(refused.value.messages) == ["valid_until"]


def test_the_databases_refuse_a_second_open_one(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(world)
    monkeypatch.setattr(services, "_another_open", lambda key, kind: False)
    with pytest.raises(IntegrityError):
        planned(world)


def test_the_national_framework_wants_body_decision_and_level(session: Session, world: World) -> None:
    found = planned(world, K.NQF_INCLUDED)
    prove(world, found)
    with pytest.raises(Refused) as refused:
        services.reach(SYSTEM, found, found.version, NOW)
    assert set(refused.value.messages) == {"authority", "decision_reference"}
    agency = session.get_one(Organisation, world.agency)
    facts = MilestoneFacts(planned_on=NOW, authority=agency, decision_reference="12/2025")
    services.edit(SYSTEM, found, found.version, facts)
    with pytest.raises(Refused, match="no level"):
        services.reach(SYSTEM, found, found.version, NOW)
    design(world).nqf_level_code = "AM 4"
    services.reach(SYSTEM, found, found.version, NOW)
    assert found.state is S.REACHED


def test_consulted_wants_a_consultation_and_answers(session: Session, world: World) -> None:
    wine = session.get_one(MicroCredential, world.wine)
    other = services.plan(SYSTEM, wine, K.CONSULTED, MilestoneFacts(planned_on=NOW))
    general = held(world, kind=EventKind.WORKSHOP, consultation_type=None, microcredentials=[], country="GE")
    proving.add(SYSTEM, other, [(ProofKind.EVENT, general.id)])
    with pytest.raises(rules.NotConsulted, match="No consultation"):
        services.reach(SYSTEM, other, other.version, NOW)
    found = planned(world, K.CONSULTED)
    prove(world, found)
    services.reach(SYSTEM, found, found.version, NOW)
    assert found.state is S.REACHED


def test_every_move_of_a_planned_day_is_kept(session: Session, world: World) -> None:
    found = planned(world)
    with pytest.raises(rules.MovedWithoutReason):
        services.edit(SYSTEM, found, found.version, MilestoneFacts(planned_on=date(2025, 6, 1)))
    services.edit(SYSTEM, found, found.version, MilestoneFacts(planned_on=date(2025, 6, 1), move_reason="Strike"))
    assert [(slip.days, slip.reason) for slip in queries.slips(found)] == [(20, "Strike")]
    assert found.baseline_on == NOW
    with pytest.raises(Refused):
        services.edit(SYSTEM, found, found.version, MilestoneFacts())
    session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        session.connection().exec_driver_sql("DELETE FROM milestone_slip")
    session.rollback()
    assert session.query(MilestoneSlip).count() == 1


def test_roles_and_versions_are_asked(session: Session, world: World) -> None:
    found = planned(world)
    with pytest.raises(EditConflict):
        services.move(SYSTEM, found, found.version + 1, S.UNDER_WAY)
    for who in ("foreign lead", "foreign editor", "expert", "auditor", "cluster", "guest", "public"):
        with pytest.raises(NotAllowed):
            services.move(world.actors[who], found, found.version, S.UNDER_WAY)
        with pytest.raises(NotAllowed):
            services.plan(world.actors[who], design(world), K.SUBMITTED, MilestoneFacts(planned_on=NOW))
    services.move(world.actors["lead"], found, found.version, S.UNDER_WAY)


def test_a_design_that_reached_something_is_not_deleted(session: Session, world: World) -> None:
    planned(world)
    with pytest.raises(StillReferred) as refused:
        designs.delete(SYSTEM, design(world))
    assert "Milestone" in refused.value.referrers


# ---- Pages ----


@pytest.mark.usefixtures("tokens")
def test_a_milestone_is_planned_moved_proven_and_reached(app: Flask, lead: FlaskClient, world: World) -> None:
    page = open_page(lead, "/microcredentials/AM-03")
    assert "Does not count as valorised yet" in page.text
    form = open_page(lead, "/valorisation/tracks/AM-03/new").form("Save milestone")
    wrong = form.submit(lead, kind="accredited")
    assert (wrong.status_code, Page(wrong).errors) == (422, ["Planned for: Choose a day."])
    page = Page(Page(wrong).form("Save milestone").submit(lead, follow=True, planned_on="2025-05-01"))
    assert page.messages == ["The milestone is planned."]
    assert "Late" in page.text
    edit, reach, prove_url = page.links["Edit"], page.links["Call it reached"], page.links["Add evidence"]
    first, second = (open_page(lead, edit).form("Save milestone") for _one in range(2))
    assert first.submit(lead, planned_on="2025-05-05", move_reason="Holiday").status_code == 303
    stale = second.submit(lead, planned_on="2025-05-06", move_reason="Hall")
    assert stale.status_code == 409
    refused = open_page(lead, reach).form("Call it reached").submit(lead)
    assert "Nothing proves it yet" in Page(refused).errors[0]
    with work(app):
        event = held(world).id
    form = open_page(lead, prove_url).form("Add the evidence")
    assert lead.post(prove_url, data=form.values | {"records": [str(event * 8)]}).status_code == 303
    wrong = open_page(lead, reach).form("Call it reached").submit(lead)
    assert Page(wrong).errors == [
        "Which body or partner decides? Say which body decided.",
        "Decision: Say by which decision.",
    ]
    said = {"authority": [str(world.agency)], "decision_reference": "12/2025"}
    page = Page(lead.post(reach, data=Page(wrong).form("Call it reached").values | said, follow_redirects=True))
    assert page.messages == ["The milestone is reached."]
    page = open_page(lead, "/microcredentials/AM-03")
    assert "Counts as valorised" in page.text
    assert "reached on 12 May 2025" in page.text


def test_a_second_of_a_kind_is_refused_at_its_field(app: Flask, lead: FlaskClient, world: World) -> None:
    with work(app):
        planned(world)
    form = open_page(lead, "/valorisation/tracks/AM-03/new").form("Save milestone")
    answer = form.submit(lead, kind="piloted", planned_on="2025-06-01")
    assert answer.status_code == 422
    assert "planned already" in Page(answer).errors[0]


def test_visitors_see_what_was_reached(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app):
        found = planned(world)
        planned(world, K.SUBMITTED)
        prove(world, found)
        services.reach(SYSTEM, found, found.version, LAST_WEEK)
        design(world).published_at = found.created_at
    page = open_page(client, "/microcredentials/AM-03")
    assert "Piloted" in page.text
    assert "Submitted" not in page.text
    assert client.get("/valorisation/milestones/1").status_code == 303


def test_a_page_with_many_milestones_asks_as_often(app: Flask, lead: FlaskClient, world: World) -> None:
    def asked() -> int:
        lead.get("/microcredentials/AM-03")
        with statements(app) as seen:
            lead.get("/microcredentials/AM-03")
        return len(seen)

    with work(app):
        prove(world, planned(world))
    few = asked()
    with work(app):
        for kind in (K.CONSULTED, K.SUBMITTED, K.ACCREDITED, K.IMPLEMENTED):
            prove(world, planned(world, kind))
    assert asked() == few

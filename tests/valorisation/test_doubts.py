"""What is asked, and what is marked, where a day or a piece of evidence cannot be taken as it is."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.errors import Refused
from app.events import services as events
from app.events.models import EventKind, MeetingType
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from app.valorisation.evidence.queries import of as proofs_of
from app.valorisation.items import services as items
from app.valorisation.items.models import ItemState
from app.valorisation.items.queries import all_of, is_done_outside
from app.valorisation.items.rules import NotProven
from app.valorisation.rules import OutsidePeriod
from app.valorisation.tracks import queries, services
from app.valorisation.tracks.models import Milestone, MilestoneKind, MilestoneState
from app.valorisation.tracks.services import MilestoneFacts, ReachFacts
from tests.accounts.people import work
from tests.events.world import LAST_WEEK, World
from tests.page import Page, open_page
from tests.valorisation.conftest import NOW, begin
from tests.valorisation.recommendations import written
from tests.valorisation.test_items import held
from tests.valorisation.test_tracks import agency, planned, prove

K = MilestoneKind
BEFORE_PROJECT = date(2021, 1, 1)


@pytest.mark.parametrize("kind", [K.ACCREDITED, K.VERIFIED, K.NQF_INCLUDED])
def test_what_a_body_decides_names_the_body_and_its_decision(session: Session, world: World, kind: K) -> None:
    found = planned(world, kind, authority=None, decision_reference=None)
    prove(world, found)
    found.microcredential.nqf_level_code = "AM 4"
    with pytest.raises(Refused) as refused:
        services.reach(SYSTEM, found, found.version, NOW)
    assert set(refused.value.messages) == {"authority", "decision_reference"}
    services.reach(SYSTEM, found, found.version, NOW, ReachFacts(authority=agency(world), decision_reference="7/2025"))
    assert (found.state, found.authority_id, found.decision_reference) == (
        MilestoneState.REACHED,
        world.agency,
        "7/2025",
    )


def test_a_day_outside_the_project_needs_a_reason_that_its_history_keeps(session: Session, world: World) -> None:
    found = planned(world)
    prove(world, found)
    with pytest.raises(OutsidePeriod) as refused:
        services.reach(SYSTEM, found, found.version, BEFORE_PROJECT)
    assert list(refused.value.messages) == ["reason"]
    services.reach(SYSTEM, found, found.version, BEFORE_PROJECT, ReachFacts(reason="A course of the school"))
    assert queries.is_outside_project(found)
    assert queries.history(found)[-1].reason == "A course of the school"


def test_an_item_done_before_its_plan_needs_a_reason(app: Flask, session: Session, world: World) -> None:
    item = all_of(begin(app, world, starts_on=date(2024, 1, 1)))[0]
    item.starts_on = None
    proving.add(SYSTEM, item, [(ProofKind.EVENT, held(world).id)])
    for early in (date(2020, 6, 1), date(2023, 6, 1)):
        with pytest.raises(OutsidePeriod):
            items.finish(SYSTEM, item, item.version, early)
    items.finish(SYSTEM, item, item.version, date(2023, 6, 1), "Done while the plan was written")
    assert item.state is ItemState.DONE
    assert is_done_outside(item)


def test_a_milestone_does_not_end_before_the_day_it_is_planned_for(session: Session, world: World) -> None:
    with pytest.raises(Refused) as refused:
        planned(world, valid_until=LAST_WEEK)
    assert list(refused.value.messages) == ["valid_until"]
    found = planned(world, valid_until=NOW)
    with pytest.raises(Refused):
        services.edit(SYSTEM, found, found.version, MilestoneFacts(planned_on=NOW, valid_until=LAST_WEEK))


def test_evidence_of_other_micro_credentials_does_not_prove_this_one(session: Session, world: World) -> None:
    wine = db.session.get_one(MicroCredential, world.wine)
    found, other = planned(world), held(world, microcredentials=[wine])
    proving.add(SYSTEM, found, [(ProofKind.EVENT, other.id)])
    with pytest.raises(NotProven):
        services.reach(SYSTEM, found, found.version, NOW)
    ((_piece, proof),) = queries.proofs(SYSTEM, [found])[found.id]
    assert [str(doubt) for doubt in proof.doubts] == ["does not name this micro-credential, but others"]
    prove(world, found)
    services.reach(SYSTEM, found, found.version, date(2025, 5, 1))
    ((_piece, _proof), (_second, proof)) = queries.proofs(SYSTEM, [found])[found.id]
    assert [str(doubt) for doubt in proof.doubts] == ["later than the day it was reached"]
    session.commit()


# Of what is about no micro-credential in particular, where it took place tells whom it concerns.
GENERAL: dict[str, Any] = {
    "kind": EventKind.MEETING,
    "meeting_type": MeetingType.LGE,
    "consultation_type": None,
    "microcredentials": [],
}
ELSEWHERE = GENERAL | {"country": "GE"}


@pytest.mark.parametrize(
    ("changes", "proves"),
    [
        (GENERAL, True),
        (ELSEWHERE, False),
        ({"country": "GE"}, True),
        (ELSEWHERE | {"meeting_type": MeetingType.COORDINATION}, True),
    ],
    ids=["names none", "elsewhere", "elsewhere and names it", "of the whole consortium"],
)
def test_what_took_place_in_another_country_proves_nothing_unless_it_names_the_microcredential(
    session: Session, world: World, changes: dict[str, Any], proves: bool
) -> None:
    found = planned(world)
    proving.add(SYSTEM, found, [(ProofKind.EVENT, events.log(SYSTEM, world.consultation(**changes)).id)])
    ((_piece, proof),) = queries.proofs(SYSTEM, [found])[found.id]
    assert bool(proof.doubts) is not proves
    if proves:
        services.reach(SYSTEM, found, found.version, NOW)
        assert not queries.is_doubtful(found)
    else:
        with pytest.raises(NotProven):
            services.reach(SYSTEM, found, found.version, NOW)


def test_what_was_reached_on_the_evidence_of_others_counts_on_and_says_so(
    app: Flask, lead: FlaskClient, world: World
) -> None:
    with work(app):
        found = planned(world, K.VERIFIED)
        event = events.log(SYSTEM, world.consultation(**GENERAL))
        proving.add(SYSTEM, found, [(ProofKind.EVENT, event.id)])
        services.reach(SYSTEM, found, found.version, NOW)
        key, address = found.id, f"/valorisation/milestones/{found.id}"
        events.edit(SYSTEM, event, event.version, world.consultation(**ELSEWHERE))
    page = open_page(lead, address)
    assert "All that proves this concerns other micro-credentials or another country." in page.text
    assert "of another country, and does not name this micro-credential" in page.text
    tracks = open_page(lead, "/microcredentials/AM-03").select_one("#tracks").get_text(" ")
    assert "Counts as valorised" in tracks
    assert "to be proven anew" in tracks
    assert "reached on 12 May 2025, by evidence that concerns others" in tracks
    with work(app):
        prove(world, db.session.get_one(Milestone, key))
    assert "All that proves this" not in open_page(lead, address).text
    assert "to be proven anew" not in open_page(lead, "/microcredentials/AM-03").text


def test_what_was_attached_by_mistake_is_withdrawn_while_something_that_holds_is_left(
    session: Session, world: World
) -> None:
    found = planned(world)
    meetings = [events.log(SYSTEM, world.consultation(**GENERAL)) for _one in range(2)]
    first, second = proving.add(SYSTEM, found, [(ProofKind.EVENT, one.id) for one in meetings])
    services.reach(SYSTEM, found, found.version, NOW)
    for one in meetings:
        events.edit(SYSTEM, one, one.version, world.consultation(**ELSEWHERE))
    assert queries.is_doubtful(found)
    proving.withdraw(SYSTEM, first, first.version, "Another meeting")
    with pytest.raises(Refused, match="last evidence"):
        proving.withdraw(SYSTEM, second, second.version, "Another meeting")
    prove(world, found)
    (good,) = [one for one in proofs_of(found) if one not in (first, second)]
    with pytest.raises(Refused, match="last evidence"):
        proving.withdraw(SYSTEM, good, good.version, "What is doubted would be left")
    proving.withdraw(SYSTEM, second, second.version, "Another meeting")
    assert not queries.is_doubtful(found)


@pytest.mark.usefixtures("tokens")
def test_the_pages_ask_for_a_reason_in_its_place(app: Flask, lead: FlaskClient, world: World) -> None:
    with work(app):
        found, asked = planned(world), written(app, world)
        prove(world, found)
        paths = (
            (f"/valorisation/milestones/{found.id}/reach", "Call it reached", "reached_on"),
            (f"/valorisation/recommendations/{asked.id}/send", "It was sent", "sent_on"),
        )
    told = []
    for path, button, name in paths:
        wrong = open_page(lead, path).form(button).submit(lead, **{name: "2021-01-01"})
        assert wrong.status_code == 422
        assert "Expected between" in Page(wrong).errors[0]
        told.append(Page(Page(wrong).form(button).submit(lead, follow=True, reason="Noted down late")).text)
    assert all("Noted down late" in text for text in told)
    assert "before it was written down here" in told[1]
    assert "outside the project's dates" in open_page(lead, paths[0][0].removesuffix("/reach")).text

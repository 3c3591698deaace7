"""What holds of evidence: documents that prove something, and who may add, withdraw and open what does."""

from io import BytesIO
from threading import Event as Signal
from threading import Thread
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core import clock
from app.core.access import SYSTEM
from app.core.errors import Refused
from app.events import services as events
from app.events.documents import services as documents
from app.events.documents.models import DocumentKind
from app.events.documents.services import DocumentFacts, Sent
from app.events.models import EventState, Visibility
from app.valorisation.evidence import proofs, queries
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from app.valorisation.items import services as items
from app.valorisation.items.models import ItemState, PlanItem
from app.valorisation.models import PlanState
from app.valorisation.tracks import services as tracks
from app.valorisation.tracks.models import Milestone
from tests.accounts.people import work
from tests.conftest import Backend
from tests.events.conftest import SignIn
from tests.events.world import NEXT_WEEK, World
from tests.page import Page
from tests.valorisation.conftest import NOW, Made, begin, move
from tests.valorisation.test_items import added, held
from tests.valorisation.test_tracks import planned
from tests.withheld import withheld


def test_a_withdrawn_document_is_named_to_whom_it_is_for(app: Flask, session: Session, world: World) -> None:
    event = events.log(SYSTEM, world.consultation(visibility=Visibility.PUBLIC))
    kinds = (DocumentKind.AGENDA, DocumentKind.SIGNED_LIST)
    made = [
        documents.add(
            SYSTEM,
            event,
            DocumentFacts(kind=kind, language="en", title=f"The {kind.value}"),
            [Sent(BytesIO(b"%PDF-1.7\n%%EOF\n"), "a.pdf")],
        )[0]
        for kind in kinds
    ]
    item = added(app, world, begin(app, world))
    pieces = proving.add(SYSTEM, item, [(ProofKind.DOCUMENT, one.id) for one in made])
    for one in made:
        documents.remove(SYSTEM, one, one.version, "Ana Jović no longer agrees")
    told = {who: list(proofs.proofs_of(world.actors[who], pieces).values()) for who in ("lead", "auditor", "public")}
    assert [proof.title for proof in told["lead"]] == ["The agenda", "The signed_list"]
    assert all("Ana Jović" in proof.why_not for proof in told["lead"])
    assert [proof.title for proof in told["auditor"]] == ["The agenda", "not open to you"]
    assert {(proof.title, proof.why_not) for proof in told["public"]} == {("not open to you", "proves nothing now")}


def test_a_document_that_is_evidence_is_withdrawn_and_not_deleted(app: Flask, session: Session, world: World) -> None:
    to_come = events.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), EventState.PLANNED)
    facts = DocumentFacts(kind=DocumentKind.AGENDA, language="en")
    (one,) = documents.add(SYSTEM, to_come, facts, [Sent(BytesIO(b"%PDF-1.7\n%%EOF\n"), "a.pdf")])
    assert documents.can_delete(one)
    (piece,) = proving.add(SYSTEM, added(app, world, begin(app, world)), [(ProofKind.DOCUMENT, one.id)])
    assert not documents.can_delete(one)
    with pytest.raises(Refused):
        documents.remove(SYSTEM, one, one.version, None)
    documents.remove(SYSTEM, one, one.version, "Another agenda")
    assert (one.withdrawn_at is not None, proofs.proofs_of(SYSTEM, [piece])[piece.id].holds) == (True, False)


def test_what_is_in_a_plan_that_ended_stays(app: Flask, session: Session, world: World) -> None:
    plan = begin(app, world)
    item = added(app, world, plan)
    (piece,) = proving.add(SYSTEM, item, [(ProofKind.EVENT, held(world).id)])
    other = added(app, world, plan)
    move(plan, PlanState.ARCHIVED)
    for ask in (
        lambda: proving.add(SYSTEM, item, [(ProofKind.EVENT, held(world).id)]),
        lambda: proving.withdraw(SYSTEM, piece, piece.version, "Another subject"),
        lambda: items.delete(SYSTEM, other, other.version),
    ):
        with pytest.raises(Refused, match="not changed any more"):
            ask()


def test_of_what_somebody_called_done_meanwhile_the_last_evidence_stays(
    app: Flask, session: Session, world: World
) -> None:
    item = added(app, world, begin(app, world))
    (piece,) = proving.add(SYSTEM, item, [(ProofKind.EVENT, held(world).id)])
    by_another = update(PlanItem).where(PlanItem.id == item.id).values(state=ItemState.DONE, done_on=NOW)
    session.connection().execute(by_another)
    with pytest.raises(Refused, match="last evidence"):
        proving.withdraw(SYSTEM, piece, piece.version, "Another subject")


@pytest.mark.parametrize("second", ["withdraw", "finish", "reach"])
def test_of_two_at_the_same_moment_none_leaves_something_unproven(fresh: Backend, second: str) -> None:
    """The first has withdrawn and not committed yet: the second waits, and then sees what is left."""
    from tests.events.world import build

    app = fresh.app
    clock.reckon_with(NOW)
    with work(app):
        world = build()
        owner = planned(world) if second == "reach" else added(app, world, begin(app, world))
        records = [(ProofKind.EVENT, held(world).id) for _one in range(2 if second == "withdraw" else 1)]
        pieces = proving.add(SYSTEM, owner, records)
        if second == "withdraw":
            items.finish(SYSTEM, owner, owner.version, NOW)  # type: ignore[arg-type]
        keys, owner_id = [piece.id for piece in pieces], owner.id
    withdrawn, outcomes = Signal(), []

    def withdraw(key: int) -> None:
        piece = queries.piece(SYSTEM, key)
        proving.withdraw(SYSTEM, piece, piece.version, "Another subject")

    def first() -> None:
        with work(app):
            withdraw(keys[0])
            withdrawn.set()
            sleep(0.5)
        outcomes.append("done")

    def then() -> None:
        try:
            with work(app) as session:
                if second == "withdraw":
                    withdraw(keys[1])
                elif second == "finish":
                    item = session.get_one(PlanItem, owner_id)
                    items.finish(SYSTEM, item, item.version, NOW)
                else:
                    milestone = session.get_one(Milestone, owner_id)
                    tracks.reach(SYSTEM, milestone, milestone.version, NOW)
            outcomes.append("done")
        except Refused:
            outcomes.append("refused")

    pressing = Thread(target=first)
    pressing.start()
    assert withdrawn.wait(10)
    waiting = Thread(target=then)
    waiting.start()
    for thread in (pressing, waiting):
        thread.join(30)
    assert outcomes == ["done", "refused"]


def test_files_that_are_evidence_are_opened_by_who_may_read_of_people(
    app: Flask, sign_in: SignIn, world: World, made: Made
) -> None:
    made()
    with work(app) as session:
        item = session.get_one(PlanItem, 1)
        proving.add(SYSTEM, item, [], file=proving.SentFile(BytesIO(b"%PDF-1.7 x"), "list.pdf"))
    path = "/valorisation/evidence/1/file"
    for who, status, is_linked in (("lead", 200, True), ("expert", 403, False)):
        browser = sign_in(who)
        assert browser.get(path).status_code == status
        page = Page(browser.get("/valorisation/items/1"))
        assert "list.pdf" in page.text
        assert (path in page.links.values()) is is_linked
    auditor = sign_in("auditor")
    assert path in Page(auditor.get("/valorisation/items/1")).links.values()
    withheld(auditor, path, b"%PDF-1.7 x")

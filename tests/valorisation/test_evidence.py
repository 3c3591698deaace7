"""What holds of evidence: documents that prove something, and who may add, withdraw and open what does."""

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.errors import Refused
from app.events import services as events
from app.events.documents import services as documents
from app.events.documents.models import DocumentKind
from app.events.documents.services import DocumentFacts, Sent
from app.events.models import EventState, Visibility
from app.valorisation.evidence import proofs
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from tests.events.world import NEXT_WEEK, World
from tests.valorisation.conftest import begin
from tests.valorisation.test_items import added


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

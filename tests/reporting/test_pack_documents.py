"""Files in proof packs: documents byte for byte, photos on which everybody agreed."""

import io
import json

import pytest
from flask import Flask

from app.core.access import SYSTEM
from app.events import services as events
from app.events.documents import services as documents
from app.events.documents.models import Audience, DocumentKind, EventDocument
from app.events.documents.services import DocumentFacts, Sent
from app.events.models import Event, EventState
from app.reporting.packs import queries
from app.reporting.packs.gaps import gaps
from app.reporting.packs.manifest import MANIFEST
from app.reporting.packs.models import PackLevel
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.pdfs import text_of
from tests.pictures import plain_png
from tests.reporting.conftest import Made, files_of

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def filed(app: Flask, held: int) -> int:
    """The workshop with slides for everybody, a signed list, and two photos: everybody agreed on one of them."""
    with work(app) as session:
        event = session.get_one(Event, held)

        def add(name: str, content: bytes, kind: DocumentKind, **more: object) -> None:
            facts = DocumentFacts(kind=kind, language="en", **more)  # type: ignore[arg-type]
            documents.add(SYSTEM, event, facts, [Sent(io.BytesIO(content), name)])

        add("Слайди.pdf", PDF, DocumentKind.SLIDES, title="Slides <b>#1</b>", audience=Audience.PUBLIC)
        add("list.pdf", PDF + b"signed", DocumentKind.SIGNED_LIST)
        agreed = {"everybody_agreed": True, "consent_note": "All signed a form"}
        add("yes.png", plain_png(), DocumentKind.PHOTO, audience=Audience.PUBLIC, **agreed)
        add("no.png", plain_png(2), DocumentKind.PHOTO)
    return held


def test_documents_are_there_byte_for_byte_and_photos_with_consent(app: Flask, filed: int, made: Made):
    files = files_of(app, made(filed))
    told = {entry["path"]: entry for entry in json.loads(files[MANIFEST])["files"]}
    [slides] = [entry for entry in told.values() if entry.get("name") == "Слайди.pdf"]
    assert slides["path"].endswith("-slaydi.pdf")
    assert files[slides["path"]] == PDF
    assert slides["record"]["kind"] == "event_document"
    assert [entry["name"] for path, entry in told.items() if path.startswith("photos/")] == ["yes.png"]
    assert PDF + b"signed" in files.values()
    found = text_of(files["proof-pack.pdf"])
    assert "Slides <b>#1</b>" in found
    assert "All signed a form" in found
    assert "1 photo is left out" in found
    assert "photos_without_consent" in json.loads(files[MANIFEST])["missing"]


def test_a_list_that_was_signed_on_paper_is_a_signed_list(app: Flask, filed: int, logged: int):
    with work(app) as session:
        assert "unsigned" not in {gap.code for gap in gaps(queries.standing(session.get_one(Event, filed)))}
        other = session.get_one(Event, logged)
        assert "no_list" in {gap.code for gap in gaps(queries.standing(other))}
        facts = DocumentFacts(kind=DocumentKind.SIGNED_LIST, language="en")
        documents.add(SYSTEM, other, facts, [Sent(io.BytesIO(PDF), "scan.pdf")])
        assert "no_list" not in {gap.code for gap in gaps(queries.standing(other))}


def test_a_pack_for_publishing_has_what_everybody_may_read(app: Flask, filed: int, made: Made):
    told = json.loads(files_of(app, made(filed, PackLevel.PUBLIC))[MANIFEST])["files"]
    assert {entry["name"] for entry in told if "name" in entry} == {"Слайди.pdf", "yes.png"}


def test_a_pack_with_a_photo_that_was_taken_back_is_for_auditors_alone(
    app: Flask, filed: int, made: Made, sign_in: SignIn
):
    key = made(filed)
    with work(app) as session:
        events.move(SYSTEM, event := session.get_one(Event, filed), event.version, EventState.HELD)
        photo = session.query(EventDocument).filter_by(kind=DocumentKind.PHOTO, everybody_agreed=True).one()
        documents.remove(SYSTEM, photo, photo.version, "Somebody no longer agrees", forget=True)
    assert sign_in("editor").get(f"/events/{filed}/packs/{key}/pack.zip").status_code == 403
    assert sign_in("auditor").get(f"/events/{filed}/packs/{key}/pack.zip").status_code == 200


def test_what_was_withdrawn_is_in_no_pack(app: Flask, filed: int, made: Made):
    with work(app) as session:
        events.move(SYSTEM, event := session.get_one(Event, filed), event.version, EventState.HELD)
        slides = session.query(EventDocument).filter_by(kind=DocumentKind.SLIDES).one()
        documents.remove(SYSTEM, slides, slides.version, "Wrong event")
    told = json.loads(files_of(app, made(filed))[MANIFEST])["files"]
    assert "Слайди.pdf" not in {entry.get("name") for entry in told}

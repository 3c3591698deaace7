"""Files of an event: what is taken, who may read it, what becomes of it."""

import io
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core import outbox, portal
from app.core.access import SYSTEM
from app.core.errors import EditConflict, NotAllowed, Refused, StillReferred
from app.core.files import StoredFile
from app.events import presence
from app.events import services as events
from app.events.documents import content, queries, rules, services
from app.events.documents.models import Audience, DocumentKind, EventDocument
from app.events.documents.services import DocumentFacts, Sent
from app.events.models import Event, EventState, Visibility
from app.extensions import db
from app.stakeholders.exposure import public_texts
from tests.events.conftest import Entered, SignIn
from tests.events.world import NEXT_WEEK, World
from tests.page import Page, open_page
from tests.pictures import plain_png
from tests.withheld import withheld

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = plain_png()
AGENDA = DocumentFacts(kind=DocumentKind.AGENDA, language="en")
PHOTO = DocumentFacts(kind=DocumentKind.PHOTO, language="en")
LIST = DocumentFacts(kind=DocumentKind.SIGNED_LIST, language="en")


def sent(name: str = "agenda_of the day.pdf", data: bytes = PDF) -> Sent:
    return Sent(io.BytesIO(data), name)


def archive(*parts: str, mimetype: str | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        if mimetype:
            packed.writestr("mimetype", mimetype)
        for part in parts:
            packed.writestr(part, "<x/>")
    return made.getvalue()


@pytest.fixture
def event(session: Session, world: World) -> Event:
    return events.log(SYSTEM, world.consultation(visibility=Visibility.PUBLIC))


# ---- What a file is ----


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        (PDF, ".pdf"),
        (PNG, ".png"),
        (archive("[Content_Types].xml", "word/document.xml"), ".docx"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), ".xlsx"),
        (archive("[Content_Types].xml", "ppt/presentation.xml"), ".pptx"),
        (archive(mimetype="application/vnd.oasis.opendocument.spreadsheet"), ".ods"),
    ],
)
def test_a_file_is_what_its_content_says(data: bytes, ending: str) -> None:
    mime = content.media_type(io.BytesIO(data), "whatever.bin")
    assert mime is not None
    assert content.ENDINGS[mime] == (ending,)
    assert content.fits(mime, f"a{ending.upper()}")
    assert not content.fits(mime, "a.exe")


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00",
        b"<html><script>alert(1)</script></html>",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"plain",
        pytest.param(archive("hello.txt"), id="archive"),
        pytest.param(archive(mimetype="text/html"), id="archive of another kind"),
        pytest.param(b"PK\x03\x04 cut short", id="cut archive"),
    ],
)
def test_what_an_event_does_not_keep_is_refused_by_its_name(data: bytes) -> None:
    with pytest.raises(rules.FileUnfit, match=r"agenda\.pdf"):
        rules.check_file(DocumentKind.AGENDA, io.BytesIO(data), "agenda.pdf")


# ---- Adding ----


def test_several_at_once_are_called_as_their_files(event: Event) -> None:
    services.add(SYSTEM, event, AGENDA, [sent(), sent("b.png", PNG)])
    found = queries.of_event(SYSTEM, event)
    assert [(one.title, one.file.mime, one.file.size) for one in found if one.file] == [
        ("agenda of the day", "application/pdf", len(PDF)),
        ("b", "image/png", len(PNG)),
    ]


def test_one_unfit_file_keeps_all_out_and_each_is_named(session: Session, event: Event) -> None:
    with pytest.raises(Refused) as refused:
        services.add(SYSTEM, event, AGENDA, [sent(), sent("one.pdf", b"MZ"), sent("two.pdf", b"")])
    assert "one.pdf" in refused.value.messages["file"]
    assert "two.pdf" in refused.value.messages["file"]
    assert "agenda" not in refused.value.messages["file"]
    assert session.scalars(select(StoredFile)).all() == []


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (DocumentFacts(kind=DocumentKind.PHOTO, language="en", audience=Audience.PUBLIC), "everybody_agreed"),
        (DocumentFacts(kind=DocumentKind.PHOTO, language="en", everybody_agreed=True), "consent_note"),
        (DocumentFacts(kind=DocumentKind.SIGNED_LIST, language="en", audience=Audience.PUBLIC), "audience"),
    ],
)
def test_people_are_not_shown_to_everybody_unasked(event: Event, facts: DocumentFacts, field: str) -> None:
    with pytest.raises(Refused) as refused:
        services.add(SYSTEM, event, facts, [sent("a.png", PNG)])
    assert list(refused.value.messages) == [field]


def test_the_database_holds_photos_back_too(session: Session, event: Event) -> None:
    (photo,) = services.add(SYSTEM, event, PHOTO, [sent("a.png", PNG)])
    photo.audience = Audience.PUBLIC
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_a_photo_is_a_picture(event: Event) -> None:
    with pytest.raises(Refused) as refused:
        services.add(SYSTEM, event, PHOTO, [sent()])
    assert "no picture" in refused.value.messages["file"]


def test_nothing_sent_is_said_at_the_file(event: Event) -> None:
    with pytest.raises(rules.NothingSent):
        services.add(SYSTEM, event, AGENDA, [])


# ---- Who reads ----


def test_documents_are_read_by_whom_they_are_for(world: World, event: Event) -> None:
    public = DocumentFacts(kind=DocumentKind.AGENDA, language="en", title="Agenda", audience=Audience.PUBLIC)
    services.add(SYSTEM, event, public, [sent()])
    services.add(SYSTEM, event, DocumentFacts(kind=DocumentKind.SLIDES, language="en", title="Slides"), [sent()])
    services.add(SYSTEM, event, DocumentFacts(kind=DocumentKind.SIGNED_LIST, language="en", title="List"), [sent()])

    def read(who: str) -> list[str]:
        return [one.title for one in queries.of_event(world.actors[who], event)]

    assert read("public") == read("guest") == ["Agenda"]
    assert read("lead") == ["Agenda", "List", "Slides"]
    assert read("auditor") == ["Agenda", "Slides"]


@pytest.mark.parametrize("who", ["foreign lead", "auditor", "guest", "public"])
def test_others_do_not_touch_documents(world: World, event: Event, who: str) -> None:
    actor = world.actors[who]
    (kept,) = services.add(SYSTEM, event, AGENDA, [sent()])
    for act in (
        lambda: services.add(actor, event, AGENDA, [sent()]),
        lambda: services.describe(actor, kept, kept.version, AGENDA),
        lambda: services.replace(actor, kept, kept.version, sent(), "x"),
        lambda: services.remove(actor, kept, kept.version, "x"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_titles_that_everybody_reads_are_looked_through_for_names(event: Event) -> None:
    public = DocumentFacts(kind=DocumentKind.AGENDA, language="en", title="Speech of N.", audience=Audience.PUBLIC)
    services.add(SYSTEM, event, public, [sent()])
    services.add(SYSTEM, event, DocumentFacts(kind=DocumentKind.MINUTES, language="en", title="Hidden"), [sent()])
    told = [text.value for texts in public_texts for text in texts(None) if text.table == "event_document"]
    assert told == [["Speech of N."]]


# ---- What becomes of them ----


def test_a_replaced_file_stays_in_the_history_and_a_photo_is_asked_of_anew(event: Event) -> None:
    agreed = DocumentFacts(
        kind=DocumentKind.PHOTO,
        language="en",
        audience=Audience.PUBLIC,
        everybody_agreed=True,
        consent_note="asked in the room",
    )
    (photo,) = services.add(SYSTEM, event, agreed, [sent("one.png", PNG)])
    version = photo.version
    services.replace(SYSTEM, photo, version, sent("two.png", plain_png(2)), "sharper")
    assert [photo.file.name if photo.file else None] == ["two.png"]
    assert [(one.file.name, one.reason) for one in photo.former if one.file] == [("one.png", "sharper")]
    assert (photo.audience, photo.everybody_agreed) == (Audience.CONSORTIUM, False)
    with pytest.raises(EditConflict):
        services.replace(SYSTEM, photo, version, sent("three.png", PNG), "mine")
    with pytest.raises(rules.ReasonMissing):
        services.replace(SYSTEM, photo, photo.version, sent("three.png", PNG), None)


def test_a_document_of_a_photo_that_is_a_pdf_cannot_become_a_photo(event: Event) -> None:
    (kept,) = services.add(SYSTEM, event, AGENDA, [sent()])
    wanted = DocumentFacts(kind=DocumentKind.PHOTO, language="en", title="Photo")
    with pytest.raises(Refused) as refused:
        services.describe(SYSTEM, kept, kept.version, wanted)
    assert list(refused.value.messages) == ["kind"]


def test_before_the_event_a_document_is_deleted_with_its_bytes(app: Flask, session: Session, world: World) -> None:
    event = events.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), EventState.DRAFT)
    (kept,) = services.add(SYSTEM, event, AGENDA, [sent()])
    services.replace(SYSTEM, kept, kept.version, sent(data=PDF + b"2"), "newer")
    assert kept.file
    sha256 = kept.file.sha256
    with pytest.raises(StillReferred):
        events.delete(SYSTEM, event, event.version)
    services.remove(SYSTEM, kept, kept.version, None)
    assert session.scalars(select(StoredFile)).all() == []
    session.commit()
    outbox.drain(app)
    assert not portal.files().has(sha256)
    events.delete(SYSTEM, event, event.version)


def test_after_the_event_it_is_withdrawn_and_on_wish_its_bytes_go(app: Flask, session: Session, event: Event) -> None:
    (photo,) = services.add(SYSTEM, event, PHOTO, [sent("a.png", PNG)])
    with pytest.raises(rules.ReasonMissing):
        services.remove(SYSTEM, photo, photo.version, " ".strip())
    services.remove(SYSTEM, photo, photo.version, "somebody does not agree", forget=True)
    assert queries.of_event(SYSTEM, event) == []
    assert [(one.withdrawal_reason, one.file) for one in queries.all_of(event)] == [("somebody does not agree", None)]
    with pytest.raises(Refused):
        services.remove(SYSTEM, photo, photo.version, "again")


def test_a_photo_of_a_closed_event_can_still_be_withdrawn(session: Session, event: Event) -> None:
    (photo,) = services.add(SYSTEM, event, PHOTO, [sent("a.png", PNG)])
    events.move(SYSTEM, event, event.version, EventState.CLOSED)
    with pytest.raises(Refused):
        services.add(SYSTEM, event, AGENDA, [sent()])
    services.remove(SYSTEM, photo, photo.version, "no longer agreed", forget=True)
    assert photo.withdrawn_at is not None


# ---- Pages ----


@pytest.fixture
def lead(sign_in: SignIn) -> FlaskClient:
    return sign_in("lead")


def seen(client: FlaskClient, path: str) -> Page:
    """A page with its forms as people get them."""
    client.application.config["WTF_CSRF_ENABLED"] = True
    try:
        return open_page(client, path)
    finally:
        client.application.config["WTF_CSRF_ENABLED"] = False


def typed(**changes):
    facts = {"kind": "agenda", "language": "en", "audience": "public", "submission_key": "k"}
    return facts | {"file": [(io.BytesIO(PDF), "Tagesordnung.pdf"), (io.BytesIO(PNG), "Wand.png")]} | changes


def test_files_are_added_fetched_replaced_and_taken_off(
    app: Flask, lead: FlaskClient, sign_in: SignIn, entered: Entered, world: World
) -> None:
    key = entered(world.consultation, visibility=Visibility.PUBLIC)
    for path in ("", "/documents"):
        seen(lead, f"/events/{key}{path}")
    assert lead.post(f"/events/{key}/documents", data=typed()).status_code == 303
    assert lead.post(f"/events/{key}/documents", data=typed()).status_code == 303  # sent twice
    with app.app_context():
        first, second = db.session.scalars(select(EventDocument).order_by(EventDocument.id))
        paths = [f"/events/{key}/documents/{one.id}" for one in (first, second)]
        version = first.version
    reader = app.test_client()
    assert "Tagesordnung" in Page(reader.get(f"/events/{key}")).text
    file = reader.get(f"{paths[0]}/file")
    assert (file.mimetype, file.data, file.headers["Content-Length"]) == ("application/pdf", PDF, str(len(PDF)))
    assert file.headers["Content-Disposition"] == "attachment; filename=Tagesordnung.pdf"
    assert (file.headers["X-Content-Type-Options"], file.headers["Cache-Control"]) == ("nosniff", "private, no-store")

    new = {"version": version, "reason": "page 2", "file": (io.BytesIO(PDF + b"2"), "neu.pdf")}
    assert lead.post(f"{paths[0]}/replace", data=new).status_code == 303
    page = seen(lead, f"/events/{key}/documents")
    assert "page 2" in page.text
    assert lead.get(f"/events/{key}/documents/former/1").data == PDF
    assert reader.get(f"/events/{key}/documents/former/1").status_code in (302, 303, 404)

    assert lead.post(f"{paths[1]}/remove", data={"version": 1}).status_code == 422
    assert lead.post(f"{paths[1]}/remove", data={"version": 1, "reason": "blurred"}).status_code == 303
    assert reader.get(f"{paths[1]}/file").status_code == 404
    assert "blurred" in seen(lead, f"/events/{key}/documents").text


def test_what_is_wrong_is_said_in_its_place_and_what_was_typed_stays(
    lead: FlaskClient, entered: Entered, world: World
) -> None:
    key = entered(world.consultation)
    answer = lead.post(
        f"/events/{key}/documents",
        data=typed(kind="photo", title="<b>Us</b>", file=[(io.BytesIO(b"MZ"), "us.jpg")]),
    )
    assert answer.status_code == 422
    assert "“us.jpg” is no PDF" in answer.text
    assert "everybody who can be recognised agreed" in answer.text
    assert 'value="&lt;b&gt;Us&lt;/b&gt;"' in answer.text


def test_documents_for_the_consortium_are_not_fetched_by_others(
    app: Flask, lead: FlaskClient, sign_in: SignIn, entered: Entered, world: World
) -> None:
    key = entered(world.consultation, visibility=Visibility.PUBLIC)
    lead.post(f"/events/{key}/documents", data=typed(kind="signed_list", audience="consortium"))
    assert lead.get(f"/events/{key}/documents/1/file").status_code == 200
    for other in (app.test_client(), sign_in("guest"), sign_in("auditor")):
        assert other.get(f"/events/{key}/documents/1/file").status_code == 404


def test_an_auditor_is_sent_what_is_for_everybody_and_nothing_that_is_not(
    lead: FlaskClient, sign_in: SignIn, entered: Entered, world: World
) -> None:
    key = entered(world.consultation, visibility=Visibility.PUBLIC)
    for audience in ("public", "consortium"):
        facts = typed(kind="agenda", audience=audience, submission_key=audience, file=(io.BytesIO(PDF), "agenda.pdf"))
        assert lead.post(f"/events/{key}/documents", data=facts).status_code == 303
    assert sign_in("auditor").get(f"/events/{key}/documents/1/file").data == PDF
    withheld(sign_in("auditor"), f"/events/{key}/documents/2/file", PDF)


def test_the_page_asks_for_documents_only_where_there_are_some(event: Event) -> None:
    assert not presence.of(SYSTEM, event.id).documents
    services.add(SYSTEM, event, AGENDA, [sent()])
    assert presence.of(SYSTEM, event.id).documents

"""Originals signed elsewhere: what is taken, what is said of it, what the portal says, when everybody has signed."""

import hashlib
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm.attributes import set_committed_value
from werkzeug.test import TestResponse

from app.core import outbox, portal
from app.core.access import SYSTEM
from app.core.errors import Refused
from app.extensions import db
from app.mou import commands, keeping, parties
from app.mou.models import Mou, MouState
from app.mou.originals import jobs, queries, services
from app.mou.originals.models import MouFinding, MouOriginal
from app.mou.proof import verify
from app.mou.seals import jobs as sealing
from app.mou.signing import services as signing
from app.mou.texts import queries as texts
from tests.accounts.people import work
from tests.conftest import Backend
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import complete
from tests.mou.originals.files import ASIC, P7S, PNG, archive, pdf
from tests.mou.signing.way import kinds, state_of
from tests.page import Page, open_page, words

pytestmark = pytest.mark.usefixtures("tokens")
Ready = Callable[..., int]
TODAY = date(2025, 5, 12)


@pytest.fixture
def ready(backend: Backend, world: World) -> Ready:
    """A memorandum that lacks nothing, and its key."""

    def make(**changes: Any) -> int:
        return backend.begin_with(key_of_complete, world, **changes)

    return make


def key_of_complete(world: World, **changes: Any) -> int:
    return complete(world, **changes).id


def send(
    client: FlaskClient, key: int, octets: bytes | None, name: str = "signed.pdf", *, level: str = "qes", **more: Any
) -> TestResponse:
    """Send a signed file, signed for every party unless told otherwise."""
    form = open_page(client, f"/mou/{key}/originals/new").form("Keep the file")
    levels = {str(tag["name"]): level for tag in form.tag.select("select[name^=level]")}
    values: dict[str, Any] = {"signed_on": "2025-05-02"} | levels | more
    if octets is not None:
        values["file"] = (BytesIO(octets), name)
    if "evidence" in values:
        values["evidence"] = (BytesIO(values["evidence"]), "agreement.pdf")
    values = {name: value for name, value in values.items() if value is not None}
    return form.submit(client, follow=True, **values)


def kept(app: Flask, key: int) -> list[queries.Kept]:
    """The originals of a memorandum."""
    with app.app_context():
        return queries.kept(db.session.get_one(Mou, key))


# ---- The whole way ----


def test_a_file_signed_elsewhere_is_kept_checked_and_puts_it_in_force(
    app: Flask, sign_in: SignIn, ready: Ready
) -> None:
    key, lead, octets = ready(effective_from=None), sign_in("lead"), pdf()
    page = Page(send(lead, key, octets))
    assert "Qualified electronic signature" in words(page.select_one("#originals"))
    assert "still looks for signatures" in page.text
    outbox.drain(app)
    page = open_page(lead, f"/mou/{key}")
    assert "It has no electronic signatures; perhaps it is a scan." in page.text
    original = kept(app, key)[0].original
    assert original.sha256 == hashlib.sha256(octets).hexdigest()
    assert lead.get(f"/mou/{key}/originals/{original.id}/file").data == octets

    form = open_page(lead, f"/mou/{key}/originals/{original.id}/check").form("Write it down")
    page = Page(form.submit(lead, follow=True, result="indeterminate", validator="EU DSS", note="No trust anchor"))
    assert "EU DSS" in words(page.select_one("#originals"))
    page = Page(open_page(lead, f"/mou/{key}/originals/finish").form("Everybody has signed").submit(lead, follow=True))
    assert state_of(app, key) is MouState.SIGNED
    with app.app_context():
        mou = db.session.get_one(Mou, key)
        assert (mou.signed_on, mou.in_force_from) == (date(2025, 5, 2), date(2025, 5, 2))
        assert mou.last_day == date(2027, 5, 1)
        assert not list(commands._wrong())
    outbox.drain(app)
    happened = kinds(app, key)
    assert [kind for kind in happened if kind in {"original_added", "validated", "concluded"}] == [
        "original_added",
        "validated",
        "concluded",
    ]
    assert "sealed" not in happened
    assert lead.get(f"/mou/{key}/originals/finish").status_code == 200
    refused = send(lead, key, PNG, "late.png", level="wet_ink")
    assert refused.status_code == 422
    assert "nothing is signed any more" in Page(refused).text


def test_it_is_printed_signed_by_hand_and_the_scan_is_sent(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    with app.app_context():
        key = ready()
    with work(app):
        for one in db.session.get_one(Mou, key).signatories:
            one.email = None
    lead = sign_in("lead")
    page = Page(open_page(lead, f"/mou/{key}/paper").form("Freeze it for printing").submit(lead, follow=True))
    assert state_of(app, key) is MouState.READY_TO_SIGN
    assert "signs on paper, or elsewhere" in words(page.select_one("#signing"))
    assert lead.get(page.links["What is signed, as PDF"]).data.startswith(b"%PDF-")
    page = Page(send(lead, key, PNG, "scan.png", level="wet_ink", signed_on="2025-05-12"))
    assert page.status == 200, page.errors
    open_page(lead, f"/mou/{key}/originals/finish").form("Everybody has signed").submit(lead)
    assert state_of(app, key) is MouState.SIGNED
    page = open_page(lead, f"/mou/{key}")
    assert "being sealed" not in page.text
    assert "Signed elsewhere" in words(page.select_one("#signing"))
    with work(app) as session:
        assert sealing.resume(session) == 0, "what is signed on paper is never sealed here"


def test_what_was_signed_counts_for_no_other_wording(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    key, lead, octets = ready(), sign_in("lead"), pdf()
    send(lead, key, octets)
    with work(app):
        mou = db.session.get_one(Mou, key)
        mou.notice_days = 90
    page = open_page(lead, f"/mou/{key}")
    assert "the terms were changed since" in words(page.select_one("#originals"))
    assert "Nothing that counts is signed for" in open_page(lead, f"/mou/{key}/originals/finish").text
    assert send(lead, key, octets).status_code == 200, "sent again, it counts for what stands here now"
    open_page(lead, f"/mou/{key}/originals/finish").form("Everybody has signed").submit(lead)
    assert state_of(app, key) is MouState.SIGNED


def test_what_was_over_before_it_was_entered_ends_at_once(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    key, lead = ready(effective_from=None, duration_months=12), sign_in("lead")
    send(lead, key, pdf(), signed_on="2020-03-01")
    open_page(lead, f"/mou/{key}/originals/finish").form("Everybody has signed").submit(lead)
    with work(app) as session:
        keeping.begin(session, {"mou": key})
    assert state_of(app, key) is MouState.EXPIRED


def test_each_party_signs_in_a_file_of_its_own(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    key, lead = ready(), sign_in("lead")
    page = open_page(lead, f"/mou/{key}/originals/new")
    first, second = [str(tag["name"]) for tag in page.select("select[name^=level]")]
    send(lead, key, ASIC, "school.asice", **{second: ""})
    page = open_page(lead, f"/mou/{key}/originals/finish")
    assert "Nothing that counts is signed for" in page.text
    assert "agreement.pdf, META-INF/signatures001.xml" in open_page(lead, f"/mou/{key}").text
    page = Page(send(lead, key, P7S, "company.p7s", evidence=pdf(), **{first: ""}))
    assert "agreement.pdf" in page.text
    original = kept(app, key)[1].original
    assert lead.get(f"/mou/{key}/originals/{original.id}/document").data.startswith(b"%PDF-")
    open_page(lead, f"/mou/{key}/originals/finish").form("Everybody has signed").submit(lead)
    assert state_of(app, key) is MouState.SIGNED
    with app.app_context():
        digest = hashlib.sha256(ASIC).hexdigest()
    shown = open_page(app.test_client(), f"/verify?sha256={digest}")
    assert "an original that was signed outside this portal" in shown.text
    assert "signed elsewhere, not sealed by this portal" in shown.text


@pytest.mark.parametrize("result", ["invalid", "set_aside"])
def test_what_is_not_valid_or_set_aside_counts_for_nobody(
    app: Flask, sign_in: SignIn, ready: Ready, result: str
) -> None:
    key, lead = ready(), sign_in("lead")
    send(lead, key, ASIC, "wrong.asice")
    original = kept(app, key)[0].original
    form = open_page(lead, f"/mou/{key}/originals/{original.id}/check").form("Write it down")
    form.submit(lead, result=result, validator="EU DSS", note="Another agreement")
    assert "Nothing that counts is signed for" in open_page(lead, f"/mou/{key}/originals/finish").text
    answered = lead.post(f"/mou/{key}/originals/finish", data={"version": "1"})
    assert answered.status_code in {400, 422}
    assert state_of(app, key) is MouState.DRAFT
    assert Page(send(lead, key, ASIC, "again.asice")).status == 200, "the same file may be sent anew then"


# ---- What is refused ----


POLYGLOT = pdf() + ASIC
BAD = [
    (b"", "This file is empty"),
    (b"MZ\x90\0 a program", "Send a PDF, an ASiC container"),
    (b"<html><script>alert(1)</script>", "Send a PDF, an ASiC container"),
    pytest.param(POLYGLOT, "two kinds of file in one", id="PDF and archive"),
    pytest.param(PNG + ASIC, "two kinds of file in one", id="picture and archive"),
    (PNG + pdf(), "two kinds of file in one"),
    (archive("a.docx", mimetype=None), "Send a PDF, an ASiC container"),
    (ASIC[:60], "an archive that cannot be read"),
    (archive(*map(str, range(300))), "More than 200 files are in it"),
]


@pytest.mark.parametrize(("octets", "said"), BAD)
def test_what_is_no_signed_file_is_refused_at_its_field(
    app: Flask, sign_in: SignIn, ready: Ready, octets: bytes, said: str
) -> None:
    key = ready()
    answered = send(sign_in("lead"), key, octets, note="Kept for you")
    page = Page(answered)
    assert answered.status_code == 422
    assert any(said in text for text in page.errors), page.errors
    assert "Kept for you" in page.html
    assert not kept(app, key)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"level": ""}, "Say for which party it is signed"),
        ({"signed_on": "2199-01-01"}, "still to come"),
        ({"signed_on": ""}, "Say on which day"),
        ({"signed_on": "soon"}, "Write a date like"),
        ({"octets": None}, "Choose a file"),
        ({"octets": PNG}, "carries no electronic signature"),
        ({"evidence": b"x"}, "Only a signature in a file of its own"),
    ],
)
def test_what_is_said_of_it_is_checked(
    app: Flask, sign_in: SignIn, ready: Ready, changes: dict[str, Any], said: str
) -> None:
    key = ready()
    values = {"octets": pdf()} | changes
    answered = send(sign_in("lead"), key, values.pop("octets"), **values)
    assert answered.status_code == 422
    assert any(said in text for text in Page(answered).errors), Page(answered).errors
    assert not kept(app, key)


def test_what_is_too_large_is_refused_with_the_limit(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    key = ready()
    answered = send(sign_in("lead"), key, pdf() + b"\0" * 60_000_000)
    assert answered.status_code == 413
    assert "at most 20" in Page(answered).text.replace("\xa0", " ")
    assert not kept(app, key)


def test_the_same_file_is_kept_once(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    key, lead, octets = ready(), sign_in("lead"), pdf()
    send(lead, key, octets)
    answered = send(lead, key, octets)
    assert answered.status_code == 422
    assert "here already, byte for byte" in Page(answered).text
    assert len(kept(app, key)) == 1


def test_nothing_is_sent_while_links_to_sign_are_out(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    key = ready()
    with work(app):
        mou = db.session.get_one(Mou, key)
        signing.send(SYSTEM, mou, mou.version)
    answered = send(sign_in("lead"), key, pdf())
    assert answered.status_code == 422
    assert "out for signature by link" in Page(answered).text


def test_a_day_before_the_text_was_frozen_is_refused(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    key = ready()
    with work(app):
        mou = db.session.get_one(Mou, key)
        services.freeze_for_paper(SYSTEM, mou, mou.version)
        assert texts.to_sign(mou)
    answered = send(sign_in("lead"), key, pdf(), signed_on="2025-01-01")
    assert "On that day there was not yet the text" in Page(answered).text


def test_a_check_says_with_what_and_when(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    key, lead = ready(), sign_in("lead")
    send(lead, key, pdf())
    original = kept(app, key)[0].original
    for typed, said in (
        ({"result": "valid"}, "Say with which program"),
        ({"result": "set_aside"}, "Write why"),
        ({"result": "valid", "validator": "DSS", "checked_on": "2199-01-01"}, "still to come"),
        ({"result": "splendid"}, "Choose one of the list"),
    ):
        form = open_page(lead, f"/mou/{key}/originals/{original.id}/check").form("Write it down")
        answered = form.submit(lead, **typed)
        assert answered.status_code == 422
        assert said in Page(answered).text
    assert not kept(app, key)[0].validations


@pytest.mark.parametrize(
    ("who", "status"), [("lead", 200), ("auditor", 200), ("foreign lead", 200), ("guest", 404), ("public", 303)]
)
def test_who_fetches_an_original(app: Flask, sign_in: SignIn, ready: Ready, who: str, status: int) -> None:
    key = ready()
    send(sign_in("lead"), key, pdf())
    client = app.test_client() if who == "public" else sign_in(who)
    assert client.get(f"/mou/{key}/originals/1/file").status_code == status


# ---- Looking at it ----


def kept_one() -> int:
    """The key of the one original."""
    return db.session.scalars(select(MouOriginal.id)).one()


def test_a_damaged_pdf_is_kept_and_the_page_says_that_it_cannot_be_read(
    app: Flask, sign_in: SignIn, ready: Ready
) -> None:
    key, lead = ready(), sign_in("lead")
    send(lead, key, b"%PDF-1.7\n" + b"\xff" * 5000)
    outbox.drain(app)
    page = open_page(lead, f"/mou/{key}")
    assert "Its signatures cannot be read here" in page.text
    with app.app_context():
        original = db.session.scalars(select(MouOriginal)).one()
        jobs.look(db.session, {"original": original.id})
        assert db.session.scalar(select(func.count(MouFinding.id))) == 1


@pytest.mark.parametrize(
    ("fault", "said"), [("memory", "more memory"), ("time", "longer than"), ("PdfReadError", "damaged")]
)
def test_why_it_cannot_be_read_is_said(app: Flask, sign_in: SignIn, ready: Ready, fault: str, said: str) -> None:
    key, lead = ready(), sign_in("lead")
    send(lead, key, pdf())
    with work(app):
        db.session.add(MouFinding(original_id=kept_one(), found={"fault": fault, "signatures": []}))
    outbox.drain(app)
    assert said in open_page(lead, f"/mou/{key}").text


def test_a_party_that_signed_stays(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    key = ready()
    send(sign_in("lead"), key, pdf())
    with work(app):
        mou = db.session.get_one(Mou, key)
        with pytest.raises(Refused, match="has signed"):
            parties.remove_party(SYSTEM, mou.parties[0], mou.parties[0].version)


def test_a_changed_file_is_found(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    key = ready()
    send(sign_in("lead"), key, pdf())
    with app.app_context():
        store = portal.files()
        store.remove(db.session.scalars(select(MouOriginal.sha256)).one())
        assert any("an original is not what was sent" in line for line in commands._wrong())


def test_a_row_that_was_changed_past_the_portal_is_found(app: Flask, sign_in: SignIn, ready: Ready) -> None:
    key = ready()
    send(sign_in("lead"), key, pdf())
    with app.app_context():
        assert not list(commands._wrong())
        original = db.session.scalars(select(MouOriginal)).one()
        set_committed_value(original, "sha256", "0" * 64)
        assert f"BEM-MoU-{key:04}: an original is not what the chain says." in list(commands._wrong())


def test_an_original_is_exported_and_known_when_it_was_replaced(
    app: Flask, sign_in: SignIn, ready: Ready, tmp_path: Path
) -> None:
    key, lead, octets = ready(), sign_in("lead"), pdf()
    send(lead, key, octets)
    open_page(lead, f"/mou/{key}/originals/finish").form("Everybody has signed").submit(lead)
    link = next(a for a in open_page(lead, f"/mou/{key}").select("a[download]") if "ZIP" in a.text)
    with zipfile.ZipFile(BytesIO(lead.get(str(link["href"])).data)) as archive_:
        archive_.extractall(tmp_path)
    (file,) = tmp_path.glob("*/originals/*.pdf")
    assert file.read_bytes() == octets
    assert not [found for found in verify.check(tmp_path) if found.startswith("BAD")]
    file.write_bytes(octets + b" ")
    assert [found for found in verify.check(tmp_path) if f"{file.name} is not what event" in found]

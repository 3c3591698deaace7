"""The public page: the address printed as a code, states, void versions, reports, the authority's certificate."""

import ssl
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509
from flask import Flask
from sqlalchemy import select

from app.core import documents
from app.core.access import SYSTEM
from app.extensions import db
from app.mou import services
from app.mou.models import Mou, MouState
from app.mou.proof.models import MouEvidenceReport
from app.mou.seals import jobs as seals
from app.mou.seals.models import MouSealed
from app.mou.signing import services as signing
from app.mou.texts.models import MouText
from tests.accounts.people import work
from tests.mou.proof.way import made, run
from tests.page import open_page
from tests.pdfs import poppler_text
from tests.qr_reader import read

pytestmark = pytest.mark.usefixtures("tokens")


def test_the_signature_page_has_a_code_that_leads_to_the_check(
    app: Flask, concluded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[dict[str, Any]] = []
    really = documents.render

    def watched(template: str, data: dict[str, Any], **more: Any) -> bytes:
        printed.append(data)
        return really(template, data, **more)

    monkeypatch.setattr(documents, "render", watched)
    made(app, concluded)
    address = f"{app.config['PORTAL'].public_url}/verify/BEM-MoU-{concluded:04d}"
    document, report = printed
    assert read(document["code"]["picture"]) == read(report["code"]) == address
    path = address.removeprefix(app.config["PORTAL"].public_url)
    assert "Tekstil Lori" in open_page(app.test_client(), path).text


def test_pages_are_numbered_and_carry_the_number_of_the_document(app: Flask, concluded: int) -> None:
    run(app, concluded, seals.make)
    with app.app_context():
        from app.core import portal

        said = poppler_text(portal.files().read(db.session.scalars(select(MouSealed.sha256)).one()))
    assert said.count(f"BEM-MoU-{concluded:04d}") >= 3
    assert "Էջ 1" in said


def test_the_certificate_is_there_in_both_forms(app: Flask, concluded: int) -> None:
    guest = app.test_client()
    answer = guest.get("/verify/ca.cer")
    assert answer.mimetype == "application/pkix-cert"
    assert "filename=ca.cer" in answer.headers["Content-Disposition"]
    assert x509.load_der_x509_certificate(answer.data).subject.rfc4514_string() == "CN=BEM seal authority,O=BEM"
    assert ssl.PEM_cert_to_DER_cert(guest.get("/verify/ca.pem").text.strip()) == answer.data
    links = [link["href"] for link in open_page(guest, "/verify").select("a[download]")]
    assert links == ["/verify/ca.cer", "/verify/ca.pem"]


def test_without_an_authority_there_is_no_certificate(app: Flask, world: object) -> None:
    assert app.test_client().get("/verify/ca.cer").status_code == 404


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ([MouState.IN_FORCE], "In force"),
        ([MouState.IN_FORCE, MouState.EXPIRED], "binds nobody any more"),
        ([MouState.TERMINATED], "A party ended it"),
        ([MouState.IN_FORCE, MouState.RENEWED], "taken its place"),
    ],
)
def test_a_number_tells_how_it_stands(app: Flask, concluded: int, way: list[MouState], said: str) -> None:
    with work(app) as session:
        mou = session.get_one(Mou, concluded)
        for state in way:
            mou.move_to(state, SYSTEM)
    page = open_page(app.test_client(), f"/verify/{concluded}")
    assert said in page.text
    assert "Void" not in page.text


def test_what_was_given_up_before_all_had_signed_is_void(app: Flask, sent: Callable[..., int]) -> None:
    key = sent()
    with work(app) as session:
        mou = session.get_one(Mou, key)
        signing.recall(SYSTEM, mou, mou.version, "a fault in the text")
    guest = app.test_client()
    with app.app_context():
        text = db.session.scalars(select(MouText)).one()
    page = open_page(guest, f"/verify?sha256={text.pdf_sha256}")
    assert "Void" in page.text
    assert "Tekstil Lori" not in page.text, "to strangers it says no more than that"
    assert "Not found" in open_page(guest, f"/verify/{key}").text, "it may still be sent as another version"
    with work(app) as session:
        mou = session.get_one(Mou, key)
        services.withdraw(SYSTEM, mou, mou.version, "no longer wanted")
    page = open_page(guest, f"/verify/bem-mou-{key:04d}")
    assert "Void" in page.text
    assert "Not found" not in page.text


def test_a_report_is_known_by_its_hash(app: Flask, concluded: int) -> None:
    made(app, concluded)
    with app.app_context():
        sha256 = db.session.scalars(select(MouEvidenceReport.sha256)).one()
    spread = " ".join(sha256[at : at + 32] for at in (0, 32))
    page = open_page(app.test_client(), f"/verify?sha256={spread}")
    assert "the evidence report, byte for byte" in page.text


@pytest.mark.parametrize("number", ["0", "x", "%00", "9" * 40, "BEM-MoU-9999", "..%2f..", "%E2%80%AE"])
def test_any_number_gets_an_answer(app: Flask, world: object, number: str) -> None:
    assert app.test_client().get(f"/verify/{number}").status_code in (200, 404)

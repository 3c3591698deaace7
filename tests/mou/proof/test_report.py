"""Evidence reports: made once of what happened, in the languages of who signed, sent, known by their hash."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from app.core import documents, outbox, portal
from app.core.outbox import Job
from app.extensions import db
from app.mou.evidence import queries as evidence
from app.mou.evidence.chain import Fault, Flaw
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import record
from app.mou.models import Mou
from app.mou.proof import jobs
from app.mou.proof.models import MouEvidenceReport
from app.mou.seals import examining
from app.mou.seals import jobs as seals
from app.mou.seals.models import MouSealed
from app.mou.seals.sealing import Authority
from app.mou.wordings import languages_with_words, words
from tests.accounts.people import mails, work
from tests.events.conftest import SignIn
from tests.mou.proof.way import made, run
from tests.mou.signing.way import ANAHIT, GOR, link_to
from tests.page import open_page
from tests.pdfs import poppler_text

pytestmark = pytest.mark.usefixtures("tokens")


def reports(app: Flask) -> list[MouEvidenceReport]:
    """Every report, oldest first."""
    with app.app_context():
        return list(db.session.scalars(select(MouEvidenceReport).order_by(MouEvidenceReport.id)))


def newest_pdf(app: Flask) -> bytes:
    """The report that was made last."""
    with app.app_context():
        return portal.files().read(reports(app)[-1].sha256)


def test_a_report_says_everything_in_the_signers_language_and_in_english(app: Flask, concluded: int) -> None:
    made(app, concluded)
    pdf = newest_pdf(app)
    said = poppler_text(pdf).replace(" ", "")
    with app.app_context():
        mou = db.session.get_one(Mou, concluded)
        sealed = db.session.scalars(select(MouSealed)).one()
        events = evidence.events(mou)
        known = [sealed.sha256, sealed.text.sha256, sealed.text.html_sha256, sealed.text.pdf_sha256]
        statements = [one["text"] for event in events if event.kind == "signed" for one in event.facts["statements"]]
    told = [event for event in events if event.number <= reports(app)[0].tells]
    for language in ("hy", "en"):
        say = words(language)
        for key in ("evidence", "how_pdfsig", "proves_level", "chain_whole", "seal_whole", "pending_stamp"):
            assert say(key).replace(" ", "") in said, (language, key)
        for event in told:
            assert say(f"event_{event.kind}").replace(" ", "") in said
    for wanted in [
        *filter(None, known),
        *statements,
        "Gor Sargsyan",
        "Անահիտ Պետրոսյան",
        "Anahit Petrosyan",
        "Asia/Yerevan",
    ]:
        assert wanted.replace(" ", "") in said, wanted
    assert GOR not in said, "mailboxes are masked"
    assert "qualified" not in said.lower()
    assert all(event.hash[:16] in said for event in told)
    assert list(PdfReader(BytesIO(pdf)).attachments) == ["evidence.json"]


def test_a_report_is_sealed_too(app: Flask, concluded: int, folder: Path) -> None:
    made(app, concluded)
    finding = examining.examine(newest_pdf(app), folder)
    assert finding.seal is not None
    assert finding.is_unchanged


def test_done_again_it_is_made_once_and_its_hash_stands_in_the_chain(app: Flask, concluded: int) -> None:
    made(app, concluded)
    for _again in range(3):
        run(app, concluded, jobs.make)
    assert [one.number for one in reports(app)] == [1]
    with app.app_context():
        mou = db.session.get_one(Mou, concluded)
        assert not evidence.faults(mou)
        events = {event.kind: event.facts for event in evidence.events(mou)}
    assert events["report_made"]["sha256"] == reports(app)[0].sha256
    assert events["delivered"]["report"] == reports(app)[0].sha256


def test_both_documents_are_sent_to_everybody_and_open_by_their_link(app: Flask, concluded: int) -> None:
    made(app, concluded)
    told = [mail for mail in mails(app) if mail.subject == "The sealed document"]
    assert {mail.recipient for mail in told} == {GOR, ANAHIT}
    report = reports(app)[0]
    assert all(report.sha256 in mail.text for mail in told)
    guest = app.test_client()
    page = open_page(guest, link_to(app, GOR), status=200)
    links = [str(link["href"]) for link in page.select("a[download]")]
    assert [guest.get(link).data[:5] for link in links] == [b"%PDF-", b"%PDF-"]
    assert guest.get(links[1]).data == newest_pdf(app)
    run(app, concluded, jobs.send_alone)
    assert len([mail for mail in mails(app) if mail.subject == "The sealed document"]) == 2


def test_a_report_that_fails_loses_nothing(app: Flask, concluded: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_more: object) -> bytes:
        raise documents.DocumentFaulty("out of paper")

    run(app, concluded, seals.make)
    with monkeypatch.context() as patch:
        patch.setattr(documents, "render", broken)
        with pytest.raises(documents.DocumentFaulty):
            run(app, concluded, jobs.make)
        assert not reports(app)
        run(app, concluded, jobs.send_alone)
        sent = [mail for mail in mails(app) if mail.subject == "The sealed document"]
    assert len(sent) == 2
    assert "follows" in sent[0].text
    run(app, concluded, jobs.make)
    assert len(reports(app)) == 1
    assert len([mail for mail in mails(app) if mail.subject == "The sealed document"]) == 4


def test_a_seal_has_a_report_made_and_a_stamp_another(
    app: Flask, concluded: int, authority: Authority, roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(app, concluded)
    with work(app) as session:
        kinds = session.scalars(select(Job.kind).where(Job.kind.in_((jobs.REPORT, jobs.DELIVER)))).all()
    assert sorted(kinds) == sorted([jobs.REPORT, jobs.DELIVER])
    answers = replace(portal.settings(), tsa_url=authority.url, tsa_roots=roots)
    monkeypatch.setattr(portal, "settings", lambda: answers)
    run(app, concluded, seals.add_stamp)
    run(app, concluded, jobs.make)
    first, second = reports(app)
    assert (first.number, second.number) == (1, 2)
    assert (first.level, second.level) == ("B-B", "B-LTA")
    said = poppler_text(newest_pdf(app))
    assert words("en")("event_stamped") in said
    assert words("en")("stamp_by") in said
    assert {mail.recipient for mail in mails(app) if mail.subject == "A newer evidence report"} == {GOR, ANAHIT}


def test_a_chain_that_was_touched_is_told_as_such(app: Flask, concluded: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "faults", lambda _mou: [Fault(2, Flaw.EDITED)])
    made(app, concluded)
    said = poppler_text(newest_pdf(app))
    assert words("en")("chain_not_whole") in said
    assert words("en")("chain_whole") not in said


def test_the_page_offers_the_report_and_to_make_it_anew(app: Flask, concluded: int, sign_in: SignIn) -> None:
    lead = sign_in("lead")
    page = f"/mou/{concluded}"
    run(app, concluded, seals.make)
    assert "Evidence report being made" in open_page(lead, page).text
    run(app, concluded, jobs.make)
    assert lead.get(f"{page}/report.pdf").data == newest_pdf(app)
    assert "Make the report anew" not in open_page(lead, page).text
    with work(app) as session:
        record(session.get_one(Mou, concluded), Happening.IN_FORCE, since="2025-06-01")
    form = open_page(lead, page).form("Make the report anew")
    assert form.submit(lead).status_code == 303
    outbox.drain(app)
    assert [one.number for one in reports(app)] == [1, 2]


@pytest.mark.parametrize("language", sorted(languages_with_words()))
def test_every_kind_of_event_has_a_word_in_every_language(language: str) -> None:
    assert all(words(language)(f"event_{kind.value}") for kind in Happening)

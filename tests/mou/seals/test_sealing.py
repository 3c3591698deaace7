"""Seals: made once, read by other programs, refused with one octet changed, stamped later, proved years after."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from app.config import Settings
from app.core import portal
from app.core.outbox import Job
from app.extensions import db
from app.mou.evidence import queries as evidence
from app.mou.models import Mou
from app.mou.proof import jobs as reports
from app.mou.seals import examining, jobs, keys, sealing
from app.mou.seals.models import MouSealed, SealKind
from app.mou.seals.sealing import Authority
from app.mou.signing import queries as signing
from app.mou.texts import queries as texts
from tests.accounts.people import mails, work
from tests.events.world import World
from tests.mou.conftest import SECRET
from tests.mou.signing.way import ANAHIT, GOR, NAMES, Sent, link_to, sign
from tests.page import Page, open_page
from tests.pdfs import is_sealed, poppler_text

pytestmark = pytest.mark.usefixtures("tokens")
NOW = datetime(2025, 5, 12, 9, tzinfo=UTC)


def told_by_pdfsig(pdf: bytes, tmp_path: Path) -> str:
    """What poppler says of the signatures."""
    if shutil.which("pdfsig") is None:
        pytest.fail("pdfsig is not there (Debian: poppler-utils)")
    file = tmp_path / "sealed.pdf"
    file.write_bytes(pdf)
    return subprocess.run(["pdfsig", str(file)], capture_output=True, text=True, check=False).stdout


def flipped(pdf: bytes, at: int) -> bytes:
    """The same with one bit changed."""
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


# ---- Keys ----


def test_keys_are_made_once_and_nobody_else_reads_them(tmp_path: Path) -> None:
    made = tmp_path / "seal"
    keys.make(made, SECRET, "BEM", NOW)
    assert {file.stat().st_mode & 0o777 for file in made.iterdir()} == {0o600}
    with pytest.raises(FileExistsError):
        keys.make(made, SECRET, "BEM", NOW)
    assert SECRET.encode() not in b"".join(file.read_bytes() for file in made.iterdir())
    with pytest.raises(keys.KeysMissing, match="passphrase"):
        keys.load(made, "another")
    with pytest.raises(keys.KeysMissing, match="seal init"):
        keys.load(tmp_path / "nowhere", SECRET)
    with pytest.raises(keys.KeysMissing):
        keys.load(None, None)


def test_a_renewed_certificate_keeps_the_former_one(tmp_path: Path) -> None:
    made = tmp_path / "seal"
    keys.make(made, SECRET, "BEM", NOW)
    before = keys.load(made, SECRET).certificate
    keys.renew(made, SECRET, "BEM", NOW + timedelta(days=1))
    after = keys.load(made, SECRET).certificate
    assert after.serial_number != before.serial_number
    assert after.issuer == before.issuer
    assert (made / "former" / f"{before.serial_number:x}.pem").exists()


@pytest.mark.parametrize(("days", "soon"), [(0, False), (3653 - 62, False), (3653 - 59, True), (4000, True)])
def test_the_end_of_the_certificate_is_said_in_time(tmp_path: Path, days: int, soon: bool) -> None:
    keys.make(tmp_path / "seal", SECRET, "BEM", NOW)
    found = keys.certificate(tmp_path / "seal", NOW + timedelta(days=days))
    assert found is not None
    assert found.ends_soon is soon


# ---- Seals ----


def test_a_seal_is_valid_for_others_and_not_with_one_bit_changed(printed: bytes, folder: Path, tmp_path: Path) -> None:
    sealed = sealing.seal(printed, keys.load(folder, SECRET), "BEM Portal")
    assert sealed.level == "B-B"
    assert is_sealed(sealed.pdf)
    assert not is_sealed(printed)
    told = told_by_pdfsig(sealed.pdf, tmp_path)
    assert "Signature is Valid" in told
    assert "ETSI.CAdES.detached" in told
    assert "Total document signed" in told
    finding = examining.examine(sealed.pdf, folder)
    assert finding.is_unchanged
    assert finding.seal is not None
    assert "BEM" in finding.seal.subject
    broken = flipped(sealed.pdf, 40)
    assert "Signature is Valid" not in told_by_pdfsig(broken, tmp_path)
    assert not examining.examine(broken, folder).is_unchanged


def test_what_is_added_after_the_seal_is_told(printed: bytes, folder: Path) -> None:
    sealed = sealing.seal(printed, keys.load(folder, SECRET), "BEM Portal")
    from pyhanko.pdf_utils.generic import NameObject, NumberObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(BytesIO(sealed.pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    page[NameObject("/Rotate")] = NumberObject(90)
    writer.update_container(page)
    made = BytesIO()
    writer.write(made)
    assert not examining.examine(made.getvalue(), folder).is_unchanged


def test_with_an_authority_the_seal_is_stamped_at_once(
    printed: bytes, folder: Path, authority: Authority, tmp_path: Path
) -> None:
    sealed = sealing.seal(printed, keys.load(folder, SECRET), "BEM Portal", authority)
    assert sealed.level == "B-LTA"
    assert "Signature is Valid" in told_by_pdfsig(sealed.pdf, tmp_path)
    finding = examining.examine(sealed.pdf, folder)
    assert [one.kind for one in finding.signatures] == ["signature", "stamp"]
    assert finding.is_unchanged
    assert finding.signatures[0].stamped_at


def test_a_stamp_added_later_leaves_the_seal_as_it_was(
    printed: bytes, folder: Path, authority: Authority, tmp_path: Path
) -> None:
    opened = keys.load(folder, SECRET)
    sealed = sealing.seal(printed, opened, "BEM Portal")
    stamped = sealing.stamp(sealed.pdf, opened, authority)
    assert stamped.pdf.startswith(sealed.pdf)
    assert "Signature is Valid" in told_by_pdfsig(stamped.pdf, tmp_path)
    finding = examining.examine(stamped.pdf, folder)
    assert [one.kind for one in finding.signatures] == ["signature", "stamp"]
    assert finding.is_unchanged


def test_another_authoritys_seal_is_not_taken_for_ours(printed: bytes, folder: Path, tmp_path: Path) -> None:
    keys.make(tmp_path / "other", SECRET, "BEM", datetime.now(UTC))
    finding = examining.examine(sealing.seal(printed, keys.load(tmp_path / "other", SECRET), "x").pdf, folder)
    assert finding.is_unchanged
    assert finding.seal is None


def test_many_at_once_are_sealed_each_for_itself(printed: bytes, folder: Path) -> None:
    opened = keys.load(folder, SECRET)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _n: sealing.seal(printed, opened, "x").pdf, range(8)))
    assert all(is_sealed(pdf) for pdf in made)
    assert examining.examine(made[0], folder).is_unchanged


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"%PDF-1.7",
        b"GIF89a%PDF-1.4 nonsense",
        b"\0" * 100_000,
        b"%PDF-1.7\n" + b"1 0 obj<<" * 50_000,
        b"PK\x03\x04",
    ],
)
def test_whatever_is_sent_there_is_an_answer(octets: bytes, folder: Path) -> None:
    finding = examining.examine(octets, folder)
    assert finding.fault
    assert not finding.is_unchanged


def test_a_file_that_takes_too_much_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examining, "SECONDS", 0.01)
    assert examining.examine(b"%PDF-1.7", folder).fault == "time"


def test_a_stamp_of_a_known_authority_is_trusted(
    printed: bytes, folder: Path, authority: Authority, roots: Path
) -> None:
    sealed = sealing.seal(printed, keys.load(folder, SECRET), "BEM Portal", authority)
    assert [one.trusted for one in examining.examine(sealed.pdf, folder, roots).signatures] == [True, True]
    assert [one.trusted for one in examining.examine(sealed.pdf, folder).signatures] == [True, False]


def test_a_long_name_in_any_script_fits_into_the_seal(printed: bytes, tmp_path: Path) -> None:
    keys.make(tmp_path / "seal", SECRET, "Միկրոորակավորումների կոնսորցիում " * 4, datetime.now(UTC))
    sealed = sealing.seal(printed, keys.load(tmp_path / "seal", SECRET), "ქ" * 200)
    assert examining.examine(sealed.pdf, tmp_path / "seal").seal is not None


def test_a_renewal_that_fails_leaves_the_keys_there_were(tmp_path: Path) -> None:
    made = tmp_path / "seal"
    keys.make(made, SECRET, "BEM", NOW)
    before = keys.load(made, SECRET).certificate
    (made / "ca.key").write_bytes(b"no key")
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the library says of it
        keys.renew(made, SECRET, "BEM", NOW)
    assert keys.load(made, SECRET).certificate == before


# ---- The job ----


def run(app: Flask, key: int, job: Any = jobs.make) -> None:
    """Carry out a job of the memorandum's text."""
    with work(app) as session:
        text = texts.signed(session.get_one(Mou, key))
        assert text is not None
        job(session, {"text": text.id})


def sealed_pdf(app: Flask, kind: SealKind = SealKind.SEAL) -> bytes:
    """The sealed document."""
    with app.app_context():
        made = db.session.scalars(select(MouSealed).where(MouSealed.kind == kind)).one()
        return portal.files().read(made.sha256)


def test_what_everybody_signed_is_sealed_once_and_sent_to_everybody(
    app: Flask, concluded: int, folder: Path, tmp_path: Path
) -> None:
    for _again in range(3):
        run(app, concluded)
    run(app, concluded, reports.make)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MouSealed)) == 1
        assert not evidence.faults(db.session.get_one(Mou, concluded))
    pdf = sealed_pdf(app)
    assert "Signature is Valid" in told_by_pdfsig(pdf, tmp_path)
    assert examining.examine(pdf, folder).seal is not None
    reader = PdfReader(BytesIO(pdf))
    assert list(reader.attachments) == ["evidence.json"]
    said = poppler_text(pdf)
    assert "Gor Sargsyan" in said
    assert "Անահիտ Պետրոսյան" in said
    assert {mail.recipient for mail in mails(app) if mail.subject == "The sealed document"} == {GOR, ANAHIT}
    page = open_page(app.test_client(), link_to(app, GOR), status=200)
    link = page.select("a[download]")[0]["href"]
    assert app.test_client().get(str(link)).data == pdf


def test_without_keys_nothing_is_lost_and_the_job_waits(app: Flask, sent: Sent) -> None:
    key = sent()
    sign(app, GOR, "Gor Sargsyan")
    sign(app, ANAHIT, "Anahit Petrosyan")
    with pytest.raises(keys.KeysMissing):
        run(app, key)
    with app.app_context():
        text = texts.signed(db.session.get_one(Mou, key))
        assert text is not None
        assert len(signing.signatures(text)) == 2
        assert db.session.scalar(select(func.count()).select_from(MouSealed)) == 0


def test_an_authority_that_is_silent_does_not_keep_it_from_being_sealed(
    app: Flask, concluded: int, monkeypatch: pytest.MonkeyPatch, authority: Authority, roots: Path
) -> None:
    settled = portal.settings()
    silent = replace(settled, tsa_url="http://127.0.0.1:9/")
    monkeypatch.setattr(portal, "settings", lambda: silent)
    run(app, concluded)
    with work(app) as session:
        assert db.session.scalars(select(MouSealed.level)).one() == "B-B"
        jobs.arrange(session)
        jobs.arrange(session)
        assert len(session.scalars(select(Job).where(Job.kind == jobs.STAMP)).all()) == 1
    answers = replace(settled, tsa_url=authority.url, tsa_roots=roots)
    monkeypatch.setattr(portal, "settings", lambda: answers)
    for _again in range(2):
        run(app, concluded, jobs.add_stamp)
    assert sealed_pdf(app, SealKind.STAMP).startswith(sealed_pdf(app))
    with app.app_context():
        assert [event.kind for event in evidence.events(db.session.get_one(Mou, concluded))][-1] == "stamped"


# ---- The public page ----


def test_anybody_checks_by_number_by_hash_and_by_file(app: Flask, concluded: int) -> None:
    run(app, concluded)
    guest = app.test_client()
    page = open_page(guest, f"/verify?number=bem-mou-{concluded:04d}")
    assert "Tekstil Lori" in page.text
    assert "Gor Sargsyan" not in page.text, "organisations, and nobody's name"
    pdf = sealed_pdf(app)
    with app.app_context():
        sha256 = db.session.scalars(select(MouSealed.sha256)).one()
    assert "byte for byte" in open_page(guest, f"/verify?sha256={sha256.upper()}").text
    form = open_page(guest, "/verify").form("Send it and check the seal")
    told = Page(form.submit(guest, file=(BytesIO(pdf), "x.pdf")))
    assert "byte for byte" in told.text
    assert "The seal of this portal" in told.text
    changed = Page(form.submit(guest, file=(BytesIO(flipped(pdf, 60)), "x.pdf")))
    assert "Not known here" in changed.text
    assert "byte for byte" not in changed.text
    assert guest.get("/verify/ca.pem").data.startswith(b"-----BEGIN CERTIFICATE")


@pytest.mark.parametrize(
    "asked", ["number=999", "number=x", "number=%00", "sha256=zz", f"sha256={'0' * 64}", "number=" + "9" * 50]
)
def test_what_is_not_known_gets_a_neutral_answer(app: Flask, world: World, asked: str) -> None:
    page = open_page(app.test_client(), f"/verify?{asked}")
    assert "not" in page.text.lower()


def test_a_memorandum_that_is_not_signed_is_not_there_for_strangers(app: Flask, sent: Sent) -> None:
    key = sent()
    assert "Not found" in open_page(app.test_client(), f"/verify?number={key}").text


def test_the_operators_command_names_what_was_touched(app: Flask, concluded: int, settled: Settings) -> None:
    from app.mou.commands import verify_kept

    run(app, concluded)
    assert verify_kept(app)[1] is True
    with app.app_context():
        sha256 = db.session.scalars(select(MouSealed.sha256)).one()
    portal_files = app.extensions["files"]
    portal_files.remove(sha256)
    portal_files.put(BytesIO(b"another"))
    lines, good = verify_kept(app)
    assert not good
    assert any("the sealed document is not what was sealed" in line for line in lines)


def test_names_of_all_scripts_come_out_of_the_sealed_document(app: Flask, settled: Settings, sent: Sent) -> None:
    key = sent()
    sign(app, GOR, NAMES[5])
    sign(app, ANAHIT, NAMES[6])
    run(app, key)
    said = poppler_text(sealed_pdf(app))
    assert NAMES[5] in said
    assert NAMES[6] in said

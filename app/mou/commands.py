"""What an operator does for memoranda from the command line: keys to seal with, and looking through the evidence."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.core import clock, portal
from app.core.database import writing
from app.extensions import db
from app.mou.evidence import queries as evidence
from app.mou.evidence.chain import Flaw
from app.mou.evidence.models import MouEvent
from app.mou.models import Mou
from app.mou.originals.models import MouOriginal
from app.mou.proof import exporting
from app.mou.proof.models import MouEvidenceReport
from app.mou.queries import key_of, reference_of
from app.mou.seals import ending, jobs
from app.mou.seals.models import MouSealed
from app.mou.signing.models import MouSignature
from app.mou.texts.models import MouText


def make_keys(app: Flask) -> str:
    """Make the authority and the seal certificate. Raises ``ClickException`` in one line where that cannot be."""
    from app.mou.seals import keys

    folder, passphrase = _where(app)
    try:
        keys.make(folder, passphrase, app.config["CONSORTIUM"].acronym, clock.now())
    except FileExistsError as error:
        raise click.ClickException(str(error)) from None
    return _taken_up(app)


def take_keys(app: Flask, file: Path, secret: str | None) -> str:
    """Take key and certificate of a PKCS#12 file, in the place of those there are. Raises ``ClickException``."""
    from app.mou.seals import keys, taking

    folder, passphrase = _where(app)
    try:
        taking.take(folder, passphrase, file.read_bytes(), secret, clock.now())
    except (keys.KeysUnfit, OSError) as error:
        raise click.ClickException(str(error)) from None
    return _taken_up(app)


def name_key(app: Flask, module: Path, token: str, label: str, certificates: Path) -> str:
    """Seal with a key that stays in a hardware module; PORTAL_SEAL_PASSPHRASE is its PIN. Raises ``ClickException``."""
    from app.mou.seals import keys, modules

    folder, pin = _where(app)
    try:
        key = modules.ModuleKey(str(module), token, label, pin)
        modules.take(folder, key, certificates.read_bytes(), clock.now())
    except (keys.KeysUnfit, OSError) as error:
        raise click.ClickException(str(error)) from None
    return _taken_up(app)


def renew_keys(app: Flask) -> str:
    """Make a new seal certificate by the same authority."""
    from app.mou.seals import keys

    folder, passphrase = _where(app)
    try:
        keys.renew(folder, passphrase, app.config["CONSORTIUM"].acronym, clock.now())
    except keys.KeysMissing as error:
        raise click.ClickException(str(error)) from None
    return _taken_up(app)


def _taken_up(app: Flask) -> str:
    """What the certificate says, once what waited for it is taken up."""
    try:
        with app.app_context(), writing():
            waiting = jobs.resume(db.session)
            ending.arrange(db.session)
            db.session.commit()
    except SQLAlchemyError:  # Keys may be made before there is a database; the start takes up what waits.
        waiting = 0
    more = f"\n{waiting} signed memoranda waited for it and are being sealed" if waiting else ""
    return show_keys(app) + more


def show_keys(app: Flask) -> str:
    """What the seal certificate says, and until when it is good."""
    from app.mou.seals import keys

    settings: Settings = app.config["PORTAL"]
    found = keys.certificate(settings.seal_folder, clock.now())
    if found is None:
        raise click.ClickException("There are no keys to seal with; portal seal init makes them.")
    return f"{found.subject}\nSHA-256 {found.fingerprint}\ngood until {found.ends}, {found.days_left} days"


def export(app: Flask, out: Path, numbers: Sequence[str]) -> str:
    """Write memoranda with everything that proves them to a new ZIP archive or an empty folder: those named, or all.

    Raises ``ClickException`` in one line where that cannot be.
    """
    with app.app_context():
        found = exporting.exportable()
        wanted = {number: key_of(number) for number in numbers}
        lost = [number for number, key in wanted.items() if key not in {mou.id for mou in found}]
        if lost:
            raise click.ClickException(f"There is nothing to export of: {', '.join(lost)}")
        files = exporting.members(mou for mou in found if not wanted or mou.id in wanted.values())
        try:
            if out.suffix.lower() == ".zip":
                with out.open("xb") as stream:
                    count = exporting.write_archive(stream, files)
            else:
                count = exporting.write_folder(out, files)
        except (OSError, exporting.ExportDamaged) as error:
            raise click.ClickException(f"The export could not be written: {error}") from None
    return f"{count} files written to {out}; python3 verify.py checks them there."


def verify_kept(app: Flask) -> tuple[list[str], bool]:
    """Look through the evidence of every memorandum, the anchors, the frozen texts and the sealed documents.

    Answers lines, and whether all is what it was; what is wrong is named.
    """
    with app.app_context():
        wrong = list(_wrong())
        count = len(db.session.scalars(select(Mou.id)).all())
    return [*(f"BAD {line}" for line in wrong), _("%(count)s memoranda were looked through.", count=count)], not wrong


def _wrong() -> Iterator[str]:
    for mou in db.session.scalars(select(Mou).order_by(Mou.id)):
        for fault in evidence.faults(mou):
            yield SENTENCES[fault.flaw].format(number=reference_of(mou), event=fault.number)
    for anchor in evidence.broken_anchors():
        yield f"The anchor of {anchor.day} is not what it was."
    for day in evidence.lost_anchors():
        yield f"The anchor of {day} is missing."
    yield from _wrong_files()
    yield from _untold()


def _untold() -> Iterator[str]:
    """Rows of which the chain does not speak: put there, or changed, past the portal."""
    told: dict[int, set[str]] = {}
    for mou_id, facts in db.session.execute(select(MouEvent.mou_id, MouEvent.facts)):
        told.setdefault(mou_id, set()).update(value for value in facts.values() if isinstance(value, str))
    rows = (
        *(("a frozen page", one.mou_id, one.html_sha256) for one in db.session.scalars(select(MouText))),
        *(("a sealed document", one.text.mou_id, one.sha256) for one in db.session.scalars(select(MouSealed))),
        *(("an evidence report", one.text.mou_id, one.sha256) for one in db.session.scalars(select(MouEvidenceReport))),
        *(("an original", one.mou_id, one.sha256) for one in db.session.scalars(select(MouOriginal))),
        *(("the name of a signature", one.text.mou_id, one.name) for one in db.session.scalars(select(MouSignature))),
    )
    for what, mou_id, value in rows:
        if value is not None and value not in told.get(mou_id, ()):
            yield f"{reference_of(mou_id)}: {what} is not what the chain says."
    heads = set(db.session.scalars(select(MouEvent.hash)))
    for report in db.session.scalars(select(MouEvidenceReport).order_by(MouEvidenceReport.id)):
        if report.head not in heads:
            yield f"{reference_of(report.text.mou_id)}: evidence report {report.number} tells events that are missing."


def _wrong_files() -> Iterator[str]:
    store = portal.files()
    for text in db.session.scalars(select(MouText).where(MouText.pdf_id.is_not(None)).order_by(MouText.id)):
        for what, file, digest in (("page", text.html, text.html_sha256), ("PDF", text.pdf, text.pdf_sha256)):
            if file is None or file.sha256 != digest or not store.is_intact(file.sha256):
                yield f"{reference_of(text.mou_id)}, version {text.number}: the {what} is not what was frozen."
    yield from _wrong_originals()
    for sealed in db.session.scalars(select(MouSealed).order_by(MouSealed.id)):
        if sealed.file.sha256 != sealed.sha256 or not store.is_intact(sealed.sha256):
            yield f"{reference_of(sealed.text.mou_id)}: the sealed document is not what was sealed."
    for report in db.session.scalars(select(MouEvidenceReport).order_by(MouEvidenceReport.id)):
        if report.file.sha256 != report.sha256 or not store.is_intact(report.sha256):
            yield f"{reference_of(report.text.mou_id)}: evidence report {report.number} is not what was made."


def _wrong_originals() -> Iterator[str]:
    store = portal.files()
    for original in db.session.scalars(select(MouOriginal).order_by(MouOriginal.id)):
        for file, digest in ((original.file, original.sha256), (original.document, original.document_sha256)):
            if file is not None and (file.sha256 != digest or not store.is_intact(file.sha256)):
                yield f"{reference_of(original.mou_id)}: an original is not what was sent."


SENTENCES = {
    Flaw.EDITED: "{number}: event {event} was edited.",
    Flaw.UNBOUND: "{number}: event {event} is not bound to the one before.",
    Flaw.MISSING: "{number}: event {event} is missing.",
    Flaw.REORDERED: "{number}: event {event} stands in another place.",
    Flaw.PRIVATE: "{number}: address or program of event {event} was edited.",
}


def _where(app: Flask) -> tuple[Path, str]:
    settings: Settings = app.config["PORTAL"]
    if settings.seal_folder is None or not settings.seal_passphrase:
        raise click.ClickException("Set PORTAL_SEAL_FOLDER and PORTAL_SEAL_PASSPHRASE first.")
    return settings.seal_folder, settings.seal_passphrase

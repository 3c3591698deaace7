"""The job that makes the evidence report after each seal and stamp, and has both sent to the parties.

Done twice, it makes one report: each is about the chain until a certain event, once. What fails is tried again by the
outbox, and if it takes longer than ``PATIENCE`` the sealed document goes out alone.
"""

import io
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock, documents, outbox, portal, qr
from app.core.files import keep
from app.core.i18n import Language
from app.extensions import db
from app.mou.evidence import queries as evidence
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import record
from app.mou.proof import queries, telling
from app.mou.proof.delivery import deliver
from app.mou.proof.models import MouEvidenceReport
from app.mou.queries import reference_of
from app.mou.seals import examining, jobs
from app.mou.seals.models import MouSealed
from app.mou.seals.printing import address_of, evidence_of
from app.mou.signing import queries as signing
from app.mou.texts.models import MouText
from app.mou.wordings import words

if TYPE_CHECKING:
    from cryptography import x509


REPORT, DELIVER = "mou.evidence_report", "mou.deliver"
PATIENCE = timedelta(minutes=15)


class Overtaken(Exception):
    """Something was added while a report was made; the next attempt tells it."""


def order(sealed: MouSealed) -> None:
    """Have the report made of what was just sealed or stamped, and the document sent in any case."""
    outbox.enqueue(db.session, REPORT, {"text": sealed.text_id}, dedupe_key=f"{REPORT}:{sealed.id}")
    key = f"{DELIVER}:{sealed.text_id}"
    outbox.enqueue(db.session, DELIVER, {"text": sealed.text_id}, run_after=clock.now() + PATIENCE, dedupe_key=key)


jobs.after_sealing.append(order)
jobs.need_keys.add(REPORT)


def order_anew(text: MouText) -> bool:
    """Have another report made where something happened that the newest one does not tell; answers whether so."""
    if _tells_all(text):
        return False
    until = queries.to_tell(text.mou)
    outbox.enqueue(db.session, REPORT, {"text": text.id}, dedupe_key=f"{REPORT}:{text.id}:until {until}")
    return True


@outbox.handles(REPORT)
def make(session: Session, payload: dict[str, Any]) -> None:
    """Look through the proof, print, seal, keep, and send it.

    Raises ``KeysMissing`` while there are no keys, and ``Overtaken``: it is tried again. No transaction is open while
    it looks, prints and seals, which take their time: on SQLite nobody else could write meanwhile.
    """
    from app.mou.seals import keys

    text = session.get_one(MouText, payload["text"])
    sealed = jobs.sealed_so_far(session, text)
    if not sealed or _tells_all(text):
        return
    settings, pdf = portal.settings(), portal.files().read(sealed[-1].sha256)
    opened = keys.load(settings.seal_folder, settings.seal_passphrase)
    keys.check_in_force(opened.certificate, clock.now())
    session.commit()
    finding = examining.examine(pdf, settings.seal_folder, settings.tsa_roots)
    if len(jobs.sealed_so_far(session, text)) != len(sealed):
        raise Overtaken("A time stamp was added meanwhile.")
    newest, until = queries.newest(text), queries.to_tell(text.mou)
    told = _told(text, newest.number + 1 if newest else 1, sealed, finding)
    spoken, data = telling.languages(told.signatures), _data(told)
    title, last = f"{data['reference']} {data['title']}", told.events[-1]
    report = MouEvidenceReport(text_id=text.id, number=told.number, tells=until, head=last.hash, languages=spoken)
    dated = last.happened_at
    session.commit()
    printed = _printed(data, title, dated, spoken[0])
    made = jobs.seal_as_can(printed, opened, jobs.authority_of(settings))
    report.level, report.certificate = made.level, jobs.serial_of(opened)
    if not _keep_once(session, text, report, made.pdf):
        return
    record(text.mou, Happening.REPORT_MADE, number=report.number, sha256=report.sha256, text=text.sha256, tells=until)
    deliver(sealed[-1], report)


@outbox.handles(DELIVER)
def send_alone(session: Session, payload: dict[str, Any]) -> None:
    """Send the sealed document where the report could not be made in time; nothing where it was sent already."""
    text = session.get_one(MouText, payload["text"])
    sealed = jobs.sealed_so_far(session, text)
    if sealed and not queries.is_delivered(text.mou, text):
        deliver(sealed[-1], None)


def _tells_all(text: MouText) -> bool:
    """Whether the newest report tells everything that happened."""
    newest = queries.newest(text)
    return newest is not None and newest.tells >= queries.to_tell(text.mou)


def _told(text: MouText, number: int, sealed: list[MouSealed], finding: examining.Finding) -> telling.Told:
    stamp = next((one for one in finding.signatures if one.kind == "stamp"), None)
    return telling.Told(
        text=text,
        number=number,
        signatures=signing.signatures(text),
        events=evidence.events(text.mou),
        sealed=sealed,
        looked=telling.Looked(
            is_chain_whole=not evidence.faults(text.mou),
            is_seal_whole=finding.seal is not None and finding.is_unchanged,
            certificate=_certificate(sealed[-1].certificate),
            stamp_by=stamp.subject if stamp else None,
            stamped_at=stamp.at if stamp else None,
        ),
    )


def _certificate(serial: str) -> telling.Certificate | None:
    from cryptography.hazmat.primitives.hashes import SHA256

    from app.mou.seals import keys

    known: dict[str, x509.Certificate] = {
        f"{one.serial_number:x}": one for one in keys.certificates(portal.settings().seal_folder)
    }
    found = known.get(serial)
    if found is None:
        return None
    return telling.Certificate(
        subject=found.subject.rfc4514_string(),
        issuer=found.issuer.rfc4514_string(),
        serial=serial,
        fingerprint=found.fingerprint(SHA256()).hex(),
        begins=found.not_valid_before_utc,
        ends=found.not_valid_after_utc,
    )


def _data(told: telling.Told) -> dict[str, Any]:
    address, spoken = address_of(told.text), telling.languages(told.signatures)
    say = words(spoken[0])
    return {
        "reference": told.text.content["reference"],
        "title": say("evidence"),
        "parts": [telling.part(told, language) for language in spoken],
        "code": qr.svg(address),
        "address": address,
        "attached": {"name": "evidence.json", "what": say("evidence"), "text": evidence_of(told.text).decode()},
    }


def _printed(data: dict[str, Any], title: str, last: datetime, language: str) -> bytes:
    spoken: Language = portal.consortium().by_language[language]
    page = words(language)("page", page="{page}", pages="{pages}")
    return documents.render("evidence", data, title=title, dated=last, standard="a-4f", language=spoken, page=page)


def _keep_once(session: Session, text: MouText, report: MouEvidenceReport, pdf: bytes) -> bool:
    """Keep the report, unless another worker told as much meanwhile. Raises ``Overtaken`` where its number is taken."""
    session.execute(select(MouText.id).where(MouText.id == text.id).with_for_update())
    newest = queries.newest(text)
    if newest is not None and newest.tells >= report.tells:
        return False
    if newest is not None and newest.number >= report.number:
        raise Overtaken("Another report was made meanwhile.")
    name = f"{reference_of(text.mou_id)}-evidence-{report.number}.pdf"
    stored = keep(session, portal.files(), io.BytesIO(pdf), name, None)
    report.file_id, report.sha256 = stored.id, stored.sha256
    session.add(report)
    session.flush()
    return True

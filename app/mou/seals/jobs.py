"""The jobs that make the sealed document of a signed text, and add the time stamp where it was pending.

Done twice, they make one seal: a row of the text says that there is one. What fails is tried again by the outbox; the
signatures are stored long before and cannot be lost by it.
"""

import io
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import Settings
from app.core import clock, outbox, portal
from app.core.files import keep
from app.core.outbox import Job, JobState
from app.extensions import db
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import record
from app.mou.queries import reference_of
from app.mou.seals import printing
from app.mou.seals.models import MouSealed, SealKind
from app.mou.signing.models import MouSignature
from app.mou.signing.services import after_conclusion
from app.mou.texts.models import Closing, MouClosing, MouText

if TYPE_CHECKING:
    from cryptography import x509

    from app.mou.seals.keys import Keys
    from app.mou.seals.sealing import Authority, Sealed

log = logging.getLogger(__name__)
SEAL, STAMP = "mou.seal", "mou.stamp"
LATER = timedelta(hours=6)
# Called within the transaction when a document was sealed or stamped: what is to follow from that, as the report.
after_sealing: list[Callable[[MouSealed], None]] = []
# Kinds of jobs that need the keys: what was given up for want of them is taken up when there are some.
need_keys = {SEAL, STAMP}


@outbox.at_start
def arrange(session: Session) -> None:
    """Have made what is still to be sealed, and stamps added that are pending where there is an authority now.

    Saying so again changes nothing.
    """
    resume(session)
    if portal.settings().tsa_url is None:
        return
    stamped = select(MouSealed.text_id).where(MouSealed.kind == SealKind.STAMP)
    pending = select(MouSealed.text_id).where(MouSealed.level == "B-B", MouSealed.text_id.not_in(stamped))
    for text_id in session.scalars(pending.order_by(MouSealed.text_id)).all():
        outbox.enqueue(session, STAMP, {"text": text_id}, dedupe_key=f"{STAMP}:{text_id}")


def resume(session: Session) -> int:
    """Take up what waited for keys: texts that everybody signed here and that are not sealed. Answers how many.

    What was signed on paper or elsewhere is closed as signed, too, and never sealed.
    """
    sealed = select(MouSealed.text_id).where(MouSealed.kind == SealKind.SEAL)
    here = select(MouSignature.text_id)
    signed = select(MouClosing.text_id).where(
        MouClosing.how == Closing.SIGNED, MouClosing.text_id.in_(here), MouClosing.text_id.not_in(sealed)
    )
    keys = {f"{SEAL}:{text_id}": text_id for text_id in session.scalars(signed)}
    known = {job.dedupe_key: job for job in session.scalars(select(Job).where(Job.dedupe_key.in_(keys)))}
    for key, text_id in keys.items():
        job = known.get(key)
        if job is None:
            outbox.enqueue(session, SEAL, {"text": text_id}, dedupe_key=key)
        elif job.state is JobState.DEAD or job.last_error:
            outbox.try_again(session, job)
    given_up = select(Job).where(Job.kind.in_(need_keys), Job.state == JobState.DEAD, Job.last_error.startswith("Keys"))
    for job in session.scalars(given_up):
        outbox.try_again(session, job)
    return len(keys)


def order(text: MouText) -> None:
    """Have a signed text sealed; saying so again changes nothing."""
    outbox.enqueue(db.session, SEAL, {"text": text.id}, dedupe_key=f"{SEAL}:{text.id}")


after_conclusion.append(order)


@outbox.handles(SEAL)
def make(session: Session, payload: dict[str, Any]) -> None:
    """Print, seal, keep, tell whoever follows; where no time-stamp authority answers, the stamp is pending.

    Raises ``KeysMissing`` while there are no keys, and ``KeysUnfit`` while their certificate is not valid yet or has
    ended: the job is tried again, and taken up anew when there are others (``resume``).
    """
    from app.mou.seals import keys  # It reads libraries that only sealing needs.

    text = session.get_one(MouText, payload["text"])
    if sealed_so_far(session, text):
        return
    settings = portal.settings()
    opened, authority = keys.load(settings.seal_folder, settings.seal_passphrase), authority_of(settings)
    keys.check_in_force(opened.certificate, clock.now())
    printed = printing.printed(text)
    session.commit()  # Sealing and the authority take their time; nobody else's writing waits for it.
    sealed = seal_as_can(printed, opened, authority)
    file = _keep_once(session, text, sealed, SealKind.SEAL, serial_of(opened))
    if file is None:
        return
    record(text.mou, Happening.SEALED, sha256=file.sha256, level=sealed.level, text=text.sha256)
    if sealed.level == "B-B" and authority is not None:
        outbox.enqueue(
            session, STAMP, {"text": text.id}, run_after=clock.now() + LATER, dedupe_key=f"{STAMP}:{text.id}"
        )
    for told in after_sealing:
        told(file)


@outbox.handles(STAMP)
def add_stamp(session: Session, payload: dict[str, Any]) -> None:
    """Make the pending time stamp good; raises what the authority's silence raises, and is tried again."""
    from app.mou.seals import keys, sealing

    text = session.get_one(MouText, payload["text"])
    settings = portal.settings()
    authority, known = authority_of(settings), {one.kind: one for one in sealed_so_far(session, text)}
    if authority is None or SealKind.STAMP in known or known[SealKind.SEAL].level != "B-B":
        return
    opened = keys.load(settings.seal_folder, settings.seal_passphrase)
    pdf = portal.files().read(known[SealKind.SEAL].sha256)
    session.commit()
    stamped = sealing.stamp(pdf, opened, authority)
    file = _keep_once(session, text, stamped, SealKind.STAMP, serial_of(opened))
    if file is not None:
        record(text.mou, Happening.STAMPED, sha256=file.sha256, level=stamped.level, text=text.sha256)
        for told in after_sealing:
            told(file)


def seal_as_can(printed: bytes, opened: "Keys", authority: "Authority | None") -> "Sealed":
    """Seal a document, with a time stamp where the authority answers, and without where it is silent."""
    from app.mou.seals import sealing

    reason = portal.consortium().portal_name
    if authority is not None:
        try:
            return sealing.seal(printed, opened, reason, authority)
        except sealing.silences() as error:
            log.warning("The time-stamp authority failed (%s); the seal is made without, the stamp follows.", error)
    return sealing.seal(printed, opened, reason)


def _keep_once(session: Session, text: MouText, sealed: "Sealed", kind: SealKind, certificate: str) -> MouSealed | None:
    """Keep the sealed document, unless another worker did so meanwhile."""
    session.execute(select(MouText.id).where(MouText.id == text.id).with_for_update())
    if kind in {one.kind for one in sealed_so_far(session, text)}:
        return None
    stored = keep(session, portal.files(), io.BytesIO(sealed.pdf), f"{reference_of(text.mou_id)}.pdf", None)
    made = MouSealed(
        text_id=text.id,
        kind=kind,
        level=sealed.level,
        file_id=stored.id,
        sha256=stored.sha256,
        certificate=certificate,
    )
    session.add(made)
    session.flush()
    return made


def sealed_so_far(session: Session, text: MouText) -> list[MouSealed]:
    """The sealed documents of a text, the seal first."""
    return list(session.scalars(select(MouSealed).where(MouSealed.text_id == text.id).order_by(MouSealed.id)))


def serial_of(opened: "Keys") -> str:
    """The serial number of a seal certificate as it is kept."""
    return f"{opened.certificate.serial_number:x}"


def authority_of(settings: Settings) -> "Authority | None":
    """The time-stamp authority that is set, if one is."""
    from app.mou.seals.sealing import Authority

    if settings.tsa_url is None:
        return None
    return Authority(settings.tsa_url, _roots(settings.tsa_roots))


def _roots(file: Path | None) -> "tuple[x509.Certificate, ...]":
    from cryptography import x509

    return tuple(x509.load_pem_x509_certificates(file.read_bytes())) if file else ()

"""What anybody may learn of a memorandum by its number or by a file of it."""

import re
from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import selectinload

from app.extensions import db
from app.mou.models import CONCLUDED, Mou, MouParty, MouState
from app.mou.originals import queries as originals
from app.mou.proof import queries as proof
from app.mou.proof.models import MouEvidenceReport
from app.mou.queries import key_of
from app.mou.seals.models import MouSealed
from app.mou.texts.models import Closing, MouText, Purpose

SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Match:
    """What a hash belongs to: the memorandum, its version, and which document of it that is.

    ``what`` is ``sealed``, ``report``, ``text`` or ``void``, which is a text that was declined, recalled or ran out.
    """

    mou: Mou
    number: int
    what: str
    is_newest: bool
    sealed: MouSealed | None = None
    report: MouEvidenceReport | None = None


def by_number(written: str) -> Mou | None:
    """The memorandum of this number, where everybody has signed it; of others nobody learns that they exist."""
    wanted = select(Mou).where(Mou.id == key_of(written), Mou.state.in_(CONCLUDED))
    return db.session.scalars(wanted.options(_PARTIES)).one_or_none()


def is_void(written: str) -> bool:
    """Whether what went out under this number was given up before everybody had signed: nothing was agreed by it."""
    sent = exists().where(MouText.mou_id == Mou.id, MouText.purpose == Purpose.SIGNATURE)
    wanted = select(Mou.id).where(Mou.id == key_of(written), Mou.state == MouState.WITHDRAWN, sent)
    return db.session.scalar(wanted) is not None


def by_hash(sha256: str) -> Match | None:
    """What a file is by its SHA-256: sealed, its report, an original, or a text that was to be signed.

    Whoever has a text that was given up may know that it is void.
    """
    wanted = "".join(sha256.split()).lower()
    if not SHA256.fullmatch(wanted):
        return None
    return _sealed(wanted) or _report(wanted) or _original(wanted) or _text(wanted)


def _sealed(sha256: str) -> Match | None:
    sealed = db.session.scalars(select(MouSealed).where(MouSealed.sha256 == sha256).order_by(MouSealed.id)).first()
    if sealed is None:
        return None
    newest = db.session.scalars(
        select(MouSealed).where(MouSealed.text_id == sealed.text_id).order_by(MouSealed.id.desc()).limit(1)
    ).one()
    return Match(sealed.text.mou, sealed.text.number, "sealed", newest is sealed, sealed)


def _report(sha256: str) -> Match | None:
    wanted = select(MouEvidenceReport).where(MouEvidenceReport.sha256 == sha256).order_by(MouEvidenceReport.id)
    report = db.session.scalars(wanted).first()
    if report is None:
        return None
    text = report.text
    return Match(text.mou, text.number, "report", proof.newest(text) is report, report=report)


def _original(sha256: str) -> Match | None:
    original = originals.by_hash(sha256)
    return Match(original.mou, 0, "original", is_newest=True) if original is not None else None


def _text(sha256: str) -> Match | None:
    is_this = or_(MouText.pdf_sha256 == sha256, MouText.html_sha256 == sha256)
    text = db.session.scalars(select(MouText).where(is_this).order_by(MouText.id)).first()
    if text is None:
        return None
    if text.closing is not None and text.closing.how is not Closing.SIGNED:
        return Match(text.mou, text.number, "void", is_newest=False)
    return Match(text.mou, text.number, "text", is_newest=True) if text.mou.state in CONCLUDED else None


_PARTIES = selectinload(Mou.parties).joinedload(MouParty.organisation)

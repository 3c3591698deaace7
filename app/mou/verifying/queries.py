"""What anybody may learn of a memorandum by its number or by a file of it."""

import re
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from app.core import portal
from app.extensions import db
from app.mou.models import CONCLUDED, Mou, MouParty
from app.mou.originals import queries as originals
from app.mou.seals.models import MouSealed
from app.mou.texts.models import MouText

SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Match:
    """What a hash belongs to: the memorandum, its version, and which document of it that is."""

    mou: Mou
    number: int
    what: str
    is_newest: bool
    sealed: MouSealed | None = None


def by_number(written: str) -> Mou | None:
    """The memorandum of this number, where everybody has signed it; of others nobody learns that they exist."""
    acronym = re.escape(portal.consortium().acronym)
    found = re.fullmatch(rf"\s*(?:{acronym}-MoU-)?0*(\d{{1,9}})\s*", written, re.IGNORECASE)
    if found is None:
        return None
    wanted = select(Mou).where(Mou.id == int(found[1]), Mou.state.in_(CONCLUDED))
    return db.session.scalars(wanted.options(_PARTIES)).one_or_none()


def by_hash(sha256: str) -> Match | None:
    """What a file is by its SHA-256: a sealed document, an original, or the text that was to be signed."""
    wanted = sha256.strip().lower()
    if not SHA256.fullmatch(wanted):
        return None
    sealed = db.session.scalars(select(MouSealed).where(MouSealed.sha256 == wanted).order_by(MouSealed.id)).first()
    if sealed is not None:
        newest = db.session.scalars(
            select(MouSealed).where(MouSealed.text_id == sealed.text_id).order_by(MouSealed.id.desc()).limit(1)
        ).one()
        return Match(sealed.text.mou, sealed.text.number, "sealed", newest is sealed, sealed)
    original = originals.by_hash(wanted)
    if original is not None:
        return Match(original.mou, 0, "original", is_newest=True)
    text = db.session.scalars(
        select(MouText).where(or_(MouText.pdf_sha256 == wanted, MouText.html_sha256 == wanted)).order_by(MouText.id)
    ).first()
    if text is None or text.mou.state not in CONCLUDED:
        return None
    return Match(text.mou, text.number, "text", is_newest=True)


_PARTIES = selectinload(Mou.parties).joinedload(MouParty.organisation)

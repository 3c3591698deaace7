"""What can be asked about proof: the newest evidence report, and whether something happened that it does not tell."""

from sqlalchemy import func, select

from app.extensions import db
from app.mou.evidence.happenings import Happening
from app.mou.evidence.models import MouEvent
from app.mou.models import Mou
from app.mou.proof.models import MouEvidenceReport
from app.mou.texts.models import MouText

# What happens with the proof itself; a report about these alone would never be the last one.
OWN = (Happening.REPORT_MADE.value, Happening.DELIVERED.value)


def newest(text: MouText) -> MouEvidenceReport | None:
    """The newest evidence report of a text."""
    wanted = select(MouEvidenceReport).where(MouEvidenceReport.text_id == text.id)
    return db.session.scalars(wanted.order_by(MouEvidenceReport.number.desc()).limit(1)).one_or_none()


def newest_of(mou: Mou) -> MouEvidenceReport | None:
    """The newest evidence report of a memorandum."""
    wanted = select(MouEvidenceReport).join(MouText).where(MouText.mou_id == mou.id)
    return db.session.scalars(wanted.order_by(MouEvidenceReport.id.desc()).limit(1)).one_or_none()


def to_tell(mou: Mou) -> int:
    """The number of the newest event that a report has to be about."""
    wanted = select(func.max(MouEvent.number)).where(MouEvent.mou_id == mou.id, MouEvent.kind.not_in(OWN))
    return db.session.scalar(wanted) or 0


def is_delivered(mou: Mou, text: MouText) -> bool:
    """Whether the sealed document of a text was sent to those who signed it."""
    wanted = select(MouEvent.facts).where(MouEvent.mou_id == mou.id, MouEvent.kind == Happening.DELIVERED.value)
    return any(facts.get("text") == text.sha256 for facts in db.session.scalars(wanted))

"""Sealed documents: the seal, and the same with the time stamp that was pending."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly
from app.core.database import Base
from app.core.files import StoredFile
from app.core.vocabulary import Term
from app.mou.texts.models import MouText


class SealKind(Term):
    """What was done to the document."""

    SEAL = "seal", _l("Sealed")
    STAMP = "stamp", _l("Time stamp added")


class MouSealed(AppendOnly, Base):
    """A sealed document of a signed text: one seal, and at most one more with a time stamp. Evidence."""

    __tablename__ = "mou_sealed"
    __table_args__ = (Index("uq_mou_sealed_kind", "text_id", "kind", unique=True),)

    text_id: Mapped[int] = mapped_column(ForeignKey("mou_text.id"))
    kind: Mapped[SealKind]
    level: Mapped[str]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str] = mapped_column(index=True)
    certificate: Mapped[str]
    sealed_at: Mapped[datetime] = mapped_column(default=clock.now)

    text: Mapped[MouText] = relationship()
    file: Mapped[StoredFile] = relationship()

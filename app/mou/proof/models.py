"""Evidence reports: each one as it was made, kept as a file with its hash."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly
from app.core.database import Base
from app.core.files import StoredFile
from app.mou.texts.models import MouText


class MouEvidenceReport(AppendOnly, Base):
    """An evidence report of a signed text: evidence itself, and never changed; newer facts make another one.

    ``tells`` is the number of the newest event it has to tell, of which there is one report, and ``head`` the hash of
    the last it does tell. ``languages`` are those it is in, ``level`` and ``certificate`` those of its own seal.
    """

    __tablename__ = "mou_evidence_report"
    __table_args__ = (
        Index("uq_mou_evidence_report_number", "text_id", "number", unique=True),
        Index("uq_mou_evidence_report_tells", "text_id", "tells", unique=True),
    )

    text_id: Mapped[int] = mapped_column(ForeignKey("mou_text.id"))
    number: Mapped[int]
    tells: Mapped[int]
    head: Mapped[str]
    languages: Mapped[list[Any]] = mapped_column(JSON)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str] = mapped_column(index=True)
    level: Mapped[str]
    certificate: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    text: Mapped[MouText] = relationship()
    file: Mapped[StoredFile] = relationship()

"""What a memorandum says: each version as it was shown, in words, as a page and on paper, and what was said of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly
from app.core.database import Base, LeavesTheHouse
from app.core.files import StoredFile
from app.core.vocabulary import Term
from app.mou.models import Mou, MouParty, MouSignatory

if TYPE_CHECKING:
    from app.mou.signing.models import MouLink


class Purpose(Term):
    """What a version was made for."""

    NEGOTIATION = "negotiation", _l("To be negotiated"), "running"
    SIGNATURE = "signature", _l("To be signed"), "sealed"


class Closing(Term):
    """How a version that was to be signed came to its end."""

    SIGNED = "signed", _l("Signed by everybody"), "sealed"
    DECLINED = "declined", _l("Declined"), "stopped"
    RECALLED = "recalled", _l("Recalled"), "stopped"
    EXPIRED = "expired", _l("Time ran out"), "late"


class MouText(AppendOnly, LeavesTheHouse, Base):
    """What a memorandum said when it was shown to the other side: evidence, never changed.

    ``content`` is what it says (``content.Content``) and ``sha256`` the hash of it as canonical JSON. One that is to be
    signed also has the page and the PDF that were stored before the first link went out, each with its hash; they are
    what the signatories see.
    """

    __tablename__ = "mou_text"
    is_binding = True
    __table_args__ = (
        CheckConstraint(
            "purpose <> 'signature' OR (html_sha256 IS NOT NULL AND pdf_sha256 IS NOT NULL)", name="frozen"
        ),
        Index("uq_mou_text_number", "mou_id", "number", unique=True),
    )

    mou_id: Mapped[int] = mapped_column(ForeignKey("mou.id"))
    number: Mapped[int]
    purpose: Mapped[Purpose]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str]
    html_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    html_sha256: Mapped[str | None]
    pdf_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    pdf_sha256: Mapped[str | None]
    reason: Mapped[str | None]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    mou: Mapped[Mou] = relationship()
    html: Mapped[StoredFile | None] = relationship(foreign_keys=[html_id])
    pdf: Mapped[StoredFile | None] = relationship(foreign_keys=[pdf_id])
    closing: Mapped["MouClosing | None"] = relationship(viewonly=True)


class MouClosing(AppendOnly, Base):
    """That a version is not open for signature any more, once: how, why and by whom. Evidence."""

    __tablename__ = "mou_closing"
    is_binding = True

    text_id: Mapped[int] = mapped_column(ForeignKey("mou_text.id"), unique=True)
    how: Mapped[Closing]
    reason: Mapped[str | None]
    signatory_id: Mapped[int | None] = mapped_column(ForeignKey("mou_signatory.id"))
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    closed_at: Mapped[datetime] = mapped_column(default=clock.now)

    text: Mapped[MouText] = relationship()
    signatory: Mapped[MouSignatory | None] = relationship()


class MouComment(AppendOnly, Base):
    """What a party said of a version, of one clause (its code) or in general: evidence.

    ``name`` is as it was typed; whose mailbox it came through is said by the link. ``is_agreement`` where a party is
    content with the version; what was answered is in ``negotiation.models.MouAnswer``.
    """

    __tablename__ = "mou_comment"
    is_binding = True
    audit_hides: ClassVar[tuple[str, ...]] = ("name", "words")
    __table_args__ = (Index("ix_mou_comment_text", "text_id", "id"),)

    text_id: Mapped[int] = mapped_column(ForeignKey("mou_text.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("mou_party.id"), index=True)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("mou_link.id"), index=True)
    clause: Mapped[str | None]
    words: Mapped[str]
    name: Mapped[str]
    is_agreement: Mapped[bool] = mapped_column(default=False)
    actor_id: Mapped[int | None]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    text: Mapped[MouText] = relationship()
    party: Mapped[MouParty | None] = relationship()
    link: Mapped["MouLink | None"] = relationship()

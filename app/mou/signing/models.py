"""How a memorandum is signed online: links, codes, signatures, proposals of another signatory."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.mou.models import MouParty, MouSignatory
from app.mou.texts.models import MouText

# So long after its end a link still opens what was sealed, for whoever signed by it.
SEALED_FOR = timedelta(days=60)


class LinkPurpose(Term):
    """What a link is for."""

    NEGOTIATE = "negotiate", _l("Reading and commenting")
    SIGN = "sign", _l("Signing")
    REPORT = "report", _l("Reporting on commitments")


class Method(Term):
    """How somebody signed; all are equal."""

    TYPED = "typed", _l("Typed")
    DRAWN = "drawn", _l("Drawn")


class MouLink(Base, LeavesTheHouse, Timestamped, Versioned, Audited):
    """A link sent to one mailbox for one purpose; of the secret in it only a digest is stored.

    A link to sign is for one signatory and one version. ``failed_codes`` and ``code_*`` are those of the one-time code
    sent last; ``proven_at`` is when the mailbox was proven through this link.
    """

    __tablename__ = "mou_link"
    audit_hides: ClassVar[tuple[str, ...]] = ("token_hash", "email", "code_hash")
    __table_args__ = (
        CheckConstraint("purpose <> 'sign' OR (signatory_id IS NOT NULL AND text_id IS NOT NULL)", name="whose"),
        Index("ix_mou_link_signatory", "signatory_id", "text_id"),
        Index("ix_mou_link_party", "party_id", "purpose"),
    )

    purpose: Mapped[LinkPurpose]
    party_id: Mapped[int] = mapped_column(ForeignKey("mou_party.id"))
    signatory_id: Mapped[int | None] = mapped_column(ForeignKey("mou_signatory.id"))
    text_id: Mapped[int | None] = mapped_column(ForeignKey("mou_text.id"), index=True)
    email: Mapped[str]
    language: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    opened_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    reminded_at: Mapped[datetime | None]
    code_hash: Mapped[str | None]
    code_sent_at: Mapped[datetime | None]
    codes_sent: Mapped[int] = mapped_column(default=0)
    failed_codes: Mapped[int] = mapped_column(default=0)
    proven_at: Mapped[datetime | None]

    party: Mapped[MouParty] = relationship()
    signatory: Mapped[MouSignatory | None] = relationship()
    text: Mapped[MouText | None] = relationship()


class MouSignature(AppendOnly, LeavesTheHouse, Base):
    """That somebody signed a version: the name typed, the statements agreed to as worded, the hash of what was shown.

    ``statements`` are ``[{code, text, language, version}]``; ``strokes`` are the lines of a drawing. ``differs``
    where the typed name is not the invited one.
    """

    __tablename__ = "mou_signature"
    is_binding = True
    __table_args__ = (Index("uq_mou_signature_once", "text_id", "signatory_id", unique=True),)

    text_id: Mapped[int] = mapped_column(ForeignKey("mou_text.id"))
    signatory_id: Mapped[int] = mapped_column(ForeignKey("mou_signatory.id"), index=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("mou_link.id"), index=True)
    method: Mapped[Method]
    name: Mapped[str]
    differs: Mapped[bool]
    role_title: Mapped[str]
    strokes: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    # Empty in every row: pictures of signatures are not taken, and a table of evidence is not rebuilt for that.
    image_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    statements: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    document_sha256: Mapped[str]
    language: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)

    text: Mapped[MouText] = relationship()
    signatory: Mapped[MouSignatory] = relationship()
    link: Mapped[MouLink] = relationship()


class ProposalState(Term):
    """What became of a proposal that somebody else signs."""

    OPEN = "open", _l("Waits for you"), "attention"
    APPROVED = "approved", _l("Approved"), "done"
    REFUSED = "refused", _l("Refused"), "stopped"


P = ProposalState
MOVES = Moves({P.OPEN: (P.APPROVED, P.REFUSED), P.APPROVED: (), P.REFUSED: ()})


class MouProposal(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful):
    """That a signatory said somebody else signs for the organisation; the sender approves or refuses."""

    __tablename__ = "mou_proposal"
    audit_hides: ClassVar[tuple[str, ...]] = ("name", "email")
    moves = MOVES

    signatory_id: Mapped[int] = mapped_column(ForeignKey("mou_signatory.id"), index=True)
    text_id: Mapped[int] = mapped_column(ForeignKey("mou_text.id"), index=True)
    name: Mapped[str]
    role_title: Mapped[str]
    email: Mapped[str]
    reason: Mapped[str | None]
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.OPEN)
    answer: Mapped[str | None]
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("mou_signatory.id"))

    signatory: Mapped[MouSignatory] = relationship(foreign_keys=[signatory_id])
    successor: Mapped[MouSignatory | None] = relationship(foreign_keys=[successor_id])
    text: Mapped[MouText] = relationship()

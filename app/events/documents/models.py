"""Files of an event, who may read them, and the files that stood in their place before."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.files import StoredFile
from app.core.vocabulary import Term
from app.events.models import Event


class DocumentKind(Term):
    """What a file of an event shows; a proof pack sorts by it."""

    INVITATION = "invitation", _l("Invitation")
    AGENDA = "agenda", _l("Agenda")
    SIGNED_LIST = "signed_list", _l("Signed list")
    MINUTES = "minutes", _l("Minutes")
    SLIDES = "slides", _l("Slides")
    PHOTO = "photo", _l("Photo")
    PRESS = "press", _l("Press")
    OTHER = "other", _l("Something else")


class Audience(Term):
    """Who may read a file: everybody who sees its event, or of those only the consortium."""

    PUBLIC = "public", _l("Everybody who sees the event")
    CONSORTIUM = "consortium", _l("The consortium")


class EventDocument(Base, LeavesTheHouse, Timestamped, Versioned, Audited):
    """One document of an event with the file that holds now.

    ``title`` is in ``language``. Of a photo, ``everybody_agreed`` says that all who can be recognised agreed to its
    publication, and ``consent_note`` how that is known. A withdrawn one is shown to nobody but who may change the
    event; its file is gone (``file`` is ``None``) where somebody who is in it no longer agrees.
    """

    __tablename__ = "event_document"
    __table_args__ = (
        CheckConstraint("kind <> 'photo' OR audience <> 'public' OR everybody_agreed", name="agreed"),
        CheckConstraint("kind <> 'signed_list' OR audience <> 'public'", name="signed"),
        CheckConstraint("file_id IS NOT NULL OR withdrawn_at IS NOT NULL", name="file"),
        Index("ix_event_document_event", "event_id", "id"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    kind: Mapped[DocumentKind]
    title: Mapped[str]
    language: Mapped[str]
    audience: Mapped[Audience] = mapped_column(default=Audience.CONSORTIUM)
    everybody_agreed: Mapped[bool] = mapped_column(default=False)
    consent_note: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_name: Mapped[str | None]
    withdrawal_reason: Mapped[str | None]
    is_example: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship()
    file: Mapped[StoredFile | None] = relationship()
    former: Mapped[list["FormerFile"]] = relationship(
        back_populates="document", cascade="all, delete-orphan", order_by="FormerFile.id.desc()"
    )


class FormerFile(Base, Audited):
    """A file that a later one replaced: which, when, why and by whom."""

    __tablename__ = "event_document_former"

    document_id: Mapped[int] = mapped_column(ForeignKey("event_document.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    reason: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    replaced_at: Mapped[datetime] = mapped_column(default=clock.now)

    document: Mapped[EventDocument] = relationship(back_populates="former")
    file: Mapped[StoredFile | None] = relationship()

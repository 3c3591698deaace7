"""Minutes of an event, each version as it was sent, to whom, what they said of it, and how it was approved."""

from datetime import date, datetime
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.files import StoredFile
from app.core.states import Moves, Stateful
from app.core.veil import WrittenJson
from app.core.vocabulary import Term
from app.events.attendance.models import Attendance
from app.events.models import Event
from app.stakeholders.models import Organisation, Person


class MinutesState(Term):
    """How far the minutes of an event are."""

    DRAFT = "draft", _l("Being written"), "planned"
    SENT = "sent", _l("Sent for comments"), "running"
    APPROVED = "approved", _l("Approved"), "sealed"


M = MinutesState
# Sent again is a new version with a window of its own; what was approved is reopened with a reason, never rewritten.
MOVES = Moves({M.DRAFT: (M.SENT,), M.SENT: (M.SENT, M.APPROVED), M.APPROVED: (M.DRAFT,)})


class Minutes(Base, Timestamped, Versioned, Audited, Stateful):
    """The minutes of one event as they go their way; what they say is in the versions that were sent.

    ``held_up`` is the number of the version that silence did not approve, and of which the writers were told so.
    """

    __tablename__ = "minutes"
    moves = MOVES

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    state: Mapped[MinutesState] = mapped_column(default=MinutesState.DRAFT)
    held_up: Mapped[int | None]
    is_example: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship()
    versions: Mapped[list["MinutesVersion"]] = relationship(back_populates="minutes", order_by="MinutesVersion.number")

    @property
    def current(self) -> "MinutesVersion | None":
        """The version that was sent last."""
        return self.versions[-1] if self.versions else None


class MinutesVersion(AppendOnly, Base):
    """What was sent, frozen: evidence.

    ``content`` is what the minutes said (``content.frozen``) and ``sha256`` the hash of it as canonical JSON. Comments
    are taken to the end of ``comments_until`` in the event's time zone; on ``approves_on`` silence approves. Who said
    nothing is reminded ``remind_days`` before the window ends. ``contact`` is whom to write to.
    """

    __tablename__ = "minutes_version"
    __table_args__ = (
        CheckConstraint("approves_on > comments_until", name="days"),
        Index("uq_minutes_version_number", "minutes_id", "number", unique=True),
    )

    # What refers to a version is only read from here: to add to it would look like changing evidence.
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(WrittenJson)
    sha256: Mapped[str]
    language: Mapped[str]
    comments_until: Mapped[date]
    approves_on: Mapped[date]
    remind_days: Mapped[int | None]
    contact: Mapped[str]
    message: Mapped[str | None]
    reason: Mapped[str | None]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)

    minutes: Mapped[Minutes] = relationship(back_populates="versions")
    approval: Mapped["MinutesApproval | None"] = relationship(viewonly=True)
    documents: Mapped[list["MinutesDocument"]] = relationship(viewonly=True, order_by="MinutesDocument.id")

    @property
    def document(self) -> "MinutesDocument | None":
        """The PDF that stands, once it is made."""
        return next((one for one in reversed(self.documents) if one.file_id is not None), None)


class MinutesRecipient(Base, LeavesTheHouse, Timestamped, Versioned, Audited):
    """Somebody whom the minutes were sent to at one mailbox; of the secret in the link only a digest is stored.

    ``sent_number`` is the version sent last, ``expires_on`` the last day on which the link shows anything.
    """

    __tablename__ = "minutes_recipient"
    audit_hides: ClassVar[tuple[str, ...]] = ("token_hash", "name", "email")
    __table_args__ = (Index("uq_minutes_recipient_mailbox", "minutes_id", "email", unique=True),)

    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"))
    attendance_id: Mapped[int | None] = mapped_column(ForeignKey("attendance.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(index=True)
    language: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    sent_number: Mapped[int] = mapped_column(default=0)
    expires_on: Mapped[date]
    reminded_at: Mapped[datetime | None]
    is_example: Mapped[bool] = mapped_column(default=False)

    minutes: Mapped[Minutes] = relationship()
    attendance: Mapped[Attendance | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    person: Mapped[Person | None] = relationship()


class Verdict(Term):
    """What somebody says of minutes."""

    COMMENT = "comment", _l("Comment"), "none"
    AGREE = "agree", _l("Agrees"), "done"
    OBJECT = "object", _l("Objects"), "attention"


class MinutesComment(AppendOnly, Base):
    """What somebody said of one version, of one item (its key within the version) or in general: evidence."""

    __tablename__ = "minutes_comment"
    __table_args__ = (
        CheckConstraint("text IS NOT NULL OR said = 'agree'", name="text"),
        Index("ix_minutes_comment_version", "version_id", "id"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("minutes_version.id"))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("minutes_recipient.id"), index=True)
    item: Mapped[int | None]
    said: Mapped[Verdict]
    text: Mapped[str | None]
    is_by_link: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    version: Mapped[MinutesVersion] = relationship()
    recipient: Mapped[MinutesRecipient] = relationship()
    answers: Mapped[list["MinutesAnswer"]] = relationship(viewonly=True, order_by="MinutesAnswer.id")

    @property
    def event(self) -> Event:
        """The event whose minutes it is about."""
        return self.version.minutes.event

    @property
    def answer(self) -> "MinutesAnswer | None":
        """The answer that counts: the last one."""
        return self.answers[-1] if self.answers else None


class Taken(Term):
    """What became of a comment."""

    TAKEN = "taken", _l("Taken over"), "done"
    PARTLY = "partly", _l("Partly taken over"), "running"
    NOT_TAKEN = "not_taken", _l("Not taken over"), "stopped"


class MinutesAnswer(AppendOnly, Base):
    """What the writers answered to a comment; a later answer adds to it."""

    __tablename__ = "minutes_answer"

    comment_id: Mapped[int] = mapped_column(ForeignKey("minutes_comment.id"), index=True)
    taken: Mapped[Taken]
    reason: Mapped[str | None]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(default=clock.now)

    comment: Mapped[MinutesComment] = relationship()


class Approved(Term):
    """How minutes were approved."""

    TACIT = "tacit", _l("By silence")
    EXPLICIT = "explicit", _l("By the coordinator")


class MinutesApproval(AppendOnly, Base):
    """That a version was approved, once: how, when and by whom. Evidence."""

    __tablename__ = "minutes_approval"

    version_id: Mapped[int] = mapped_column(ForeignKey("minutes_version.id"), unique=True)
    how: Mapped[Approved]
    note: Mapped[str | None]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    approved_on: Mapped[date]
    approved_at: Mapped[datetime] = mapped_column(default=clock.now)

    version: Mapped[MinutesVersion] = relationship()


class MinutesDocument(AppendOnly, Base):
    """The PDF of an approved version; where a person was erased from it, a later one takes its place."""

    __tablename__ = "minutes_document"

    version_id: Mapped[int] = mapped_column(ForeignKey("minutes_version.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    sha256: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    version: Mapped[MinutesVersion] = relationship()
    file: Mapped[StoredFile | None] = relationship()

"""Invitations to events, every answer to them, and replies by mail that a person has to read."""

from datetime import datetime
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.events.models import Event
from app.stakeholders.models import Organisation, Person


class InvitationState(Term):
    """What whoever is invited said last."""

    INVITED = "invited", _l("No answer yet"), "running"
    ACCEPTED = "accepted", _l("Accepted"), "done"
    WAITING = "waiting", _l("On the waiting list"), "attention"
    TENTATIVE = "tentative", _l("Perhaps"), "attention"
    DECLINED = "declined", _l("Declined"), "stopped"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "none"


I = InvitationState  # noqa: E741 - the states of this module's table
# An answer can be changed until the event; a new date asks everybody again. Who accepts where no place is free waits.
MOVES = Moves(
    {
        I.INVITED: (I.ACCEPTED, I.WAITING, I.TENTATIVE, I.DECLINED, I.WITHDRAWN),
        I.ACCEPTED: (I.WAITING, I.TENTATIVE, I.DECLINED, I.INVITED, I.WITHDRAWN),
        I.WAITING: (I.ACCEPTED, I.TENTATIVE, I.DECLINED, I.INVITED, I.WITHDRAWN),
        I.TENTATIVE: (I.ACCEPTED, I.WAITING, I.DECLINED, I.INVITED, I.WITHDRAWN),
        I.DECLINED: (I.ACCEPTED, I.WAITING, I.TENTATIVE, I.INVITED, I.WITHDRAWN),
        I.WITHDRAWN: (I.INVITED,),
    }
)
ANSWERS = (I.ACCEPTED, I.TENTATIVE, I.DECLINED)


class Way(Term):
    """How somebody takes part."""

    ONSITE = "onsite", _l("On site")
    ONLINE = "online", _l("Online")


class AnsweredBy(Term):
    """How an answer came."""

    LINK = "link", _l("By link")
    MAIL = "mail", _l("By mail")
    ENTERED = "entered", _l("Entered by the organiser")


class EventInvitation(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful):
    """An organisation or a person invited to an event at one mailbox; either may be of the register or bare.

    Of the two secrets, in the link and in the address for replies, only digests are stored. ``sent`` is what the last
    mail said of the event, ``sequence`` the number it had as a calendar message; ``raised`` is by how much that number
    runs ahead of the event's own, since an invitation that was withdrawn counts on by itself. ``way`` is how whoever
    accepted takes part; ``queued`` is the turn of one who waits for a place, counted within the event.
    """

    __tablename__ = "event_invitation"
    # Who it is for stands in the row, where an erasure finds it; the audit need not repeat it.
    audit_hides: ClassVar[tuple[str, ...]] = ("token_hash", "tag_hash", "name", "email", "message")
    audit_skips: ClassVar[tuple[str, ...]] = ("sent",)
    __table_args__ = (
        Index("uq_event_invitation_mailbox", "event_id", "email", unique=True),
        Index("ix_event_invitation_state", "event_id", "state"),
    )
    moves = MOVES

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    email: Mapped[str | None] = mapped_column(index=True)
    language: Mapped[str]
    message: Mapped[str | None]
    state: Mapped[InvitationState] = mapped_column(default=InvitationState.INVITED)
    way: Mapped[Way | None]
    queued: Mapped[int | None]
    token_hash: Mapped[str] = mapped_column(unique=True)
    tag_hash: Mapped[str] = mapped_column(unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    raised: Mapped[int] = mapped_column(default=0)
    sent: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    sent_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    invited_by_name: Mapped[str]
    is_example: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    person: Mapped[Person | None] = relationship()
    answers: Mapped[list["EventAnswer"]] = relationship(back_populates="invitation", order_by="EventAnswer.id")


class EventAnswer(AppendOnly, Base):
    """One answer to an invitation: evidence, only added.

    ``stamped_at`` is when it was given by the clock of whoever gave it, ``sequence`` which state of the event was
    answered to, ``sent_from`` the mailbox it came from where that is another than the invited one.
    """

    __tablename__ = "event_answer"
    __table_args__ = (
        CheckConstraint("said IN ('accepted', 'tentative', 'declined')", name="said"),
        Index("ix_event_answer_invitation", "invitation_id", "id"),
    )

    invitation_id: Mapped[int] = mapped_column(ForeignKey("event_invitation.id"))
    said: Mapped[InvitationState]
    how: Mapped[AnsweredBy]
    comment: Mapped[str | None]
    sequence: Mapped[int]
    stamped_at: Mapped[datetime]
    sent_from: Mapped[str | None]
    message_id: Mapped[str | None] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    answered_at: Mapped[datetime] = mapped_column(default=clock.now)

    invitation: Mapped[EventInvitation] = relationship(back_populates="answers")


class WhyUnread(Term):
    """Why a reply changed nothing."""

    BOUNCED = "bounced", _l("It came back: the mailbox could not be reached")
    NO_CALENDAR = "no_calendar", _l("It has no answer that a program could read")
    BROKEN = "broken", _l("Its calendar part cannot be read")
    OTHER_METHOD = "other_method", _l("It is no answer but a proposal or another message")
    UNKNOWN_EVENT = "unknown_event", _l("It is about an event that nobody here invited to")
    UNKNOWN_PERSON = "unknown_person", _l("Whoever answered was not invited")
    OTHER_MAILBOX = "other_mailbox", _l("It comes from another mailbox than the one that was invited")
    OTHER_SENDER = "other_sender", _l("Its sender is neither who was invited nor a mailbox known to answer for them")
    FORGED = "forged", _l("Nothing shows that it comes from whoever was invited")
    STALE = "stale", _l("It is older than what is known already")
    UNSENT = "unsent", _l("Its time or its number fits no invitation that was sent")
    NO_ANSWER = "no_answer", _l("It says neither yes nor no nor perhaps")
    TOO_LATE = "too_late", _l("The event is over or called off, or the invitation withdrawn")


class ReplyState(Term):
    """Whether somebody looked at a reply."""

    OPEN = "open", _l("To be read"), "attention"
    SETTLED = "settled", _l("Taken over"), "done"
    DISMISSED = "dismissed", _l("Put aside"), "stopped"


REPLY_MOVES = Moves(
    {
        ReplyState.OPEN: (ReplyState.SETTLED, ReplyState.DISMISSED),
        ReplyState.SETTLED: (),
        ReplyState.DISMISSED: (ReplyState.OPEN,),
    }
)


class EventReply(Base, Timestamped, Versioned, Audited, Stateful):
    """A message to the address for replies that moved no answer; somebody reads it and settles it by hand."""

    __tablename__ = "event_reply"
    audit_hides: ClassVar[tuple[str, ...]] = ("sender", "attendee", "subject", "text", "comment")
    __table_args__ = (Index("ix_event_reply_state", "state", "event_id"),)
    moves = REPLY_MOVES

    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("event_invitation.id"), index=True)
    why: Mapped[WhyUnread]
    state: Mapped[ReplyState] = mapped_column(default=ReplyState.OPEN)
    message_id: Mapped[str | None] = mapped_column(index=True)
    sender: Mapped[str | None]
    attendee: Mapped[str | None]
    subject: Mapped[str | None]
    said: Mapped[InvitationState | None]
    comment: Mapped[str | None]
    text: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(default=clock.now)

    event: Mapped[Event | None] = relationship()
    invitation: Mapped[EventInvitation | None] = relationship()

    @property
    def is_bounce(self) -> bool:
        """Whether it reports that a mailbox, its ``attendee``, could not be reached."""
        return self.why is WhyUnread.BOUNCED and self.attendee is not None

"""Questions of events, points of feedback with what became of them, and the telling of it."""

from datetime import date, datetime
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.i18n import TranslatedText
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.events.codes import code_of
from app.events.models import Event
from app.microcredentials.links import ConcernsMicroCredentials
from app.stakeholders.models import Organisation


class Stance(Term):
    """What somebody thinks of what was asked."""

    SUPPORT = "support", _l("Support"), "done"
    CHANGES = "support_with_changes", _l("Support with changes"), "running"
    NEUTRAL = "neutral", _l("Neutral"), "none"
    OBJECTION = "objection", _l("Objection"), "late"


class Disposition(Term):
    """What became of a point of feedback."""

    OPEN = "open", _l("Not answered yet"), "attention"
    ACCEPTED = "accepted", _l("Accepted"), "done"
    PARTLY = "partly", _l("Partly accepted"), "running"
    REJECTED = "rejected", _l("Not accepted"), "stopped"
    DEFERRED = "deferred", _l("Put off"), "planned"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "stopped"


D = Disposition
MOVES = Moves(
    {
        D.OPEN: (D.ACCEPTED, D.PARTLY, D.REJECTED, D.DEFERRED, D.WITHDRAWN),
        D.ACCEPTED: (D.PARTLY, D.REJECTED, D.DEFERRED, D.WITHDRAWN),
        D.PARTLY: (D.ACCEPTED, D.REJECTED, D.DEFERRED, D.WITHDRAWN),
        D.REJECTED: (D.ACCEPTED, D.PARTLY, D.DEFERRED, D.WITHDRAWN),
        D.DEFERRED: (D.ACCEPTED, D.PARTLY, D.REJECTED, D.WITHDRAWN),
        D.WITHDRAWN: (),
    }
)
ANSWERED = (D.ACCEPTED, D.PARTLY, D.REJECTED, D.DEFERRED)
NEEDS_REASON = frozenset({D.PARTLY, D.REJECTED, D.DEFERRED})


class Question(Base, Timestamped, Versioned, Audited):
    """What an event asks those who take part."""

    __tablename__ = "event_question"
    __table_args__ = (Index("ix_event_question_order", "event_id", "position"),)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    position: Mapped[int]
    text: Mapped[TranslatedText]

    event: Mapped[Event] = relationship()


class FeedbackPoint(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful, ConcernsMicroCredentials):
    """One thing that was said, by which organisation (``None``: not told), and what became of it.

    ``number`` counts within the event and is given once: a point is withdrawn, never renumbered or taken away.
    ``said_on`` repeats the event's first day. ``outcome_text`` keeps the learning outcome as it read when the point was
    written; the outcome itself may change or go. ``reason`` and ``change`` are what is told of the answer, ``answers``
    counts how often there was something new to tell. ``public_text`` and ``public_reason`` are what the public reads in
    place of ``text`` and ``reason``.
    """

    __tablename__ = "feedback_point"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        Index("uq_feedback_point_number", "event_id", "number", unique=True),
        Index("ix_feedback_point_newest", "said_on", "id"),
    )
    moves = MOVES

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    number: Mapped[int]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("event_question.id"), index=True)
    outcome_id: Mapped[int | None] = mapped_column(ForeignKey("learning_outcome.id", ondelete="SET NULL"), index=True)
    outcome_text: Mapped[TranslatedText | None]
    said_on: Mapped[date]
    stance: Mapped[Stance]
    text: Mapped[TranslatedText]
    state: Mapped[Disposition] = mapped_column(default=Disposition.OPEN)
    reason: Mapped[TranslatedText | None]
    change: Mapped[TranslatedText | None]
    answers: Mapped[int] = mapped_column(default=0)
    withdrawn_because: Mapped[str | None]
    may_be_named: Mapped[bool] = mapped_column(default=False)
    public_text: Mapped[TranslatedText | None]
    public_reason: Mapped[TranslatedText | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None]
    search_key: Mapped[str]

    event: Mapped[Event] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    question: Mapped[Question | None] = relationship()

    @property
    def link_date(self) -> date:
        """The first day of the event at which it was said."""
        return self.said_on

    @property
    def code(self) -> str:
        """How people name it: F3-2 is the second point of the third meeting."""
        return code_of("F", self.event.number, self.event_id, self.number)

    @property
    def is_answered(self) -> bool:
        """Whether something became of it that can be told."""
        return self.state in ANSWERED


class FeedbackTold(AppendOnly, Base):
    """An answer to a point was told to the organisation that made it: evidence, and why nobody is told twice.

    ``answer`` is what the point's ``answers`` counted then. The address is in the mail alone.
    """

    __tablename__ = "feedback_told"
    __table_args__ = (UniqueConstraint("point_id", "answer"),)

    point_id: Mapped[int] = mapped_column(ForeignKey("feedback_point.id"))
    answer: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    language: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    told_at: Mapped[datetime] = mapped_column(default=clock.now)


class FeedbackPage(Base, Timestamped, Audited):
    """Whether the public may read what was said at an event and what became of it.

    ``looked_at`` has, by a point's key, a hash of what the public reads of it as somebody looked at it and published
    it: a point that is new or another since is not public. ``None`` of a page from before this was kept.
    """

    __tablename__ = "feedback_page"
    audit_skips: ClassVar[tuple[str, ...]] = ("looked_at",)

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    is_published: Mapped[bool] = mapped_column(default=False)
    looked_at: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))


def path_of(event_id: int, number: int) -> str:
    """Where a point stands: on its event's page."""
    return f"/events/{event_id}#feedback-{number}"


def public_path(event_id: int) -> str:
    """The page on which the public reads what was said at an event."""
    return f"/events/{event_id}/said"

"""Decisions of events; actions are events themselves, of the kind "deadline"."""

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import Column, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.audit import Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.i18n import TranslatedText
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.events.codes import code_of
from app.events.feedback.models import FeedbackPoint
from app.events.models import Event
from app.microcredentials.links import ConcernsMicroCredentials


class DecisionState(Term):
    """Whether a decision holds."""

    PROPOSED = "proposed", _l("Proposed"), "planned"
    ADOPTED = "adopted", _l("Adopted"), "done"
    SUPERSEDED = "superseded", _l("Superseded"), "stopped"
    REVOKED = "revoked", _l("Revoked"), "stopped"


S = DecisionState
MOVES = Moves(
    {
        S.PROPOSED: (S.ADOPTED, S.REVOKED),
        S.ADOPTED: (S.SUPERSEDED, S.REVOKED),
        S.SUPERSEDED: (),
        S.REVOKED: (),
    }
)


decision_point = Table(
    "decision_point",
    Base.metadata,
    Column("decision_id", ForeignKey("decision.id", ondelete="CASCADE"), primary_key=True),
    Column("point_id", ForeignKey("feedback_point.id"), primary_key=True, index=True),
)


class Decision(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful, ConcernsMicroCredentials):
    """What an event decided.

    ``number`` counts within the event and is given once: a decision is revoked or superseded, never renumbered or taken
    away. ``replaced_by`` is the later decision that superseded it, ``revoked_because`` says why it was revoked.
    ``points`` are what was said before, at whatever event, and led to it.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("uq_decision_number", "event_id", "number", unique=True),
        Index("ix_decision_newest", "decided_on", "id"),
    )
    moves = MOVES

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    number: Mapped[int]
    text: Mapped[TranslatedText]
    decided_on: Mapped[date]
    state: Mapped[DecisionState] = mapped_column(default=DecisionState.PROPOSED)
    work_package: Mapped[str | None]
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), index=True)
    revoked_because: Mapped[str | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None]
    search_key: Mapped[str]

    event: Mapped[Event] = relationship()
    replaced_by: Mapped["Decision | None"] = relationship(remote_side="Decision.id")
    points: Mapped[list[FeedbackPoint]] = relationship(secondary=decision_point, order_by=FeedbackPoint.id)

    @property
    def lapsed_with(self) -> "Decision | None":
        """The decision that superseded it and was revoked itself, so that neither holds."""
        by = self.replaced_by
        return by if by is not None and (self.state, by.state) == (S.SUPERSEDED, S.REVOKED) else None

    @property
    def link_date(self) -> date:
        """The day it was decided."""
        return self.decided_on

    @property
    def code(self) -> str:
        """How people name it: D3-2 is the second of the third meeting."""
        return code_of("D", self.event.number, self.event_id, self.number)


def path_of(event_id: int, number: int) -> str:
    """Where a decision stands: on its event's page."""
    return f"/events/{event_id}#decision-{number}"

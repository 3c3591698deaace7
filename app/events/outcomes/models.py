"""Decisions of events; actions are events themselves, of the kind "deadline"."""

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.audit import Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.i18n import TranslatedText
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
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


class Decision(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful, ConcernsMicroCredentials):
    """What an event decided.

    ``number`` counts within the event and is given once: a decision is revoked or superseded, never renumbered or taken
    away. ``replaced_by`` is the later decision that superseded it, ``revoked_because`` says why it was revoked.
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


def code_of(letter: str, meeting: int | None, event_id: int, number: int) -> str:
    """The name of a decision (``D``) or an action (``A``).

    Within a numbered meeting ``D3-2``; events without a number, such as round tables, are told apart by their key:
    ``DE41-2``.
    """
    return f"{letter}{meeting}-{number}" if meeting else f"{letter}E{event_id}-{number}"


def path_of(event_id: int, number: int) -> str:
    """Where a decision stands: on its event's page."""
    return f"/events/{event_id}#decision-{number}"

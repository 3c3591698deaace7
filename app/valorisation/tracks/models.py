"""Milestones of micro-credentials on four independent tracks, and every move of the day one is planned for."""

from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.access import Permission
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned, unique_where
from app.core.i18n import TranslatedText
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation


class Track(Term):
    """One of the ways into use; none waits for another."""

    QUALITY = "quality", _l("Quality")
    FORMAL = "formal", _l("Formal recognition")
    PRACTICE = "practice", _l("Practice")
    LABOUR_MARKET = "labour_market", _l("Labour market")


class MilestoneKind(Term):
    """What can be reached; the order is that of the tracks, and no ladder."""

    CONSULTED = "consulted", _l("Consulted")
    EMPLOYER_VALIDATED = "employer_validated", _l("Confirmed by employers")
    SUBMITTED = "submitted", _l("Submitted")
    ACCREDITED = "accredited", _l("Accredited")
    VERIFIED = "verified", _l("Verified")
    NQF_INCLUDED = "nqf_included", _l("In the national framework")
    PILOTED = "piloted", _l("Piloted")
    IMPLEMENTED = "implemented", _l("In the regular offer")
    EMPLOYER_RECOGNISED = "employer_recognised", _l("Recognised by employers")


K, T = MilestoneKind, Track
TRACKS = {
    T.QUALITY: (K.CONSULTED, K.EMPLOYER_VALIDATED),
    T.FORMAL: (K.SUBMITTED, K.ACCREDITED, K.VERIFIED, K.NQF_INCLUDED),
    T.PRACTICE: (K.PILOTED, K.IMPLEMENTED),
    T.LABOUR_MARKET: (K.EMPLOYER_RECOGNISED,),
}
TRACK_OF = {kind: track for track, kinds in TRACKS.items() for kind in kinds}

# Milestones that a body reaches by deciding: without the body and its decision nobody could look them up.
DECIDED = frozenset({K.ACCREDITED, K.VERIFIED, K.NQF_INCLUDED})


class Standing(NamedTuple):
    """How a milestone is shown: the shape of its mark, and a word."""

    shape: str
    label: Any


class MilestoneState(Term):
    """How far a milestone is; one that was reached and is no longer valid has expired."""

    PLANNED = "planned", _l("Planned"), "planned"
    UNDER_WAY = "under_way", _l("Under way"), "running"
    REACHED = "reached", _l("Reached"), "done"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "stopped"


S = MilestoneState
MOVES = Moves(
    {
        S.PLANNED: (S.UNDER_WAY, S.REACHED, S.WITHDRAWN),
        S.UNDER_WAY: (S.PLANNED, S.REACHED, S.WITHDRAWN),
        S.REACHED: (S.WITHDRAWN,),
        S.WITHDRAWN: (),
    }
)
OPEN = frozenset({S.PLANNED, S.UNDER_WAY})
_OPEN_IN_SQL = "state IN ('planned', 'under_way')"


class OnTrack:
    """What follows from a milestone's kind, state and days: of the record, and of a row as pages read it."""

    kind: Any
    state: Any
    planned_on: Any
    valid_until: Any

    @property
    def track(self) -> Track:
        """Which track it is on."""
        return TRACK_OF[self.kind]

    def standing(self, today: date) -> Standing:
        """How it stands on a day: its state, or that it has expired or is late."""
        if self.has_expired(today):
            return Standing("late", _l("Expired"))
        return Standing("late", _l("Late")) if self.is_late(today) else Standing(self.state.shape, self.state.label)

    def has_expired(self, today: date) -> bool:
        """Whether it was reached and holds no longer."""
        return self.state is S.REACHED and self.valid_until is not None and self.valid_until < today

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it is still open."""
        return self.state in OPEN and self.planned_on is not None and self.planned_on < today


class Milestone(OnTrack, Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful):
    """A dated, proven step of one micro-credential, which is part of it as an outcome is.

    ``valid_until`` is the last day on which it holds. ``baseline_on`` is the day first planned. The databases refuse a
    second open milestone of a kind; what has expired can be reached anew by another.
    """

    __tablename__ = "milestone"
    __table_args__ = (
        CheckConstraint("state <> 'reached' OR reached_on IS NOT NULL", name="reached"),
        CheckConstraint("state NOT IN ('planned', 'under_way') OR planned_on IS NOT NULL", name="planned"),
        CheckConstraint("valid_until IS NULL OR reached_on IS NULL OR valid_until >= reached_on", name="valid"),
        CheckConstraint("learners >= 0", name="learners"),
        unique_where("uq_milestone_open", _OPEN_IN_SQL, "microcredential_id", "kind"),
        Index("ix_milestone_microcredential", "microcredential_id", "id"),
    )
    moves = MOVES
    edit_permission: ClassVar[Permission] = Permission.MILESTONE_EDIT

    microcredential_id: Mapped[int] = mapped_column(ForeignKey("microcredential.id"))
    kind: Mapped[MilestoneKind]
    state: Mapped[MilestoneState] = mapped_column(default=MilestoneState.PLANNED)
    planned_on: Mapped[date | None]
    baseline_on: Mapped[date | None]
    reached_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    decision_reference: Mapped[str | None]
    legal_basis: Mapped[str | None]
    learners: Mapped[int | None]
    note: Mapped[TranslatedText | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None]

    microcredential: Mapped[MicroCredential] = relationship()
    authority: Mapped[Organisation | None] = relationship()

    @property
    def access_country(self) -> str | None:
        """The country of its micro-credential."""
        return self.microcredential.access_country

    @property
    def access_organisations(self) -> frozenset[int]:
        """Who answers for its micro-credential."""
        return frozenset(self.microcredential.access_organisations)


class MilestoneSlip(AppendOnly, Base):
    """One move of the day a milestone is planned for, with reason and author. Never changed."""

    __tablename__ = "milestone_slip"

    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    old_planned: Mapped[date]
    new_planned: Mapped[date]
    reason: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def days(self) -> int:
        """How many days later it became; fewer than none is earlier."""
        return (self.new_planned - self.old_planned).days

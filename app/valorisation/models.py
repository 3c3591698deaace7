"""Action plans: what each country does so that its micro-credentials are used and recognised."""

from datetime import date, datetime
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.access import Permission
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned, unique_where
from app.core.i18n import TranslatedText
from app.core.states import Moves, Stateful
from app.core.veil import WrittenJson
from app.core.vocabulary import Term
from app.microcredentials.links import ConcernsMicroCredentials
from app.stakeholders.models import Organisation

# What a plan says in words, in its order; each is a column of the same name.
SECTIONS = {
    "legal_framework": _l("Legal framework"),
    "recognition_route": _l("Route to recognition"),
    "stakeholders": _l("Stakeholders"),
    "objectives": _l("Objectives"),
    "risks": _l("Risks"),
    "sustainability": _l("Sustainability"),
}


class PlanState(Term):
    """How far an action plan is."""

    DRAFT = "draft", _l("Draft"), "planned"
    IN_CONSULTATION = "in_consultation", _l("In consultation"), "running"
    APPROVED = "approved", _l("Approved"), "done"
    IN_EXECUTION = "in_execution", _l("In execution"), "running"
    COMPLETED = "completed", _l("Completed"), "done"
    ARCHIVED = "archived", _l("Archived"), "stopped"


S = PlanState
MOVES = Moves(
    {
        S.DRAFT: (S.IN_CONSULTATION, S.ARCHIVED),
        S.IN_CONSULTATION: (S.DRAFT, S.APPROVED, S.ARCHIVED),
        S.APPROVED: (S.DRAFT, S.IN_EXECUTION, S.ARCHIVED),
        S.IN_EXECUTION: (S.DRAFT, S.COMPLETED, S.ARCHIVED),
        S.COMPLETED: (S.IN_EXECUTION, S.ARCHIVED),
        S.ARCHIVED: (),
    }
)
# The plan a country works by: of these it has one at most.
HOLDS = frozenset({S.APPROVED, S.IN_EXECUTION})
# What it says in words can be changed.
WRITTEN_IN = frozenset({S.DRAFT, S.IN_CONSULTATION})
ENDED = frozenset({S.COMPLETED, S.ARCHIVED})
_HOLDS_IN_SQL = "state IN ('approved', 'in_execution')"


class ActionPlan(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful, ConcernsMicroCredentials):
    """The action plan of one country for a period; the micro-credentials it concerns come first in it.

    ``template`` is the code of the template it was made from. What was approved stands in its versions, which only
    grow; the plan itself is what is worked on. The databases refuse a second plan of a country that holds.
    """

    __tablename__ = "action_plan"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="days"),
        unique_where("uq_action_plan_holds", _HOLDS_IN_SQL, "country"),
        Index("ix_action_plan_country", "country", "starts_on", "id"),
    )
    moves = MOVES
    edit_permission: ClassVar[Permission] = Permission.PLAN_EDIT

    country: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[PlanState] = mapped_column(default=PlanState.DRAFT)
    template: Mapped[str]
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    legal_framework: Mapped[TranslatedText | None]
    recognition_route: Mapped[TranslatedText | None]
    stakeholders: Mapped[TranslatedText | None]
    objectives: Mapped[TranslatedText | None]
    risks: Mapped[TranslatedText | None]
    sustainability: Mapped[TranslatedText | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None]
    search_key: Mapped[str]

    lead: Mapped[Organisation | None] = relationship()
    versions: Mapped[list["PlanVersion"]] = relationship(
        back_populates="plan", order_by="PlanVersion.number", passive_deletes="all"
    )

    @property
    def link_date(self) -> date:
        """The day its period begins."""
        return self.starts_on

    @property
    def access_country(self) -> str:
        """The country it is for."""
        return self.country

    @property
    def access_organisations(self) -> frozenset[int]:
        """The organisation that answers for it."""
        return frozenset({self.lead_id} if self.lead_id else ())

    @property
    def is_unpromised(self) -> bool:
        """Whether it is written and was never approved: nobody promised anything by it, so nothing of it is late."""
        return self.state in WRITTEN_IN and not self.versions

    @property
    def approved(self) -> "PlanVersion | None":
        """What was approved last."""
        return self.versions[-1] if self.versions else None


class PlanVersion(AppendOnly, Base):
    """An action plan as it was approved: its content word for word, with who approved it and when. Never changed."""

    __tablename__ = "action_plan_version"
    __table_args__ = (Index("uq_action_plan_version_number", "plan_id", "number", unique=True),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plan.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(WrittenJson)
    sha256: Mapped[str]
    approved_on: Mapped[date]
    note: Mapped[str | None]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    plan: Mapped[ActionPlan] = relationship(back_populates="versions")

"""Items of action plans, and every move of the day one is due."""

from datetime import date, datetime
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.access import Permission
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.i18n import TranslatedText
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.microcredentials.links import ConcernsMicroCredentials
from app.stakeholders.models import Organisation, Person
from app.valorisation.models import ActionPlan
from app.valorisation.origins.models import Origin


class ItemLevel(Term):
    """Where an item works."""

    REGIONAL = "regional", _l("Regional")
    NATIONAL = "national", _l("National")
    EUROPEAN = "european", _l("European")
    SECTORAL = "sectoral", _l("Sectoral")
    TARGET_GROUP = "target_group", _l("Target group")


class Measure(Term):
    """What of the records is counted as the actual figure of an item."""

    PLANS = "plans", _l("Approved action plans of the country")
    CONSULTATIONS = "consultations", _l("Consultations held in the country")
    ROUND_TABLES = "round_tables", _l("Round tables held in the country")
    ORGANISATIONS = "organisations", _l("Organisations reached, each once")
    PEOPLE = "people", _l("People reached at events")
    MEMORANDA = "memoranda", _l("Signed memoranda of the country")
    VALORISED = "valorised", _l("Valorised micro-credentials of the country")


class ItemState(Term):
    """How far an item is; one that is open after its day is late."""

    PLANNED = "planned", _l("Planned"), "planned"
    IN_PROGRESS = "in_progress", _l("Under way"), "running"
    DONE = "done", _l("Done"), "done"
    CANCELLED = "cancelled", _l("Cancelled"), "stopped"


S = ItemState
MOVES = Moves(
    {
        S.PLANNED: (S.IN_PROGRESS, S.DONE, S.CANCELLED),
        S.IN_PROGRESS: (S.PLANNED, S.DONE, S.CANCELLED),
        S.DONE: (S.IN_PROGRESS,),
        S.CANCELLED: (S.PLANNED,),
    }
)
OPEN = frozenset({S.PLANNED, S.IN_PROGRESS})

plan_item_stakeholder = Table(
    "plan_item_stakeholder",
    Base.metadata,
    Column("item_id", ForeignKey("plan_item.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), primary_key=True, index=True),
)


class PlanItem(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful, ConcernsMicroCredentials):
    """Something that a country promised to do.

    ``number`` counts within the plan and is given once. ``point`` is the code of the template's point it was made from.
    ``baseline_on`` is the day first promised: until the plan's first approval it follows ``due_on``, then it stays.
    ``beyond_reason`` says why its days lie outside the project's. ``actual`` was typed, with its source, where no
    ``measure`` counts it. ``origins`` are the decisions and the feedback it came from.
    """

    __tablename__ = "plan_item"
    __table_args__ = (
        CheckConstraint("starts_on IS NULL OR due_on >= starts_on", name="days"),
        CheckConstraint("state <> 'done' OR done_on IS NOT NULL", name="done"),
        CheckConstraint("target >= 0 AND actual >= 0", name="figures"),
        CheckConstraint("actual IS NULL OR actual_source IS NOT NULL", name="source"),
        Index("uq_plan_item_number", "plan_id", "number", unique=True),
        Index("ix_plan_item_due", "due_on", "id"),
    )
    moves = MOVES
    edit_permission: ClassVar[Permission] = Permission.PLAN_EDIT

    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plan.id", ondelete="CASCADE"))
    number: Mapped[int]
    point: Mapped[str | None]
    title: Mapped[TranslatedText]
    level: Mapped[ItemLevel]
    state: Mapped[ItemState] = mapped_column(default=ItemState.PLANNED)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    starts_on: Mapped[date | None]
    due_on: Mapped[date]
    baseline_on: Mapped[date]
    beyond_reason: Mapped[str | None]
    done_on: Mapped[date | None]
    indicator: Mapped[TranslatedText | None]
    target: Mapped[int | None]
    measure: Mapped[Measure | None]
    actual: Mapped[int | None]
    actual_source: Mapped[str | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None]

    plan: Mapped[ActionPlan] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    person: Mapped[Person | None] = relationship()
    stakeholders: Mapped[list[Organisation]] = relationship(
        secondary=plan_item_stakeholder, order_by=Organisation.name_key
    )
    origins: Mapped[list[Origin]] = relationship(cascade="all, delete-orphan", passive_deletes=True, order_by=Origin.id)

    @property
    def link_date(self) -> date:
        """The day it is due."""
        return self.due_on

    @property
    def access_country(self) -> str:
        """The country of its plan."""
        return self.plan.country

    @property
    def access_organisations(self) -> frozenset[int]:
        """Who answers for the item, and who answers for the plan."""
        return frozenset(filter(None, (self.organisation_id, self.plan.lead_id)))

    @property
    def moved_days(self) -> int:
        """How many days later than first promised it is due, or was done; fewer than none is earlier."""
        return moved_days(self)

    def expected_within(self, project: tuple[date, date]) -> tuple[date, date]:
        """The days on which it is expected to be done: in the project, and not before its plan begins."""
        return max(self.plan.starts_on, project[0]), project[1]

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it is still open; nothing of a plan that was never approved is late."""
        return not self.plan.is_unpromised and is_late(self, today)


def moved_days(item: Any) -> int:
    """How many days later than first promised an item, or a row of one, is due, or was done; fewer is earlier."""
    last: date = item.done_on if item.state is S.DONE and item.done_on else item.due_on
    first: date = item.baseline_on
    return (last - first).days


def is_late(item: Any, today: date) -> bool:
    """Whether the day of an item, or a row of one, has passed and it is still open, if its plan promises anything."""
    return item.state in OPEN and bool(item.due_on < today)


class ItemSlip(AppendOnly, Base):
    """One move of the day an item is due, with reason and author. Never changed."""

    __tablename__ = "plan_item_slip"

    item_id: Mapped[int] = mapped_column(ForeignKey("plan_item.id"), index=True)
    old_due: Mapped[date]
    new_due: Mapped[date]
    reason: Mapped[str | None]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    item: Mapped[PlanItem] = relationship()

    @property
    def days(self) -> int:
        """How many days later it became; fewer than none is earlier."""
        return (self.new_due - self.old_due).days

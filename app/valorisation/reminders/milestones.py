"""Which milestones there are to remind of: open ones that come due, and reached ones that run out; and whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import User
from app.core.access import Actor, Permission
from app.core.database import plain_rows
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.microcredentials.queries import reached
from app.valorisation.reminders.queries import Found, first_who_may, leads
from app.valorisation.reminders.rules import BEFORE, RUNS_OUT, RUNS_OUT_SOON, Occasion, occasion, runs_out, window
from app.valorisation.tracks.models import OPEN, Milestone, MilestoneState


def due(today: date) -> Sequence[Milestone]:
    """The milestones there may be an occasion for, with what says who answers for them; two statements."""
    first, last = window(today)
    coming = Milestone.state.in_(OPEN) & Milestone.planned_on.between(first, last)
    ending = Milestone.valid_until.between(today, today + RUNS_OUT) & _ends_for_good()
    return db.session.scalars(_whole().where(or_(coming, ending))).all()


def milestone(milestone_id: int) -> Milestone | None:
    """One milestone to remind of, if it is still open, or holds and nothing follows it."""
    open_or_ending = Milestone.state.in_(OPEN) | _ends_for_good()
    return db.session.scalar(_whole().where(Milestone.id == milestone_id, open_or_ending))


def occasion_of(found: Milestone, today: date) -> tuple[Occasion, date] | None:
    """The occasion there is on a day, with the day it is about: the one planned for, or the last on which it holds."""
    is_open = found.state in OPEN
    about = found.planned_on if is_open else found.valid_until
    why = (occasion if is_open else runs_out)(about, today) if about else None
    return (why, about) if why and about else None


def keepers(found: Milestone, users: Sequence[User]) -> Sequence[User]:
    """Who answers for a milestone: people of those who develop its micro-credential, else the lead, else its author."""
    return first_who_may(
        found,
        users,
        lambda user: not found.access_organisations.isdisjoint(user.access_organisations),
        lambda user: leads(user, found.access_country),
        lambda user: user.id == found.created_by_id,
    )


@dataclass(frozen=True)
class Pressing:
    """Milestones that are late, due within a week, or reached and soon to run out; the earliest day at the top.

    A row has ``id``, ``code``, ``kind``, ``day`` and whether the milestone ``is_open``; an open one is due on its day,
    another holds until the end of it.
    """

    rows: Sequence[Found]
    today: date

    @property
    def late(self) -> int:
        """How many should have been reached by now."""
        return sum(row.is_open and row.day < self.today for row in self.rows)

    @property
    def soon(self) -> int:
        """How many are due within a week, or run out within a month."""
        return len(self.rows) - self.late


def pressing(actor: Actor, today: date) -> Pressing:
    """What presses among the milestones that the actor may change; one statement, and none for who may change none."""
    if not actor.may(Permission.MILESTONE_EDIT):
        return Pressing([], today)

    is_open = Milestone.state.in_(OPEN)
    day = case((is_open, Milestone.planned_on), else_=Milestone.valid_until)
    ending = Milestone.valid_until.between(today, today + RUNS_OUT_SOON) & _ends_for_good()
    statement = (
        select(Milestone.id, MicroCredential.code, Milestone.kind, day.label("day"), is_open.label("is_open"))
        .join(Milestone.microcredential)
        .where(MicroCredential.state != MicroCredentialState.RETIRED)
        .where(or_(is_open & (Milestone.planned_on <= today + BEFORE), ending))
        .where(reached(actor, Permission.MILESTONE_EDIT))
        .order_by(day, Milestone.id)
    )
    return Pressing(plain_rows(db.session, statement), today)


def _ends_for_good() -> ColumnElement[bool]:
    """Reached, and nobody plans the same anew, nor was it reached anew for longer."""
    other = aliased(Milestone)
    longer = or_(other.valid_until.is_(None), other.valid_until > Milestone.valid_until)
    follows = (
        select(other.id)
        .where(other.microcredential_id == Milestone.microcredential_id, other.kind == Milestone.kind)
        .where(or_(other.state.in_(OPEN), and_(other.state == MilestoneState.REACHED, longer)))
        .correlate(Milestone)
    )
    return and_(Milestone.state == MilestoneState.REACHED, Milestone.valid_until.is_not(None), ~follows.exists())


def _whole() -> Select[Milestone]:
    return (
        select(Milestone)
        .join(Milestone.microcredential)
        .where(MicroCredential.state != MicroCredentialState.RETIRED)
        .options(joinedload(Milestone.microcredential).selectinload(MicroCredential.developers))
        .order_by(Milestone.id)
    )

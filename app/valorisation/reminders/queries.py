"""Which items there are to remind of, whom, and how the items of a country stand for its lead."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import User
from app.core.access import Actor, Permission, Role
from app.core.database import plain_rows
from app.core.reach import reach
from app.extensions import db
from app.stakeholders.models import Person
from app.valorisation.items.models import OPEN, PlanItem
from app.valorisation.models import ENDED, ActionPlan, PlanVersion
from app.valorisation.permissions import Entered, may_edit
from app.valorisation.queries import visible_to as plans_visible_to
from app.valorisation.reminders.models import ReminderWish
from app.valorisation.reminders.rules import window

Found = Row[*tuple[Any, ...]]
WEEK = timedelta(days=7)


def promised() -> ColumnElement[bool]:
    """Open items of plans that were approved once and have not ended."""
    approved = select(PlanVersion.plan_id).where(PlanVersion.plan_id == ActionPlan.id).exists()
    plans = select(ActionPlan.id).where(ActionPlan.state.not_in(ENDED), approved)
    return PlanItem.state.in_(OPEN) & PlanItem.plan_id.in_(plans)


def due(today: date) -> Sequence[PlanItem]:
    """The items there may be an occasion for, with what says who answers for them."""
    first, last = window(today)
    return db.session.scalars(_whole().where(promised(), PlanItem.due_on.between(first, last))).all()


def item(item_id: int) -> PlanItem | None:
    """One item to remind of, if it is still promised and open."""
    return db.session.scalar(_whole().where(promised(), PlanItem.id == item_id))


def _whole() -> Select[PlanItem]:
    return (
        select(PlanItem)
        .options(joinedload(PlanItem.plan), joinedload(PlanItem.person), joinedload(PlanItem.organisation))
        .order_by(PlanItem.id)
    )


def readers() -> Sequence[User]:
    """Everybody with an account in use, with their roles: of whom ``keepers`` finds who answers for an item."""
    return db.session.scalars(
        select(User).where(User.active).options(selectinload(User.grants)).order_by(User.id)
    ).all()


def keepers(item: PlanItem, users: Sequence[User]) -> Sequence[User]:
    """Who answers for an item: its person, else its organisation's people, the plan's, the country's lead, its author.

    The person has an account at the address that is known of them; the others may change the item.
    """
    address = item.person.email if item.person and not item.person.absorbed_by_id else None
    if address:
        own = [user for user in users if user.email == address.strip().casefold() and user.actor.is_internal]
        if own:
            return own
    return first_who_may(
        item,
        users,
        lambda user: item.organisation_id in user.access_organisations,
        lambda user: item.plan.lead_id in user.access_organisations,
        lambda user: leads(user, item.plan.country),
        lambda user: user.id == item.created_by_id,
    )


def first_who_may(record: Entered, users: Sequence[User], *ways: Callable[[User], bool]) -> Sequence[User]:
    """Whoever of ``users`` the first of these ways names, of those who may change the record."""
    for way in ways:
        if found := [user for user in users if way(user) and may_edit(user.actor, record)]:
            return found
    return []


def leads(user: User, country: str | None) -> bool:
    """Whether a person is a lead of a country."""
    return any((one.role, one.country) == (Role.COUNTRY_LEAD, country) for one in user.grants)


def unwilling() -> Collection[int]:
    """The people who do not want to be reminded."""
    return set(db.session.scalars(select(ReminderWish.user_id).where(ReminderWish.is_wanted.is_(False))))


def wish_of(user_id: int) -> ReminderWish | None:
    """What a person said about reminders, if anything."""
    return db.session.scalar(select(ReminderWish).where(ReminderWish.user_id == user_id))


def theirs(user_id: int) -> ColumnElement[bool]:
    """Items that a person with an account answers for by name."""
    address = select(User.email).where(User.id == user_id).scalar_subquery()
    return PlanItem.person_id.in_(
        select(Person.id).where(func.lower(Person.email) == address, Person.absorbed_by_id.is_(None))
    )


@dataclass(frozen=True)
class CountryItems:
    """What of a country's plan is late or due within a week, the item that was due first at the top."""

    country: str
    rows: Sequence[Found]
    today: date

    @property
    def late(self) -> int:
        """How many items are late."""
        return sum(row.due_on < self.today for row in self.rows)

    @property
    def soon(self) -> int:
        """How many are due within a week."""
        return len(self.rows) - self.late


def by_country(actor: Actor, today: date) -> list[CountryItems]:
    """What presses in the plans of the countries whose items the actor may change; one statement."""
    if not actor.may(Permission.PLAN_EDIT):
        return []

    def owned_by(keys: Collection[int]) -> ColumnElement[bool]:
        return PlanItem.organisation_id.in_(keys) | ActionPlan.lead_id.in_(keys)

    rows = plain_rows(
        db.session,
        select(
            PlanItem.id,
            PlanItem.number,
            PlanItem.title,
            PlanItem.due_on,
            ActionPlan.country,
            ActionPlan.id.label("plan_id"),
        )
        .join(ActionPlan, ActionPlan.id == PlanItem.plan_id)
        .where(promised(), plans_visible_to(actor), PlanItem.due_on <= today + WEEK)
        .where(reach(actor, Permission.PLAN_EDIT, country=ActionPlan.country, owned_by=owned_by))
        .order_by(ActionPlan.country, PlanItem.due_on, PlanItem.id),
    )
    return [CountryItems(code, list(found), today) for code, found in groupby(rows, lambda row: row.country)]

"""Why items slip: the moves of their days, the stakeholders they wait for, and the actions that are open there.

Each question is one statement, for one item as for fifty.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select, union
from sqlalchemy.orm import aliased

from app.core.access import Actor
from app.core.database import plain_rows
from app.core.i18n import TranslatedText
from app.engagement.contact import last_contact_of
from app.events.codes import code_of
from app.events.models import Event
from app.events.outcomes.queries import OPEN as OPEN_ACTIONS
from app.events.queries import visible_to as events_visible_to
from app.extensions import db
from app.stakeholders.models import Organisation, Person
from app.stakeholders.queries import people_visible_to
from app.valorisation.items.models import OPEN, ItemSlip, PlanItem, plan_item_stakeholder
from app.valorisation.items.queries import visible_to
from app.valorisation.models import ENDED, ActionPlan, PlanVersion

Found = Row[*tuple[Any, ...]]
T = TypeVar("T")
I = PlanItem  # noqa: E741 - the columns of this module, named in every line

MOST_OF_PLAN = 20


@dataclass(frozen=True)
class Contact:
    """A stakeholder that an item waits for; ``last`` is when something was held with it, as far as the reader knows."""

    organisation_id: int
    name: str
    is_example: bool
    last: date | None

    def days_since(self, today: date) -> int | None:
        """How many days ago that was; ``None`` where nothing ever was."""
        return (today - self.last).days if self.last else None


@dataclass(frozen=True)
class OpenAction:
    """An agreed action that is still to be done and concerns the same micro-credentials or organisations."""

    id: int
    code: str
    title: TranslatedText
    due_on: date
    owner: str | None
    is_example: bool

    def is_late(self, today: date) -> bool:
        """Whether its day has passed."""
        return self.due_on < today


@dataclass(frozen=True)
class Why:
    """Why one item slips: its moves, the latest first; whom it waits for, the longest silent first; open actions."""

    moves: Sequence[Found] = ()
    contacts: Sequence[Contact] = ()
    actions: Sequence[OpenAction] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of it."""
        return not (self.moves or self.contacts or self.actions)


def slipping(today: date) -> ColumnElement[bool]:
    """Open items of plans that a country works by that are late or due later than first promised.

    A plan that was never approved promises nothing yet.
    """
    approved = select(PlanVersion.id).where(PlanVersion.plan_id == ActionPlan.id).exists()
    plans = select(ActionPlan.id).where(ActionPlan.state.not_in(ENDED), approved)
    return I.state.in_(OPEN) & I.plan_id.in_(plans) & or_(I.due_on < today, I.due_on > I.baseline_on)


def moved() -> Any:
    """How often the day of an item moved, as a part of a statement about items."""
    return select(func.count(ItemSlip.id)).where(ItemSlip.item_id == I.id).correlate(I).scalar_subquery()


def rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Items the actor may see as rows: days, moves counted, plan, country, who answers; a person's name where open."""
    return (
        select(
            *(I.id, I.number, I.title, I.level, I.state, I.due_on, I.baseline_on, I.plan_id, I.is_example),
            I.organisation_id,
            ActionPlan.country,
            Organisation.name.label("organisation"),
            Person.given_name,
            Person.family_name,
            moved().label("moved"),
        )
        .join(ActionPlan, ActionPlan.id == I.plan_id)
        .outerjoin(Organisation, Organisation.id == I.organisation_id)
        .outerjoin(Person, (Person.id == I.person_id) & people_visible_to(actor))
        .where(visible_to(actor))
    )


def of_plan(actor: Actor, plan: ActionPlan, today: date) -> Sequence[Found]:
    """What slips of a plan, the item that was due first at the top: so many at most, each with how many there are."""
    wanted = rows(actor).add_columns(func.count().over().label("counted"))
    wanted = wanted.where(I.plan_id == plan.id, slipping(today)).order_by(I.due_on, I.number).limit(MOST_OF_PLAN)
    return plain_rows(db.session, wanted)


def reasons(connection: Connection, actor: Actor, keys: Sequence[int]) -> dict[int, Why]:
    """Why each of some items slips; four statements."""
    if not keys:
        return {}
    moves, contacts = moves_of(connection, actor, keys), contacts_of(connection, actor, keys)
    actions = actions_of(connection, actor, keys)
    return {key: Why(moves.get(key, ()), contacts.get(key, ()), actions.get(key, ())) for key in keys}


def moves_of(connection: Connection, actor: Actor, keys: Sequence[int]) -> Mapping[int, Sequence[Found]]:
    """Every move of the days of items the actor may see, the latest first."""
    slip = ItemSlip
    found = connection.execute(
        select(slip.item_id, slip.old_due, slip.new_due, slip.reason, slip.actor_name, slip.made_at)
        .where(slip.item_id.in_(keys), slip.item_id.in_(select(I.id).where(visible_to(actor))))
        .order_by(slip.id.desc())
    )
    return _by_item(found, lambda row: row)


def contacts_of(connection: Connection, actor: Actor, keys: Sequence[int]) -> Mapping[int, Sequence[Contact]]:
    """Whom items wait for, and when somebody last spoke with each; whom nobody spoke with, or longest ago, first."""
    link = plan_item_stakeholder.c
    pairs = connection.execute(
        select(link.item_id, Organisation.id, Organisation.name, Organisation.is_example)
        .join(Organisation, Organisation.id == link.organisation_id)
        .where(link.item_id.in_(keys))
        .order_by(Organisation.name_key)
    ).all()
    last = last_contact_of(connection, actor, sorted({row.id for row in pairs})) if pairs else {}
    pairs = sorted(pairs, key=lambda row: last.get(row.id, date.min))
    return _by_item(pairs, lambda row: Contact(row.id, row.name, row.is_example, last.get(row.id)))


def actions_of(connection: Connection, actor: Actor, keys: Sequence[int]) -> Mapping[int, Sequence[OpenAction]]:
    """Open actions that concern the micro-credentials of items, or are owed by an organisation that takes part.

    Those due first come first; each stands once with an item, however much they share.
    """
    setter, pair = aliased(Event), _shared(keys).subquery("shared")
    found = connection.execute(
        select(
            *(pair.c.item_id, Event.id, Event.title, Event.ends_on, Event.number, Event.is_example),
            setter.id.label("setter"),
            setter.number.label("meeting"),
            Organisation.name.label("owner"),
        )
        .join(Event, Event.id == pair.c.event_id)
        .join(setter, setter.id == Event.set_by_id)
        .outerjoin(Organisation, Organisation.id == Event.organiser_id)
        .where(Event.state.in_(OPEN_ACTIONS), events_visible_to(actor))
        .order_by(Event.ends_on, Event.id)
    )
    return _by_item(found, _action)


def _shared(keys: Sequence[int]) -> Any:
    """Which item and which action have something in common; as pairs of keys, each once."""
    of_item, of_event, takes_part = I.link_model, Event.link_model, plan_item_stakeholder.c
    same_design = (
        select(of_item.record_id.label("item_id"), of_event.record_id.label("event_id"))
        .join(of_event, of_event.microcredential_id == of_item.microcredential_id)
        .where(of_item.record_id.in_(keys))
    )
    owed_by_stakeholder = (
        select(takes_part.item_id, Event.id)
        .join(Event, Event.organiser_id == takes_part.organisation_id)
        .where(takes_part.item_id.in_(keys), Event.set_by_id.is_not(None))
    )
    owed_by_responsible = (
        select(I.id, Event.id)
        .join(Event, Event.organiser_id == I.organisation_id)
        .where(I.id.in_(keys), Event.set_by_id.is_not(None))
    )
    return union(same_design, owed_by_stakeholder, owed_by_responsible)


def _action(row: Found) -> OpenAction:
    code = code_of("A", row.meeting, row.setter, row.number or 0)
    return OpenAction(row.id, code, row.title, row.ends_on, row.owner, row.is_example)


def _by_item(found: Any, made: Callable[[Found], T]) -> dict[int, Sequence[T]]:
    by_item: dict[int, list[T]] = {}
    for row in found:
        by_item.setdefault(row.item_id, []).append(made(row))
    return dict(by_item)

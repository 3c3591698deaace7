"""Why items slip: the moves of their days, the stakeholders they wait for, and the actions that are open there.

Each question is one statement, for one item as for fifty.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import CTE, ColumnElement, Connection, Date, Row, Select, bindparam, func, or_, select, union
from sqlalchemy.orm import aliased

from app.core.access import Actor
from app.core.database import plain_rows
from app.core.i18n import TranslatedText
from app.engagement.contact import last_contact_of
from app.events.codes import code_of
from app.events.models import Event
from app.events.outcomes.queries import IS_ACTION
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
_LINK = plan_item_stakeholder.c
_KEYS: Any = bindparam("keys", expanding=True)

# Of a plan's items on its page, and of an item's open actions in a list; in a file all.
MOST_OF_PLAN, MOST_ACTIONS, ALL = 20, 3, 2**31 - 1


class Contact(NamedTuple):
    """A stakeholder that an item waits for; ``last`` is when something was held with it, as far as the reader knows."""

    organisation_id: int
    name: str
    is_example: bool
    last: date | None

    def days_since(self, today: date) -> int | None:
        """How many days ago that was; ``None`` where nothing ever was."""
        return (today - self.last).days if self.last else None


class OpenAction(NamedTuple):
    """An agreed action that is still to be done and concerns the same micro-credentials or organisations."""

    id: int
    code: str
    title: TranslatedText
    due_on: date
    owner: str | None
    is_example: bool
    version: int

    def is_late(self, today: date) -> bool:
        """Whether its day has passed."""
        return self.due_on < today


class Why(NamedTuple):
    """Why one item slips: its moves, the latest first; whom it waits for, the longest silent first; open actions.

    ``actions`` are those due first, ``open_actions`` is how many there are.
    """

    moves: Sequence[Found] = ()
    contacts: Sequence[Contact] = ()
    actions: Sequence[OpenAction] = ()
    open_actions: int = 0

    @property
    def facts(self) -> tuple[Any, ...]:
        """What the cells about it follow from (see ``kept``); of an action its texts follow from its version."""
        actions = tuple((one.id, one.version, one.code, one.owner) for one in self.actions)
        return tuple(self.moves), tuple(self.contacts), actions, self.open_actions


def slipping(today: Any) -> ColumnElement[bool]:
    """Open items of plans that a country works by that are late or due later than first promised.

    A plan that was never approved promises nothing yet. ``today`` is a day, or the parameter of a statement that stands
    for one.
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
            *(I.id, I.version, I.number, I.title, I.level, I.state, I.due_on, I.baseline_on, I.plan_id),
            *(I.is_example, I.organisation_id),
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
    return plain_rows(db.session, _of_plan(actor), {"plan": plan.id, "today": today})


# This statement and those below are made once, because making one costs as much as asking it.
@lru_cache(maxsize=256)
def _of_plan(actor: Actor) -> Select[*tuple[Any, ...]]:
    wanted = rows(actor).add_columns(func.count().over().label("counted"))
    wanted = wanted.where(I.plan_id == bindparam("plan"), slipping(bindparam("today", type_=Date)))
    return wanted.order_by(I.due_on, I.number).limit(MOST_OF_PLAN)


def reasons(connection: Connection, actor: Actor, keys: Sequence[int], most: int = MOST_ACTIONS) -> dict[int, Why]:
    """Why each of some items slips, with so many open actions at most; four statements."""
    if not keys:
        return {}
    moves, contacts = moves_of(connection, actor, keys), contacts_of(connection, actor, keys)
    found = _open_actions(connection, actor, keys, most)
    made = {}
    for key in keys:
        actions = found.get(key, ())
        counted = actions[0].counted if actions else 0
        made[key] = Why(moves.get(key, ()), contacts.get(key, ()), [_action(row) for row in actions], counted)
    return made


def moves_of(connection: Connection, actor: Actor, keys: Sequence[int]) -> Mapping[int, Sequence[Found]]:
    """Every move of the days of items the actor may see, the latest first."""
    return _by_item(connection.execute(_moves(actor), {"keys": list(keys)}), lambda row: row)


@lru_cache(maxsize=256)
def _moves(actor: Actor) -> Select[*tuple[Any, ...]]:
    slip = ItemSlip
    return (
        select(slip.item_id, slip.old_due, slip.new_due, slip.reason, slip.actor_name, slip.made_at)
        .where(slip.item_id.in_(_KEYS), slip.item_id.in_(select(I.id).where(visible_to(actor))))
        .order_by(slip.id.desc())
    )


def contacts_of(connection: Connection, actor: Actor, keys: Sequence[int]) -> Mapping[int, Sequence[Contact]]:
    """Whom items wait for, and when somebody last spoke with each; whom nobody spoke with, or longest ago, first."""
    pairs = connection.execute(_STAKEHOLDERS, {"keys": list(keys)}).all()
    last = last_contact_of(connection, actor, sorted({row.id for row in pairs})) if pairs else {}
    pairs = sorted(pairs, key=lambda row: last.get(row.id, date.min))
    return _by_item(pairs, lambda row: Contact(row.id, row.name, row.is_example, last.get(row.id)))


_STAKEHOLDERS = (
    select(_LINK.item_id, Organisation.id, Organisation.name, Organisation.is_example)
    .join(Organisation, Organisation.id == _LINK.organisation_id)
    .where(_LINK.item_id.in_(_KEYS))
    .order_by(Organisation.name_key)
)


def actions_of(connection: Connection, actor: Actor, keys: Sequence[int]) -> Mapping[int, Sequence[OpenAction]]:
    """Open actions that concern the micro-credentials of items, or are owed by an organisation that takes part.

    Those due first come first; each stands once with an item, however much they share.
    """
    found = _open_actions(connection, actor, keys, ALL)
    return {key: [_action(row) for row in actions] for key, actions in found.items()}


def _open_actions(
    connection: Connection, actor: Actor, keys: Sequence[int], most: int
) -> Mapping[int, Sequence[Found]]:
    return _by_item(connection.execute(_actions(actor), {"keys": list(keys), "most": most}), lambda row: row)


@lru_cache(maxsize=256)
def _actions(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The first open actions of items, with how many each item has; texts are read of those that are shown."""
    wanted = select(Event.id, Event.organiser_id, Event.ends_on)
    wanted = wanted.where(IS_ACTION, Event.state.in_(OPEN_ACTIONS), events_visible_to(actor))
    shared = _shared(wanted.cte("actions")).subquery("shared").c
    order = (shared.ends_on, shared.id)
    ranked = select(
        *(shared.item_id, shared.id),
        func.row_number().over(partition_by=shared.item_id, order_by=order).label("place"),
        func.count().over(partition_by=shared.item_id).label("counted"),
    ).subquery("ranked")
    setter = aliased(Event)
    return (
        select(
            *(ranked.c.item_id, ranked.c.counted),
            *(Event.id, Event.version, Event.title, Event.ends_on, Event.number, Event.is_example),
            setter.id.label("setter"),
            setter.number.label("meeting"),
            Organisation.name.label("owner"),
        )
        .join(Event, Event.id == ranked.c.id)
        .join(setter, setter.id == Event.set_by_id)
        .outerjoin(Organisation, Organisation.id == Event.organiser_id)
        .where(ranked.c.place <= bindparam("most"))
        .order_by(Event.ends_on, Event.id)
    )


def _shared(actions: CTE) -> Any:
    """Which item and which of these actions have something in common: keys, and the day it is due, each pair once."""
    of_item, of_event, action = I.link_model, Event.link_model, actions.c
    shown = (action.id, action.ends_on)
    same_design = (
        select(of_item.record_id.label("item_id"), *shown)
        .join(of_event, of_event.microcredential_id == of_item.microcredential_id)
        .join(actions, action.id == of_event.record_id)
        .where(of_item.record_id.in_(_KEYS))
    )
    waited_for = select(_LINK.item_id, _LINK.organisation_id).where(_LINK.item_id.in_(_KEYS))
    responsible = select(I.id, I.organisation_id).where(I.id.in_(_KEYS), I.organisation_id.is_not(None))
    takes_part = union(waited_for, responsible).subquery("takes_part").c
    return union(
        same_design, select(takes_part.item_id, *shown).join(actions, action.organiser_id == takes_part.organisation_id)
    )


def _action(row: Found) -> OpenAction:
    code = code_of("A", row.meeting, row.setter, row.number or 0)
    return OpenAction(row.id, code, row.title, row.ends_on, row.owner, row.is_example, row.version)


def _by_item(found: Any, made: Callable[[Found], T]) -> dict[int, Sequence[T]]:
    by_item: dict[int, list[T]] = {}
    for row in found:
        by_item.setdefault(row.item_id, []).append(made(row))
    return dict(by_item)

"""What can be asked about agendas; who may see an event may see its agenda."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.access import Actor
from app.events.agenda.models import AgendaItem, agenda_presenter
from app.events.models import Event
from app.events.queries import OWN_TABLES, visible_to
from app.extensions import db
from app.stakeholders.models import Person

OWN_TABLES.update((AgendaItem.__tablename__, agenda_presenter.name))

# Items stand in the order in which they were put; over several days those of a day together, those without one last.
ORDER = (AgendaItem.position, AgendaItem.id)
BY_DAY = (AgendaItem.day.is_(None), AgendaItem.day)


def items(event: Event) -> Sequence[AgendaItem]:
    """The items of an event with who presents them, in their order; one statement."""
    presenting = joinedload(AgendaItem.people).load_only(Person.given_name, Person.family_name, Person.erased_on)
    statement = select(AgendaItem).where(AgendaItem.event_id == event.id).options(presenting)
    statement = statement.order_by(*(ORDER if only_day(event) else (*BY_DAY, *ORDER)))
    return db.session.scalars(statement).unique().all()


def only_day(event: Event) -> date | None:
    """The day of an event that takes only one: that of every item that says none."""
    return event.starts_on if event.starts_on == event.ends_on else None


def has_days(event: Event) -> bool:
    """Whether an item of an event's agenda says its day."""
    said = select(AgendaItem.id).where(AgendaItem.event_id == event.id, AgendaItem.day.is_not(None))
    return db.session.scalar(said.limit(1)) is not None


def item(actor: Actor, event_id: int, item_id: int) -> AgendaItem:
    """One item with its event. Raises ``NoResultFound`` where it is not there or not open to the actor."""
    return db.session.execute(
        select(AgendaItem)
        .join(Event, Event.id == AgendaItem.event_id)
        .where(AgendaItem.id == item_id, Event.id == event_id, visible_to(actor))
        .options(joinedload(AgendaItem.event))
    ).scalar_one()

"""What can be asked about agendas; who may see an event may see its agenda."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.access import Actor
from app.events.agenda.models import AgendaItem
from app.events.models import Event
from app.events.queries import OWN_TABLES, visible_to
from app.extensions import db

OWN_TABLES.add(AgendaItem.__tablename__)

# Items of a day stand together; those without a day come where they were put.
ORDER = (AgendaItem.position, AgendaItem.id)


def items(event: Event) -> Sequence[AgendaItem]:
    """The items of an event, in their order."""
    return db.session.scalars(select(AgendaItem).where(AgendaItem.event_id == event.id).order_by(*ORDER)).all()


def item(actor: Actor, event_id: int, item_id: int) -> AgendaItem:
    """One item with its event. Raises ``NoResultFound`` where it is not there or not open to the actor."""
    return db.session.execute(
        select(AgendaItem)
        .join(Event, Event.id == AgendaItem.event_id)
        .where(AgendaItem.id == item_id, Event.id == event_id, visible_to(actor))
        .options(joinedload(AgendaItem.event))
    ).scalar_one()

"""What somebody wants to change of an event: loaded as the actor, and refused to who may not change the event."""

from typing import Protocol, TypeVar

from app.core.access import Actor
from app.events import queries
from app.events.models import Event
from app.events.permissions import check_edit


class OfEvent(Protocol):
    """A record that belongs to an event."""

    @property
    def event(self) -> Event:
        """The event."""


P = TypeVar("P", bound=OfEvent)


def event(actor: Actor, event_id: int) -> Event:
    """An event the actor may change. Raises ``NoResultFound`` where it is not open to the actor, and ``NotAllowed``."""
    found = queries.event(actor, event_id)
    check_edit(actor, found)
    return found


def whole(actor: Actor, event_id: int) -> Event:
    """An event the actor may change with everything a form shows. Raises as ``event``."""
    found = queries.event_to_edit(actor, event_id)
    check_edit(actor, found)
    return found


def part(actor: Actor, found: P) -> P:
    """A record of an event the actor may change. Raises ``NotAllowed``."""
    check_edit(actor, found.event)
    return found

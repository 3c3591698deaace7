"""Who may change an event: whoever the role allows, and whoever entered it."""

from typing import Any

from flask_babel import gettext as _

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.events.models import Event


def may_edit(actor: Actor, event: Event) -> bool:
    """Whether the actor may change the event.

    People often enter what others organised; they must be able to write its minutes, so entering it is enough. Who
    may change an event may change the actions it set.
    """
    entered_it = actor.user_id is not None and event.created_by_id == actor.user_id
    if actor.may(Permission.EVENT_EDIT, event) or (entered_it and actor.may(Permission.EVENT_EDIT)):
        return True
    return event.set_by is not None and may_edit(actor, event.set_by)


def may_join(actor: Actor, event: Event, there_is: Any) -> bool:
    """Whether the actor may read the link to join: the consortium's people, and who is invited or takes part.

    That everybody may know of an event does not invite everybody. ``there_is`` is what ``presence`` says of the event
    for this actor.
    """
    organises = bool(actor.organisations & event.access_organisations)
    return actor.is_internal or organises or bool(there_is.takes_part or there_is.is_invited)


def check_edit(actor: Actor, event: Event) -> None:
    """Raise ``NotAllowed`` where ``may_edit`` answers no."""
    if not may_edit(actor, event):
        raise NotAllowed(_("Your role does not allow you to change this event."))

"""Who may make proof packs: whoever answers for the event. Who may open them: they, and auditors."""

from flask_babel import gettext as _

from app.core.access import Actor, Permission
from app.core.errors import NotAllowed
from app.events.models import Event, EventKind
from app.reporting.packs.models import ProofPack


def may_make(actor: Actor, event: Event) -> bool:
    """Whether the actor may have packs of the event made."""
    return _may(actor, Permission.EVENT_PROVE, event)


def may_read(actor: Actor, event: Event) -> bool:
    """Whether the actor may know of the event's packs and what they would lack."""
    return _may(actor, Permission.PACK_READ, event)


def may_open(actor: Actor, pack: ProofPack) -> bool:
    """Whether the actor may download a pack.

    One with data that were erased since is for auditors and for those who answer to them.
    """
    restricted = bool(pack.restrictions)
    return may_read(actor, pack.event) and (not restricted or actor.may(Permission.PACK_OPEN_RESTRICTED, pack.event))


def _may(actor: Actor, permission: Permission, event: Event) -> bool:
    # Nobody proves a deadline, and a draft may still be anything.
    if event.kind is EventKind.DEADLINE or not event.is_published:
        return False
    entered_it = actor.user_id is not None and event.created_by_id == actor.user_id
    return actor.may(permission, event) or (entered_it and actor.may(permission))


def check_make(actor: Actor, event: Event) -> None:
    """Raise ``NotAllowed`` where ``may_make`` answers no."""
    if not may_make(actor, event):
        raise NotAllowed(_("Your role does not allow you to make proof packs of this event."))

"""Who gets a place where there are only so many: accepted, put on the waiting list, moved up from it.

Whoever asks holds the event's lock until the transaction ends, so that one place is never given away twice.
"""

from collections import Counter
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.core import clock
from app.core.access import SYSTEM, Actor
from app.events.invitations import mailing, places, queries, rules
from app.events.invitations.mailing import About
from app.events.invitations.models import EventInvitation, InvitationState, Way
from app.events.models import Event
from app.events.queries import lock
from app.events.services import after_change
from app.extensions import db


def queue(event: Event) -> Sequence[EventInvitation]:
    """Who waits for a place, in their turn."""
    return db.session.scalars(
        select(EventInvitation)
        .where(EventInvitation.event_id == event.id, EventInvitation.state == InvitationState.WAITING)
        .order_by(EventInvitation.queued, EventInvitation.id)
    ).all()


def turns(event: Event) -> dict[int, int]:
    """Which one each of those is who wait, by the key of the invitation: counted from 1 for each way of taking part."""
    there, found, reached = queries.tally(event).rooms, {}, Counter[Way]()
    for one in queue(event):
        way = places.room_of(there, one.way).way
        reached[way] += 1
        found[one.id] = reached[way]
    return found


def admit(invitation: EventInvitation, asked: Way | None) -> InvitationState:
    """How whoever accepts stands then: accepted, or waiting; their way is kept. The event must be held.

    Raises ``NoPlaceThere`` for who has a place and asks for another one that is not free.
    """
    there = queries.tally(invitation.event).rooms
    way = places.way_of(there, asked, invitation.way)
    room = places.room_of(there, way)
    before = places.room_of(there, invitation.way).way if invitation.way else None
    admitted = places.is_admitted(room, invitation.state, before)
    invitation.way = way
    if admitted:
        invitation.queued = None
        return InvitationState.ACCEPTED
    if invitation.state is not InvitationState.WAITING or before is not way:
        last = select(func.max(EventInvitation.queued)).where(EventInvitation.event_id == invitation.event_id)
        invitation.queued = (db.session.scalar(last) or 0) + 1
    return InvitationState.WAITING


def move_up(event: Event, actor: Actor = SYSTEM) -> list[EventInvitation]:
    """Give the places that are free to those who wait, in their turn; each gets a mail. The event must be held."""
    if event.state not in rules.INVITING or event.is_over_at <= clock.moment():
        return []
    db.session.flush()
    there = queries.tally(event).rooms
    free = {room.way: room.free for room in there}
    moved = []
    for invitation in queue(event) if any(room.waiting for room in there) else ():
        way = places.room_of(there, invitation.way).way
        left = free[way]
        if left == 0:
            continue
        free[way] = None if left is None else left - 1
        invitation.way, invitation.queued = way, None
        invitation.move_to(InvitationState.ACCEPTED, actor, _("A place became free."))
        mailing.send(invitation, About.MOVED_UP)
        moved.append(invitation)
    db.session.flush()
    return moved


def follow(event: Event) -> None:
    """Let those who wait move up where an event has more places than before, or another form.

    Who has to hear first that it takes place at another time or elsewhere moves up after that mail (``tell_invited``).
    """
    waits = queue(event)
    if waits and all(one.sent == mailing.shown(event) for one in waits):
        lock(event)
        move_up(event)


after_change.append(follow)

"""What can be asked about invitations: of an event, by a link, by a reply; names only for whom people are open."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.accounts.models import User
from app.accounts.tokens import digest
from app.core import clock
from app.core.access import Actor, Permission
from app.events import presence
from app.events.invitations import places
from app.events.invitations.models import EventAnswer, EventInvitation, EventReply, InvitationState, ReplyState, Way
from app.events.invitations.places import Room
from app.events.invitations.rules import INVITING
from app.events.models import Event
from app.events.permissions import may_edit
from app.events.queries import visible_to
from app.extensions import db

MOST_REPLIES = 200


_OF_EVENT = select(EventInvitation.id).where(EventInvitation.event_id == presence.KEY)
_AT_THE_READERS = func.lower(User.email) == func.lower(EventInvitation.email)
presence.ask(
    invitations=_OF_EVENT.exists(),
    is_invited=_OF_EVENT.join(User, _AT_THE_READERS)
    .where(User.id == presence.READER, EventInvitation.state != InvitationState.WITHDRAWN)
    .exists(),
)


def may_see_names(actor: Actor) -> bool:
    """Whether the actor may read who is invited and who was there: the consortium's people who may read of people."""
    return actor.is_internal and actor.may(Permission.PERSON_READ)


def of_event(event: Event) -> Sequence[EventInvitation]:
    """Everybody who is or was invited, by name."""
    return db.session.scalars(
        select(EventInvitation)
        .where(EventInvitation.event_id == event.id)
        .options(joinedload(EventInvitation.organisation), selectinload(EventInvitation.answers))
        .order_by(func.lower(EventInvitation.name), EventInvitation.id)
    ).all()


def standing(event: Event) -> Sequence[EventInvitation]:
    """The invitations of an event that were not withdrawn."""
    return [one for one in of_event(event) if one.state is not InvitationState.WITHDRAWN]


def unanswered(event: Event) -> Sequence[EventInvitation]:
    """Those who have not answered, by name."""
    return [one for one in of_event(event) if one.state is InvitationState.INVITED]


@dataclass(frozen=True)
class Tally:
    """How many said what, without a name, and the room for each way of taking part."""

    counts: dict[InvitationState, int]
    rooms: list[Room]

    @property
    def counted(self) -> list[Room]:
        """The rooms in which places are counted, or somebody waits for one."""
        return [room for room in self.rooms if room.seats is not None or room.waiting]


def tally(event: Event) -> Tally:
    """How many said what, and how many places are taken and waited for; one statement."""
    rows = db.session.execute(
        select(EventInvitation.state, EventInvitation.way, func.count())
        .where(EventInvitation.event_id == event.id, EventInvitation.state != InvitationState.WITHDRAWN)
        .group_by(EventInvitation.state, EventInvitation.way)
    ).all()
    found = Counter[InvitationState]()
    for row in rows:
        found[row[0]] += row[2]
    seats = {Way.ONSITE: event.onsite_seats, Way.ONLINE: event.online_seats}
    counts = {state: found[state] for state in InvitationState if found[state]}
    return Tally(counts, places.rooms(event.format, seats, [(row[0], row[1], row[2]) for row in rows]))


def invitation(actor: Actor, event_id: int, invitation_id: int) -> EventInvitation:
    """One invitation with its answers. Raises ``NoResultFound`` where it is not there or its event is not open."""
    return db.session.execute(
        select(EventInvitation)
        .join(Event, Event.id == EventInvitation.event_id)
        .where(EventInvitation.id == invitation_id, EventInvitation.event_id == event_id, visible_to(actor))
        .options(
            joinedload(EventInvitation.event),
            joinedload(EventInvitation.organisation),
            joinedload(EventInvitation.person),
            selectinload(EventInvitation.answers),
        )
    ).scalar_one()


# What the page behind a link shows beside the invitation.
WITH_EVENT = (joinedload(EventInvitation.event), joinedload(EventInvitation.organisation))


def by_tags(tags: Sequence[str]) -> EventInvitation | None:
    """The invitation whose address for replies has one of these tags."""
    wanted = [digest(tag) for tag in tags]
    found = select(EventInvitation).where(EventInvitation.tag_hash.in_(wanted)).order_by(EventInvitation.id)
    return db.session.scalar(found.limit(1))


def at_mailbox(event: Event, address: str) -> EventInvitation | None:
    """The invitation to an event that went to this mailbox."""
    return db.session.scalar(
        select(EventInvitation).where(EventInvitation.event_id == event.id, EventInvitation.email == address)
    )


def has_answered_from(invitation: EventInvitation, sender: str | None) -> bool:
    """Whether an answer to this invitation, or to another of the same mailbox, came from ``sender`` before."""
    if not sender or not invitation.email:
        return False
    before = (
        select(EventAnswer.id)
        .join(EventInvitation, EventInvitation.id == EventAnswer.invitation_id)
        .where(EventInvitation.email == invitation.email, EventAnswer.sent_from == sender)
    )
    return db.session.scalar(before.limit(1)) is not None


def is_known(message_id: str) -> bool:
    """Whether a message was read before: mailboxes hand out the same one twice."""
    either: tuple[Any, ...] = (
        select(EventAnswer.id).where(EventAnswer.message_id == message_id),
        select(EventReply.id).where(EventReply.message_id == message_id),
    )
    return any(db.session.scalar(one.limit(1)) is not None for one in either)


# ---- Replies that were not understood ----


def replies_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Replies of events the actor may see; those of no known event are for whoever settles all replies.

    Who may read one is narrowed further, to who may change the event: see ``readable``.
    """
    known = EventReply.event_id.in_(select(Event.id).where(visible_to(actor)))
    if actor.may(Permission.REPLY_SETTLE):
        return or_(known, EventReply.event_id.is_(None))
    return and_(EventReply.event_id.is_not(None), known)


def readable(actor: Actor, reply: EventReply) -> bool:
    """Whether a reply is the actor's to read and settle."""
    return reply.event is None or may_edit(actor, reply.event)


def replies(actor: Actor, event: Event | None = None, state: ReplyState = ReplyState.OPEN) -> list[EventReply]:
    """Replies in a state that the actor may settle, of one event or of all, the latest first."""
    statement = select(EventReply).where(EventReply.state == state, replies_visible_to(actor))
    if event is not None:
        statement = statement.where(EventReply.event_id == event.id)
    options = (joinedload(EventReply.event), joinedload(EventReply.invitation))
    found = db.session.scalars(statement.options(*options).order_by(EventReply.id.desc()).limit(MOST_REPLIES))
    return [reply for reply in found if readable(actor, reply)]


def unreached(found: Sequence[EventReply]) -> dict[str, list[EventReply]]:
    """Those of these replies that report a mailbox which could not be reached, by its address."""
    by_address: dict[str, list[EventReply]] = {}
    for one in found:
        if one.is_bounce:
            by_address.setdefault(one.attendee or "", []).append(one)
    return by_address


def last_invited(address: str | None) -> EventInvitation | None:
    """The latest invitation that went to a mailbox."""
    sent = select(EventInvitation).where(EventInvitation.email == address, EventInvitation.sent_at.is_not(None))
    return db.session.scalar(sent.order_by(EventInvitation.sent_at.desc(), EventInvitation.id.desc()).limit(1))


def reply(actor: Actor, reply_id: int) -> EventReply:
    """One reply. Raises ``NoResultFound`` where it is not there or not the actor's to settle."""
    statement = select(EventReply).where(EventReply.id == reply_id, replies_visible_to(actor))
    found = db.session.execute(statement.options(joinedload(EventReply.event))).scalar_one()
    if not readable(actor, found):
        return db.session.execute(select(EventReply).where(EventReply.id.is_(None))).scalar_one()
    return found


def candidates(reply: EventReply) -> Sequence[EventInvitation]:
    """Whose answer a reply may be: anybody's who is invited to its event.

    Where no event is known it is whoever has the mailbox, else anybody who is invited to what is to come.
    """
    if reply.event is not None:
        return standing(reply.event)
    addresses = [address for address in (reply.attendee, reply.sender) if address]
    invited = (
        select(EventInvitation)
        .join(Event, Event.id == EventInvitation.event_id)
        .where(EventInvitation.state != InvitationState.WITHDRAWN)
        .options(contains_eager(EventInvitation.event))
        .order_by(EventInvitation.id.desc())
        .limit(MOST_REPLIES)
    )
    theirs = db.session.scalars(invited.where(EventInvitation.email.in_(addresses))).all()
    to_come = invited.where(Event.ends_on >= clock.today(), Event.state.in_(INVITING))
    return theirs or db.session.scalars(to_come).all()

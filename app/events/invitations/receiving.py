"""Replies by mail: matched with an invitation and taken down, or kept for somebody to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import portal
from app.core.access import SYSTEM, Actor, Permission
from app.core.database import hold
from app.core.errors import NotAllowed, expect_version
from app.events.invitations import answering, keys, queries, replies, rules
from app.events.invitations.answering import Said
from app.events.invitations.models import (
    AnsweredBy,
    EventInvitation,
    EventReply,
    InvitationState,
    ReplyState,
    WhyUnread,
)
from app.events.invitations.replies import Reply
from app.events.models import Event
from app.events.permissions import check_edit
from app.events.queries import lock
from app.extensions import db


@dataclass(frozen=True)
class Received:
    """What became of a message: whose answer it moved, or why it is kept for somebody to read; neither if known."""

    invitation: EventInvitation | None = None
    kept: EventReply | None = None


def receive(octets: bytes) -> Received:
    """Read one message, and take its answer down where everything about it fits; a message counts once."""
    reply = replies.read(octets)
    if reply.message_id and queries.is_known(reply.message_id):
        return Received()
    event = _event(reply.uid)
    by_tag = queries.by_tags(_tags(reply.addresses))
    named = queries.at_mailbox(event, reply.attendee) if event and reply.attendee else None
    invitation = by_tag or named
    if reply.why is WhyUnread.BOUNCED and invitation is None:  # It goes to whoever sent, which is nobody's own address.
        invitation = queries.last_invited(reply.attendee)
    why = reply.why or _why(reply, event, by_tag, invitation)
    if why is not None or invitation is None:
        known = event or (by_tag.event if by_tag else None)
        if known is None and why is WhyUnread.BOUNCED and invitation is not None:
            known = invitation.event
        return Received(kept=_keep(reply, known, invitation, why or WhyUnread.UNKNOWN_PERSON))
    said = Said(
        answer=reply.said or InvitationState.INVITED,
        how=AnsweredBy.MAIL,
        comment=reply.comment,
        stamped_at=reply.stamped_at,
        sequence=reply.sequence,
        sent_from=reply.sender if reply.sender != invitation.email else None,
        message_id=reply.message_id,
    )
    answering.answer(invitation, said, SYSTEM)
    return Received(invitation=invitation)


def _why(
    reply: Reply, event: Event | None, by_tag: EventInvitation | None, invitation: EventInvitation | None
) -> WhyUnread | None:
    if event is None:
        return WhyUnread.UNKNOWN_EVENT
    if invitation is None:
        return WhyUnread.UNKNOWN_PERSON
    if by_tag is not None and by_tag.event_id != event.id:
        return WhyUnread.FORGED
    last = answering.last_answer(invitation)
    standing = rules.Standing(
        state=invitation.state,
        sequence=invitation.sequence,
        invited_at=invitation.created_at,
        answered_at=last.stamped_at if last else None,
        is_open=answering.is_open(invitation),
    )
    return rules.judge(
        standing,
        has_tag=by_tag is not None,
        is_theirs=reply.attendee == invitation.email,
        is_sender_known=reply.sender == invitation.email or queries.has_answered_from(invitation, reply.sender),
        sequence=reply.sequence,
        stamped_at=reply.stamped_at,
    )


def _event(uid: str | None) -> Event | None:
    """The event that a calendar's identifier means: its own, at the consortium's domain."""
    local, _at, domain = (uid or "").strip().rpartition("@")
    if domain.lower() != portal.consortium().uid_domain.lower():
        return None
    try:
        key = UUID(local)
    except ValueError:
        return None
    return db.session.scalar(select(Event).where(Event.uid == key))


def _tags(addresses: Sequence[str]) -> list[str]:
    base = portal.settings().reply_address
    return [tag for tag in (keys.tag_of(address, base) for address in addresses) if tag]


def _keep(reply: Reply, event: Event | None, invitation: EventInvitation | None, why: WhyUnread) -> EventReply:
    kept = EventReply(
        event=event,
        invitation=invitation if invitation and event and invitation.event_id == event.id else None,
        why=why,
        message_id=reply.message_id,
        sender=reply.sender,
        attendee=reply.attendee,
        subject=reply.subject,
        said=reply.said,
        comment=reply.comment,
        text=reply.text,
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def settle(
    actor: Actor, reply: EventReply, version: int | None, invitation: EventInvitation, said: InvitationState
) -> None:
    """Take down what a person read in a reply; its sender may answer for whoever is invited from then on.

    Raises ``EditConflict``, ``Refused`` and ``NotAllowed``.
    """
    _check(actor, reply)
    expect_version(reply, version)
    answering.enter(
        actor,
        invitation,
        invitation.version,
        Said(
            answer=said,
            how=AnsweredBy.ENTERED,
            comment=reply.comment,
            sent_from=reply.sender if reply.sender != invitation.email else None,
        ),
    )
    reply.invitation, reply.event = invitation, invitation.event
    reply.move_to(ReplyState.SETTLED, actor, str(said.label))
    db.session.flush()


def dismiss(actor: Actor, reply: EventReply, version: int | None) -> None:
    """Put a reply aside; nothing follows from it. Raises ``StateTransitionError``, ``EditConflict``, ``NotAllowed``."""
    _check(actor, reply)
    expect_version(reply, version)
    reply.move_to(ReplyState.DISMISSED, actor)
    db.session.flush()


def dismiss_bounces(actor: Actor, address: str) -> int:
    """Put aside every message that came back from a mailbox and is the actor's to settle; answers how many."""
    found = [one for one in queries.replies(actor) if one.is_bounce and one.attendee == address]
    for reply in found:
        dismiss(actor, reply, reply.version)
    return len(found)


def _check(actor: Actor, reply: EventReply) -> None:
    """Hold a reply, and whether the actor settles it."""
    if reply.event is not None:
        check_edit(actor, reply.event)
        lock(reply.event, reply)
    elif not actor.may(Permission.REPLY_SETTLE):
        raise NotAllowed(_("Replies about no known event are for coordinators to settle."))
    else:
        hold(reply)

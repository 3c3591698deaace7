"""What an erasure reaches of invitations: the mailbox, the name, the comments, the mails and the replies of a person.

That somebody was invited and what the answer was stays, so that counts do.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import or_, select

from app.core import mail
from app.core.access import Actor
from app.core.marks import NO_NAME, PLACEHOLDER
from app.core.redaction import redact
from app.events.invitations.models import EventAnswer, EventInvitation, EventReply
from app.extensions import db
from app.stakeholders.erasure import Erasing, when_erased


def forget(begun: Erasing) -> Callable[[], None]:
    """Empty the invitations of a person who is erased, and those that went to the person's own mailboxes."""
    own = own_invitations(begun)
    mailboxes = begun.not_shared(one.email for one in own) | begun.mailboxes
    return partial(_empty, begun, own, _replies(own, mailboxes), mailboxes)


when_erased.append(forget)


def own_invitations(begun: Erasing) -> Sequence[EventInvitation]:
    """Invitations of a person who is erased, by the register or by the person's own mailbox."""
    own = or_(EventInvitation.person_id.in_(begun.keys), mail.is_at(EventInvitation.email, begun.mailboxes))
    return db.session.scalars(select(EventInvitation).where(own).order_by(EventInvitation.id)).all()


def _replies(own: Sequence[EventInvitation], mailboxes: set[str]) -> Sequence[EventReply]:
    theirs = or_(
        EventReply.invitation_id.in_([invitation.id for invitation in own]),
        mail.is_at(EventReply.sender, mailboxes),
        mail.is_at(EventReply.attendee, mailboxes),
    )
    return db.session.scalars(select(EventReply).where(theirs).order_by(EventReply.id)).all()


def _empty(begun: Erasing, own: Sequence[EventInvitation], replies: Sequence[EventReply], mailboxes: set[str]) -> None:
    for invitation in own:
        for answer in invitation.answers:
            _forget_answer(begun.actor, answer, begun.why)
        # An organisation that is reached at a person's mailbox keeps its name; the mailbox goes.
        invitation.name = invitation.organisation.name if invitation.organisation else NO_NAME
        invitation.email = invitation.message = None
    for reply in replies:
        reply.sender = reply.attendee = reply.subject = reply.text = reply.comment = None
    mail.empty(db.session, mailboxes)


def _forget_answer(actor: Actor, answer: EventAnswer, why: str) -> None:
    table: Any = EventAnswer.__table__
    personal = {"comment": PLACEHOLDER, "sent_from": None, "message_id": None}
    values = {name: value for name, value in personal.items() if getattr(answer, name)}
    if answer.how.value != "entered":  # then it names whoever is invited, not who wrote it down
        values["actor_name"] = PLACEHOLDER
    if values:
        redact(db.session, (table, answer.id), values, actor, why)

"""Answers to invitations: by link, by mail or told to the organiser; every one is kept, the last one counts."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import clock
from app.core.access import SYSTEM, Actor
from app.core.errors import Refused, expect_version
from app.events.invitations import mailing, rules, waiting
from app.events.invitations.mailing import About
from app.events.invitations.models import ANSWERS, AnsweredBy, EventAnswer, EventInvitation, InvitationState, Way
from app.events.permissions import check_edit
from app.events.queries import lock
from app.extensions import db


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer as it came; ``stamped_at`` is by the clock of whoever gave it.

    ``sequence`` is the state of the event that was answered to, as a calendar message counts; ``None`` for what stands.
    ``way`` is how whoever accepts wants to take part; ``None`` where that was not asked, as in a calendar's answer.
    """

    answer: InvitationState
    how: AnsweredBy
    comment: str | None = None
    way: Way | None = None
    stamped_at: datetime | None = None
    sequence: int | None = None
    sent_from: str | None = None
    message_id: str | None = None


def is_open(invitation: EventInvitation) -> bool:
    """Whether an answer still counts: the invitation stands and its event is to come."""
    event = invitation.event
    stands = invitation.state is not InvitationState.WITHDRAWN and event.state in rules.INVITING
    return stands and event.is_over_at > clock.moment()


def answer(invitation: EventInvitation, said: Said, actor: Actor = SYSTEM, *, read: int | None = None) -> EventAnswer:
    """Take an answer down, by whoever holds the link or the reply address; the last one counts.

    Who accepts where every place is taken is put on the waiting list, and told so by mail unless a page says it.
    ``read`` is the event's sequence on the page that was answered. A button pressed twice is one answer. Raises
    ``Refused`` for an invitation that is withdrawn and for an event that is over or called off, and
    ``ChangedMeanwhile`` for one that is another by now, and ``NoPlaceThere`` for who would lose a place.
    """
    lock(invitation.event, invitation)  # Buttons are pressed twice, and two press for the last place.
    if not is_open(invitation):
        raise Refused(_("This invitation can no longer be answered."))
    rules.check_answers_what_stands(read, invitation.event.sequence)
    last = last_answer(invitation)
    if last is not None and _is_repeated(invitation, last, said):
        return last
    return _answered(invitation, said, actor)


def _is_repeated(invitation: EventInvitation, last: EventAnswer, said: Said) -> bool:
    if said.how is not AnsweredBy.LINK:  # A message that two processes read at once counts once.
        return said.message_id is not None and last.message_id == said.message_id
    stands = invitation.state in (
        (InvitationState.ACCEPTED, InvitationState.WAITING)
        if said.answer is InvitationState.ACCEPTED
        else (said.answer,)
    )
    same_way = said.way in (None, invitation.way)
    before = (last.said, last.how, last.comment, last.sequence)
    return stands and same_way and before == (said.answer, said.how, said.comment, _number(invitation))


def _number(invitation: EventInvitation) -> int:
    """The sequence that a message about the event as it stands has."""
    return invitation.event.sequence + invitation.raised


def enter(actor: Actor, invitation: EventInvitation, version: int | None, said: Said) -> EventAnswer:
    """Take down what somebody told the organiser, also after the event.

    Raises ``EditConflict``, ``NotAllowed`` and, for an invitation that is withdrawn, ``Refused``.
    """
    check_edit(actor, invitation.event)
    lock(invitation.event, invitation)
    expect_version(invitation, version)
    if invitation.state is InvitationState.WITHDRAWN:
        raise Refused(_("This invitation was withdrawn."))
    return _answered(invitation, said, actor)


def _answered(invitation: EventInvitation, said: Said, actor: Actor) -> EventAnswer:
    if said.answer not in ANSWERS:
        raise Refused(answer=_("Choose one of the answers."))
    now, number = clock.now(), _number(invitation)
    entry = EventAnswer(
        invitation=invitation,
        said=said.answer,
        how=said.how,
        comment=said.comment,
        sequence=min(number if said.sequence is None else said.sequence, number),
        # A clock that runs ahead must not make every later answer look old.
        stamped_at=min(said.stamped_at or now, now),
        sent_from=said.sent_from,
        message_id=said.message_id,
        actor_id=actor.user_id,
        actor_name=actor.name if said.how is AnsweredBy.ENTERED else invitation.name,
    )
    db.session.add(entry)
    former = invitation.state
    becomes = _becomes(invitation, said)
    if former is not becomes:
        invitation.move_to(becomes, actor, str(said.how.label))
    db.session.flush()
    if becomes is InvitationState.WAITING and former is not becomes and said.how is not AnsweredBy.LINK:
        mailing.send(invitation, About.WAITING)
    waiting.move_up(invitation.event)
    return entry


def _becomes(invitation: EventInvitation, said: Said) -> InvitationState:
    """How an invitation stands after an answer; of what is over, nobody waits for a place."""
    if said.answer is not InvitationState.ACCEPTED:
        invitation.queued = None
        return said.answer
    if not is_open(invitation):
        invitation.way, invitation.queued = said.way or invitation.way, None
        return InvitationState.ACCEPTED
    return waiting.admit(invitation, said.way)


def last_answer(invitation: EventInvitation) -> EventAnswer | None:
    """The answer that counts."""
    statement = select(EventAnswer).where(EventAnswer.invitation_id == invitation.id).order_by(EventAnswer.id.desc())
    return db.session.scalar(statement.limit(1))

"""What may happen to invitations: sent, reminded of, withdrawn, sent again."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.core.uids import new_uid
from app.events import rules as event_rules
from app.events.invitations import answering, following, keys, mailing, queries, rules, waiting
from app.events.invitations.mailing import About
from app.events.invitations.models import EventInvitation, InvitationState
from app.events.models import Event
from app.events.permissions import check_edit
from app.events.queries import lock
from app.extensions import db
from app.stakeholders.models import Organisation, Person


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Somebody to invite at one mailbox: of the register, or only a name and an address."""

    name: str
    email: str
    organisation: Organisation | None = None
    person: Person | None = None


@dataclass(frozen=True)
class Sent:
    """What inviting did: invitations that were made or taken up again, and how many were invited already."""

    invitations: Sequence[EventInvitation]
    known: int


def recipients(organisations: Sequence[Organisation], people: Sequence[Person], text: str | None) -> list[Recipient]:
    """Everybody who was chosen or written, each mailbox once.

    Raises ``Refused`` at the field for whoever has no address, and ``LinesWrong``.
    """
    found: dict[str, Recipient] = {}
    wrong: dict[str, list[str]] = {"organisations": [], "people": []}
    chosen: list[tuple[str, Any]] = [("people", one) for one in people]
    chosen += [("organisations", one) for one in organisations]
    for kind, one in chosen:
        address = rules.address_of(one.email or "")
        if address is None:
            wrong[kind].append(one.name)
        else:
            own = {"person": one} if kind == "people" else {"organisation": one}
            found.setdefault(address, Recipient(name=one.name, email=address, **own))
    lines: list[rules.Line] = []
    checks: list[Callable[[], object]] = [lambda: _check_known(wrong), lambda: lines.extend(rules.lines_of(text))]
    event_rules.all_of(*checks)
    for line in lines:
        found.setdefault(line.email, Recipient(name=line.name, email=line.email))
    return list(found.values())


def _check_known(nameless: dict[str, list[str]]) -> None:
    """Refuse those whose mailbox nobody knows, each at the field they were chosen in."""
    told = {
        field: _("No address is known: %(names)s. Write it below.", names=", ".join(names))
        for field, names in nameless.items()
        if names
    }
    if told:
        raise Refused(**told)


def check_inviting(event: Event) -> None:
    """Raises ``NotInviting`` where nobody can be invited to an event."""
    rules.check_inviting(event.kind, event.state, event.is_over_at <= clock.moment())


def is_inviting(event: Event) -> bool:
    """Whether somebody can be invited to an event."""
    try:
        check_inviting(event)
    except Refused:
        return False
    return True


def invite(
    actor: Actor,
    event: Event,
    wanted: Sequence[Recipient],
    *,
    language: str,
    message: str | None = None,
    is_example: bool = False,
    by_mail: bool = True,
) -> Sent:
    """Invite everybody at their mailboxes; who is invited already stays so, who was withdrawn is invited again.

    Without ``by_mail`` nothing is sent, as for invitations that went out by other ways. Raises ``NotInviting``,
    ``NobodyChosen`` and ``NotAllowed``.
    """
    check_edit(actor, event)
    lock(event)
    if by_mail:
        check_inviting(event)
    rules.check_number(len(wanted))
    there = {one.email: one for one in queries.of_event(event)}
    made = []
    for recipient in wanted:
        known = there.get(recipient.email)
        if known is not None and known.state is not InvitationState.WITHDRAWN:
            continue
        if known is not None:
            known.message, known.language, known.invited_by_name = message, language, actor.name
            known.move_to(InvitationState.INVITED, actor)
        else:
            known = _new(actor, event, recipient, language=language, message=message, is_example=is_example)
        made.append(known)
    db.session.flush()
    for invitation in made if by_mail else ():
        mailing.send(invitation, About.NEW)
    return Sent(made, len(wanted) - len(made))


def _new(actor: Actor, event: Event, recipient: Recipient, **facts: Any) -> EventInvitation:
    uid = new_uid()  # the secrets follow from it, so it is not left to the flush
    invitation = EventInvitation(
        uid=uid,
        event=event,
        organisation=recipient.organisation,
        person=recipient.person,
        name=recipient.name,
        email=recipient.email,
        invited_by_name=actor.name,
        sent=mailing.shown(event),
        sequence=event.sequence,
        **keys.digests(uid),
        **facts,
    )
    db.session.add(invitation)
    return invitation


def withdraw(actor: Actor, invitation: EventInvitation, version: int | None) -> None:
    """Take an invitation back; a mail says so, and calendar programs let the event go.

    Raises ``StateTransitionError``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, invitation.event)
    lock(invitation.event, invitation)
    expect_version(invitation, version)
    was_open = answering.is_open(invitation)
    invitation.move_to(InvitationState.WITHDRAWN, actor)
    invitation.queued = None
    invitation.raised += 1
    if was_open and invitation.sent_at:
        mailing.send(invitation, About.WITHDRAWN)
    db.session.flush()
    waiting.move_up(invitation.event)


def resend(actor: Actor, invitation: EventInvitation) -> None:
    """Send an invitation once more, to one who lost it or never got it. Raises ``Refused`` and ``NotAllowed``."""
    check_edit(actor, invitation.event)
    lock(invitation.event, invitation)
    check_inviting(invitation.event)
    if invitation.state is InvitationState.WITHDRAWN:
        raise Refused(_("This invitation was withdrawn."))
    mailing.send(invitation, About.NEW)


def remind(actor: Actor, event: Event, chosen: Collection[int]) -> int:
    """Remind those among ``chosen`` (keys of invitations) who have not answered; answers how many.

    Nobody is reminded twice within half a day. Raises ``NotInviting``, ``NobodyChosen`` and ``NotAllowed``.
    """
    check_edit(actor, event)
    lock(event)
    check_inviting(event)
    found = [one for one in queries.unanswered(event) if one.id in chosen]
    if not found:
        raise rules.NobodyChosen(invitations=_("Choose somebody who has not answered."))
    count = following.remind_all(found)
    if not count:
        raise rules.NobodyChosen(invitations=_("Everybody you chose was reminded within the last half day."))
    return count


def set_reminder(actor: Actor, event: Event, version: int | None, days: int | None) -> None:
    """Have those without an answer reminded so many days before the event, or never.

    Raises ``ReminderUnfit``, ``NotInviting``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, event)
    lock(event)
    expect_version(event, version)
    check_inviting(event)
    rules.check_reminder(days, event.starts_on, clock.today(event.zone))
    event.remind_days = days
    db.session.flush()
    following.plan_reminder(event)

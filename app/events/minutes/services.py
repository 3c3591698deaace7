"""What may happen to minutes: written, sent, commented on, answered, approved, reopened."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask_babel import gettext as _

from app.accounts.tokens import digest, standing_token
from app.core import clock
from app.core.access import Actor, Permission
from app.core.canonical import sha256_of
from app.core.errors import Refused, expect_version
from app.core.uids import new_uid
from app.events import rules as event_rules
from app.events import services as events
from app.events import spans
from app.events.agenda.models import AgendaItem
from app.events.agenda.services import check_open as check_agenda
from app.events.attendance import queries as attendance
from app.events.attendance.models import THERE, Attendance
from app.events.invitations import rules as addresses
from app.events.minutes import content, following, mailing, queries, rules
from app.events.minutes.models import (
    Approved,
    Minutes,
    MinutesAnswer,
    MinutesApproval,
    MinutesComment,
    MinutesRecipient,
    MinutesState,
    MinutesVersion,
    Taken,
)
from app.events.minutes.rules import Remark
from app.events.models import Event
from app.events.permissions import check_edit
from app.events.queries import lock
from app.extensions import db


@dataclass(frozen=True, kw_only=True)
class SendFacts:
    """How minutes are sent: to whom, until when comments are taken, on which day silence approves.

    ``attendees`` are rows of the attendance list, ``lines`` further addresses, one a line. ``language`` is that of the
    document, and of mails to those whose language nobody knows.
    """

    comments_until: date | None
    approves_on: date | None
    contact: str | None
    language: str
    attendees: Sequence[Attendance] = field(default=())
    lines: str | None = None
    remind_days: int | None = None
    message: str | None = None
    reason: str | None = None


# ---- Writing ----


def write(actor: Actor, item: AgendaItem, version: int | None, said: dict[str, str] | None) -> None:
    """Write what was said at an item; what stood there before stays in the audit.

    Raises ``EditConflict`` when somebody else wrote in between, ``Refused`` before the event has begun and where the
    minutes are approved, ``NotAllowed``.
    """
    check_agenda(actor, item.event, item)
    expect_version(item, version)
    if item.event.starts_on > clock.today(item.event.zone):
        begins = spans.words(item.event.starts_on)
        raise Refused(said=_("Nothing has been said yet: it begins on %(day)s.", day=begins))
    item.said = said or None
    db.session.flush()


def check_not_approved(event: Event) -> None:
    """What is approved is not changed; the caller holds the event, as who approves does. Raises ``MinutesApproved``."""
    found = queries.of_event(event)
    if found is not None:
        rules.check_not_approved(found.state)


events.writing_checks.append(check_not_approved)


# ---- Sending ----


def check_sendable(event: Event) -> None:
    """Whether there is something to send and somebody was there. Raises ``Refused`` with everything that is missing."""
    rules.check_over(event.kind, event.state)
    counts = attendance.counts(event)
    found = queries.of_event(event)
    if found is not None:
        rules.check_not_approved(found.state)
    event_rules.all_of(
        lambda: rules.check_written(content.is_written(content.frozen(event))),
        lambda: rules.check_attendance(sum(counts.get(state, 0) for state in THERE)),
    )


def check(event: Event, facts: SendFacts) -> None:
    """Check what a form says of sending. Raises ``Refused`` with everything that is wrong."""
    found = queries.of_event(event)
    number = 1 + (found.current.number if found and found.current else 0)
    people = _wanted(facts)
    known = queries.recipients(found) if found else ()
    event_rules.all_of(
        lambda: rules.check_window(facts.comments_until, facts.approves_on, clock.today(event.zone)),
        lambda: rules.check_recipients(len(people) + len(known)),
        lambda: rules.check_reason(number, facts.reason),
    )


def send(actor: Actor, event: Event, facts: SendFacts, *, is_example: bool = False) -> MinutesVersion:
    """Freeze the minutes as they stand and send them to those who were there, each with a link of their own.

    Whoever got the version before gets this one, too. Raises ``Refused`` for what is missing or does not fit,
    ``ObjectionsOpen`` while an objection to the version before has no answer, and ``NotAllowed``.
    """
    check_edit(actor, event)
    lock(event)
    check_sendable(event)
    check(event, facts)
    minutes = queries.of_event(event) or _begin(event, is_example=is_example)
    before = minutes.current
    if before is not None and minutes.state is MinutesState.SENT:
        rules.check_objections(len(queries.open_objections(before)))
    said = content.frozen(event)
    version = MinutesVersion(
        minutes=minutes,
        number=before.number + 1 if before else 1,
        content=said,
        sha256=sha256_of(said),
        language=facts.language,
        comments_until=facts.comments_until,
        approves_on=facts.approves_on,
        remind_days=facts.remind_days,
        contact=facts.contact or actor.name,
        message=facts.message,
        reason=facts.reason,
        actor_id=actor.user_id,
        actor_name=actor.name,
    )
    db.session.add(version)
    db.session.flush()
    minutes.move_to(MinutesState.SENT, actor, _("Version %(number)s", number=version.number))
    _address(minutes, version, facts)
    mailing.send(queries.recipients(minutes), version, before)
    following.plan_days(minutes, version)
    db.session.flush()
    return version


def _begin(event: Event, *, is_example: bool) -> Minutes:
    minutes = Minutes(event=event, is_example=is_example)
    db.session.add(minutes)
    db.session.flush()
    return minutes


def _wanted(facts: SendFacts) -> dict[str, tuple[str, Attendance | None]]:
    """Names and rows by mailbox, each mailbox once. Raises ``LinesWrong``."""
    found: dict[str, tuple[str, Attendance | None]] = {}
    for row in facts.attendees:
        address = queries.address_of(row)
        if address:
            found.setdefault(address, (row.called, row))
    for line in addresses.lines_of(facts.lines):
        found.setdefault(line.email, (line.name, None))
    return found


def _address(minutes: Minutes, version: MinutesVersion, facts: SendFacts) -> None:
    there = {one.email: one for one in queries.recipients(minutes) if one.email}
    expires_on = version.approves_on + timedelta(days=rules.LINK_LIVES)
    for email, (name, row) in _wanted(facts).items():
        if email not in there:
            there[email] = _recipient(minutes, email, name, row, facts.language)
    for recipient in there.values():
        recipient.sent_number, recipient.expires_on, recipient.reminded_at = version.number, expires_on, None
        db.session.add(recipient)
    db.session.flush()


def _recipient(minutes: Minutes, email: str, name: str, row: Attendance | None, language: str) -> MinutesRecipient:
    uid = new_uid()  # the secret follows from it, so it is not left to the flush
    invitation = row.invitation if row else None
    return MinutesRecipient(
        uid=uid,
        minutes=minutes,
        attendance=row,
        organisation=row.organisation if row else None,
        person=row.person if row else None,
        name=name,
        email=email,
        language=invitation.language if invitation else language,
        token_hash=digest(standing_token(mailing.PURPOSE, uid)),
        is_example=minutes.is_example,
    )


# ---- Comments and answers ----


def is_open(minutes: Minutes) -> bool:
    """Whether comments are taken."""
    current, today = minutes.current, clock.today(minutes.event.zone)
    return current is not None and rules.is_open(minutes.state, current.comments_until, today)


def say(recipient: MinutesRecipient, number: int, remarks: Sequence[Remark], *, by_link: bool = True) -> None:
    """Take down what a recipient says of version ``number``, by the link or signed in.

    Raises ``WindowClosed``, ``NothingSaid``, and ``Refused`` where another version is out meanwhile.
    """
    lock(recipient.minutes.event)
    minutes = queries.of_event(recipient.minutes.event)
    current = minutes.current if minutes else None
    if minutes is None or current is None:
        raise Refused(_("These minutes are not out for comments."))
    rules.check_open(minutes.state, current.comments_until, clock.today(minutes.event.zone))
    if number != current.number:
        raise Refused(_("A new version is out. Read it first; your words are still in the form."))
    rules.check_remarks(remarks, (item["key"] for item in current.content["items"]))
    last = [one for one in queries.said_by(recipient) if one.version_id == current.id][-len(remarks) :]
    if [Remark(one.said, one.text, one.item) for one in last] == list(remarks):
        return  # a double click says it once
    for one in remarks:
        said = {"item": one.item, "said": one.said, "text": one.text, "is_by_link": by_link}
        db.session.add(MinutesComment(version=current, recipient=recipient, **said))
    db.session.flush()


def answer(actor: Actor, comment: MinutesComment, taken: Taken, reason: str | None) -> MinutesAnswer:
    """Answer a comment; who made it is told. A later answer adds to the one before.

    Raises ``ReasonMissing``, ``MinutesApproved`` and ``NotAllowed``.
    """
    minutes = comment.version.minutes
    check_edit(actor, minutes.event)
    lock(minutes.event)
    found = queries.of_event(minutes.event)
    rules.check_not_approved(found.state if found else minutes.state)
    rules.check_answer(taken, reason)
    made = MinutesAnswer(comment=comment, taken=taken, reason=reason, actor_id=actor.user_id, actor_name=actor.name)
    db.session.add(made)
    db.session.flush()
    db.session.expire(comment, ["answers"])
    mailing.tell_answer(made)
    return made


def remind(actor: Actor, event: Event, chosen: Collection[int]) -> int:
    """Remind those among ``chosen`` (keys of recipients) who said nothing; answers how many.

    Nobody is reminded twice within half a day. Raises ``WindowClosed``, ``NobodyToSend`` and ``NotAllowed``.
    """
    check_edit(actor, event)
    lock(event)
    minutes = queries.of_event(event)
    current = minutes.current if minutes else None
    if minutes is None or current is None:
        raise Refused(_("These minutes are not out for comments."))
    rules.check_open(minutes.state, current.comments_until, clock.today(event.zone))
    found = [one for one in queries.silent(minutes) if one.id in chosen]
    if not found:
        raise rules.NobodyToSend(recipients=_("Choose somebody who said nothing."))
    return following.remind_all(found, current)


# ---- Approval ----


def approve(actor: Actor, minutes: Minutes, version: int | None, note: str | None) -> MinutesApproval:
    """Approve what was sent, explicitly.

    Raises ``ObjectionsOpen``, ``TextChanged``, ``StateTransitionError``, ``EditConflict`` and ``NotAllowed``.
    """
    actor.check(Permission.MINUTES_APPROVE, minutes.event)
    lock(minutes.event, minutes)
    expect_version(minutes, version)
    return following.approved(minutes, actor, Approved.EXPLICIT, note)


def reopen(actor: Actor, minutes: Minutes, version: int | None, reason: str | None) -> None:
    """Let approved minutes be changed, for a new version; what was approved and its document stay.

    Raises ``ReasonMissing``, ``StateTransitionError``, ``EditConflict`` and ``NotAllowed``.
    """
    actor.check(Permission.MINUTES_APPROVE, minutes.event)
    lock(minutes.event, minutes)
    expect_version(minutes, version)
    if not reason:
        raise rules.ReasonMissing(reason=_("Say why; it stays with the minutes."))
    minutes.move_to(MinutesState.DRAFT, actor, reason)
    db.session.flush()

"""What must hold of invitations and of answers to them, as pure functions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parseaddr

from flask_babel import gettext as _

from app.core.errors import Refused
from app.core.mail import normal_email
from app.events.invitations.models import InvitationState, WhyUnread
from app.events.models import EventKind, EventState
from app.events.spans import words

MOST_AT_ONCE = 200
LONGEST_NAME = 200
LONGEST_REMINDER = 90
AGAIN_AFTER = timedelta(hours=12)
# A clock in the wrong zone is wrong by less than this.
CLOCKS_DIFFER = timedelta(days=1)
INVITING = frozenset({EventState.PLANNED, EventState.CONFIRMED})


class NotInviting(Refused):
    """An event to which nobody can be invited: a draft, over, called off, or a deadline."""


class LinesWrong(Refused):
    """Lines that are no addresses; the message names each."""


class NobodyChosen(Refused):
    """Nobody to write to."""


class ChangedMeanwhile(Refused):
    """An answer to what the event no longer is."""


class ReminderUnfit(Refused):
    """A number of days that nobody could be reminded before."""


@dataclass(frozen=True)
class Line:
    """One line of pasted addresses: a name, which may be that of the mailbox, and an address in small letters."""

    name: str
    email: str


def address_of(text: str) -> str | None:
    """An address as it is kept, in small letters, or ``None`` where it is none."""
    try:
        return normal_email(text)
    except ValueError:
        return None


def lines_of(text: str | None) -> list[Line]:
    """Who stands in a text of addresses, one a line: ``name@example.org`` or ``Ana Hakobyan <name@example.org>``.

    Commas and semicolons at the end, as mail programs copy them, are left aside; an address that comes twice counts
    once. Raises ``LinesWrong`` with the number of every line that holds none.
    """
    found: dict[str, Line] = {}
    wrong: list[str] = []
    for number, line in enumerate((text or "").splitlines(), 1):
        line = line.strip().strip(",;").strip()  # noqa: PLW2901 - the line as it was meant
        if not line:
            continue
        name, address = _parts(line)
        email = address_of(address)
        if email is None or len(name) > LONGEST_NAME:
            wrong.append(_("line %(number)s: “%(text)s”", number=number, text=line[:60]))
        else:
            found.setdefault(email, Line(name or email.partition("@")[0], email))
    if wrong:
        told = "; ".join(wrong[:10]) + (" …" if len(wrong) > 10 else "")
        raise LinesWrong(lines=_("Write one address a line. Not understood: %(lines)s.", lines=told))
    return list(found.values())


def _parts(line: str) -> tuple[str, str]:
    bracketed = re.fullmatch(r'"?(.*?)"?\s*<([^<>]*)>', line)
    if bracketed:
        return bracketed[1].strip(), bracketed[2]
    name, address = parseaddr(line)
    return (name, address) if " " not in line else ("", line)


def check_inviting(kind: EventKind, state: EventState, is_over: bool) -> None:
    """Only to what is to come can somebody be invited. Raises ``NotInviting``."""
    if kind is EventKind.DEADLINE:
        raise NotInviting(_("Nobody is invited to a deadline."))
    if state is EventState.CANCELLED:
        raise NotInviting(_("This event is cancelled, so nobody can be invited to it."))
    if state is EventState.DRAFT:
        raise NotInviting(_("This event is a draft. Say first that it is planned; then people can be invited."))
    if state not in INVITING or is_over:
        raise NotInviting(_("It is over: nobody can be invited any more."))


def check_number(count: int) -> None:
    """Somebody, and not so many that a slip reaches everybody. Raises ``NobodyChosen``."""
    if not count:
        raise NobodyChosen(lines=_("Choose somebody, or write an address."))
    if count > MOST_AT_ONCE:
        raise NobodyChosen(lines=_("Invite at most %(count)s at once.", count=MOST_AT_ONCE))


def check_reminder(days: int | None, starts_on: date, today: date) -> None:
    """Days before the event that are still to come. Raises ``ReminderUnfit``."""
    if days is None:
        return
    if not 1 <= days <= LONGEST_REMINDER:
        raise ReminderUnfit(days=_("Write a number from 1 to %(most)s.", most=LONGEST_REMINDER))
    due = starts_on - timedelta(days=days)
    if due <= today:
        raise ReminderUnfit(
            days=_("That would be on %(day)s, which is not after today. Remind them now instead.", day=words(due))
        )


def may_be_reminded(reminded_at: datetime | None, now: datetime) -> bool:
    """Whether so much time passed that another reminder is no nuisance."""
    return reminded_at is None or now - reminded_at >= AGAIN_AFTER


def check_answers_what_stands(read: int | None, sequence: int) -> None:
    """Whoever answers has read the event as it stands; ``read`` is its sequence on the page, ``None`` where unknown.

    Raises ``ChangedMeanwhile``.
    """
    if read is not None and read != sequence:
        raise ChangedMeanwhile(
            _("The event was changed after you opened this page. See above how it stands now, and answer again.")
        )


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What is known of an invitation when a reply comes: the number of its last mail, and the last answer's time.

    ``invited_at`` is when it was made: nobody can have answered before.
    """

    state: InvitationState
    sequence: int
    invited_at: datetime
    answered_at: datetime | None
    is_open: bool


def judge(
    standing: Standing,
    *,
    has_tag: bool,
    is_theirs: bool,
    is_sender_known: bool,
    sequence: int,
    stamped_at: datetime | None,
) -> WhyUnread | None:
    """Why a reply must not move an answer, or ``None`` where it may.

    The secret in the address alone shows that it comes from whoever was invited: a sender can be made up. But a mail is
    handed on, too, secret and all, so that it must also be ``theirs``, the answer of the mailbox that was invited, and
    come from that one or from another that a person let answer for it before.
    """
    last = standing.answered_at.replace(microsecond=0) if standing.answered_at else None
    is_early = stamped_at is not None and stamped_at < standing.invited_at - CLOCKS_DIFFER
    faults = (
        (not has_tag, WhyUnread.FORGED),
        (not is_theirs, WhyUnread.OTHER_MAILBOX),
        (not is_sender_known, WhyUnread.OTHER_SENDER),
        (not standing.is_open or standing.state is InvitationState.WITHDRAWN, WhyUnread.TOO_LATE),
        (sequence < standing.sequence or stamped_at is None, WhyUnread.STALE),
        (sequence > standing.sequence or is_early, WhyUnread.UNSENT),
        (last is not None and stamped_at is not None and stamped_at < last, WhyUnread.STALE),
    )
    return next((why for is_so, why in faults if is_so), None)


def counted(states: Sequence[InvitationState]) -> dict[InvitationState, int]:
    """How many said what, in the order of the vocabulary; what nobody said is left out."""
    return {state: states.count(state) for state in InvitationState if state in states}

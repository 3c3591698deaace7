"""What must hold of minutes before they are sent, commented on, approved and reopened, as pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from flask_babel import gettext as _

from app.core.errors import Refused
from app.events.minutes.models import MinutesState, Taken, Verdict
from app.events.models import OVER, EventKind, EventState
from app.events.spans import words

# Less than a week is no time to read, more than a quarter of a year no date that anybody remembers.
SHORTEST_WINDOW, LONGEST_WINDOW = 7, 90
REMIND_CHOICES = (1, 2)
# So long after the window the link still shows what was sent and what became of it.
LINK_LIVES = 90
# When silence approves and reminders go, on the clock of the event.
AT = time(8)
MOST_COMMENTS = 60


class NotSendable(Refused):
    """Minutes of what has not taken place."""


class NothingWritten(Refused):
    """Neither a summary nor a decision nor a word at any item."""


class AttendanceMissing(Refused):
    """Nobody is marked as present."""


class WindowUnfit(Refused):
    """Days for comments and approval that nobody could keep."""


class NobodyToSend(Refused):
    """Nobody with a mailbox was chosen."""


class ReasonMissing(Refused):
    """Something was done again, or refused, without a word why."""


class WindowClosed(Refused):
    """Comments are no longer taken."""


class NothingSaid(Refused):
    """Neither a comment nor a yes nor a no, or an objection without a reason."""


class ObjectionsOpen(Refused):
    """Somebody objected and got no answer."""


class TextChanged(Refused):
    """The text is another one than what was sent."""


class MinutesApproved(Refused):
    """What is approved is not changed."""


def check_over(kind: EventKind, state: EventState) -> None:
    """Only of what took place there are minutes to send. Raises ``NotSendable``."""
    if kind is EventKind.DEADLINE:
        raise NotSendable(_("A deadline has no minutes."))
    if state not in OVER:
        raise NotSendable(_("%(state)s: minutes are sent once it was held.", state=state.label))


def check_written(is_written: bool) -> None:
    """Raises ``NothingWritten``."""
    if not is_written:
        raise NothingWritten(_("Nothing is written yet: what was said at an item, a summary or a decision."))


def check_attendance(present: int) -> None:
    """Raises ``AttendanceMissing``."""
    if not present:
        raise AttendanceMissing(_("Mark first who was there: the minutes go to them."))


def check_window(comments_until: date | None, approves_on: date | None, today: date) -> None:
    """At least a week for comments, and approval after it. Raises ``WindowUnfit`` at the day that is wrong."""
    first, last = today + timedelta(days=SHORTEST_WINDOW), today + timedelta(days=LONGEST_WINDOW)
    messages: dict[str, str] = {}
    if comments_until is None:
        messages["comments_until"] = _("Say until when comments are taken.")
    elif not first <= comments_until <= last:
        messages["comments_until"] = _(
            "Choose a day from %(first)s to %(last)s, so that people have a week to read.",
            first=words(first),
            last=words(last),
        )
    if approves_on is None:
        messages["approves_on"] = _("Say on which day silence approves.")
    elif comments_until is not None and not comments_until < approves_on <= comments_until + timedelta(days=30):
        messages["approves_on"] = _(
            "Choose a day after the last day for comments, %(day)s, and within a month of it.",
            day=words(comments_until),
        )
    if messages:
        raise WindowUnfit(**messages)


def check_recipients(count: int) -> None:
    """Raises ``NobodyToSend``."""
    if not count:
        raise NobodyToSend(attendees=_("Choose somebody to send it to, or write an address."))


def check_reason(number: int, reason: str | None) -> None:
    """A version after the first says why. Raises ``ReasonMissing``."""
    if number > 1 and not reason:
        raise ReasonMissing(reason=_("Say what changed; those who read the version before will ask."))


def reminds_on(comments_until: date, days: int | None) -> date | None:
    """The day on which those who said nothing are reminded."""
    return comments_until - timedelta(days=days) if days else None


def is_open(state: MinutesState, comments_until: date, today: date) -> bool:
    """Whether comments are taken; ``today`` is the day in the event's zone."""
    return state is MinutesState.SENT and today <= comments_until


def check_open(state: MinutesState, comments_until: date, today: date) -> None:
    """Raises ``WindowClosed``."""
    if not is_open(state, comments_until, today):
        raise WindowClosed(_("Comments were taken until %(day)s.", day=words(comments_until)))


@dataclass(frozen=True)
class Remark:
    """One thing that somebody wants to say: of an item by its key, or in general."""

    said: Verdict
    text: str | None = None
    item: int | None = None


def check_remarks(remarks: Sequence[Remark], items: Iterable[int]) -> None:
    """Something is said, an objection has a reason, an item is one of the version's. Raises ``NothingSaid``."""
    known = set(items)
    if not remarks:
        raise NothingSaid(_("Write a comment, or press “I agree”."))
    if any(one.said is Verdict.OBJECT and not one.text for one in remarks):
        raise NothingSaid(general=_("Write what you object to and why; it will be answered."))
    if any(one.item is not None and one.item not in known for one in remarks) or len(remarks) > MOST_COMMENTS:
        raise NothingSaid(_("The minutes were changed after you opened this page. Read them again."))


def check_answer(taken: Taken, reason: str | None) -> None:
    """Whoever is not followed, or only partly, reads why. Raises ``ReasonMissing``."""
    if taken is not Taken.TAKEN and not reason:
        raise ReasonMissing(reason=_("Say why; whoever commented reads it."))


def check_objections(count: int) -> None:
    """Raises ``ObjectionsOpen``."""
    if count:
        raise ObjectionsOpen(_("Objections without an answer: %(count)s. Answer them first.", count=count))


def check_same(differing: Sequence[object]) -> None:
    """What is approved is what was read; ``differing`` is what is another by now. Raises ``TextChanged``."""
    if differing:
        what = ", ".join(map(str, differing))
        raise TextChanged(_("Changed since it was sent: %(what)s. Send it again as a new version.", what=what))


def check_not_approved(state: MinutesState) -> None:
    """Raises ``MinutesApproved``."""
    if state is MinutesState.APPROVED:
        raise MinutesApproved(_("The minutes are approved. Reopen them, with a reason, to change what they say."))

"""What must hold when somebody signs: pure functions with named refusals."""

import hashlib
import hmac
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from app.core.errors import Refused
from app.mou.models import MouSignatory

CODE_DIGITS = 6
CODE_LIVES = timedelta(minutes=10)
MOST_TRIES = 5
MOST_CODES = 6
BETWEEN_CODES = timedelta(seconds=30)
# So far a clock may be set back and what was sent before still counts; what seems to come from later does not.
SLACK = timedelta(minutes=1)
# What whoever signs agrees to, each by a box of its own that nobody ticks beforehand.
STATEMENTS = ("electronic", "authorised", "privacy")
# What may be agreed to besides, and binds nobody to sign.
PUBLICATION = "publication"


class NotOpen(Refused):
    """The text is not open for this signature (any more); ``str()`` says why."""


class CodeUnfit(Refused):
    """The code is wrong, too old or was tried too often."""


class StatementsMissing(Refused):
    """Not everything was agreed to."""


def next_turn(signatories: Sequence[MouSignatory], done: Collection[int]) -> list[MouSignatory]:
    """Those who are to sign now: who has the lowest number among those who have not; ``done`` are keys."""
    waiting = [one for one in signatories if one.id not in done]
    first = min((one.turn for one in waiting), default=0)
    return [one for one in waiting if one.turn == first]


def check_statements(agreed: Mapping[str, bool]) -> None:
    """Everything is agreed to, each by itself. Raises ``StatementsMissing`` naming what is not."""
    missing = {name: _("Without this it cannot be signed.") for name in STATEMENTS if not agreed.get(name)}
    if missing:
        raise StatementsMissing(**missing)


def check_name(name: str | None) -> str:
    """The name as it was typed, white space as single blanks. Raises ``Refused`` where there is no letter in it."""
    said = " ".join((name or "").split())
    if not any(letter.isalpha() for letter in said):
        raise Refused(name=_("Type your name."))
    if len(said) > 200:
        raise Refused(name=_("Write at most 200 characters."))
    return said


def differs(typed: str, invited: str) -> bool:
    """Whether the name typed is another one than the name invited; the case of letters and white space do not count."""
    return _plain(typed) != _plain(invited)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def code_digest(code: str, link: str, key: str) -> str:
    """What is stored of a code: keyed, and bound to its link, so that a copy of the table gives no codes away."""
    return hmac.new(key.encode(), f"mou code: {link}: {code}".encode(), hashlib.sha256).hexdigest()


def check_code_wanted(sent: int, last: datetime | None, now: datetime) -> None:
    """Codes are sent one after the other, and not without end. Raises ``CodeUnfit``.

    Where the clock was set back since the last one, nobody has to wait until it is as late again.
    """
    if sent >= MOST_CODES:
        raise CodeUnfit(code=_("No more codes are sent by this link. Write to the sender, who can send you a new one."))
    if last is not None and -SLACK <= now - last < BETWEEN_CODES:
        raise CodeUnfit(code=_("A code is on its way. Wait half a minute before you ask for another one."))


@dataclass(frozen=True)
class Sent:
    """The code that was sent last: what is stored of it, when, and how often a wrong one was typed since."""

    digest: str | None
    at: datetime | None
    tries: int


def check_code(digest: str, sent: Sent, now: datetime) -> None:
    """The code that was sent last, typed within ten minutes and five tries; compared in constant time.

    A clock that was set back does not make it live longer.

    ``digest`` is that of what was typed. Raises ``CodeUnfit``.
    """
    if sent.digest is None or sent.at is None:
        raise CodeUnfit(code=_("First have a code sent to your mailbox."))
    if sent.tries >= MOST_TRIES:
        raise CodeUnfit(code=_("It was tried too often. Have a new code sent."))
    if not -SLACK <= now - sent.at <= CODE_LIVES:
        raise CodeUnfit(code=_("This code is older than ten minutes. Have a new one sent."))
    if not hmac.compare_digest(sent.digest.encode(), digest.encode()):
        raise CodeUnfit(code=_("This is not the code that was sent last. Type its six digits."))


def only_digits(typed: str | None) -> str:
    """A code as people copy it: blanks and hyphens do not count, nor does the script of the digits."""
    return "".join(str(int(letter)) for letter in typed or "" if letter.isdecimal())[: CODE_DIGITS + 1]


def names_of(people: Iterable[MouSignatory]) -> str:
    """The names of some people, in one text."""
    return ", ".join(one.name for one in people)

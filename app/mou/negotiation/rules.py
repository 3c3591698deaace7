"""What must hold of sharing a draft and of what is said of it: pure functions with named refusals."""

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.errors import Refused
from app.mou.models import OPEN, MouParty, MouState

LONGEST_COMMENT = 5_000
LONGEST_NAME = 200
MOST_COMMENTS = 200  # by one link: more is no negotiation
MOST_CONTACTS = 30


class NotOpen(Refused):
    """Nothing is said of the draft by this link (any more); ``str()`` says why."""


@dataclass(frozen=True)
class Contact:
    """Somebody who is sent the draft for a party, at one mailbox, in a language."""

    party: MouParty
    email: str
    language: str


def distinct(contacts: Collection[Contact]) -> list[Contact]:
    """The contacts, each mailbox once for a party. Raises ``Refused`` for none, and for too many."""
    found: dict[tuple[int, str], Contact] = {}
    for one in contacts:
        found.setdefault((one.party.id, one.email.casefold()), one)
    if not found:
        raise Refused(people=_("Choose who reads it, or write an address."))
    if len(found) > MOST_CONTACTS:
        raise Refused(people=_("At most %(most)d people are sent it at once.", most=MOST_CONTACTS))
    return list(found.values())


def check_sayable(state: MouState, said: int) -> None:
    """Comments are taken while the terms can be changed, and not without end. Raises ``NotOpen``."""
    if state not in OPEN:
        raise NotOpen(_("It is “%(state)s” now: comments are taken no more.", state=state.label))
    if said >= MOST_COMMENTS:
        raise NotOpen(_("By one link at most %(most)d comments are taken. Write to the sender.", most=MOST_COMMENTS))


def check_comment(
    name: str | None, words: str | None, clause: str | None, codes: Collection[str], *, agrees: bool
) -> tuple[str, str]:
    """The name as typed and the words; whoever agrees needs none. Raises ``Refused`` with everything that is wrong."""
    wrong = {}
    who = " ".join((name or "").split())
    if not any(letter.isalpha() for letter in who):
        wrong["name"] = _("Type your name.")
    elif len(who) > LONGEST_NAME:
        wrong["name"] = _("Write at most %(most)d characters.", most=LONGEST_NAME)
    said = (words or "").strip()
    if not said and not agrees:
        wrong["words"] = _("Write what you want to say.")
    elif len(said) > LONGEST_COMMENT:
        wrong["words"] = _("Write at most %(most)d characters.", most=LONGEST_COMMENT)
    if clause and clause not in codes:
        wrong["clause"] = _("Choose one of the list.")
    if wrong:
        raise Refused(**wrong)
    return who, said


def check_answer(words: str | None, *, settles: bool, is_settled: bool) -> str | None:
    """What is answered; nothing needs words that settles a comment. Raises ``Refused``."""
    said = (words or "").strip() or None
    if said is None and (not settles or is_settled):
        raise Refused(words=_("Write an answer, or mark it as settled."))
    if said is not None and len(said) > LONGEST_COMMENT:
        raise Refused(words=_("Write at most %(most)d characters.", most=LONGEST_COMMENT))
    return said

"""What must hold of decisions and actions, as pure functions."""

from collections.abc import Collection, Mapping
from datetime import date

from flask_babel import gettext as _

from app.core.errors import Refused
from app.events.spans import words

LONGEST_DECISION = 2000


class NothingDecided(Refused):
    """A decision or an action without a text."""


class DecidedElsewhen(Refused):
    """A day on which the event was not, or that has not come."""


class NotLater(Refused):
    """A decision that would supersede one which came after it."""


class NotInForce(Refused):
    """A decision that does not hold, and cannot be superseded."""


class PromisedElsewhere(Refused):
    """A decision that another proposal is to replace."""


class OwnerUnfit(Refused):
    """An owner that neither is a partner nor took part."""


class DueTooEarly(Refused):
    """An action that would be due before the event that sets it."""


def check_text(text: Mapping[str, str]) -> None:
    """Raise ``NothingDecided`` where no language says what was decided, or is to be done."""
    if not any(part.strip() for part in text.values()):
        raise NothingDecided(text=_("Write it down, in any of the languages."))


def check_day(decided_on: date, starts_on: date, ends_on: date, today: date) -> None:
    """A decision is taken while the event is. Raises ``DecidedElsewhen``."""
    if not starts_on <= decided_on <= ends_on:
        when = words(starts_on) if starts_on == ends_on else f"{words(starts_on)} – {words(ends_on)}"
        raise DecidedElsewhen(
            decided_on=_("%(day)s is no day of the event, which is %(when)s.", day=words(decided_on), when=when)
        )
    if decided_on > today:
        raise DecidedElsewhen(decided_on=_("This day has not come yet."))


def check_later(replaced: tuple[date, int, int], by: tuple[date, int, int], code: str) -> None:
    """A decision gives way only to one that came after it. Raises ``NotLater``.

    Both are told by their day, the key of their event and their number within it.
    """
    is_later = by[0] > replaced[0] or (by[0] == replaced[0] and by[1] == replaced[1] and by[2] > replaced[2])
    if not is_later:
        raise NotLater(
            replaces=_("%(code)s was decided on %(day)s, which is not before.", code=code, day=words(replaced[0]))
        )


def check_owner(owner: int | None, partners: Collection[int], present: Collection[int]) -> None:
    """Who answers for an action is a partner, or took part. Raises ``OwnerUnfit``."""
    if owner is not None and owner not in partners and owner not in present:
        raise OwnerUnfit(owner=_("Choose a partner of the project, or one of those who took part."))


def check_due(due: date, starts_on: date) -> None:
    """Nothing falls due before the event that asks for it. Raises ``DueTooEarly``."""
    if due < starts_on:
        raise DueTooEarly(due_on=_("It would be due before the event, which begins on %(day)s.", day=words(starts_on)))

"""What must hold of a mapping entry and of a judgement, pure; each refusal has a name."""

from collections.abc import Sized
from datetime import date

from flask_babel import gettext as _

from app.core.clock import EARLIEST
from app.core.errors import Refused
from app.engagement.models import LEVELS


class UnclearScope(Refused):
    """An entry holds for a country, a cluster or certain micro-credentials: for one of the three."""


class NoLevel(Refused):
    """Influence and interest are levels from 1 to 5."""


class NoReason(Refused):
    """A judgement without a reason helps nobody who reads it later."""


class DayTooEarly(Refused):
    """Nobody judged before there were any of these."""


class DayToCome(Refused):
    """Nobody judges what will be."""


class MovedLater(Refused):
    """What came after a judgement did not move it."""


def check_scope(country: str | None, microcredentials: Sized, cluster: object = None) -> None:
    """Raise ``UnclearScope`` unless exactly one of the three says what the entry holds for."""
    said = sum(map(bool, (country, cluster, microcredentials)))
    if said > 1:
        raise UnclearScope(
            microcredentials=_("Choose the country, a cluster or certain micro-credentials: one of the three.")
        )
    if not said:
        raise UnclearScope(microcredentials=_("Choose at least one micro-credential."))


def check_levels(influence: int, interest: int) -> None:
    """Raise ``NoLevel`` for what is not a level from 1 to 5."""
    wrong = {name: value for name, value in (("influence", influence), ("interest", interest)) if value not in LEVELS}
    if wrong:
        raise NoLevel(**{name: _("Choose a level from 1 to 5.") for name in wrong})


def check_reason(reason: str | None) -> None:
    """Raise ``NoReason`` for blanks."""
    if not (reason or "").strip():
        raise NoReason(reason=_("Say why; whoever reads it next year will ask."))


def check_day(judged_on: date, today: date) -> None:
    """Raise ``DayToCome`` for a day after ``today``, ``DayTooEarly`` for one of a century before this."""
    if judged_on > today:
        raise DayToCome(judged_on=_("This day has not come yet."))
    if judged_on < EARLIEST:
        raise DayTooEarly(judged_on=_("Write a day of this century."))


def check_moved_by(happened_on: date | None, judged_on: date) -> None:
    """Raise ``MovedLater`` for an event after the day of the judgement; ``None`` where no event moved it."""
    if happened_on is not None and happened_on > judged_on:
        raise MovedLater(event=_("This event came later than the day you judge as of. Choose one until then, or none."))

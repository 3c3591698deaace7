"""What must hold of an agenda, as pure functions."""

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _

from app.core.errors import Refused
from app.events.rules import words

LONGEST_ITEM = 24 * 60
LONGEST_TITLE = 300


class OutsideEvent(Refused):
    """An item on a day on which the event is not."""


class DurationWrong(Refused):
    """A duration of no minute, or of more than a day."""


class ItemUntitled(Refused):
    """An item that says nothing."""


def check_day(day: date | None, starts_on: date, ends_on: date) -> None:
    """Raise ``OutsideEvent`` for a day that is none of the event's."""
    if day is not None and not starts_on <= day <= ends_on:
        when = words(starts_on) if starts_on == ends_on else f"{words(starts_on)} – {words(ends_on)}"
        raise OutsideEvent(
            day=_("%(day)s is no day of the event, which is %(when)s.", day=words(day), when=when),
        )


def check_minutes(minutes: int | None) -> None:
    """Raise ``DurationWrong`` for what cannot be how long an item takes."""
    if minutes is not None and not 1 <= minutes <= LONGEST_ITEM:
        raise DurationWrong(minutes=_("Write a number of minutes from 1 to %(most)s.", most=LONGEST_ITEM))


def check_title(title: Mapping[str, str]) -> None:
    """Raise ``ItemUntitled`` where no language says what the item is."""
    if not any(text.strip() for text in title.values()):
        raise ItemUntitled(title=_("Write what it is about, in any of the languages."))

"""What must hold of an agenda, as pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import combinations
from typing import Any

from flask_babel import gettext as _

from app.core.errors import Refused
from app.core.search_key import search_key
from app.events.spans import words

LONGEST_ITEM = 24 * 60
LONGEST_TITLE = 300


class OutsideEvent(Refused):
    """An item on a day on which the event is not."""


class DurationWrong(Refused):
    """A duration of no minute, or of more than a day."""


class EndsTooEarly(Refused):
    """An item that ends before it begins, or another time after it than it is said to take."""


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


def minutes_between(starts: time | None, ends: time | None, minutes: int | None) -> int | None:
    """How long an item takes whose end was typed, or how long was, or both.

    Raises ``EndsTooEarly`` for an end that is not after the beginning, that has none, or that says another time.
    """
    if ends is None:
        return minutes
    if starts is None:
        raise EndsTooEarly(starts=_("Write when it starts, too."))
    between = _passed(ends) - _passed(starts)
    if between <= 0:
        raise EndsTooEarly(
            ends=_(
                "It would end at %(end)s, before it starts at %(start)s. Write minutes for what goes past midnight.",
                end=f"{ends:%H:%M}",
                start=f"{starts:%H:%M}",
            )
        )
    if minutes is not None and minutes != between:
        raise EndsTooEarly(
            ends=_(
                "From %(start)s to %(end)s it takes %(between)s minutes, not %(minutes)s. Leave one of the two empty.",
                start=f"{starts:%H:%M}",
                end=f"{ends:%H:%M}",
                between=between,
                minutes=minutes,
            )
        )
    return between


def _passed(at: time) -> int:
    return at.hour * 60 + at.minute


@dataclass(frozen=True)
class Slot:
    """When and where an item is: minutes of its day from midnight; ``ends`` may lie past it, or be unknown."""

    key: int
    title: str
    day: date | None
    starts: int | None
    ends: int | None
    room: str

    @classmethod
    def of(cls, item: Any, title: str, only_day: date | None) -> "Slot":
        """The slot of an item; ``only_day`` is the event's where it has only one."""
        starts = _passed(item.starts) if item.starts else None
        ends = starts + item.minutes if starts is not None and item.minutes else None
        return cls(item.id, title, item.day or only_day, starts, ends, search_key(item.room or ""))

    def overlaps(self, other: "Slot") -> bool:
        """Whether both are at one time in one room; where no room is said, they are in the same."""
        if self.day is None or self.day != other.day or self.room != other.room:
            return False
        if None in (self.starts, self.ends, other.starts, other.ends):
            return False
        return self.starts < other.ends and other.starts < self.ends  # type: ignore[operator]


@dataclass(frozen=True)
class Days:
    """The days of an event, and its times on the first and on the last of them, in minutes from midnight."""

    first: date
    last: date
    opens: int | None = None
    closes: int | None = None

    @classmethod
    def of(cls, event: Any) -> "Days":
        """Those of an event."""
        opens, closes = event.starts_time, event.ends_time
        return cls(
            event.starts_on,
            event.ends_on,
            _passed(opens) if opens is not None else None,
            _passed(closes) if closes is not None else None,
        )


def remarks(slots: Sequence[Slot], days: Days) -> dict[int, list[str]]:
    """What may be wrong with each item, by its key: on no day of the event, beyond its times, two at once in a room."""
    found: dict[int, list[str]] = {}
    for slot in slots:
        for remark in _outside(slot, days):
            found.setdefault(slot.key, []).append(remark)
    for one, other in combinations(slots, 2):
        if one.overlaps(other):
            for slot, beside in ((one, other), (other, one)):
                told = _("At the same time in the same room: “%(title)s”. Change a time or a room.", title=beside.title)
                found.setdefault(slot.key, []).append(told)
    return found


def _outside(slot: Slot, days: Days) -> list[str]:
    if slot.day is None:
        return []
    if not days.first <= slot.day <= days.last:
        return [_("%(day)s is no day of the event any more. Choose another one.", day=words(slot.day))]
    told = []
    if slot.day == days.first and None not in (slot.starts, days.opens) and slot.starts < days.opens:  # type: ignore[operator]
        told.append(_("It begins before the event does. Change its time, or that of the event."))
    if slot.day == days.last and None not in (slot.ends, days.closes) and slot.ends > days.closes:  # type: ignore[operator]
        told.append(_("It ends after the event does. Change its time, or that of the event."))
    return told


@dataclass(frozen=True)
class DayOfAgenda:
    """The items of one day, each with its number on the whole agenda; no day for those that say none."""

    day: date | None
    items: Sequence[tuple[int, Any]]


def by_day(items: Sequence[Any], only_day: date | None) -> list[DayOfAgenda]:
    """Items as they are ordered, those of a day together; without a day they are on ``only_day`` where there is one."""
    numbered = [(number, item.day or only_day, item) for number, item in enumerate(items, 1)]
    days = dict.fromkeys(day for _number, day, _item in numbered)
    return [DayOfAgenda(day, [(number, item) for number, on, item in numbered if on == day]) for day in days]


def place_among(items: Sequence[Any], item: Any, only_day: date | None) -> list[Any]:
    """The items of an agenda with one of them, whose time is new, where its time says; without one it stays."""
    if item.starts is None:
        return list(items)
    others = [other for other in items if other is not item]
    timed = [
        (place, other.starts)
        for place, other in enumerate(others)
        if (other.day or only_day) == (item.day or only_day) and other.starts is not None
    ]
    if not timed:
        return list(items)
    earlier = [place for place, starts in timed if starts <= item.starts]
    at = max(earlier) + 1 if earlier else timed[0][0]
    return [*others[:at], item, *others[at:]]

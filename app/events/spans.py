"""When an event is: days and times as they are typed, on the clock of its place; pure, each refusal with a name.

A time that the clock skips is refused; a time that it shows twice, as summer time ends, is taken as the first of the
two (an end: as the first one after the start).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

from app.core.errors import Refused
from app.events import zones

FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST = timedelta(days=366)
LONGEST_EVENING = timedelta(hours=12)  # what begins on one day and ends on the next; more than that is a slip


class ZoneUnknown(Refused):
    """The time zone is not in the IANA database."""


class DayOutOfReach(Refused):
    """A day before 2000 or after 2100, or an event of more than a year: a slip of the pen."""


class EndsBeforeStart(Refused):
    """The end is not after the start."""


class TimeMissing(Refused):
    """One of the two times was given without the other."""


class TimeSkipped(Refused):
    """The clocks of the zone skip this time."""


@dataclass(frozen=True)
class Span:
    """When an event is: its days on the clock of ``zone`` and, for timed events, its instants in UTC."""

    zone: str
    starts_on: date
    ends_on: date
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def all_day(self) -> bool:
        """Whether it takes whole days."""
        return self.starts_at is None


def span(
    zone: str, starts_on: date, ends_on: date | None = None, starts: time | None = None, ends: time | None = None
) -> Span:
    """The time of an event as it was typed; no end day means the day it starts, no times mean whole days.

    Raises ``ZoneUnknown``, ``DayOutOfReach``, ``TimeMissing``, ``TimeSkipped`` and ``EndsBeforeStart``.
    """
    try:
        zone = zones.canonical(zone)
    except zones.UnknownZone:
        raise ZoneUnknown(zone=_("“%(zone)s” is no time zone; choose one like Asia/Yerevan.", zone=zone)) from None
    last = ends_on or starts_on
    _check_days(starts_on, last)
    if starts is None and ends is None:
        return Span(zone, starts_on, last)
    if starts is None:
        raise TimeMissing(starts_time=_("Write when it starts, or leave both times empty for a whole day."))
    if ends is None:
        raise TimeMissing(ends_time=_("Write when it ends, or leave both times empty for a whole day."))
    first = _instant(starts_on, starts, zone, "starts_time")
    end = _instant(last, ends, zone, "ends_time", after=first)
    if end == first:
        raise EndsBeforeStart(ends_time=_("It would end at %(end)s, when it starts.", end=_clock(ends)))
    if end < first:
        raise EndsBeforeStart(
            ends_time=_(
                "It would end at %(end)s, before it starts at %(start)s.", end=_clock(ends), start=_clock(starts)
            )
        )
    return Span(zone, starts_on, last, first, end)


def ends_next_day(starts: time | None, ends: time | None) -> bool:
    """Whether two times of one day, such as 22:00 and 01:00, mean an end on the day after."""
    if starts is None or ends is None or ends >= starts:
        return False
    first, last = (timedelta(hours=moment.hour, minutes=moment.minute) for moment in (starts, ends))
    return last + timedelta(days=1) - first <= LONGEST_EVENING


def _check_days(first: date, last: date) -> None:
    for field, day in (("starts_on", first), ("ends_on", last)):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise DayOutOfReach(**{field: _("The year %(year)s cannot be meant.", year=str(day.year))})
    if last < first:
        raise EndsBeforeStart(
            ends_on=_("It would end on %(end)s, before it starts on %(start)s.", end=words(last), start=words(first))
        )
    if last - first > LONGEST:
        raise DayOutOfReach(ends_on=_("It would last %(days)s days; write at most a year.", days=(last - first).days))


def _instant(day: date, typed: time, zone: str, field: str, after: datetime | None = None) -> datetime:
    local = datetime.combine(day, typed.replace(second=0, microsecond=0, tzinfo=None), ZoneInfo(zone))
    first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        later = first.astimezone(local.tzinfo)
        raise TimeSkipped(
            **{
                field: _(
                    "There is no %(time)s on %(day)s in %(zone)s: the clocks go forward. Is it %(later)s?",
                    time=_clock(local.time()),
                    day=words(day),
                    zone=zone,
                    later=_clock(later.time()),
                )
            }
        )
    return second if after is not None and first <= after < second else first


def shown_twice(moment: datetime | None, zone: str) -> bool:
    """Whether the clocks of ``zone`` show the time of an instant a second time, as summer time ends."""
    if moment is None:
        return False
    local = moment.astimezone(ZoneInfo(zone)).replace(fold=0)
    return local.utcoffset() > (local.replace(fold=1).utcoffset() or timedelta())  # type: ignore[operator]


def outside_project(starts_on: date, ends_on: date, start: date, end: date) -> bool:
    """Whether an event reaches beyond the run of the project; that is worth a remark and no more."""
    return starts_on < start or ends_on > end


def words(day: date) -> str:
    """A date in full in the reader's language: 12 May 2025."""
    return str(format_date(day, "long", locale=get_locale() or "en_GB"))


def _clock(value: time) -> str:
    return f"{value:%H:%M}"

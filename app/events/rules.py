"""What must hold of an event, as pure functions; each refusal has a name of its own and says where it belongs.

Times are typed as the clock of the event's place shows them. A time that this clock skips is refused; a time that it
shows twice, as summer time ends, is taken as the first of the two (an end: as the first one after the start).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.errors import Refused
from app.events import zones
from app.events.models import DEADLINE_STATES, ConsultationType, EventKind, EventState, Format

CLOSED = _l("This event is closed. Reopen it to change it.")
FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST = timedelta(days=366)
LONGEST_EVENING = timedelta(hours=12)  # what begins on one day and ends on the next; more than that is a slip
MOST_PEOPLE = 1_000_000
MOST_SEATS = 100_000
# An event of these kinds is logged for the sake of the micro-credentials it concerned.
ABOUT_MICROCREDENTIALS = frozenset({EventKind.CONSULTATION, EventKind.ROUND_TABLE})
WITHOUT_PLACE = frozenset({ConsultationType.WRITTEN, ConsultationType.SURVEY})


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


class CountsWrong(Refused):
    """A count below nought, absurdly high, or groups that do not add up to the total."""


class NumberWrong(Refused):
    """A meeting's number that nobody would count to."""


class NumberTaken(Refused):
    """A number that another event of the series has."""


class SeatsWrong(Refused):
    """Seats that are no number of seats, or where nobody meets."""


class LinkWrong(Refused):
    """A link that is no web address."""


class LinkInPlace(Refused):
    """A web address where everybody reads it."""


class PlaceMissing(Refused):
    """Nobody would know where to go."""


class TitleMissing(Refused):
    """No title in any language."""


class NotYetHeld(Refused):
    """The day has not come."""


class NobodyThere(Refused):
    """Neither organisations nor people took part."""


class NothingConcerned(Refused):
    """A consultation or round table without a micro-credential."""


class MinutesMissing(Refused):
    """Neither a summary nor decisions nor minutes of the agenda."""


class EventClosed(Refused):
    """What is closed is reopened before it is changed."""


class StateUnfit(Refused):
    """A state that this kind of event does not have."""


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


def all_of(*checks: Callable[[], object]) -> None:
    """Run every check, so that everything wrong is told at once. Raises ``Refused`` with the messages of all."""
    messages: dict[str, str] = {}
    for check in checks:
        try:
            check()
        except Refused as refused:
            for field, message in refused.messages.items():
                messages.setdefault(field, message)
    if messages:
        raise Refused(**messages)


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


def check_title(title: dict[str, str]) -> None:
    """A title in one language at least. Raises ``TitleMissing``."""
    if not any(text.strip() for text in title.values()):
        raise TitleMissing(title=_("Write a title, in any of the languages."))


def check_counts(counts: Sequence[int | None], total: int | None) -> None:
    """Counts of women, men, non-binary and not stated, and how many were there altogether. Raises ``CountsWrong``.

    No total, or only a total, is fine.
    """
    named = zip(("women", "men", "nonbinary", "undisclosed", "total"), (*counts, total), strict=True)
    wrong = [field for field, count in named if count is not None and not 0 <= count <= MOST_PEOPLE]
    if wrong:
        raise CountsWrong(**dict.fromkeys(wrong, _("Write a number from 0 to %(most)s.", most=MOST_PEOPLE)))
    known = [count or 0 for count in counts]
    if total is not None and any(count is not None for count in counts) and sum(known) != total:
        raise CountsWrong(
            total=_(
                "%(sum)s make %(made)s, not %(total)s.", sum=" + ".join(map(str, known)), made=sum(known), total=total
            )
        )


def check_countries(people: int, by_country: Mapping[str, int]) -> None:
    """Where people came from adds up to how many there were. Raises ``CountsWrong``; no country is fine."""
    if any(not 0 <= count <= MOST_PEOPLE for count in by_country.values()):
        raise CountsWrong(by_country=_("Write a number from 0 to %(most)s.", most=MOST_PEOPLE))
    made = sum(by_country.values())
    if by_country and made != people:
        each = ", ".join(f"{code} {count}" for code, count in by_country.items())
        raise CountsWrong(
            total=_("By country there are %(made)s (%(each)s), not %(total)s.", made=made, each=each, total=people)
        )


def check_number(number: int | None) -> None:
    """A meeting's number counts from 1. Raises ``NumberWrong``."""
    if number is not None and not 1 <= number <= 9999:
        raise NumberWrong(number=_("Write a number from 1 to 9999."))


def check_seats(held: Format | None, onsite: int | None, online: int | None) -> None:
    """Room for somebody, and only where people meet. Raises ``SeatsWrong``."""
    wrong = {
        name: _("Write a number from 1 to %(most)s.", most=MOST_SEATS)
        for name, seats in (("onsite_seats", onsite), ("online_seats", online))
        if seats is not None and not 1 <= seats <= MOST_SEATS
    }
    if held is Format.ONLINE and onsite is not None:
        wrong.setdefault("onsite_seats", _("It takes place online: leave this empty, or choose another form."))
    if held is Format.ONSITE and online is not None:
        wrong.setdefault("online_seats", _("It takes place on site: leave this empty, or choose another form."))
    if wrong:
        raise SeatsWrong(**wrong)


def check_link(link: str | None) -> None:
    """A web address or nothing. Raises ``LinkWrong``."""
    if link is None:
        return
    try:
        parts = urlsplit(link)
    except ValueError:
        parts = urlsplit("")
    if (
        parts.scheme not in ("http", "https")
        or not parts.netloc
        or any(c.isspace() or not c.isprintable() for c in link)
    ):
        raise LinkWrong(link=_("Write an address like https://example.org/meeting."))


def check_no_link(**places: str | None) -> None:
    """No web address in a place, by the name of its field: a place is public. Raises ``LinkInPlace``."""
    public = [field for field, place in places.items() if place and "://" in place]
    if public:
        told = _("Everybody reads this. Write the web address under “Link”, which visitors do not see.")
        raise LinkInPlace(**dict.fromkeys(public, told))


def check_place(format: Format | None, place: str | None, link: str | None, *, needs_link: bool) -> None:  # noqa: A002
    """On site one needs a place, online a link unless ``needs_link`` is false. Raises ``PlaceMissing``."""
    if format in (Format.ONSITE, Format.HYBRID) and not place:
        raise PlaceMissing(venue=_("Write where people meet."))
    if format in (Format.ONLINE, Format.HYBRID) and needs_link and not link:
        raise PlaceMissing(link=_("Write the link, or tick that it follows later."))


def check_not_closed(state: EventState) -> None:
    """Raises ``EventClosed``."""
    if state is EventState.CLOSED:
        raise EventClosed(str(CLOSED))


def check_state(kind: EventKind, state: EventState) -> None:
    """Deadlines are planned, done or cancelled; nothing else is ever "done". Raises ``StateUnfit``."""
    fits = state in DEADLINE_STATES if kind is EventKind.DEADLINE else state is not EventState.DONE
    if not fits:
        raise StateUnfit(_("%(kind)s: cannot become “%(state)s”.", kind=kind.label, state=state.label))


def check_day_has_come(ends_on: date, today: date) -> None:
    """What has been held lies behind us. Raises ``NotYetHeld``."""
    if ends_on > today:
        raise NotYetHeld(starts_on=_("%(day)s is after today, %(today)s.", day=words(ends_on), today=words(today)))


def check_somebody_there(people: int | None, organisations: int) -> None:
    """Somebody took part: counted people or named organisations. Raises ``NobodyThere``."""
    if not people and not organisations:
        raise NobodyThere(organisations=_("Say who took part: organisations, or how many people."))


def check_concerns(kind: EventKind, microcredentials: int) -> None:
    """Consultations and round tables are about micro-credentials. Raises ``NothingConcerned``."""
    if kind in ABOUT_MICROCREDENTIALS and not microcredentials:
        raise NothingConcerned(microcredentials=_("Choose at least one micro-credential."))


def check_minutes(summary: dict[str, str] | None, *, is_written_of: bool) -> None:
    """Minutes are a summary, decisions or what was said at an item of the agenda. Raises ``MinutesMissing``."""
    if not summary and not is_written_of:
        raise MinutesMissing(summary=_("Write what was said, or what was decided, first."))


def words(day: date) -> str:
    """A date in full in the reader's language: 12 May 2025."""
    return str(format_date(day, "long", locale=get_locale() or "en_GB"))


def _clock(value: time) -> str:
    return f"{value:%H:%M}"

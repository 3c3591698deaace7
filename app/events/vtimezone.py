"""VTIMEZONE blocks (RFC 5545 §3.6.5) out of the time zone database.

The standard library tells a zone's offset at a moment but not its rules, so the moments at which the offset
changes are searched and rules are read off them. Changes that come every year on the same weekday of a month
become one RRULE; any others (Ramadan in Morocco, a rule that was changed) are listed as RDATEs, each in a line
of its own because ical.js reads only the first date of a line. Either way every change between `RULES_FROM` and
`RULES_UNTIL` is exact.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from app.events.contentlines import fold
from app.events.zones import RULES_FROM, RULES_UNTIL, canonical

# A year more than needed: a moment is only defined by a change of clocks before it.
_SEARCH_FROM = RULES_FROM.replace(year=RULES_FROM.year - 1)
_LONG_AGO = RULES_FROM.replace(year=1970, tzinfo=None)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_STEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What all the changes in one sub-component have in common: offsets before and after, name, season."""

    before: timedelta
    after: timedelta
    name: str
    summer: bool


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of clocks: `local` is the naive time the clocks showed when it came."""

    kind: _Kind
    local: datetime

    @property
    def place_in_year(self) -> tuple[int, int, str]:
        """Month, weekday (Monday is 0) and time of day."""
        return self.local.month, self.local.weekday(), self.local.strftime("%H%M%S")

    @property
    def places_in_month(self) -> set[int]:
        """Which one of its weekday in the month it is, counted from the start and, if the last, as -1."""
        days = monthrange(self.local.year, self.local.month)[1]
        first = {(self.local.day - 1) // 7 + 1}
        return first | {-1} if self.local.day + 7 > days else first


@cache
def vtimezone(name: str) -> str:
    """Return the VTIMEZONE of the zone `name`, under its canonical name, lines ended by CR LF.

    Raises `UnknownZone` where the database has no such zone. A result is kept for the life of the process:
    it depends on the `tzdata` package only, never on the machine's own database.
    """
    zone = _pinned(canonical(name))
    parts = []
    changes = _changes(zone)
    if not changes or changes[0].local.year >= RULES_FROM.year:
        parts.append(_unchanged(zone))
    groups: dict[tuple[_Kind, tuple[int, int, str]], list[_Change]] = defaultdict(list)
    for change in changes:
        groups[change.kind, change.place_in_year].append(change)
    irregular: dict[_Kind, list[_Change]] = defaultdict(list)
    for (kind, _), group in groups.items():
        if rule := _yearly_rule(group):
            parts.append(_component(kind, group[0].local, [rule]))
        else:
            irregular[kind] += group
    for kind, group in irregular.items():
        first, *others = sorted(change.local for change in group)
        parts.append(_component(kind, first, [f"RDATE:{local:%Y%m%dT%H%M%S}" for local in others]))
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone.key}"]
    lines += [line for _, part in sorted(parts) for line in part]
    return "".join(fold(line) for line in [*lines, "END:VTIMEZONE"])


def _pinned(key: str) -> ZoneInfo:
    with resources.files("tzdata.zoneinfo").joinpath(*key.split("/")).open("rb") as rules:
        return ZoneInfo.from_file(rules, key=key)


def _changes(zone: ZoneInfo) -> list[_Change]:
    """Return every change of the offset from UTC, from the year before `RULES_FROM` to `RULES_UNTIL`."""
    found = []
    moment = _SEARCH_FROM
    while moment < RULES_UNTIL:
        low, high = moment, moment + _STEP
        before = low.astimezone(zone)
        if high.astimezone(zone).utcoffset() != before.utcoffset():
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == before.utcoffset():
                    low = middle
                else:
                    high = middle
            found.append(_change(zone, high))
        moment += _STEP
    return found


def _change(zone: ZoneInfo, moment: datetime) -> _Change:
    """Describe the change that happens at `moment` (UTC)."""
    before, after = (moment - timedelta(seconds=1)).astimezone(zone), moment.astimezone(zone)
    # Ireland and Morocco define their winter time as the exception; readers expect summer time to be it.
    seasonal = bool(before.dst() or after.dst())
    kind = _Kind(_offset(before), _offset(after), after.tzname() or "", seasonal and _offset(after) > _offset(before))
    return _Change(kind, moment.replace(tzinfo=None) + kind.before)


def _yearly_rule(group: list[_Change]) -> str:
    """Return the RRULE of changes that come in every year up to the last one known, or nothing."""
    years = [change.local.year for change in group]
    last = (RULES_UNTIL - timedelta(days=1)).year
    if len(years) < 2 or years != list(range(years[0], last + 1)):
        return ""
    places = set.intersection(*(change.places_in_month for change in group)) - {5}
    if not places:
        return ""
    month, weekday, _ = group[0].place_in_year
    return f"RRULE:FREQ=YEARLY;BYMONTH={month};BYDAY={min(places)}{_WEEKDAYS[weekday]}"


def _unchanged(zone: ZoneInfo) -> tuple[datetime, list[str]]:
    """Return the sub-component of a zone that has the same offset from before `RULES_FROM` on."""
    start = RULES_FROM.astimezone(zone)
    kind = _Kind(_offset(start), _offset(start), start.tzname() or "", summer=False)
    return _component(kind, _LONG_AGO, [])


def _component(kind: _Kind, onset: datetime, recurrence: list[str]) -> tuple[datetime, list[str]]:
    """Return a sub-component's lines with its onset, by which they are put in order."""
    season = "DAYLIGHT" if kind.summer else "STANDARD"
    lines = [
        f"BEGIN:{season}",
        f"DTSTART:{onset:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_signed(kind.before)}",
        f"TZOFFSETTO:{_signed(kind.after)}",
        f"TZNAME:{kind.name}",
        *recurrence,
        f"END:{season}",
    ]
    return onset, lines


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _signed(offset: timedelta) -> str:
    """Return an offset as RFC 5545 §3.3.14 writes it, east of Greenwich positive."""
    sign = "-" if offset < timedelta() else "+"
    minutes, seconds = divmod(int(abs(offset).total_seconds()), 60)
    return f"{sign}{minutes // 60:02}{minutes % 60:02}" + (f"{seconds:02}" if seconds else "")

"""Calendar pages of events: a month, and a week on the reader's clock, both narrowed as the list is."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask import Response, request, url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import clock, portal
from app.core.access import Actor, current_actor, public
from app.core.asked import Asked
from app.core.database import plain_rows
from app.core.narrowing import Narrowing, address
from app.core.templating import day as day_in_full
from app.core.templating import plain_tr, time_of_day, tr
from app.core.web import answer
from app.events import queries, zones
from app.events.listing import WHEN, EventListing, shown_state
from app.events.models import EventKind, EventState
from app.events.month import Entry, Month
from app.events.spans import FIRST_YEAR, LAST_YEAR
from app.events.views import Ways, bp, ways
from app.events.week import APART, Part, Span, Week
from app.events.when import offset, words_of
from app.extensions import db

ICONS = {EventKind.DEADLINE: "flag"}


class CalendarPage(Narrowing):
    """What a calendar page shows: the list's filters but those of time, a ``day`` and the reader's ``zone``."""

    # The list's filters of time stay in addresses from view to view; here the day says as much.
    also = frozenset({"day", "month", "zone", *WHEN})

    def __init__(self, view: str, actor: Actor, path: str, args: Mapping[str, str]) -> None:
        self.view, self.actor, self.path, self.args = view, actor, path, args
        self.declared = EventListing()
        self.narrow_by([one for one in self.declared.filters if one.name not in WHEN])
        self.today = clock.today(portal.consortium().zone)
        self.asked_for = Asked(args)
        self.day = self._day()
        self.zone = self._zone()

    def _day(self) -> date | None:
        """The day asked for, or the first of the month; none, and the page shows today, for what names neither."""
        instead = day_in_full(self.today)
        month = self.asked_for.text("month")
        if month and Month.is_name(month):
            return Month.named(month, self.today).first
        self.asked_for.miss(_l("Month"), month, instead)
        day = self.asked_for.day(_l("Day"), "day", instead)
        if day and not FIRST_YEAR < day.year < LAST_YEAR:
            self.asked_for.miss(_l("Day"), day.isoformat(), instead)
            return None
        return day

    def _zone(self) -> str:
        """The reader's zone: as asked for, else of the one country somebody works in, else the consortium's."""
        consortium, asked = portal.consortium(), self.asked_for.text("zone")
        countries = {grant.country for grant in self.actor.grants}
        only = consortium.by_country.get(next(iter(countries)) or "") if len(countries) == 1 else None
        usual = only.zone if only else consortium.zone
        try:
            self.is_zone_chosen = bool(asked) and zones.canonical(asked) != usual
            return zones.canonical(asked) if asked else usual
        except zones.UnknownZone:
            self.is_zone_chosen = False
            self.asked_for.miss(_l("Time zone"), asked, place_of(usual))
            return usual

    @property
    def kept(self) -> dict[str, str]:
        """The filters, words, day and zone in force."""
        day, zone = self.day.isoformat() if self.day else "", self.zone if self.is_zone_chosen else ""
        return {**super().kept, "day": day, "zone": zone}

    def at(self, day: date | None) -> str:
        """This page with another day, or today."""
        return self.url(day=day.isoformat() if day else "")

    @property
    def left_out(self) -> list[str]:
        """A sentence for everything in the address that was not understood."""
        return super().left_out + self.asked_for.left_out

    @property
    def clear_url(self) -> str:
        """The page without any filter, on the same day."""
        return address(self.path, {"day": self.kept["day"], "zone": self.kept["zone"]})

    @property
    def shown(self) -> date:
        """The day whose month or week is shown."""
        return self.day or self.today

    def ways(self, shown: date) -> Ways:
        """The ways to the other views, for the day they should show."""
        return ways(self.view, super().kept, shown)

    def rows(self, first: date, last: date) -> Any:
        """The events on some days that the filters leave; one statement."""
        statement = queries.on_days(self.actor, first, last)
        return plain_rows(db.session, self.declared.narrow(statement, self.query, self.filters))

    @cached_property
    def zones(self) -> list[tuple[str, str, bool]]:
        """Zones to choose from, with their address and whether they are shown: those of the consortium's countries."""
        known = dict.fromkeys([self.zone, portal.consortium().zone, *(c.zone for c in portal.consortium().countries)])
        noon = datetime.combine(self.shown, datetime.min.time().replace(hour=12))
        labels = {zone: f"{place_of(zone)} ({offset(noon.replace(tzinfo=ZoneInfo(zone)))})" for zone in known}
        return [(label, self.url(zone=zone), zone == self.zone) for zone, label in labels.items()]


@bp.get("/month")
@public("As the list of events")
def month() -> Response:
    """A month; events stand on the days of the clock at their place."""
    page = CalendarPage("month", current_actor(), request.path, request.args)
    shown = Month.of(page.shown)
    rows = page.rows(shown.first, shown.last)
    facts: dict[str, Any] = {
        "page": page,
        "month": shown,
        "name": format_date(shown.first, "LLLL yyyy", rebase=False),
        "weeks": shown.weeks(_month_spans(rows)),
        "ways": page.ways(page.shown),
        "empty": not rows,
    }
    return answer("events/month.html", "events/_month.html", **facts)


@bp.get("/week")
@public("As the list of events")
def week() -> Response:
    """A week, its times on the reader's clock, with what takes whole days above."""
    page = CalendarPage("week", current_actor(), request.path, request.args)
    shown = Week.of(page.shown)
    rows = page.rows(shown.first - APART, shown.last + APART)
    days = shown.days(_week_spans(rows), ZoneInfo(page.zone))
    facts: dict[str, Any] = {
        "page": page,
        "week": shown,
        "name": words_of(shown.first, shown.last),
        "days": days,
        "ways": page.ways(page.shown),
        "empty": not any(day.whole or day.timed for day in days),
    }
    return answer("events/week.html", "events/_week.html", **facts)


def place_of(zone: str) -> str:
    """A zone as people name it: by its town, in the reader's language."""
    return str(get_timezone_location(ZoneInfo(zone), locale=get_locale() or "en_GB", return_city=True))


def _month_spans(rows: Any) -> Iterator[tuple[Any, Any, Entry, Entry]]:
    for row in rows:
        yield row.starts_on, row.ends_on, _entry(row), _entry(row, going_on=True)


def _entry(row: Any, going_on: bool = False) -> Entry:
    return Entry(
        url=url_for("events.show", event_id=row.id),
        label=plain_tr(row.title),
        time="" if row.all_day or going_on else time_of_day(row.starts_at, row.zone),
        shape=shown_state(row)[0],
        cancelled=row.state is EventState.CANCELLED,
        icon=ICONS.get(row.kind),
        is_example=row.is_example,
    )


def _week_spans(rows: Any) -> Iterator[Span]:
    for row in rows:
        yield Span(row, row.starts_on, row.ends_on, row.starts_at, row.ends_at)


def week_entry(part: Part, zone: str) -> dict[str, Any]:
    """What the week says of an event on a day: its time there, and that at its place where the clocks differ."""
    row = part.record
    return {
        "url": url_for("events.show", event_id=row.id),
        "label": tr(row.title),
        "time": _times(part.begins, part.finishes),
        "local": _local(part, zone),
        "place": row.city or row.venue or "",
        "country": row.country,
        "kind": row.kind.label,
        "shape": shown_state(row)[0],
        "cancelled": row.state is EventState.CANCELLED,
        "icon": ICONS.get(row.kind),
        "is_example": row.is_example,
    }


def _times(begins: datetime | None, finishes: datetime | None) -> str:
    if begins and finishes:
        return f"{begins:%H:%M}–{finishes:%H:%M}"
    if begins:
        return _("from %(time)s", time=f"{begins:%H:%M}")
    return _("until %(time)s", time=f"{finishes:%H:%M}") if finishes else ""


def _local(part: Part, zone: str) -> str:
    row, moment = part.record, part.begins or part.finishes
    if moment is None or row.all_day:
        return ""
    there = moment.astimezone(ZoneInfo(row.zone))
    if there.utcoffset() == moment.utcoffset():
        return ""
    first = part.begins.astimezone(there.tzinfo) if part.begins else None
    last = part.finishes.astimezone(there.tzinfo) if part.finishes else None
    return _("there %(times)s (%(offset)s)", times=_times(first, last), offset=offset(there))

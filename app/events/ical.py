"""One event as one iCalendar VEVENT (RFC 5545, RFC 7986), pure: facts in, text out.

The same facts give the same text for ever, so what is rendered when an event is written can be stored and
joined into every feed. Nothing here reads a clock, a database or a request.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from html import escape as escape_html
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from icalendar import Event, vCalAddress, vDate, vDatetime, vGeo, vInt, vUri

from app.events.components import Text, TextList, render
from app.events.contentlines import clean_line, clean_text
from app.events.zones import RULES_FROM, RULES_UNTIL, canonical

if TYPE_CHECKING:
    from uuid import UUID

#: The longest title any client is known to show, in characters.
TITLE_LIMIT = 255
#: A timed event that ends on another day and lasts at least this long becomes a bar across its days.
BAR_FROM = timedelta(hours=24)
REMOVED_TITLE = "(removed)"

# Zero-width joiner and emoji presentation: they bind the characters around them into one.
_JOINERS = {"\u200d", "\ufe0f"}
# What RFC 3986 lets stand in an address; everything else is percent-encoded.
_URI_SAFE = "!#$%&'()*+,/:;=?@[]~"
_ADDRESS = re.compile(r"[^\s@<>\"(),:;\x00-\x1f\x7f]+@[^\s@<>\"(),:;\x00-\x1f\x7f]+")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class Audience(StrEnum):
    """Who reads a feed: anybody, or somebody who may join the event."""

    PUBLIC = "public"
    MEMBER = "member"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFacts:
    """What a calendar entry is made of.

    Timed: `starts` and `ends` are aware datetimes and `zone` is where they are shown. All-day: both are dates
    and `ends` is the last day, included. `removed` leaves nothing but the time and "(removed)", `example` marks
    what is made up. `uid` and `created` never change; `changed` is the last change of any fact here, `sequence`
    counts the published ones. Raises ValueError for facts that no entry can state; what people type is
    checked before, by the forms.
    """

    uid: UUID
    domain: str
    sequence: int
    created: datetime
    changed: datetime
    all_day: bool
    starts: date | datetime
    ends: date | datetime
    zone: str
    title: str
    page_url: str
    status: Literal["tentative", "confirmed", "cancelled"]
    description: str = ""
    venue: str = ""
    address: str = ""
    city: str = ""
    country: str = ""
    geo: tuple[float, float] | None = None
    conference_url: str | None = None
    categories: tuple[str, ...] = ()
    transparent: bool = False
    organiser: tuple[str, str] | None = None
    removed: bool = False
    language: str = "en"
    example: bool = False

    def __post_init__(self) -> None:
        """Refuse facts that contradict each other."""
        if self.sequence < 0:
            raise ValueError("A sequence starts at 0")
        if not _DOMAIN.fullmatch(self.domain):
            raise ValueError(f"{self.domain!r} is no domain for a calendar identifier")
        if self.created.tzinfo is None or self.changed.tzinfo is None:
            raise ValueError("Creation and change are aware datetimes")
        if self.geo and not (abs(self.geo[0]) <= 90 and abs(self.geo[1]) <= 180):
            raise ValueError("A position is latitude, then longitude, in degrees")
        canonical(self.zone)
        if self.all_day:
            if isinstance(self.starts, datetime) or isinstance(self.ends, datetime):
                raise ValueError("An all-day entry has dates")
            if self.ends < self.starts:
                raise ValueError("The last day is before the first")
        else:
            starts, ends = _instant(self.starts), _instant(self.ends)
            if ends <= starts:
                raise ValueError("An entry ends at least a second after it starts")

    @property
    def calendar_uid(self) -> str:
        """The identifier that stays the same in every feed, file and invitation."""
        return f"{self.uid}@{self.domain}"


def vevent(facts: CalendarFacts, *, audience: Audience) -> str:
    """Return the VEVENT of `facts`, lines folded and ended by CR LF, for readers of `audience`.

    The join link is written only for members, and not once the event is cancelled.
    """
    event = Event()
    gone = facts.removed or facts.status == "cancelled"
    starts, ends = _times(facts)
    event.add("UID", Text(facts.calendar_uid))
    event.add("DTSTAMP", _utc(facts.changed))
    event.add("LAST-MODIFIED", _utc(facts.changed))
    event.add("CREATED", _utc(facts.created))
    event.add("SEQUENCE", vInt(facts.sequence))
    event.add("DTSTART", starts)
    event.add("DTEND", ends)
    event.add("STATUS", Text("CANCELLED" if gone else facts.status.upper()))
    event.add("TRANSP", Text("TRANSPARENT" if gone or facts.transparent else "OPAQUE"))
    if facts.removed:
        event.add("SUMMARY", Text(REMOVED_TITLE))
        return render(event)
    event.add("SUMMARY", Text(_title(facts)), {"LANGUAGE": facts.language})
    _add_place(event, facts)
    _add_content(event, facts, facts.conference_url if audience is Audience.MEMBER and not gone else None)
    return render(event)


def zone_needed(facts: CalendarFacts) -> str | None:
    """Return the zone whose VTIMEZONE must stand beside the entry; None where it names no zone."""
    zone: str | None = _times(facts)[0].params.get("TZID")
    return zone


def _add_place(event: Event, facts: CalendarFacts) -> None:
    """Write where the event is; an online one says so without giving its link away."""
    parts = [clean_line(part) for part in (facts.venue, facts.address, facts.city, facts.country)]
    place = ", ".join(dict.fromkeys(part for part in parts if part))
    if place or facts.conference_url:
        event.add("LOCATION", Text(place or "Online"))
    if facts.geo:
        event.add("GEO", vGeo((round(facts.geo[0], 6), round(facts.geo[1], 6))))


def _add_content(event: Event, facts: CalendarFacts, join_url: str | None) -> None:
    """Write the texts, the addresses and the categories."""
    page = _uri(facts.page_url)
    blocks = [_span(facts), clean_text(facts.description)]
    links = [("", page)]
    if join_url:
        join = _uri(join_url)
        links.insert(0, ("Join online: ", join))
        parameters = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": "Join online"}
        event.add("CONFERENCE", vUri(join, params=parameters))
    texts = [block for block in blocks if block]
    event.add("DESCRIPTION", Text("\n\n".join(texts + [label + url for label, url in links])))
    # Some versions of Outlook show plain text badly, all others ignore this property: it comes in addition.
    html = [f"<p>{escape_html(text)}</p>".replace("\n", "<br>") for text in texts]
    html += [f'<p>{label}<a href="{escape_html(url)}">{escape_html(url)}</a></p>' for label, url in links]
    body = Text(f"<html><body>{''.join(html)}</body></html>")
    event.add("X-ALT-DESC", body, {"FMTTYPE": "text/html"})
    event.add("URL", vUri(page))
    categories = dict.fromkeys(clean_line(category) for category in facts.categories)
    if kept := [category for category in categories if category]:
        event.add("CATEGORIES", TextList.of(kept), encode=False)
    if facts.organiser:
        event.add("ORGANIZER", _organiser(*facts.organiser))


def _title(facts: CalendarFacts) -> str:
    """Return the title on one line, marked when cancelled or made up, at most `TITLE_LIMIT` characters long."""
    title = clean_line(facts.title) or "(untitled)"
    if facts.example:
        # Before the title, although it follows it on pages: a month view shows the first words alone.
        title = f"[example] {title}"
    if facts.status == "cancelled":
        title = f"Cancelled: {title}"
    if len(title) <= TITLE_LIMIT:
        return title
    end = TITLE_LIMIT - 1
    # Cutting between a letter and its accents, or inside a joined emoji, would change the last letter.
    while end > 1 and (unicodedata.combining(title[end]) or _JOINERS & {title[end - 1], title[end]}):
        end -= 1
    return title[:end].rstrip() + "…"


def _times(facts: CalendarFacts) -> tuple[vDate | vDatetime, vDate | vDatetime]:
    """Return DTSTART and DTEND: dates, local times of the event's zone, or UTC where local would mislead."""
    if facts.all_day:
        return _day(facts.starts), _day(facts.ends + timedelta(days=1))
    starts, ends = _instant(facts.starts), _instant(facts.ends)
    zone = ZoneInfo(canonical(facts.zone))
    first, last = starts.astimezone(zone), ends.astimezone(zone)
    if _is_bar(first, last):
        # An end at midnight belongs to the day before.
        last_day = (last - timedelta(seconds=1)).date()
        return _day(first.date()), _day(last_day + timedelta(days=1))
    twice = _occurs_twice(first) or _occurs_twice(last)
    if zone.key == "UTC" or twice or not RULES_FROM <= starts < ends < RULES_UNTIL:
        return vDatetime(starts), vDatetime(ends)
    return _local(first), _local(last)


def _is_bar(first: datetime, last: datetime) -> bool:
    """Tell whether a timed event goes over days: in a calendar it is a bar, not one long block of hours."""
    return last.date() > first.date() and last.astimezone(UTC) - first.astimezone(UTC) >= BAR_FROM


def _occurs_twice(local: datetime) -> bool:
    """Tell whether clocks show this time twice, as summer time ends.

    RFC 5545 §3.3.5 takes such a time as its first occurrence, but ical.js takes it as the second.
    """
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _span(facts: CalendarFacts) -> str:
    """Return the hours of an event that is shown as a bar, for its description; otherwise nothing."""
    if facts.all_day:
        return ""
    zone = ZoneInfo(canonical(facts.zone))
    first, last = (_instant(moment).astimezone(zone) for moment in (facts.starts, facts.ends))
    if not _is_bar(first, last):
        return ""
    return f"{first:%Y-%m-%d %H:%M} – {last:%Y-%m-%d %H:%M} ({zone.key})"


def _organiser(name: str, address: str) -> vCalAddress:
    """Return the ORGANIZER; raise ValueError when `address` is no mail address."""
    address = address.strip().lower()
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"{address!r} is no mail address")
    # A parameter cannot hold a double quote, and many readers do not know RFC 6868's way around it.
    name = clean_line(name).replace('"', "'")
    return vCalAddress(f"mailto:{address}", params={"CN": name} if name else {})


def _uri(address: str) -> str:
    """Return a web address as RFC 3986 writes it; raise ValueError for another kind of address."""
    encoded = quote(clean_line(address), safe=_URI_SAFE)
    parts = urlsplit(encoded)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{address!r} is no web address")
    return encoded


def _instant(moment: date | datetime) -> datetime:
    """Return a moment in UTC and whole seconds; raise ValueError for a date or a naive datetime."""
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise ValueError("A timed entry has aware datetimes")
    return moment.astimezone(UTC).replace(microsecond=0)


def _utc(moment: datetime) -> vDatetime:
    return vDatetime(_instant(moment))


def _local(moment: datetime) -> vDatetime:
    return vDatetime(moment, params={"TZID": str(moment.tzinfo)})


def _day(day: date) -> vDate:
    return vDate(day, params={"VALUE": "DATE"})

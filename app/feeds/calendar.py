"""A calendar feed out of entries that are rendered already (RFC 5545, RFC 7986), pure: text in, octets out.

A feed is a header, the time zones its entries name, the entries as they are stored, and a footer.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, vDuration, vUri

from app.events.contentlines import Text, clean_line, clean_text, render
from app.events.zones import canonical
from app.feeds.zones import vtimezone

if TYPE_CHECKING:
    from collections.abc import Iterable

PRODID = "-//Consortium portal//Calendar//EN"
#: How often a subscriber should ask again. Nextcloud asks weekly unless it is told.
REFRESH = timedelta(hours=4)
FOOT = b"END:VCALENDAR\r\n"


def feed_uid(scope: str, domain: str) -> str:
    """Return the identifier of the feed `scope` (such as ``country/AM``) of the portal at `domain`, for ever.

    For a personal feed `scope` names the person, never the secret: the identifier stands in the feed.
    """
    return f"{uuid5(NAMESPACE_URL, f'https://{domain}/feeds/{scope}')}@{domain}"


def calendar_frame(
    *,
    name: str,
    description: str,
    uid: str,
    url: str,
    source: str,
    zones: Iterable[str],
    default_zone: str,
    colour: str | None = None,
) -> tuple[bytes, bytes]:
    """Return what stands before and behind the entries of a subscribable calendar, as UTF-8.

    `name` tells it apart in a list of calendars; `url` is its page and `source` where it is fetched; `zones`
    are those the entries name, in any order, repeats allowed;
    `default_zone` is a hint for readers without one of their own; `colour` is a CSS3 colour name. The same
    input gives the same octets.
    """
    calendar = _calendar()
    calendar.add("UID", Text(uid))
    calendar.add("NAME", Text(clean_line(name)))
    calendar.add("X-WR-CALNAME", Text(clean_line(name)))
    calendar.add("X-WR-CALDESC", Text(clean_text(description)))
    calendar.add("X-WR-TIMEZONE", Text(canonical(default_zone)))
    calendar.add("URL", vUri(url))
    calendar.add("SOURCE", vUri(source, params={"VALUE": "URI"}))
    calendar.add("REFRESH-INTERVAL", vDuration(REFRESH, params={"VALUE": "DURATION"}))
    calendar.add("X-PUBLISHED-TTL", vDuration(REFRESH))
    if colour:
        calendar.add("COLOR", Text(colour))
    # A calendar must hold at least one component (RFC 5545 §3.6), so an empty one holds its own zone.
    return _head(calendar, set(zones) or {default_zone}), FOOT


def single_text(entry: bytes, zone: str | None) -> bytes:
    """Return one VEVENT as a calendar file for download; `zone` is the one it names, if any."""
    return _head(_calendar(), {zone} if zone else set()) + entry + FOOT


def _calendar() -> Calendar:
    """Return a calendar with what every one must say of itself."""
    calendar = Calendar()
    for key, value in (("VERSION", "2.0"), ("PRODID", PRODID), ("CALSCALE", "GREGORIAN"), ("METHOD", "PUBLISH")):
        calendar.add(key, Text(value))
    return calendar


def _head(calendar: Calendar, zones: set[str]) -> bytes:
    """Return everything before the entries; each zone once, in the order of their canonical names."""
    head = render(calendar).removesuffix(FOOT.decode())
    return (head + "".join(vtimezone(zone) for zone in sorted({canonical(zone) for zone in zones}))).encode()

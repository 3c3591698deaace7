"""A calendar feed out of entries that are rendered already (RFC 5545, RFC 7986), pure: text in, octets out.

A feed is a header, the time zones its entries name, the entries as they are stored, and a footer. The header's few
lines are written here: the icalendar library, which wrote the entries, takes five megabytes of memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from app.events.contentlines import PRODID, clean_line, clean_text, escape, fold
from app.events.vtimezone import vtimezone
from app.events.zones import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable

#: How often a subscriber should ask again (RFC 5545 §3.3.6). Nextcloud asks weekly unless it is told.
REFRESH = "PT4H"
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
    lines = [
        f"UID:{escape(uid)}",
        f"NAME:{escape(clean_line(name))}",
        f"X-WR-CALNAME:{escape(clean_line(name))}",
        f"X-WR-CALDESC:{escape(clean_text(description))}",
        f"X-WR-TIMEZONE:{escape(canonical(default_zone))}",
        f"URL:{url}",
        f"SOURCE;VALUE=URI:{source}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    if colour:
        lines.append(f"COLOR:{escape(colour)}")
    # A calendar must hold at least one component (RFC 5545 §3.6), so an empty one holds its own zone.
    return _head(lines, set(zones) or {default_zone}), FOOT


def single_text(entry: bytes, zone: str | None) -> bytes:
    """Return one VEVENT as a calendar file for download; `zone` is the one it names, if any."""
    return _head([], {zone} if zone else set()) + entry + FOOT


def _head(lines: list[str], zones: set[str]) -> bytes:
    """Return everything before the entries: what every calendar says, `lines`, and each zone once, by its name."""
    every = ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH")
    written = "".join(map(fold, (*every, *lines)))
    return (written + "".join(vtimezone(zone) for zone in sorted({canonical(zone) for zone in zones}))).encode()

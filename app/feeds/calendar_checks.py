"""A calendar held against what programs ask of its text, pure (RFC 5545; RFC 7986 for its name and its refreshing)."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from app.events.zones import UnknownZone, canonical
from app.feeds.checks import LIMIT, Check, found
from app.feeds.contents import Contents, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from app.feeds.checks import Fault, Finding
    from app.feeds.contents import Component

TEXTS = ("SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT", "NAME", "X-WR-CALNAME", "X-WR-CALDESC")
TIMES = ("DTSTART", "DTEND")
STATUSES = ("TENTATIVE", "CONFIRMED", "CANCELLED")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# A comma, semicolon or backslash that is not written as RFC 5545 §3.3.11 asks.
_BARE = re.compile(r"(?<!\\)(?:\\\\)*(?:[,;]|\\(?![\\;,nN]))")
# A tag alone shows nothing: whoever types one means its letters. A page from end to end was meant as HTML.
_PAGE = re.compile(r"\s*<(?:!doctype|html|body)\b.*</(?:html|body)>\s*", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?([a-z]+)[^>]*>", re.IGNORECASE)
# What the body for Outlook is set with; another tag in it is somebody's text that was not escaped.
_OUTLOOKS = frozenset({"html", "body", "p", "br", "a"})
_INSTANT = re.compile(r"\d{8}T\d{6}Z")
_LOCAL = re.compile(r"\d{8}T\d{6}")
_DAY = re.compile(r"\d{8}")


def of_calendar(octets: bytes) -> list[Finding]:
    """What is found in a calendar itself."""
    contents = read(octets)
    return [found(check, rule(contents)) for check, rule in CALENDAR.items()]


def _ends(contents: Contents) -> Iterator[Fault]:
    if not contents.octets.startswith(b"BEGIN:VCALENDAR\r\n"):
        yield 1, contents.octets[:20].decode(errors="replace")
    if not contents.octets.endswith(b"END:VCALENDAR\r\n"):
        yield len(contents.rows), contents.octets[-20:].decode(errors="replace")
    wrong = len(re.findall(rb"(?<!\r)\n|\r(?!\n)", contents.octets))
    if wrong:
        first = re.search(rb"(?<!\r)\n|\r(?!\n)", contents.octets)
        yield contents.octets[: first.start() if first else 0].count(b"\n") + 1, str(wrong)


def _folded(contents: Contents) -> Iterator[Fault]:
    for number, row in enumerate(contents.rows, 1):
        if len(row) > LIMIT or not row or (row[:1] in b" \t" and row[1:2] and row[1] & 0xC0 == 0x80):
            yield number, row.decode(errors="replace")


def _characters(contents: Contents) -> Iterator[Fault]:
    for number, row in enumerate(contents.rows, 1):
        try:
            row.decode()
        except UnicodeDecodeError:
            yield number, row.decode(errors="replace")
        else:
            if _CONTROLS.search(row):
                yield number, ascii(row.decode())


def _shape(contents: Contents) -> Iterator[Fault]:
    yield from sorted([*contents.unread, *contents.unpaired])
    if contents.calendar.name != "VCALENDAR":
        yield 0, "VCALENDAR"


def _frame(contents: Contents) -> Iterator[Fault]:
    wanted = {"VERSION": "2.0", "CALSCALE": "GREGORIAN", "METHOD": "PUBLISH"}
    for name in ("PRODID", *wanted):
        given = contents.calendar.all(name)
        if len(given) != 1 or given[0].value != wanted.get(name, given[0].value) or not given[0].value:
            yield (given[0].number if given else 0), name


def _named(contents: Contents) -> Iterator[Fault]:
    return _present(contents.calendar, "NAME", "X-WR-CALNAME")


def _refresh(contents: Contents) -> Iterator[Fault]:
    yield from _present(contents.calendar, "REFRESH-INTERVAL", "X-PUBLISHED-TTL")
    for line in contents.calendar.all("REFRESH-INTERVAL"):
        if line.parameters.get("VALUE") != "DURATION" or not line.value.startswith("P"):
            yield line.number, "REFRESH-INTERVAL;VALUE=DURATION"


def _filled(contents: Contents) -> Iterator[Fault]:
    if not contents.calendar.parts:
        yield 0, "VTIMEZONE"


def _guests(contents: Contents) -> Iterator[Fault]:
    for event in contents.events:
        yield from ((line.number, line.name) for line in event.all("ATTENDEE"))
        yield from ((line.number, "ATTACH") for line in event.all("ATTACH") if line.parameters.get("VALUE") == "BINARY")
        yield from ((part.number, part.name) for part in event.parts)


def _identity(contents: Contents) -> Iterator[Fault]:
    for event in contents.events:
        yield from _present(event, "UID")
    for uid, times in Counter(event.value("UID") for event in contents.events).items():
        if uid and times > 1:
            yield 0, uid


def _stamped(contents: Contents) -> Iterator[Fault]:
    for event in contents.events:
        yield from _present(event, "DTSTAMP")
        for line in event.all("DTSTAMP", "LAST-MODIFIED", "CREATED"):
            if not _INSTANT.fullmatch(line.value):
                yield line.number, f"{line.name}:{line.value}"


def _counted(contents: Contents) -> Iterator[Fault]:
    for event in contents.events:
        value = event.value("SEQUENCE")
        if value is None or not (value.isascii() and value.isdigit()):
            yield event.number, f"SEQUENCE:{value or ''}"


def _states(contents: Contents) -> Iterator[Fault]:
    for event in contents.events:
        status = event.value("STATUS")
        if status not in STATUSES:
            yield event.number, f"STATUS:{status or ''}"
        if status == "CANCELLED" and event.value("TRANSP") != "TRANSPARENT":
            yield event.number, f"TRANSP:{event.value('TRANSP') or ''}"


def _titled(contents: Contents) -> Iterator[Fault]:
    for event in contents.events:
        yield from _present(event, "SUMMARY")
        for line in event.all("DESCRIPTION", "SUMMARY"):
            if _PAGE.fullmatch(line.value) or line.parameters.get("FMTTYPE", "").lower() == "text/html":
                yield line.number, line.value
        for line in event.all("X-ALT-DESC"):
            if {tag.lower() for tag in _TAG.findall(line.value)} - _OUTLOOKS:
                yield line.number, line.value


def _escaped(contents: Contents) -> Iterator[Fault]:
    for component in (contents.calendar, *contents.events):
        for line in component.all(*TEXTS):
            if _BARE.search(line.value):
                yield line.number, line.value


def _spans(contents: Contents) -> Iterator[Fault]:
    for event in contents.events:
        yield from _present(event, "DTSTART")
        start, end = event.all("DTSTART"), event.all("DTEND")
        # Both are written alike; only where the zones differ does the order of letters say nothing.
        if start and end and start[0].parameters == end[0].parameters and end[0].value <= start[0].value:
            yield end[0].number, f"DTEND:{end[0].value}"
        if start and end and start[0].parameters.get("VALUE") != end[0].parameters.get("VALUE"):
            yield end[0].number, f"DTEND;VALUE={end[0].parameters.get('VALUE', '')}"


def _zoned(contents: Contents) -> Iterator[Fault]:
    for event in contents.events:
        for line in event.all(*TIMES, "RECURRENCE-ID", "EXDATE", "RDATE"):
            zone = line.parameters.get("TZID")
            if line.parameters.get("VALUE") == "DATE":
                fits = not zone and bool(_DAY.fullmatch(line.value))
            else:
                fits = bool((_LOCAL if zone else _INSTANT).fullmatch(line.value))
            if not fits:
                yield line.number, f"{line.name}:{line.value}"


def _rules(contents: Contents) -> Iterator[Fault]:
    given = Counter(zone.value("TZID") or "" for zone in contents.zones)
    for zone in contents.zones:
        name = zone.value("TZID") or ""
        if given[name] > 1 or not _is_known(name):
            yield zone.number, f"TZID:{name}"
    named = {(line.parameters["TZID"], line.number) for event in contents.events for line in event.lines
             if "TZID" in line.parameters}  # fmt: skip
    yield from sorted((number, f"TZID={name}") for name, number in named if name not in given)


def _is_known(zone: str) -> bool:
    try:
        return canonical(zone) == zone
    except UnknownZone:
        return False


def _onsets(contents: Contents) -> Iterator[Fault]:
    for zone in contents.zones:
        if not zone.of("STANDARD"):
            yield zone.number, "STANDARD"
        for part in zone.parts:
            yield from _present(part, "DTSTART", "TZOFFSETFROM", "TZOFFSETTO")
            for line in part.all("DTSTART", "RDATE"):
                if not _LOCAL.fullmatch(line.value):
                    yield line.number, f"{line.name}:{line.value}"


def _present(component: Component, *names: str) -> Iterator[Fault]:
    for name in names:
        given = component.all(name)
        if len(given) != 1 or not given[0].value:
            yield component.number, name


CALENDAR: Mapping[Check, Callable[[Contents], Iterator[Fault]]] = {
    Check.ENDS: _ends,
    Check.FOLDED: _folded,
    Check.CHARACTERS: _characters,
    Check.SHAPE: _shape,
    Check.FRAME: _frame,
    Check.NAMED: _named,
    Check.REFRESH: _refresh,
    Check.FILLED: _filled,
    Check.GUESTS: _guests,
    Check.IDENTITY: _identity,
    Check.STAMPED: _stamped,
    Check.COUNTED: _counted,
    Check.STATES: _states,
    Check.TITLED: _titled,
    Check.ESCAPED: _escaped,
    Check.SPANS: _spans,
    Check.ZONED: _zoned,
    Check.RULES: _rules,
    Check.ONSETS: _onsets,
}

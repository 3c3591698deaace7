"""A calendar read as any program would, pure: octets in, components and their lines out, however wrong they are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PARAMETER = r'[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*'
_LINE = re.compile(rf"([A-Za-z0-9-]+)((?:;{_PARAMETER})*):(.*)", re.DOTALL)
_EACH = re.compile(rf";({_PARAMETER})")


@dataclass(frozen=True, slots=True)
class Line:
    """A content line, unfolded; ``number`` is that of its first line in the file, from 1."""

    number: int
    name: str
    parameters: Mapping[str, str]
    value: str


@dataclass(slots=True)
class Component:
    """What stands between a ``BEGIN`` and its ``END``."""

    name: str
    number: int
    lines: list[Line] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)

    def all(self, *names: str) -> list[Line]:
        """Its own lines of these names."""
        return [line for line in self.lines if line.name in names]

    def value(self, name: str) -> str | None:
        """The value of its first line of this name."""
        return next((line.value for line in self.lines if line.name == name), None)

    def of(self, name: str) -> list[Component]:
        """The components of this name directly within it."""
        return [part for part in self.parts if part.name == name]

    def walk(self) -> Iterator[Component]:
        """Itself and everything within it."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Contents:
    """A calendar in every form that is looked at.

    ``rows`` are the lines as they are sent, without their ends; ``unread`` are rows that are no content line and
    ``unpaired`` those that begin or end a component without a counterpart, both as numbers with their text.
    """

    octets: bytes
    rows: list[bytes]
    calendar: Component
    unread: list[tuple[int, str]]
    unpaired: list[tuple[int, str]]

    @property
    def events(self) -> list[Component]:
        """Its events."""
        return self.calendar.of("VEVENT")

    @property
    def zones(self) -> list[Component]:
        """Its time zones."""
        return self.calendar.of("VTIMEZONE")


def read(octets: bytes) -> Contents:
    """Read a calendar; nothing that is wrong with it raises."""
    rows = re.split(rb"\r\n|\n|\r", octets)
    if rows and not rows[-1]:
        rows.pop()
    unread, unpaired = [], []
    whole = Component("", 0)
    open_ones = [whole]
    for number, text in _unfolded(rows):
        line = _line(number, text)
        if line is None:
            unread.append((number, text))
        elif line.name == "BEGIN":
            part = Component(line.value.upper(), number)
            open_ones[-1].parts.append(part)
            open_ones.append(part)
        elif line.name == "END":
            if open_ones[-1].name == line.value.upper() and len(open_ones) > 1:
                open_ones.pop()
            else:
                unpaired.append((number, text))
        else:
            open_ones[-1].lines.append(line)
    unpaired += [(part.number, f"BEGIN:{part.name}") for part in open_ones[1:]]
    calendars = whole.of("VCALENDAR")
    return Contents(octets, rows, calendars[0] if calendars else whole, unread, unpaired)


def _unfolded(rows: list[bytes]) -> Iterator[tuple[int, str]]:
    number, parts = 0, [b""]
    for place, row in enumerate(rows, 1):
        if row[:1] in (b" ", b"\t") and number:
            parts.append(row[1:])
        else:
            if number:
                yield number, b"".join(parts).decode(errors="replace")
            number, parts = place, [row]
    if number:
        yield number, b"".join(parts).decode(errors="replace")


def _line(number: int, text: str) -> Line | None:
    match = _LINE.fullmatch(text)
    if match is None:
        return None
    pairs = (each.partition("=") for each in _EACH.findall(match[2]))
    return Line(number, match[1].upper(), {name.upper(): value.strip('"') for name, _is, value in pairs}, match[3])

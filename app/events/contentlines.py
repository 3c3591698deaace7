r"""Content lines of RFC 5545: what a text may contain, how it is escaped, where a line may be folded.

The icalendar library writes names, parameters and value types. Two things are done here instead: it turns the
two characters ``\N`` of a text such as ``C:\New`` into a line break, and it folds inside an escape.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from icalendar import vText

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icalendar.cal.component import Component

_LINE_BREAKS = re.compile("\r\n|[\x0b\x0c\x85\u2028\u2029]")
# Control characters but tab and line feed (RFC 5545 §3.1 allows none), and halves of surrogate pairs, which
# have no UTF-8 form.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAKS = re.compile(r"[ \t]*[\n\t]+[ \t]*")
_LIMIT = 75


def clean_text(value: str) -> str:
    """Return `value` with line feeds as its only line breaks, without control characters, stripped."""
    return _FORBIDDEN.sub("", _LINE_BREAKS.sub("\n", value)).strip()


def clean_line(value: str) -> str:
    """Return `value` cleaned and on one line: breaks and tabs become one space, other spacing stays."""
    return _BREAKS.sub(" ", clean_text(value))


class Text(vText):
    """A TEXT value that comes back from a reader as it went in."""

    def to_ical(self) -> bytes:
        """Return the value escaped after RFC 5545 §3.3.11."""
        return _escape(self).encode()


class TextList(vText):
    """Several TEXT values of one property (CATEGORIES), joined with commas that are not escaped."""

    items: tuple[str, ...]

    @classmethod
    def of(cls, items: Iterable[str]) -> TextList:
        """Make the list of `items`, each of them cleaned already."""
        made = cls("")
        made.items = tuple(items)
        return made

    def to_ical(self) -> bytes:
        """Return the values, each escaped, with a comma between them."""
        return ",".join(map(_escape, self.items)).encode()


def render(component: Component) -> str:
    """Return `component` and what it contains as folded lines, each ended by CR LF."""
    return "".join(fold(line) for line in component.content_lines() if line)


def fold(line: str) -> str:
    """Return one content line folded to at most 75 octets a line, CR LF at the end.

    A fold never stands inside a UTF-8 character, nor between the backslash and the letter of an escape:
    readers that unfold after decoding or after unescaping exist.
    """
    octets = line.encode()
    if len(octets) <= _LIMIT:
        return f"{line}\r\n"
    parts, start, room = [], 0, _LIMIT
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            end -= 1
        backslashes = end - start - len(octets[start:end].rstrip(b"\\"))
        end -= backslashes % 2
        parts.append(octets[start:end])
        start, room = end, _LIMIT - 1
    parts.append(octets[start:])
    return b"\r\n ".join(parts).decode() + "\r\n"


def _escape(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text

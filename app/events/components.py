r"""Components of the icalendar library, written out.

The library writes names, parameters and value types. Two things are done here instead: it turns the two characters
``\N`` of a text such as ``C:\New`` into a line break, and it folds inside an escape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from icalendar import vText

from app.events.contentlines import escape, fold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from icalendar.cal.component import Component


class Text(vText):
    """A TEXT value that comes back from a reader as it went in."""

    def to_ical(self) -> bytes:
        """Return the value escaped after RFC 5545 §3.3.11."""
        return escape(self).encode()


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
        return ",".join(map(escape, self.items)).encode()


def render(component: Component) -> str:
    """Return `component` and what it contains as folded lines, each ended by CR LF."""
    return "".join(fold(line) for line in component.content_lines() if line)

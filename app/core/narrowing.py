"""What the filters and words of an address leave of a list, and the addresses with other ones.

Lists are narrowed by it, and so is whatever shows the same records in another way, such as a calendar.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask_babel import gettext as _

from app.core.access import Actor
from app.core.asked import unknown_names
from app.core.list_parts import Active, Filter, FilterState

LONGEST_QUERY = 200


class Narrowing:
    """The filters and words of one request, from ``args``; ``path`` is the address of the page without them."""

    actor: Actor
    path: str
    args: Mapping[str, str]
    # What the page reads of its address beside filters and words.
    also: ClassVar[frozenset[str]] = frozenset()

    def narrow_by(self, declared: Sequence[Filter]) -> None:
        """Read the values of the declared filters that are offered to the actor, and the words."""
        self.query = self._text("q")
        self.filters = [FilterState(one, self._text(one.name)) for one in declared if one.shows(self.actor)]

    def _text(self, name: str) -> str:
        return (self.args.get(name) or "").replace("\0", "").strip()[:LONGEST_QUERY]

    @property
    def kept(self) -> dict[str, str]:
        """What of the address stays in that of every page near it."""
        return {"q": self.query, **{state.name: state.value for state in self.filters}}

    def url(self, **changes: Any) -> str:
        """The address of this page with some arguments changed; an empty one is left out."""
        return address(self.path, {**self.kept, **changes})

    @property
    def query_string(self) -> str:
        """What is kept, as it stands in the address."""
        return self.url().partition("?")[2]

    @property
    def asked(self) -> list[Any]:
        """What the form above the records follows from, besides the reader."""
        chosen = [(state.value, state.choices if state.filter.varies else None) for state in self.filters]
        return [self.path, self.query, *chosen]

    @property
    def left_out(self) -> list[str]:
        """A sentence for each filter whose value was not understood, and for each name that is no filter here."""
        known = {"q", *self.also, *(state.name for state in self.filters)}
        return [s.left_out for s in self.filters if not s.is_known] + unknown_names(self.args, known)

    @property
    def active(self) -> list[Active]:
        """The filters in force."""
        active = [
            Active(str(state.label), state.value_label, self.url(**{state.name: ""}))
            for state in self.filters
            if state.value
        ]
        return [Active(_("Words"), self.query, self.url(q="")), *active] if self.query else active

    @property
    def clear_url(self) -> str:
        """The page without any filter."""
        return self.path


def address(path: str, arguments: Mapping[str, Any]) -> str:
    """A path with query arguments; empty ones are left out."""
    told = {name: value for name, value in arguments.items() if value}
    return f"{path}?{urlencode(told)}" if told else path

"""What an address asks a page for; what of it nobody understands is said to the reader rather than passed over.

Lists ask by their filters (``list_parts.py``), which say the same; pages of other kinds ask by ``Asked``.
"""

from collections.abc import Container, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.core.database import LARGEST_KEY
from app.core.errors import Refused

MOST_SHOWN = 40
MOST_NAMES = 5
LONGEST_KEY = 18
# What programs add to addresses that are passed on; it asks for nothing.
TRACKERS = ("utm_", "fbclid", "gclid", "mtm_", "matomo_")


class NotUnderstood(Refused):
    """A file was asked for by an address of which something was not understood; ``page`` shows what was.

    On a page the reader sees what was left out. A file goes on without its page: a register with everything in it
    under the name of a part would pass for that part.
    """

    def __init__(self, left_out: Sequence[str], page: str) -> None:
        self.page = page
        super().__init__(" ".join(left_out))


def is_day(text: str) -> bool:
    """Whether ``text`` is a day as a browser's own control writes it."""
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def key_of(text: str | None) -> int | None:
    """The key of a record that ``text`` can be; ``None`` for what neither database could look for.

    Every key that is no part of a rule of addresses is read by it: an argument, a field of a form, half of a name.
    """
    digits = text if text and text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else None
    key = int(digits) if digits else None
    return key if key is not None and key <= LARGEST_KEY else None


def not_understood(text: str, label: Any, instead: str = "") -> str:
    """The sentence about a value that was not understood, with what is shown ``instead``, if anything is."""
    if instead:
        return _(
            "“%(text)s” was not understood as “%(label)s”, so this is shown instead: %(instead)s.",
            text=text[:MOST_SHOWN],
            label=label,
            instead=instead,
        )
    return _("“%(text)s” was not understood as “%(label)s”, so it was left out.", text=text[:MOST_SHOWN], label=label)


def no_question(name: str) -> str:
    """The sentence about an argument that the page does not know."""
    return _("“%(name)s” is nothing that can be asked here, so it was left out.", name=name[:MOST_SHOWN])


def unknown_names(args: Mapping[str, str], known: Container[str]) -> list[str]:
    """A sentence for each argument with a value whose name is none of the ``known``; of many only the first."""
    names = [name for name in args if name not in known and args[name] and not name.startswith(TRACKERS)]
    return list(map(no_question, names[:MOST_NAMES]))


class Asked:
    """The query arguments of a page, value by value; ``left_out`` has a sentence for each that was not understood.

    ``label`` is what the page calls an argument, ``instead`` what it shows where that is more than leaving it out.
    """

    def __init__(self, args: Mapping[str, str]) -> None:
        self.args = args
        self.left_out: list[str] = []

    def only(self, *known: str) -> None:
        """Say which arguments have names that the page does not know."""
        self.left_out += unknown_names(self.args, known)

    def expect_all(self, page: str) -> None:
        """Raise ``NotUnderstood`` for a file whose address was not understood; ``page`` shows what was."""
        if self.left_out:
            raise NotUnderstood(self.left_out, page)

    def text(self, name: str) -> str:
        """An argument as a reader may have written it."""
        return self.args.get(name, "").replace("\0", "").strip()

    def choice(self, label: Any, text: str, known: Container[str]) -> str:
        """``text`` where it is one of the known, else nothing."""
        if text and text not in known:
            self.miss(label, text)
        return text if text in known else ""

    def day(self, label: Any, name: str, instead: str = "") -> date | None:
        """The day that an argument names."""
        text = self.text(name)
        if is_day(text):
            return date.fromisoformat(text)
        self.miss(label, text, instead)
        return None

    def number(self, label: Any, name: str, most: int) -> int | None:
        """The number that an argument names, 0 or more, and ``most`` where it is greater."""
        text = self.text(name)
        if not (text.isascii() and text.isdigit()):
            self.miss(label, text)
            return None
        if len(text) > 9 or int(text) > most:
            self.miss(label, text, str(most))
            return most
        return int(text)

    def miss(self, label: Any, text: str, instead: str = "") -> None:
        """Say that ``text``, if there is any, was not understood."""
        if text:
            self.left_out.append(not_understood(text, label, instead))

"""A text of several entries, one a line, as people type or paste it."""

from flask_babel import gettext as _

from app.core.errors import Refused


def lines_of(text: str, longest: int) -> list[str]:
    """The entries of a text without blank lines and the marks of a pasted list.

    Raises ``Refused`` where there is none, or one of more than ``longest`` characters.
    """
    found = [line for line in (line.strip(" \t-•*") for line in text.splitlines()) if line]
    if not found:
        raise Refused(lines=_("Write one a line."))
    if any(len(line) > longest for line in found):
        raise Refused(lines=_("Write at most %(count)s characters.", count=longest))
    return found

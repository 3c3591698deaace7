"""Calendar entries without the names that their reader may not read, pure: they are stored as octets, rendered once."""

import re
from collections.abc import Callable

from app.events.contentlines import fold

# What stands for a name in a calendar, in no language: a feed is fetched by a program.
WITHHELD = "[…]"
_FOLD = re.compile(r"\r\n[ \t]")
_ESCAPED = re.compile(r"\\(.)")


def without_names(octets: bytes, veil: Callable[[str], str]) -> bytes:
    """An entry through a veil; lines that name nobody stay as they are, octet for octet."""
    lines = re.split(r"\r\n(?![ \t])", octets.decode())
    return "\r\n".join(_through(line, veil) for line in lines).encode()


def _through(line: str, veil: Callable[[str], str]) -> str:
    # A line break within a text is written "\n", and would make one word of it and the word behind.
    text = _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[0], _FOLD.sub("", line))
    told = veil(text)
    return line if told == text else fold(told.replace("\n", r"\n")).removesuffix("\r\n")

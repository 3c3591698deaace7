"""Two texts compared word by word: what stayed, what went and what came, pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_COMPARED = 6_000  # words: beyond, comparing takes longer than anybody waits


@dataclass(frozen=True)
class Part:
    """Some words of a text: ``same``, ``added`` or ``removed``."""

    how: str
    text: str


def compared(before: str, after: str) -> list[Part]:
    """Two texts as parts that stayed, went and came, word by word."""
    old, new = _split(before), _split(after)
    if len(old) + len(new) > MOST_COMPARED:
        return [Part(how, text) for how, text in (("removed", before), ("added", after)) if text]
    parts: list[Part] = []
    for what, first, last, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            parts.append(Part("same", "".join(old[first:last])))
            continue
        parts += [Part("removed", "".join(old[first:last]))] if last > first else []
        parts += [Part("added", "".join(new[start:end]))] if end > start else []
    return parts


def _split(text: str) -> Sequence[str]:
    """Words with the white space after them."""
    found, word = [], ""
    for letter in text:
        if word and word[-1].isspace() and not letter.isspace():
            found.append(word)
            word = ""
        word += letter
    return [*found, word] if word else found

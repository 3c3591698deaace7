"""What stands around a name in a text, as a person reads it: whole words, and every place once. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.core.sought import Span

# How many letters are shown on either side of what was found, and how many more until a word ends.
AROUND, TO_THE_END = 60, 30
# A text, and where in it something stands.
Place = tuple[str, Span]


@dataclass(frozen=True)
class Excerpt:
    """What was ``found``, each spelling once as it is written, and the text around every one of its ``places``.

    It ``is_derived`` where it stands among keys alone, which are made of what people wrote.
    """

    text: str
    found: tuple[str, ...]
    is_derived: bool = False
    places: tuple[Place, ...] = field(default=(), repr=False, compare=False)

    def __str__(self) -> str:
        return self.text


def excerpt_of(places: Iterable[Place], is_derived: bool = False) -> Excerpt:
    """The text around each of some places, in whole words; places near each other share a passage: nothing repeats.

    What stands in the same words elsewhere in the value, as in another language, is told once.
    """
    places = tuple(dict.fromkeys(places))
    passages: list[str] = []
    for text, spans_of_text in _by_text(places).items():
        for start, end in _joined(_widened(text, span) for span in spans_of_text):
            around = " ".join(text[start:end].split())
            if not any(around in passage for passage in passages):
                passages.append(("…" if start else "") + around + ("…" if end < len(text) else ""))
    found = tuple(dict.fromkeys(text[span.start : span.end] for text, span in places))
    return Excerpt(" · ".join(passages), found, is_derived, places)


def joined(excerpts: Iterable[Excerpt]) -> Excerpt:
    """One excerpt of everything that was found in one value, however sure each of it is."""
    excerpts = list(excerpts)
    places = (place for excerpt in excerpts for place in excerpt.places)
    return excerpt_of(places, all(excerpt.is_derived for excerpt in excerpts))


def _by_text(places: Iterable[Place]) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for text, span in places:
        found.setdefault(text, []).append(span)
    return {text: sorted(spans_of_text, key=lambda span: span.start) for text, spans_of_text in found.items()}


def _widened(text: str, span: Span) -> tuple[int, int]:
    """From where to where a passage around a place goes, with no word cut, unless one has no end."""
    start, end = max(0, span.start - AROUND), min(len(text), span.end + AROUND)
    before = len(text[max(0, start - TO_THE_END) : start].rsplit(" ", maxsplit=1)[-1]) if start else 0
    behind = len(text[end : end + TO_THE_END].split(" ", maxsplit=1)[0])
    return start - before, end + behind


def _joined(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in windows:
        if found and start <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found

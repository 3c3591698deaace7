"""Many names looked for at once: which of them stand in a text, for one look at each of its words."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.core.excerpts import Excerpt, excerpt_of
from app.core.mentions import texts_of
from app.core.sought import WORD, Likeness, Span, is_together, keys_of, word_key


class NameIndex:
    """Full names of many people, by the keys of their words; a name of one word is nobody's alone and left aside."""

    def __init__(self, named: Iterable[tuple[int, str]]) -> None:
        """From pairs of a person's key and a name, of which a person may have several."""
        self._people: dict[tuple[str, ...], dict[int, None]] = {}
        for person_id, name in named:
            words = keys_of(name)
            if len(words) > 1:
                self._people.setdefault(words, {})[person_id] = None
        self._lengths = sorted({len(words) for words in self._people})
        self._first = {words[0] for words in self._people}

    def in_value(self, value: Any) -> Iterator[tuple[int, Excerpt]]:
        """Whom a value, text or JSON, names in full, each once, with the text around the first place."""
        told: set[int] = set()
        for text in texts_of(value):
            for person_id, span in self._in_text(text):
                if person_id not in told:
                    told.add(person_id)
                    yield person_id, excerpt_of([(text, span)])

    def without(self, text: str, placeholder: str) -> str:
        """A text with a placeholder wherever a name stands in full."""
        end = len(text) + 1
        for span in sorted({(span.start, span.end) for _key, span in self._in_text(text)}, reverse=True):
            if span[1] <= end:
                text, end = f"{text[: span[0]]}{placeholder}{text[span[1] :]}", span[0]
        return text

    def _in_text(self, text: str) -> Iterator[tuple[int, Span]]:
        words = list(WORD.finditer(text))
        keys = tuple(word_key(word[0])[0] for word in words)
        for place in (place for place, key in enumerate(keys) if key in self._first):
            for length in self._lengths:
                said = words[place : place + length]
                people = self._people.get(keys[place : place + length], {})
                if people and is_together(text, said):
                    span = Span(said[0].start(), said[-1].end(), Likeness.NAME)
                    yield from ((person_id, span) for person_id in people)

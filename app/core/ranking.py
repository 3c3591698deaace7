"""Which records words find, and how near each is: what is written just so comes before what only reads alike.

Every list and every picker finds and ranks by this. A record is found when its search key has what was typed, or has
words that begin with each of the words typed, in whatever order; a place also by its other names (``exonyms``). Of one
or two letters the names as written are asked, too: a single ``K`` finds Kharkiv, though its key begins with another
letter.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, String, and_, case, cast, false, or_

from app.core.exonyms import other_keys
from app.core.i18n import TranslatedTextType
from app.core.search_key import search_key

FEW_LETTERS = 2
WORD_BEGINS_AFTER = (" ", "-", "(", '"', "„", "“", "«")


@dataclass(frozen=True)
class FoundBy:
    """What a record is found by: the columns of its names as written, plain or translated, and that of its key.

    The key may join those of several names by `` | ``.
    """

    names: Sequence[Any]
    key: Any

    def holds(self, query: str) -> ColumnElement[bool]:
        """Whether a record is found; words without a letter or digit find none."""
        key = search_key(query)
        if not key:
            return false()
        found = [self.key.contains(key, autoescape=True)]
        if " " in key:
            found.append(and_(*map(self._has_word, key.split())))
        found += self._called_otherwise(query)
        if len(key) <= FEW_LETTERS:
            found += (_has(name, query) for name in self.names)
        return or_(*found)

    def _called_otherwise(self, query: str) -> list[ColumnElement[bool]]:
        """Where a place's other name stands, of the whole query or of each of its words that has some."""
        whole = [self._has_word(key) for key in sorted(other_keys(query))]
        words = [(search_key(word), sorted(other_keys(word))) for word in query.split()]
        if len(words) > 1 and any(others for _key, others in words):
            whole.append(and_(*(or_(*map(self._has_word, (key, *others))) for key, others in words if key)))
        return whole

    def _has_word(self, key: str) -> ColumnElement[bool]:
        return or_(self._begins(key), self.key.contains(f" {key}", autoescape=True))

    def nearness(self, query: str, *, of_many: bool = False) -> SQLColumnExpression[int]:
        """How near a record is, the nearest first.

        As written: 0 is called so, 1 begins so, 2 has a word that begins so. By its key: 3 reads so from the
        beginning, 4 in one of its words, 5 elsewhere. ``of_many`` leaves 1 and 2 out, which compare some forty
        spellings: where thousands are found, the page would wait for nothing else.
        """
        key = search_key(query)
        as_written = [
            (or_(false(), *(_begins(name, query) for name in self.names)), 1),
            (or_(false(), *(_has_word_of(name, query) for name in self.names)), 2),
        ]
        return case(
            (or_(false(), *(_is(name, query) for name in self.names)), 0),
            *(() if of_many else as_written),
            (or_(self._begins(key), self.key.contains(f"| {key}", autoescape=True)), 3),
            (self.key.contains(f" {key}", autoescape=True), 4),
            else_=5,
        )

    def _begins(self, key: str) -> ColumnElement[bool]:
        return self.key.startswith(key, autoescape=True)  # type: ignore[no-any-return]


def _spellings(query: str) -> list[str]:
    # Compared as they are: folding the case of twenty thousand names takes longer than looking for a few spellings.
    spellings = (query, query.lower(), query[:1].upper() + query[1:], query.title(), query.upper())
    return list(dict.fromkeys(spellings))


def _is_translated(name: Any) -> bool:
    return isinstance(name.type, TranslatedTextType)


def _quoted(query: str, closed: bool) -> list[str]:
    # A translated text is stored as JSON; a text in it begins after a colon and a quotation mark.
    texts = (f": {json.dumps(spelling)}" for spelling in _spellings(query))
    return [text if closed else text[:-1] for text in texts]


def _is(name: Any, query: str) -> ColumnElement[bool]:
    if _is_translated(name):
        return or_(*(cast(name, String).contains(text, autoescape=True) for text in _quoted(query, closed=True)))
    return name.in_(_spellings(query))  # type: ignore[no-any-return]


def _begins(name: Any, query: str) -> ColumnElement[bool]:
    if _is_translated(name):
        return or_(*(cast(name, String).contains(text, autoescape=True) for text in _quoted(query, closed=False)))
    return or_(*(name.startswith(spelling, autoescape=True) for spelling in _spellings(query)))


def _has_word_of(name: Any, query: str) -> ColumnElement[bool]:
    # What does not hold the letters at all is ruled out first: most names, at a third of the price.
    text = cast(name, String) if _is_translated(name) else name
    return or_(
        *(
            and_(
                text.contains(_inner(name, spelling), autoescape=True),
                or_(*(text.contains(_inner(name, mark + spelling), autoescape=True) for mark in WORD_BEGINS_AFTER)),
            )
            for spelling in _spellings(query)
        )
    )


def _inner(name: Any, text: str) -> str:
    return json.dumps(text)[1:-1] if _is_translated(name) else text


def _has(name: Any, query: str) -> ColumnElement[bool]:
    if _is_translated(name):
        return _begins(name, query)
    return or_(*(name.contains(spelling, autoescape=True) for spelling in _spellings(query)))

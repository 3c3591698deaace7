"""Where a person's name stands: every text of every table, in every script, and what stands there once it is taken out.

The tables are those the portal has, so that a feature's tables are looked through without a word of the feature. Names
are compared word by word by their search keys; an address or a telephone number as it is written.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Connection, Enum, String, Table, select
from sqlalchemy.orm import Session

from app.core.database import Base, streaming
from app.core.search_key import search_key

PLACEHOLDER = "[erased]"
AROUND = 60
_WORD = re.compile(r"[^\W_]+(?:['’ʼ‘`´՚ʹ][^\W_]+)*")
_BETWEEN = re.compile(r"[^\n|]{0,3}")

# Told of every record whose text was changed by a redaction, so that what is made of it follows.
after_redaction: list[Callable[[Any], None]] = []


@dataclass(frozen=True)
class Sought:
    """What is looked for: ``names`` in full, ``parts`` that may be somebody else's, ``exact`` addresses and numbers."""

    names: frozenset[tuple[str, ...]]
    parts: frozenset[tuple[str, ...]]
    exact: tuple[str, ...]

    @classmethod
    def of(cls, names: Iterable[str], parts: Iterable[str], exact: Iterable[str]) -> "Sought":
        """From names, parts of names, and addresses as a person writes them; parts of one letter are left aside."""
        full = frozenset(filter(None, map(_keys, names)))
        loose = frozenset(key for key in map(_keys, parts) if len("".join(key)) > 1) - full
        return cls(full, loose, tuple(text.casefold() for text in exact if len(text) > 4))

    @property
    def first_words(self) -> frozenset[str]:
        """The words that a name can begin with."""
        return frozenset(name[0] for name in self.names | self.parts)


@dataclass(frozen=True)
class Span:
    """Where something sought stands in a text; ``is_sure`` for a full name, an address or a number."""

    start: int
    end: int
    is_sure: bool


@dataclass(frozen=True)
class Excerpt:
    """What was ``found``, as it is written, and the text around it."""

    text: str
    found: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Mention:
    """One column of one record in which something sought stands: names in full, or parts that may be another's."""

    table: str
    record_id: int
    column: str
    excerpt: Excerpt
    is_sure: bool

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.table}:{self.record_id}:{self.column}:{'name' if self.is_sure else 'part'}"


@lru_cache(maxsize=100_000)
def _word_key(word: str) -> tuple[str, str]:
    """A word's key, and the word itself, which in a column of keys is one already."""
    return search_key(word), word.casefold()


def _keys(name: str) -> tuple[str, ...]:
    return tuple(filter(None, (_word_key(word)[0] for word in _WORD.findall(name))))


def spans(text: str, sought: Sought) -> list[Span]:
    """Where something sought stands in ``text``, in order and apart from each other."""
    found = _exact_spans(text, sought)
    words = [(match, _word_key(match[0])) for match in _WORD.finditer(text)]
    first = sought.first_words
    for place, (_match, keys) in enumerate(words):
        if first.isdisjoint(keys):
            continue
        for names, is_sure in ((sought.names, True), (sought.parts, False)):
            for name in names:
                end = place + len(name)
                if end <= len(words) and _reads(text, words[place:end], name):
                    found.append(Span(words[place][0].start(), words[end - 1][0].end(), is_sure))
    return _apart(found)


def _reads(text: str, words: list[tuple[re.Match[str], tuple[str, str]]], name: tuple[str, ...]) -> bool:
    if any(wanted not in keys for (_match, keys), wanted in zip(words, name, strict=True)):
        return False
    ends = [match.end() for match, _keys in words[:-1]]
    starts = [match.start() for match, _keys in words[1:]]
    return all(_BETWEEN.fullmatch(text[end:start]) for end, start in zip(ends, starts, strict=True))


def _exact_spans(text: str, sought: Sought) -> list[Span]:
    if not sought.exact:
        return []
    folded = text.casefold()
    if len(folded) != len(text):  # Some letters fold to two; addresses hold none of them.
        folded = text.lower() if len(text.lower()) == len(text) else text
    return [
        Span(match.start(), match.end(), True)
        for wanted in sought.exact
        if wanted in folded
        for match in re.finditer(rf"(?<![\w.+]){re.escape(wanted)}(?![\w-])", folded)
    ]


def _apart(found: list[Span]) -> list[Span]:
    """Of spans that meet, the sure one and the longer one."""
    kept: list[Span] = []
    for span in sorted(found, key=lambda span: (not span.is_sure, span.start - span.end)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


def without(value: Any, sought: Sought, placeholder: str = PLACEHOLDER, sure: Collection[bool] = (True, False)) -> Any:
    """A value, text or JSON, with a placeholder wherever something sought stands; ``sure`` says which of it goes."""
    whole = _scattered(value, sought) if True in sure else frozenset()
    return _mapped(value, lambda text: placeholder if _keys(text) in whole else _cut(text, sought, placeholder, sure))


def _cut(text: str, sought: Sought, placeholder: str, sure: Collection[bool]) -> str:
    for span in reversed(spans(text, sought)):
        if span.is_sure in sure:
            text = text[: span.start] + placeholder + text[span.end :]
    return text


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_mapped(item, change) for item in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _scattered(value: Any, sought: Sought) -> frozenset[tuple[str, ...]]:
    """Parts of a full name that stand each in a text of its own, as given and family name in a row of a file."""
    if isinstance(value, str) or value is None:
        return frozenset()
    alone = {_keys(text) for text in _texts(value)}
    return frozenset((word,) for name in sought.names if all((word,) in alone for word in name) for word in name)


def in_value(value: Any, sought: Sought) -> dict[bool, Excerpt]:
    """An excerpt around the first full name in a value, by ``True``, and around the first part of one, by ``False``."""
    whole = _scattered(value, sought)
    excerpts: dict[bool, Excerpt] = {}
    for text in _texts(value):
        found = [Span(0, len(text), True)] if whole and _keys(text) in whole else spans(text, sought)
        for span in found:
            excerpts.setdefault(span.is_sure, _excerpt(text, span))
    return excerpts


def _excerpt(text: str, span: Span) -> Excerpt:
    start, end = max(0, span.start - AROUND), min(len(text), span.end + AROUND)
    around = ("…" if start else "") + " ".join(text[start:end].split()) + ("…" if end < len(text) else "")
    return Excerpt(around, text[span.start : span.end])


def text_columns(table: Table) -> list[str]:
    """The columns of a table that hold what somebody may have written."""
    return [column.name for column in table.columns if _is_text(getattr(column.type, "impl_instance", column.type))]


def _is_text(kind: Any) -> bool:
    return isinstance(kind, (String, JSON)) and not isinstance(kind, Enum)


def find(session: Session, sought: Sought, only: Collection[str] | None = None) -> list[Mention]:
    """Every mention in every table, or in those named ``only``; one statement a table."""
    if session.new or session.dirty or session.deleted:
        session.flush()
    found: list[Mention] = []
    with streaming(session) as connection:
        for table in Base.metadata.sorted_tables:
            if "id" in table.columns and (only is None or table.name in only):
                found += _in_table(connection, table, sought)
    return found


def _in_table(connection: Connection, table: Table, sought: Sought) -> Iterator[Mention]:
    names = text_columns(table)
    statement = select(table.c.id, *(table.c[name] for name in names)).order_by(table.c.id)
    for row in connection.execute(statement.execution_options(yield_per=500)) if names else ():
        for name, value in zip(names, row[1:], strict=True):
            for is_sure, excerpt in in_value(value, sought).items() if value else ():
                yield Mention(table.name, row[0], name, excerpt, is_sure)

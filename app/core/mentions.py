"""Where a person's name stands: every text of every table, in every script, and what stands there once it is taken out.

The tables are those the portal has, so that a feature's tables are looked through without a word of the feature.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Enum, String, Table, cast, func, select
from sqlalchemy.orm import Session

from app.core.database import Base, streaming
from app.core.excerpts import Excerpt, Place, excerpt_of
from app.core.marks import PLACEHOLDER
from app.core.search_key import search_key
from app.core.sought import SPELLED, WORD, Likeness, Sought, Span, keys_of, spans, word_key

AT_ONCE = 1_000
MOST_WORDS = 300_000
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")

# Told of every record whose text was changed by a redaction, so that what is made of it follows.
after_redaction: list[Callable[[Any], None]] = []


@dataclass(frozen=True)
class Mention:
    """One column of one record in which something sought stands, in one degree of likeness and all its spellings."""

    table: str
    record_id: int
    column: str
    excerpt: Excerpt
    likeness: Likeness

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.table}:{self.record_id}:{self.column}:{self.likeness.value}"

    @property
    def is_sure(self) -> bool:
        """Whether the full name stands there, an address or a number."""
        return self.likeness is Likeness.NAME

    @property
    def is_derived(self) -> bool:
        """Whether it stands among keys alone, which are made of other columns and which nobody reads."""
        return is_key(self.column) or self.excerpt.is_derived


def without(value: Any, sought: Sought, placeholder: str = PLACEHOLDER, which: Collection[Likeness] = SPELLED) -> Any:
    """A value, text or JSON, with a placeholder wherever something sought stands; ``which`` says what of it goes."""
    whole = _scattered(value, sought) if Likeness.NAME in which else frozenset()
    return _mapped(
        value, lambda text: placeholder if keys_of(text) in whole else _cut(text, sought, placeholder, which)
    )


def _cut(text: str, sought: Sought, placeholder: str, which: Collection[Likeness]) -> str:
    for span in reversed(spans(text, sought)):
        if span.likeness in which:
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


def texts_of(value: Any) -> list[str]:
    """Every text within a value, text or JSON."""
    if isinstance(value, str):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    texts: list[str] = []
    for item in items:
        if isinstance(item, str):
            texts.append(item)
        elif item is not None:
            texts += texts_of(item)
    return texts


def _scattered(value: Any, sought: Sought) -> frozenset[tuple[str, ...]]:
    """Parts of a full name that stand each in a text of its own, as given and family name in a row of a file."""
    if isinstance(value, str) or value is None:
        return frozenset()
    alone = {keys_of(text) for text in texts_of(value)}
    return frozenset((word,) for name in sought.names if all((word,) in alone for word in name) for word in name)


def is_key(name: str) -> bool:
    """Whether a column, or what an audit says of one, holds keys."""
    return name.endswith("_key")


def without_keys(value: Any) -> Any:
    """A value without the keys within it."""
    if isinstance(value, dict):
        return {name: without_keys(item) for name, item in value.items() if not is_key(name)}
    return [without_keys(item) for item in value] if isinstance(value, list) else value


def in_value(value: Any, sought: Sought) -> dict[Likeness, Excerpt]:
    """What of the sought stands in a value, in each degree of likeness: every spelling, with the text around it.

    What stands among keys within it is told only where no text says the same.
    """
    everything = {likeness: excerpt_of(places, True) for likeness, places in _places(value, sought).items()}
    readable = {likeness: excerpt_of(places) for likeness, places in _places(without_keys(value), sought).items()}
    return everything | readable


def _places(value: Any, sought: Sought) -> dict[Likeness, list[Place]]:
    whole = _scattered(value, sought)
    found: dict[Likeness, list[Place]] = {}
    for text in texts_of(value):
        all_of_it = [Span(0, len(text), Likeness.NAME)] if whole and keys_of(text) in whole else None
        for span in all_of_it or spans(text, sought):
            found.setdefault(span.likeness, []).append((text, span))
    return found


def is_named(value: Any, sought: Sought) -> bool:
    """Whether a name or a part of it stands in a value as it is spelled, which a like word is not."""
    return not in_value(value, sought).keys().isdisjoint(SPELLED)


def binding() -> frozenset[str]:
    """Tables whose texts bind: they are shown with the rest of a person's data, and no erasure changes them."""
    return frozenset(mapper.local_table.name for mapper in Base.registry.mappers if mapper.class_.is_binding)  # type: ignore[attr-defined]


def text_columns(table: Table) -> list[str]:
    """The columns of a table that hold what somebody may have written."""
    return [column.name for column in table.columns if _is_text(getattr(column.type, "impl_instance", column.type))]


def _is_text(kind: Any) -> bool:
    return isinstance(kind, (String, JSON)) and not isinstance(kind, Enum)


class _Sieve:
    """Tells rows that may hold something sought from those that cannot, as the database stores them.

    What stands between two white spaces is judged once, however often it comes, and all that is new at once: most often
    the key of all of it holds nothing sought. So a row costs little more than splitting its text: 25,000 imported rows
    and the 38,000 entries of the audit that came of them are looked through in three to four seconds of a busy
    processor. Every thousand mentions that are found add half a second.
    """

    def __init__(self, sought: Sought) -> None:
        self._sought = sought
        self._judged: set[str] = set()
        self._hot: set[str] = set()
        # JSON writes letters beyond ASCII in its own way.
        self._exact = {form for wanted in sought.exact for form in (wanted, json.dumps(wanted)[1:-1])}

    def passing(self, rows: Sequence[Sequence[Any]]) -> list[int]:
        """Keys of those of some rows of key and text in which something sought may stand."""
        pieces = [text.split() for _key, text in rows]
        said = set().union(*pieces)
        self._judge(said - self._judged)
        is_hot = not self._hot.isdisjoint(said)
        has_exact = bool(self._exact) and self._has_exact("\n".join([text for _key, text in rows]))
        return [
            key
            for (key, text), words in zip(rows, pieces if is_hot or has_exact else (), strict=False)
            if (is_hot and not self._hot.isdisjoint(words)) or (has_exact and self._has_exact(text))
        ]

    def _has_exact(self, text: str) -> bool:
        folded = text.casefold()
        return any(wanted in folded for wanted in self._exact)

    def _judge(self, pieces: set[str]) -> None:
        if len(self._judged) > MOST_WORDS:
            self._judged = set(self._hot)
        self._judged |= pieces
        # A key is sooner made of plain letters, so those with others are asked apart.
        for some in ([one for one in pieces if one.isascii()], [one for one in pieces if not one.isascii()]):
            self._hot.update(self._concerning(some))

    def _concerning(self, pieces: Sequence[str]) -> Iterator[str]:
        everything = _unescaped("\n".join(pieces))
        keys = search_key(everything), everything.casefold()
        if any(needle in key for needle in self._sought.needles for key in keys):
            for piece in pieces:
                if any(self._sought.concerns(word_key(word)) for word in WORD.findall(_unescaped(piece))):
                    yield piece


def _unescaped(text: str) -> str:
    """A text as JSON has it in the way a person reads it; any other text as it is, as far as its words go."""
    if "\\" not in text:
        return text
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else " ", text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def find(session: Session, sought: Sought, within: Mapping[str, ColumnElement[bool]] | None = None) -> list[Mention]:
    """Every mention in every table, or in those named in ``within``, in the rows it says; one look at each table."""
    if session.new or session.dirty or session.deleted:
        session.flush()
    found: list[Mention] = []
    sieve = _Sieve(sought)
    with streaming(session) as connection:
        for table in Base.metadata.sorted_tables:
            if "id" in table.columns and (within is None or table.name in within):
                where = None if within is None else within[table.name]
                found += _in_table(connection, table, sought, sieve, where)
    return found


def newest(session: Session, tables: Collection[str]) -> dict[str, int]:
    """The last key of each table, so that what is added later can be told."""
    columns = {name: Base.metadata.tables[name].c.id for name in sorted(tables)}
    connection = session.connection()
    return {name: connection.scalar(select(func.max(column))) or 0 for name, column in columns.items()}


def _in_table(
    connection: Connection, table: Table, sought: Sought, sieve: _Sieve, where: ColumnElement[bool] | None
) -> Iterator[Mention]:
    names = text_columns(table)
    if not names:
        return
    stored = [func.coalesce(cast(table.c[name], String), "") for name in names]
    text: ColumnElement[str] = stored[0]
    for more in stored[1:]:
        text = text.concat(" ").concat(more)
    statement = select(table.c.id, text).order_by(table.c.id)
    statement = statement if where is None else statement.where(where)
    rows = connection.execute(statement.execution_options(yield_per=AT_ONCE)).partitions()
    keys = [key for some in rows for key in sieve.passing(some)]
    columns = select(table.c.id, *(table.c[name] for name in names)).order_by(table.c.id)
    for start in range(0, len(keys), AT_ONCE):
        for row in connection.execute(columns.where(table.c.id.in_(keys[start : start + AT_ONCE]))):
            for name in names:
                for likeness, excerpt in in_value(row._mapping[name], sought).items():
                    yield Mention(table.name, row[0], name, excerpt, likeness)

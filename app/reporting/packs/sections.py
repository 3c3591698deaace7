"""A section of a proof pack: what is printed of it, and the files that belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.core.i18n import TranslatedText, read_in
from app.core.templating import reader_language
from app.reporting.packs.parts import Part


@dataclass(frozen=True)
class Table:
    """A table as it is printed: widths ("auto", "2fr", "12mm"), heads and rows, all of them texts."""

    widths: Sequence[str]
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def facts(self) -> dict[str, Any]:
        """As the template takes it."""
        return {"widths": list(self.widths), "head": list(self.head), "rows": [list(row) for row in self.rows]}


@dataclass(frozen=True)
class Section:
    """One part of the document and the files that belong to it; ``attendance`` are the facts of an attendance list."""

    title: str
    texts: Sequence[str] = ()
    pairs: Sequence[tuple[str, str | None]] = ()
    tables: Sequence[Table] = ()
    attendance: dict[str, Any] | None = None
    parts: Sequence[Part] = field(default=())

    @property
    def facts(self) -> dict[str, Any]:
        """As the template takes it."""
        return {
            "title": self.title,
            "texts": list(self.texts),
            "pairs": [list(pair) for pair in self.pairs],
            "tables": [one.facts for one in self.tables],
            "attendance": self.attendance,
        }


def read(texts: TranslatedText | None) -> str:
    """A text in the language that is spoken, or in another; empty where there is none."""
    reading = read_in(texts, reader_language().code)
    return reading.text.strip() if reading else ""

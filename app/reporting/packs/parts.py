"""The files of a proof pack before they are written: small ones that are made of records, and files that are kept."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anyascii import anyascii

from app.core import portal
from app.core.archive import Member
from app.core.canonical import canonical
from app.core.database import LeavesTheHouse, Versioned
from app.core.export import csv_bytes
from app.core.files import StoredFile
from app.reporting.packs.manifest import Entry

CSV, JSON, TEXT, CALENDAR, PDF = "text/csv", "application/json", "text/plain", "text/calendar", "application/pdf"
_ENDINGS = {"jpeg": "jpg"}


@dataclass(frozen=True)
class Part:
    """One file of a pack; ``content`` is ``None`` for one that lies in the store under its hash."""

    entry: Entry
    content: bytes | None = None

    @property
    def member(self) -> Member:
        """The file as the archive takes it."""
        entry = self.entry
        return Member(entry.path, entry.sha256, entry.size, entry.mime, self._pieces)

    def _pieces(self) -> Iterable[bytes]:
        return [self.content] if self.content is not None else portal.files().chunks(self.entry.sha256)


def made(path: str, content: bytes, mime: str, what: Any, record: Any = None) -> Part:
    """A file made for the pack, of ``record`` where it is of one alone."""
    sha256 = hashlib.sha256(content).hexdigest()
    return Part(Entry(path, sha256, len(content), mime, str(what), told(record)), content)


def table(path: str, head: Sequence[Any], rows: Iterable[Sequence[Any]], what: Any, record: Any = None) -> Part:
    """Rows as CSV."""
    return made(path, csv_bytes([str(name) for name in head], rows), CSV, what, record)


def data(path: str, value: Any, what: Any, record: Any = None) -> Part:
    """A value as canonical JSON."""
    return made(path, canonical(value), JSON, what, record)


def kept(folder: str, number: int, file: StoredFile, what: Any, record: Any) -> Part:
    """A file as it is kept, byte for byte, under a path that every machine takes; its own name is noted."""
    path = f"{folder}/{number:03d}-{plain_name(file.name)}"
    return Part(Entry(path, file.sha256, file.size, file.mime, str(what), told(record), file.name))


def plain_name(name: str) -> str:
    """A file's name in small Latin letters: "Протокол (2).PDF" becomes "protokol-2.pdf"."""
    words = _words(name.replace("\\", "/").rpartition("/")[2].rpartition("."))
    stem, ending = "-".join(words[0] or words[1])[:60].strip("-"), "".join(words[1])[:8] if words[0] else ""
    return f"{stem or 'file'}.{_ENDINGS.get(ending, ending)}" if ending else stem or "file"


def _words(parts: tuple[str, str, str]) -> tuple[list[str], list[str]]:
    plain = ["".join(sign if sign.isascii() and sign.isalnum() else " " for sign in anyascii(part)) for part in parts]
    return plain[0].lower().split(), plain[2].lower().split()


def told(record: Any) -> Mapping[str, Any] | None:
    """Which record a file comes from: its kind, its key or its permanent identifier, its version."""
    if record is None:
        return None
    known: dict[str, Any] = {"kind": record.__tablename__, "id": record.id}
    if isinstance(record, LeavesTheHouse):
        known["uid"] = str(record.uid)
    if isinstance(record, Versioned):  # Elsewhere a column of that name may mean something else.
        known["version"] = record.version
    return known

"""Reading a table that somebody made in a spreadsheet: CSV of any usual kind, and XLSX.

A table is read row by row, so that a long one costs no more memory than a short one. A cell is text, whatever it begins
with; the apostrophe by which our own export keeps a cell from being a formula is taken away again. What had to be
guessed is said in ``notes``.
"""

import codecs
import csv
import io
import itertools
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from flask_babel import gettext as _

from app.core.errors import Refused
from app.core.export import undefused

MOST_ROWS = 5_000
MOST_COLUMNS = 500
LONGEST_CELL = 20_000
# An XLSX file is a ZIP archive; one that claims to unpack to more than this is no table of ours, and zipfile never
# unpacks more than an archive claims. The strings that cells share are the one part that is held in memory.
MOST_UNPACKED = 300 * 1024 * 1024
MOST_SHARED = 60 * 1024 * 1024
ENOUGH = 1024 * 1024  # bytes to guess an encoding from
DELIMITERS = (",", ";", "\t")
UNREADABLE = (zipfile.BadZipFile, KeyError, ValueError, IndexError, TypeError, AttributeError, OSError, SyntaxError)


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as a spreadsheet counts (the head is 1), its cells and the columns that hold formulas."""

    number: int
    cells: dict[str, str]
    formulas: frozenset[str] = frozenset()


@dataclass
class Sheet:
    """A table: the names of its columns, its rows without empty ones, and what had to be guessed."""

    head: list[str]
    rows: list[SheetRow]
    notes: list[str] = field(default_factory=list)


@dataclass
class OpenSheet:
    """A table that is read while ``rows`` is walked through, which may still raise ``Refused``."""

    head: list[str]
    rows: Iterator[SheetRow]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """The cells of one line, and the places of those that are formulas."""

    cells: list[str]
    formulas: frozenset[int] = frozenset()


def read_sheet(content: bytes) -> Sheet:
    """Read a whole table into memory, with names of columns in small letters.

    Raises ``Refused`` (field ``file``) saying why it cannot be read.
    """
    opened = open_sheet(io.BytesIO(content))
    rows = [SheetRow(row.number, _lowered(row.cells), frozenset(map(str.lower, row.formulas))) for row in opened.rows]
    if not rows:
        raise Refused(file=_("There is no row in this file below a head with names of columns."))
    return Sheet([name.lower() for name in opened.head], rows, opened.notes)


def open_sheet(stream: IO[bytes], most_rows: int = MOST_ROWS) -> OpenSheet:
    """Open the table in a file; what it is shows in its bytes, not in its name.

    Raises ``Refused`` (field ``file``) saying why it cannot be read.
    """
    notes: list[str] = []
    start = stream.read(4)
    stream.seek(0)
    if start == b"PK\x03\x04":
        lines = _workbook(stream, notes)
    elif start == b"\xd0\xcf\x11\xe0":
        raise Refused(file=_old_or_locked(stream))
    else:
        lines = _delimited(text_of(stream, notes))
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if any(line.cells))
    first = next(numbered, None)
    if first is None:
        raise Refused(file=_("There is no row in this file below a head with names of columns."))
    head = _without_tail([cell.strip() for cell in first[1].cells])
    _check_head(head)
    return OpenSheet(head, _rows(head, numbered, most_rows), notes)


def _rows(head: list[str], numbered: Iterable[tuple[int, Line]], most_rows: int) -> Iterator[SheetRow]:
    for count, (number, line) in enumerate(numbered):
        if count == most_rows:
            raise Refused(file=_("The file has more than %(most)s rows. Send it in parts.", most=f"{most_rows:,}"))
        if any(line.cells[len(head) :]):
            raise Refused(file=_("Row %(row)s has more cells than the head has columns.", row=number))
        cells = line.cells + [""] * (len(head) - len(line.cells))
        formulas = frozenset(head[place] for place in line.formulas if place < len(head))
        yield SheetRow(number, dict(zip(head, cells, strict=False)), formulas)


def _lowered(cells: dict[str, str]) -> dict[str, str]:
    return {name.lower(): cell for name, cell in cells.items()}


def _check_head(head: list[str]) -> None:
    if len(head) > MOST_COLUMNS:
        raise Refused(file=_("The file has more than %(most)s columns.", most=MOST_COLUMNS))
    names = [name.lower() for name in head]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        named = ", ".join(name or _("(without a name)") for name in twice)
        raise Refused(file=_("These columns are there more than once: %(names)s.", names=named))


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _old_or_locked(stream: IO[bytes]) -> str:
    if "EncryptedPackage".encode("utf-16-le") in stream.read():
        return _("This workbook is protected by a password. Save it without one and send it again.")
    return _("This is an old Excel file. Save it as .xlsx or CSV and send it again.")


# ---- Text ----


def text_of(stream: IO[bytes], notes: list[str]) -> io.TextIOWrapper:
    """The text in a file, its encoding found out and said in ``notes`` where it is not UTF-8. Raises ``Refused``."""
    start = stream.read(ENOUGH)
    marked = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", _wide(start), None]:
        if encoding == "":
            continue
        chosen = encoding or _guess(_with_letters(stream))
        if _decodes(stream, chosen):
            if chosen.startswith("cp"):
                name = f"Windows-{chosen.removeprefix('cp')}"
                notes.append(
                    _("The file is not in UTF-8. It was read as %(name)s; look at the names below.", name=name)
                )
            stream.seek(0)
            return io.TextIOWrapper(stream, encoding=chosen, newline="")
    raise Refused(file=_("This is neither a CSV file nor an Excel workbook (.xlsx)."))


def _wide(start: bytes) -> str:
    """UTF-16 without its mark shows by every other byte of plain letters being nothing; empty where it is not that."""
    sample = start[:2000]
    if len(sample) < 4 or sample.count(0) * 4 < len(sample):
        return ""
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


def _decodes(stream: IO[bytes], encoding: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := stream.read(ENOUGH):
            if "\0" in decoder.decode(chunk):
                return False
        return "\0" not in decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False


def _with_letters(stream: IO[bytes]) -> bytes:
    """The first part of a file that has letters beyond ASCII."""
    stream.seek(0)
    while chunk := stream.read(ENOUGH):
        if not chunk.isascii():
            return chunk
    return b""


def _guess(content: bytes) -> str:
    """``cp1251`` where letters beyond ASCII stand in words of their own, as in Cyrillic, else ``cp1252``."""
    beyond = [byte >= 0xC0 or byte in b"\xa8\xb8\xb2\xb3\xaf\xbf\xaa\xba" for byte in content[:ENOUGH]]
    beside = sum(1 for left, right in itertools.pairwise(beyond) if left and right)
    return "cp1251" if beside * 2 > sum(beyond) else "cp1252"


def _delimited(text: io.TextIOWrapper) -> Iterator[Line]:
    first = next((line for line in iter(text.readline, "") if line.strip()), "")
    named = first.strip().lower().removeprefix("sep=") if first.lower().startswith("sep=") else ""
    delimiter = named if named in DELIMITERS else max(DELIMITERS, key=first.count)
    csv.field_size_limit(LONGEST_CELL * 4)
    text.seek(0)
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True)):
            # Excel writes the delimiter into a line of its own, and itself does not show it.
            yield Line([] if named and number == 0 else [_plain(cell) for cell in cells])
    except csv.Error as error:
        raise Refused(file=_("The file cannot be read as CSV: %(reason)s.", reason=error)) from None


# ---- Workbooks ----


def _workbook(stream: IO[bytes], notes: list[str]) -> Iterator[Line]:
    from openpyxl import load_workbook

    try:
        _check_archive(stream)
        book: Any = load_workbook(stream, read_only=True)
        sheet = book.worksheets[0]
        if len(book.worksheets) > 1:
            notes.append(_("The workbook has several sheets; the first one, “%(name)s”, is read.", name=sheet.title))
        sheet.reset_dimensions()
        for row in sheet.iter_rows():
            formulas = frozenset(place for place, cell in enumerate(row) if cell.data_type == "f")
            yield Line([_plain(_as_text(cell.value)) for cell in row], formulas)
    except UNREADABLE as error:
        raise Refused(file=_("The workbook cannot be read: %(reason)s", reason=str(error)[:200])) from None


def _check_archive(stream: IO[bytes]) -> None:
    with zipfile.ZipFile(stream) as archive:
        entries = archive.infolist()
    shared = sum(entry.file_size for entry in entries if "sharedstrings" in entry.filename.lower())
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED or shared > MOST_SHARED:
        raise Refused(file=_("The workbook is too large to be read."))
    stream.seek(0)


def _as_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
            return value.date().isoformat() if midnight else value.isoformat()
        case _ if hasattr(value, "isoformat"):
            return str(value.isoformat())
        case _:
            return str(value)


def _plain(cell: str) -> str:
    return undefused(tidy(cell, lined=True))


def tidy(text: str, lined: bool = False) -> str:
    """A text with plain line ends and without white space around it, as a file can hold it.

    Of a ``lined`` text, whose lines belong to those of other cells, empty lines at the beginning are kept.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    return text.lstrip(" \t\v\f\xa0") if lined else text.lstrip()

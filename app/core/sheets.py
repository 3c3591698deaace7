"""Reading a table that somebody made in a spreadsheet: CSV of any usual kind, and XLSX.

A table is read row by row, so that a long one costs no more memory than a short one. A cell is text, and the apostrophe
by which our own export keeps one from being a formula is taken away again; a formula is told apart, in CSV as in a
workbook. What had to be guessed is said in ``notes``.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from app.core.encodings import text_of
from app.core.errors import Refused
from app.core.export import undefused
from app.core.foreign_files import foreign, foreign_archive, is_called_workbook
from app.core.told import told as _

MOST_ROWS = 5_000
MOST_COLUMNS = 500
# What a cell may hold, and what a line of a form may: a file brings nothing that a form could not save again.
LONGEST_CELL, LONGEST_LINE = 20_000, 500
# An XLSX file is a ZIP archive; one that claims to unpack to more than this is no table of ours, and zipfile never
# unpacks more than an archive claims. The strings that cells share are the one part that is held in memory.
MOST_UNPACKED = 300 * 1024 * 1024
MOST_SHARED = 60 * 1024 * 1024
ZIP = b"PK\x03\x04"
DELIMITERS = (",", ";", "\t")
# How spreadsheets keep "0012" from becoming a number: a formula that is nothing but a text.
KEPT_AS_TEXT = re.compile(r'="((?:[^"]|"")*)"')
MOST_LETTERED = 18_278  # columns that have letters, up to ZZZ
UNREADABLE = (
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    IndexError,
    TypeError,
    AttributeError,
    OSError,
    SyntaxError,
    RuntimeError,
)


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as a spreadsheet counts (the head is 1), its cells and the columns that hold formulas.

    What stands in no column of the head is one cell more; ``beyond`` says where it begins.
    """

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


def read_sheet(content: bytes, name: str = "") -> Sheet:
    """Read a whole table into memory, with names of columns in small letters.

    Raises ``Refused`` (field ``file``) saying why it cannot be read.
    """
    opened = open_sheet(io.BytesIO(content), name=name)
    rows = [SheetRow(row.number, _lowered(row.cells), frozenset(map(str.lower, row.formulas))) for row in opened.rows]
    if not rows:
        raise Refused(file=no_rows(name))
    return Sheet([name.lower() for name in opened.head], rows, opened.notes)


def open_sheet(stream: IO[bytes], most_rows: int = MOST_ROWS, name: str = "") -> OpenSheet:
    """Open the table in a file; what it is shows in its bytes, and a ``name`` that says otherwise is told.

    Raises ``Refused`` (field ``file``) saying why it cannot be read.
    """
    notes: list[str] = []
    start = stream.read(4)
    stream.seek(0)
    if start == ZIP:
        lines = _workbook(stream, notes)
    elif start == b"\xd0\xcf\x11\xe0":
        raise Refused(file=_old_or_locked(stream))
    elif told := foreign(stream):
        raise Refused(file=told)
    else:
        lines = _delimited(text_of(stream, notes))
        if is_called_workbook(name):
            notes.append(
                _(
                    "The file is called “%(name)s” but is no workbook: it holds plain text and was read as CSV.",
                    name=name,
                )
            )
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if any(line.cells))
    first = next(numbered, None)
    if first is None:
        raise Refused(file=no_rows(name if start != ZIP else ""))
    head = _without_tail([cell.strip() for cell in first[1].cells])
    _check_head(head)
    return OpenSheet(head, _rows(head, numbered, most_rows), notes)


def no_rows(name: str = "") -> str:
    """What is wrong with a table without rows, and with a text that is called a workbook and holds none."""
    if is_called_workbook(name):
        return _(
            "“%(name)s” is no workbook: it holds plain text without a table, or it was damaged on its way. Open it in "
            "a spreadsheet program; if that shows the table, save it anew as .xlsx and send it again.",
            name=name,
        )
    return _("There is no row in this file below a head with names of columns.")


def _rows(head: list[str], numbered: Iterable[tuple[int, Line]], most_rows: int) -> Iterator[SheetRow]:
    for count, (number, line) in enumerate(numbered):
        if count == most_rows:
            raise Refused(file=_("The file has more than %(most)s rows. Send it in parts.", most=f"{most_rows:,}"))
        cells = line.cells + [""] * (len(head) - len(line.cells))
        formulas = frozenset(head[place] for place in line.formulas if place < len(head))
        yield SheetRow(number, {**dict(zip(head, cells, strict=False)), **_beyond(line.cells, len(head))}, formulas)


def _beyond(cells: list[str], named: int) -> dict[str, str]:
    """What stands after the named columns, under the letter of its first column.

    A space before the letter tells it from names in a head, which never begin with one.
    """
    first = next((place for place in range(named, len(cells)) if cells[place]), None)
    if first is None:
        return {}
    from openpyxl.utils import get_column_letter

    return {f" {get_column_letter(min(first + 1, MOST_LETTERED))}": "\n".join(filter(None, cells[first:]))}


def beyond(cells: Mapping[str, str]) -> str:
    """The letter of the column in which a row goes on after the last one that its head names; empty if it does not."""
    return next((name.strip().upper() for name in cells if name.startswith(" ")), "")


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


def _delimited(text: io.TextIOWrapper) -> Iterator[Line]:
    first = next((line for line in iter(text.readline, "") if line.strip()), "")
    named = first.strip().lower().removeprefix("sep=") if first.lower().startswith("sep=") else ""
    delimiter = named if named in DELIMITERS else max(DELIMITERS, key=first.count)
    csv.field_size_limit(LONGEST_CELL * 4)
    text.seek(0)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    begins = 1
    try:
        for number, cells in enumerate(reader):
            begins = reader.line_num + 1
            # Excel writes the delimiter into a line of its own, and itself does not show it.
            yield Line([]) if named and number == 0 else _line(cells)
    except csv.Error:
        raise Refused(
            file=_(
                "The file cannot be read as CSV from line %(line)s on. Look there for a quotation mark that is missing "
                "or one too many, and for a very long cell.",
                line=begins,
            )
        ) from None


def _line(cells: list[str], places: Iterable[int] | None = None) -> Line:
    """A line of cells as they stand in the file; formulas are at ``places``, else where a cell begins like one."""
    if places is None:
        places = (place for place, cell in enumerate(cells) if cell.startswith("=") and cell.strip() != "=")
    kept = {place: KEPT_AS_TEXT.fullmatch(cells[place].strip()) for place in places}
    texts = [_plain(found[1].replace('""', '"') if (found := kept.get(n)) else cell) for n, cell in enumerate(cells)]
    return Line(texts, frozenset(place for place, found in kept.items() if not found))


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
            formulas = (place for place, cell in enumerate(row) if cell.data_type == "f")
            yield _line([_as_text(cell.value) for cell in row], formulas)
    except UNREADABLE:
        raise Refused(
            file=_(
                "The workbook is damaged, or only a part of it arrived. Open it in a spreadsheet program, save it anew "
                "as .xlsx and send it again."
            )
        ) from None


def _check_archive(stream: IO[bytes]) -> None:
    with zipfile.ZipFile(stream) as archive:
        entries = archive.infolist()
        told = foreign_archive(archive)
    shared = sum(entry.file_size for entry in entries if "sharedstrings" in entry.filename.lower())
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED or shared > MOST_SHARED:
        raise Refused(file=_("The workbook is too large to be read."))
    if told:
        raise Refused(file=told)
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

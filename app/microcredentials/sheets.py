"""Reading a table that somebody made in a spreadsheet: CSV of any usual kind, and XLSX.

A cell is text, whatever it begins with; the apostrophe by which our own export keeps a cell from being a formula is
taken away again. What had to be guessed is said in ``notes``.
"""

import csv
import io
import itertools
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from flask_babel import gettext as _

from app.core.errors import Refused
from app.core.export import FORMULA_STARTS

MOST_ROWS = 5_000
MOST_COLUMNS = 500
LONGEST_CELL = 20_000
# An XLSX file is a ZIP archive; one that claims to unpack to more than this is no table of ours.
MOST_UNPACKED = 300 * 1024 * 1024
ENOUGH = 1024 * 1024  # bytes to guess an encoding from
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class SheetRow:
    """One row: its number as a spreadsheet counts (the head is 1) and its cells by column."""

    number: int
    cells: dict[str, str]


@dataclass
class Sheet:
    """A table: the names of its columns, its rows without empty ones, and what had to be guessed."""

    head: list[str]
    rows: list[SheetRow]
    notes: list[str] = field(default_factory=list)


def read_sheet(content: bytes) -> Sheet:
    """Read the table in a file; what it is shows in its bytes, not in its name.

    Raises ``Refused`` (field ``file``) saying why it cannot be read.
    """
    notes: list[str] = []
    if content.startswith(b"PK\x03\x04"):
        lines = _workbook(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(file=_("This is an old Excel file. Save it as .xlsx or CSV and send it again."))
    else:
        lines = _delimited(_text(content, notes))
    return _sheet(lines, notes)


def _sheet(lines: Iterable[list[str]], notes: list[str]) -> Sheet:
    numbered = enumerate(lines, start=1)
    head: list[str] = []
    rows: list[SheetRow] = []
    for number, cells in numbered:
        if not any(cells):
            continue
        if not head:
            head = [cell.lower() for cell in _without_tail(cells)]
            _check_head(head)
            continue
        if len(rows) == MOST_ROWS:
            raise Refused(file=_("The file has more than %(most)s rows. Send it in parts.", most=f"{MOST_ROWS:,}"))
        if any(cells[len(head) :]):
            raise Refused(file=_("Row %(row)s has more cells than the head has columns.", row=number))
        rows.append(SheetRow(number, dict(zip(head, cells + [""] * (len(head) - len(cells)), strict=False))))
    if not rows:
        raise Refused(file=_("There is no row in this file below a head with names of columns."))
    return Sheet(head, rows, notes)


def _check_head(head: list[str]) -> None:
    if len(head) > MOST_COLUMNS:
        raise Refused(file=_("The file has more than %(most)s columns.", most=MOST_COLUMNS))
    twice = sorted({name for name in head if head.count(name) > 1})
    if twice:
        named = ", ".join(name or _("(without a name)") for name in twice)
        raise Refused(file=_("These columns are there more than once: %(names)s.", names=named))


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _text(content: bytes, notes: list[str]) -> str:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", _guess(content)]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        if encoding.startswith("cp"):
            name = f"Windows-{encoding.removeprefix('cp')}"
            notes.append(_("The file is not in UTF-8. It was read as %(name)s; look at the names below.", name=name))
        return text
    raise Refused(file=_("This is neither a CSV file nor an Excel workbook (.xlsx)."))


def _guess(content: bytes) -> str:
    """``cp1251`` where letters beyond ASCII stand in words of their own, as in Cyrillic, else ``cp1252``."""
    beyond = [byte >= 0xC0 or byte in b"\xa8\xb8\xb2\xb3\xaf\xbf\xaa\xba" for byte in content[:ENOUGH]]
    beside = sum(1 for left, right in itertools.pairwise(beyond) if left and right)
    return "cp1251" if beside * 2 > sum(beyond) else "cp1252"


def _delimited(text: str) -> Iterator[list[str]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(LONGEST_CELL * 4)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [_plain(cell) for cell in cells]
    except csv.Error as error:
        raise Refused(file=_("The file cannot be read as CSV: %(reason)s.", reason=error)) from None


def _workbook(content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MOST_UNPACKED:
            raise Refused(file=_("The workbook is too large to be read."))
        book = load_workbook(io.BytesIO(content), read_only=True)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()
        for cells in sheet.iter_rows(values_only=True):
            yield [_plain(_as_text(value)) for value in cells]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, TypeError, OSError, ParseError) as error:
        raise Refused(file=_("The workbook cannot be read: %(reason)s", reason=str(error)[:200])) from None


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
    text = cell.replace("\r\n", "\n").replace("\r", "\n").strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text

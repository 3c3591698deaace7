"""Rows as files: CSV that spreadsheets open rightly, and XLSX; no cell is ever taken for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from flask import Response, stream_with_context

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# What looks like one of our own cells already: an apostrophe, or several, before such a start.
DEFUSED = re.compile(r"'+[=+\-@\t\r\n]")
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(kind: str, filename: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A file of ``rows`` under ``head``: ``csv`` (UTF-8 with byte order mark, sent as it is made) or ``xlsx``."""
    if kind == "xlsx":
        return _attached(_workbook(head, rows), f"{filename}.xlsx", XLSX)
    return _attached(stream_with_context(_lines(head, rows)), f"{filename}.csv", "text/csv; charset=utf-8")


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV file of ``rows`` under ``head``, as ``download`` sends it."""
    return "".join(_lines(head, rows)).encode()


def plain(value: Any) -> Any:
    """A value as a file holds it: ISO dates, codes joined by semicolons, nothing for ``None``."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return "; ".join(map(str, value))
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool) else str(value)


def _lines(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"
    writer.writerow(head)
    for row in rows:
        writer.writerow([defused(value) for value in row])
        if buffer.tell() > 32_768:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def defused(value: Any) -> Any:
    """A cell that a spreadsheet will not take for a formula: an apostrophe keeps it text.

    A text that begins with such an apostrophe itself gets another, so that ``undefused`` gives back what was there.
    """
    if isinstance(value, str) and (value.startswith(FORMULA_STARTS) or DEFUSED.match(value)):
        return f"'{value}"
    return value


def undefused(text: str) -> str:
    """A cell without the apostrophe that ``defused`` put before it."""
    return text[1:] if DEFUSED.match(text) else text


def _workbook(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet()

    def cell(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        text = f"'{value}" if DEFUSED.match(value) else value
        made = WriteOnlyCell(sheet, value=NOT_IN_XML.sub("", text))
        made.data_type = "s"  # text, also where it begins like a formula
        return made

    sheet.freeze_panes = "A2"
    sheet.append(list(head))
    for row in rows:
        sheet.append([cell(value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _attached(body: Any, name: str, mime: str) -> Response:
    return Response(body, content_type=mime, headers={"Content-Disposition": f'attachment; filename="{name}"'})

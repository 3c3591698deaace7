"""What a file is that was sent as a table and is none, and what to do about it: as its bytes say, not its name."""

import zipfile
from typing import IO

from app.core.told import told as _

BEGINNING = 1024
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
PAGES = (b"<!doctype html", b"<html", b"<table", b"<?xml")
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


def foreign(stream: IO[bytes]) -> str | None:
    """What a file is and what to do, where its beginning shows that it is no table; ``None`` where it may be one."""
    start = stream.read(BEGINNING)
    stream.seek(0)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not start:
        return _("The file is empty: it holds nothing at all. Save the table anew and send it again.")
    if start.startswith(b"%PDF"):
        return _("This is a PDF document, not a table. Export the table itself as .xlsx or CSV and send that.")
    if start.startswith(PICTURES) or start[4:12] in (b"ftypheic", b"ftypmif1") or start[8:12] == b"WEBP":
        return _("This is a picture, not a table. Export the table itself as .xlsx or CSV and send that.")
    if text.startswith(b"{\\rtf"):
        return _(
            "This is a text document, not a table. Put the table into a spreadsheet and send that as .xlsx or CSV."
        )
    if text.startswith(PAGES):
        return _(
            "This is a web page or an XML file, whatever its name says. Open it in a spreadsheet program, save it as "
            ".xlsx and send that."
        )
    return None


def foreign_archive(archive: zipfile.ZipFile) -> str | None:
    """The same for an archive, which a workbook is, too."""
    names = set(archive.namelist())
    kind = ""
    if "mimetype" in names:
        with archive.open("mimetype") as entry:
            kind = entry.read(100).decode("latin-1")
    if "xl/workbook.xml" in names:
        return None
    if "opendocument.spreadsheet" in kind or any(name.startswith("Index/") for name in names):
        return _("This is a table of LibreOffice or Numbers. Save it as .xlsx or CSV there and send that.")
    if "opendocument" in kind or any(name.startswith(("word/", "ppt/")) for name in names):
        return _(
            "This is a text document, not a table. Put the table into a spreadsheet and send that as .xlsx or CSV."
        )
    if any(name.startswith("xl/") for name in names):
        return None  # a workbook of another make, or a part of one
    return _("This is an archive without a workbook in it. Unpack it and send the table itself.")


def is_called_workbook(name: str) -> bool:
    """Whether a file has the name of a workbook."""
    return name.lower().endswith(WORKBOOKS)

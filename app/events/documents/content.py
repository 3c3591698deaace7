"""What a file is, by its content alone: PDF, picture or office document; anything else is nothing an event keeps.

Office documents are ZIP archives, which their first bytes do not tell apart, so their parts are looked at.
"""

import zipfile
from pathlib import Path
from typing import IO

from app.core.files import HEAD, mime_of

_OOXML = "application/vnd.openxmlformats-officedocument."
PICTURES = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",)}
# Media types with the endings their names have.
ENDINGS: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    **PICTURES,
    f"{_OOXML}wordprocessingml.document": (".docx",),
    f"{_OOXML}spreadsheetml.sheet": (".xlsx",),
    f"{_OOXML}presentationml.presentation": (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "application/vnd.oasis.opendocument.presentation": (".odp",),
}
# The part that each kind of Office Open XML has (ECMA-376, part 1, §11 to §13, as every program names it).
_PARTS = {
    "word/document.xml": f"{_OOXML}wordprocessingml.document",
    "xl/workbook.xml": f"{_OOXML}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OOXML}presentationml.presentation",
}
_LONGEST_MIMETYPE = 100


def media_type(stream: IO[bytes], name: str) -> str | None:
    """The media type of what ``stream`` holds, ``None`` for what is none of ``ENDINGS``; the stream is rewound."""
    head = stream.read(HEAD)
    stream.seek(0)
    found = _of_archive(stream) if head.startswith(b"PK\x03\x04") else mime_of(head, name)
    stream.seek(0)
    return found if found in ENDINGS else None


def fits(mime: str, name: str) -> bool:
    """Whether a name ends as those of its media type do; one without an ending fits any."""
    ending = Path(name).suffix.lower()
    return not ending or ending in ENDINGS[mime]


def _of_archive(stream: IO[bytes]) -> str | None:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:  # OpenDocument 1.3, part 2, §3.3
                with archive.open("mimetype") as told:
                    return told.read(_LONGEST_MIMETYPE).decode("ascii", "replace").strip()
            if "[Content_Types].xml" not in names:
                return None
            return next((mime for part, mime in _PARTS.items() if part in names), None)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return None

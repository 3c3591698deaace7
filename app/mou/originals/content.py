"""What kind of file a signed original is, by its bytes alone; nothing in it is unpacked, run or believed.

A file that two programs would read as two different documents proves nothing, so one that is a PDF or a picture and a
ZIP archive at once is refused.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from flask_babel import gettext as _

from app.core.errors import Refused
from app.core.files import HEAD
from app.mou.originals.models import Container

MOST_NAMES, LONGEST_NAME = 200, 300
_LONGEST_MIMETYPE = 100
# ETSI EN 319 162-1, §4.3.3 and §4.4.3: what the entry "mimetype" says.
_ASIC = {
    "application/vnd.etsi.asic-e+zip": Container.ASIC_E,
    "application/vnd.etsi.asic-s+zip": Container.ASIC_S,
}
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # RFC 5652, §5: id-signedData
_PEM = (b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----")
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_PDF, _ZIP, _ZIP_END = b"%PDF-", b"PK\x03\x04", b"PK\x05\x06"
_END_LENGTH, _LONGEST_COMMENT = 22, 65_535


class NotOriginal(Refused):
    """A file of a kind that is not kept as an original; the text says why."""


@dataclass(frozen=True)
class Kind:
    """What a file is, and the names within it where it is a container."""

    container: Container
    names: Sequence[str] | None = None


def kind_of(stream: IO[bytes]) -> Kind:
    """What a file is; it is rewound. Raises ``NotOriginal`` for what is none of the kinds, and for two in one."""
    head = stream.read(HEAD)
    try:
        if not head:
            raise NotOriginal(file=_("This file is empty."))
        if head.startswith(_ZIP):
            return _archive(stream)
        container = _plain(head)
        if container is None:
            raise NotOriginal(file=_wanted())
        if _ends_as_archive(stream) or (container is not Container.PDF and _PDF in head[:1024]):
            raise NotOriginal(
                file=_("It is two kinds of file in one, so nobody can tell which of them was signed. Send each alone.")
            )
        return Kind(container)
    finally:
        stream.seek(0)


def _plain(head: bytes) -> Container | None:
    if head.startswith(_PDF):
        return Container.PDF
    if head.startswith(_PICTURES):
        return Container.PICTURE
    if (head[:1] == b"\x30" and _SIGNED_DATA in head[:32]) or head.lstrip().startswith(_PEM):
        return Container.CADES
    return None


def _ends_as_archive(stream: IO[bytes]) -> bool:
    """Whether the end of the file is that of a ZIP archive, which programs for archives look for."""
    size = stream.seek(0, 2)
    start = max(0, size - _LONGEST_COMMENT - _END_LENGTH)
    stream.seek(start)
    tail = stream.read()
    place = tail.rfind(_ZIP_END)
    while place >= 0:
        comment = int.from_bytes(tail[place + 20 : place + 22], "little")
        if place + _END_LENGTH + comment == len(tail):
            return True
        place = tail.rfind(_ZIP_END, 0, place)
    return False


def _archive(stream: IO[bytes]) -> Kind:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            if len(names) > MOST_NAMES:
                raise NotOriginal(file=_("More than %(most)d files are in it.", most=MOST_NAMES))
            told = ""
            if "mimetype" in names:
                with archive.open("mimetype") as entry:
                    told = entry.read(_LONGEST_MIMETYPE).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise NotOriginal(file=_("It is an archive that cannot be read.")) from error
    if told not in _ASIC:
        raise NotOriginal(file=_wanted())
    return Kind(_ASIC[told], [name[:LONGEST_NAME] for name in names if name != "mimetype"])


def _wanted() -> str:
    return _("Send a PDF, an ASiC container, a signature (p7s, p7m), or a scan as PDF, JPEG or PNG.")

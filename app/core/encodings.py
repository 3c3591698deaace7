"""The text in a file of unknown encoding: UTF-8, UTF-16, or an old Windows one that is guessed by its letters."""

import codecs
import io
import itertools
from typing import IO

from app.core.errors import Refused
from app.core.told import told as _

ENOUGH = 1024 * 1024  # bytes to guess an encoding from


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


_CENTRAL = [letter.encode("cp1250") for letter in "čČđĐšŠžŽťŤľĽňŇ"]
_WESTERN = [letter.encode("cp1252") for letter in "øØåÅäÄöÖüÜß"]


def _guess(content: bytes) -> str:
    """``cp1251`` where letters beyond ASCII stand in words of their own, as in Cyrillic, else ``cp1250`` or ``cp1252``.

    Of the last two, the one of whose own letters there are more: č, ć, đ, š, ž, ť, ľ, ň, ř or æ, ø, å, ä, ö, ü, ß.
    """
    beyond = [byte >= 0xC0 or byte in b"\xa8\xb8\xb2\xb3\xaf\xbf\xaa\xba" for byte in content[:ENOUGH]]
    beside = sum(1 for left, right in itertools.pairwise(beyond) if left and right)
    if beside * 2 > sum(beyond):
        return "cp1251"
    central, western = (sum(map(content.count, letters)) for letters in (_CENTRAL, _WESTERN))
    return "cp1250" if central > western else "cp1252"

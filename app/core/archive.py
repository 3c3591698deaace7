"""Writes an archive piece by piece, whatever its size; the same members give the same bytes."""

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO

# What is small when it is squeezed; pictures, PDFs and archives are squeezed already.
SQUEEZED = frozenset({"text/plain", "text/csv", "text/calendar", "application/json", "image/svg+xml"})
_EPOCH = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_UNIX = 3


class MemberDamaged(Exception):
    """The bytes of a file are not those that its hash promises; the text names its path."""


@dataclass(frozen=True)
class Member:
    """One file of the archive: ``open`` gives its bytes in pieces, which must make up ``size`` and ``sha256``."""

    path: str
    sha256: str
    size: int
    mime: str
    open: Callable[[], Iterable[bytes]]

    @classmethod
    def of(cls, path: str, content: bytes, mime: str) -> "Member":
        """A small file that is at hand."""
        return cls(path, hashlib.sha256(content).hexdigest(), len(content), mime, lambda: [content])


def write(stream: IO[bytes], members: Iterable[Member]) -> Iterator[Member]:
    """Write ``members`` in their order, giving each when it is in; ``stream`` can be sought in.

    Raises ``MemberDamaged`` where bytes and hash differ, and whatever ``open`` raises.
    """
    with zipfile.ZipFile(stream, "w", allowZip64=True) as archive:
        for member in members:
            info = zipfile.ZipInfo(member.path, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED if member.mime in SQUEEZED else zipfile.ZIP_STORED
            info.create_system, info.external_attr, info.file_size = _UNIX, _READABLE, member.size
            digest, size = hashlib.sha256(), 0
            with archive.open(info, "w") as target:
                for piece in member.open():
                    digest.update(piece)
                    size += len(piece)
                    target.write(piece)
            if digest.hexdigest() != member.sha256 or size != member.size:
                raise MemberDamaged(member.path)
            yield member

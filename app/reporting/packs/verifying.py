"""Whether a file is a proof pack and still what it was: pure, of the file alone; the portal's records come after.

The file comes from anybody. It is read in pieces, never unpacked, and given up as soon as it is bigger than it says.
"""

import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Any

from app.reporting.packs import manifest
from app.reporting.packs.manifest import MANIFEST, SUMS, Entry, ManifestUnfit

PIECE = 1024 * 1024
MOST_MEMBERS, MOST_BYTES, MOST_LISTED = 10_000, 8 * 1024**3, 16 * 1024**2
# So many times bigger than it is stored: text of our own making stays far below.
MOST_SQUEEZED = 200
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)


class Fault(StrEnum):
    """What can be wrong with a file that is to be a proof pack."""

    NO_PACK = "no_pack"
    BROKEN = "broken"
    UNSAFE = "unsafe"
    TOO_BIG = "too_big"
    MANIFEST = "manifest"
    MISSING = "missing"
    CHANGED = "changed"
    EXTRA = "extra"
    SUMS = "sums"


class Unfit(Exception):
    """The file cannot be a pack, and is not looked into any further."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(detail)
        self.fault, self.detail = fault, detail


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and with which file."""

    fault: Fault
    detail: str = ""


@dataclass
class Report:
    """What was found: the hash of the whole file and of its manifest, its head and files, and what is wrong."""

    sha256: str
    size: int
    manifest_sha256: str = ""
    head: dict[str, Any] = field(default_factory=dict)
    files: Sequence[Entry] = ()
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every file is there and as the manifest says, and nothing else."""
        return not self.findings


def examine(stream: IO[bytes]) -> Report:
    """Look through a file; ``stream`` can be sought in. Whatever is wrong is a finding, never an exception."""
    sha256, size = _digest(stream)
    report = Report(sha256, size)
    try:
        with zipfile.ZipFile(stream) as archive:
            _examine(archive, report)
    except Unfit as unfit:
        report.findings.append(Finding(unfit.fault, unfit.detail))
    except _BROKEN as error:
        known = Fault.BROKEN if _begins_as_archive(stream) else Fault.NO_PACK
        report.findings.append(Finding(known, str(error)))
    return report


def _examine(archive: zipfile.ZipFile, report: Report) -> None:
    members = _checked(archive)
    for name in (MANIFEST, SUMS):
        if name not in members:
            raise Unfit(Fault.NO_PACK, name)
    listed = b"".join(_pieces(archive, members[MANIFEST], MOST_LISTED))
    sums = b"".join(_pieces(archive, members[SUMS], MOST_LISTED))
    report.manifest_sha256 = hashlib.sha256(listed).hexdigest()
    try:
        report.head, report.files = manifest.read(listed)
        _compare_sums(manifest.read_sums(sums), report)
    except ManifestUnfit as unfit:
        raise Unfit(Fault.MANIFEST, str(unfit)) from unfit
    _compare(archive, members, report)


def _checked(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by path, none of which can do harm or is more than it says."""
    found: dict[str, zipfile.ZipInfo] = {}
    entries = archive.infolist()
    if archive.comment or min((info.header_offset for info in entries), default=0):
        raise Unfit(Fault.UNSAFE, "bytes beside the files")
    if len(entries) > MOST_MEMBERS or sum(info.file_size for info in entries) > MOST_BYTES:
        raise Unfit(Fault.TOO_BIG)
    for info in entries:
        is_folder = info.orig_filename.endswith("/") and not info.file_size and not info.compress_size
        # What the directory says, before the library puts a path right in silence.
        try:
            manifest.check_path(info.orig_filename.removesuffix("/") if is_folder else info.orig_filename)
        except ManifestUnfit as unfit:
            raise Unfit(Fault.UNSAFE, info.orig_filename[:80]) from unfit
        if info.orig_filename in found or stat.S_ISLNK(info.external_attr >> 16) or info.flag_bits & 0x1:
            raise Unfit(Fault.UNSAFE, info.orig_filename)
        if info.file_size > PIECE and info.file_size > MOST_SQUEEZED * max(info.compress_size, 1):
            raise Unfit(Fault.TOO_BIG, info.orig_filename)
        found[info.orig_filename] = info
    # Whoever unpacks a pack and packs it again gets entries for its folders, too; one without a file hides a name.
    folders = {path for path in found if path.endswith("/")}
    for folder in sorted(folders):
        if not any(path.startswith(folder) for path in found.keys() - folders):
            raise Unfit(Fault.UNSAFE, folder)
    return {path: info for path, info in found.items() if path not in folders}


def _compare(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], report: Report) -> None:
    for entry in report.files:
        info = members.get(entry.path)
        if info is None:
            report.findings.append(Finding(Fault.MISSING, entry.path))
        elif info.file_size != entry.size or not _is_same(archive, info, entry):
            report.findings.append(Finding(Fault.CHANGED, entry.path))
    extra = sorted(members.keys() - manifest.paths(list(report.files)))
    report.findings.extend(Finding(Fault.EXTRA, path) for path in extra)


def _is_same(archive: zipfile.ZipFile, info: zipfile.ZipInfo, entry: Entry) -> bool:
    digest = hashlib.sha256()
    try:
        for piece in _pieces(archive, info, entry.size):
            digest.update(piece)
    except _BROKEN:
        return False
    return digest.hexdigest() == entry.sha256


def _compare_sums(sums: dict[str, str], report: Report) -> None:
    wanted = {entry.path: entry.sha256 for entry in report.files} | {MANIFEST: report.manifest_sha256}
    if sums != wanted:
        report.findings.append(Finding(Fault.SUMS, SUMS))


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """The bytes of a member, not one more than ``most``: a header can lie about its size."""
    read = 0
    with archive.open(info) as source:
        while piece := source.read(PIECE):
            read += len(piece)
            if read > most:
                raise Unfit(Fault.TOO_BIG, info.filename)
            yield piece


def _digest(stream: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while piece := stream.read(PIECE):
        digest.update(piece)
        size += len(piece)
    stream.seek(0)
    return digest.hexdigest(), size


def _begins_as_archive(stream: IO[bytes]) -> bool:
    stream.seek(0)
    return stream.read(2) == b"PK"

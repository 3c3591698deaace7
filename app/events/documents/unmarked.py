"""Pictures without what cameras and programs write into them: place, time, device, names, smaller pictures inside.

The picture itself stays as it is, bit for bit: only parts around it are left out, so that no quality is lost. What a
viewer needs to show it stays: its colour profile, and how it is turned, as the only tag of an otherwise empty EXIF.
What follows the end of a picture, such as a film or a second picture, goes too.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

# More than any camera takes; so small a file that claims more is made to bring down whoever opens it.
MOST_PIXELS = 250_000_000
_UPRIGHT = 1
_ORIENTATION = 0x0112  # TIFF 6.0, p. 36


class Unfit(ValueError):
    """A picture that cannot be kept."""


class Damaged(Unfit):
    """Cut off, or not put together as its format wants it."""


class Moving(Unfit):
    """A picture of several, shown one after another."""


class TooLarge(Unfit):
    """More pixels than any camera takes."""


def unmarked(octets: bytes, mime: str) -> bytes:
    """The picture alone; what is no picture of ``FORMATS`` comes back as it is.

    Raises ``Damaged``, ``Moving`` and ``TooLarge``.
    """
    strip = FORMATS.get(mime)
    if strip is None:
        return octets
    try:
        return b"".join(strip(octets))
    except (IndexError, struct.error) as error:
        raise Damaged from error


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise Damaged
    if width * height > MOST_PIXELS:
        raise TooLarge


# ---- How a picture is turned ----


def _turned(tiff: bytes) -> int:
    """The orientation that an EXIF block tells, 1 (upright) where it tells none that can be."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return _UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for place in range(start + 2, start + 2 + 12 * count, 12):
            tag, _kind, _number, value = struct.unpack_from(f"{order}HHIH", tiff, place)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else _UPRIGHT
    except struct.error:
        return _UPRIGHT
    return _UPRIGHT


def _exif(turned: int) -> bytes:
    """An EXIF block that says how the picture is turned, and nothing else."""
    return struct.pack("<4sIHHHIHHI", b"II*\0", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)


# ---- JPEG: ITU-T T.81, annex B ----

_EXIF_HEAD, _PROFILE_HEAD, _JFIF_HEAD, _ADOBE_HEAD = b"Exif\0\0", b"ICC_PROFILE\0", b"JFIF\0", b"Adobe"
_EOI, _SOS = 0xD9, 0xDA
# Markers without a segment; none of them stands between segments.
_ALONE = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_APPLICATION, _COMMENT = range(0xE0, 0xF0), 0xFE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# In what is coded 0xFF stands before a nought, or before a mark to begin anew; before anything else it is a marker.
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)


def _jpeg(octets: bytes) -> Iterator[bytes]:
    segments = list(_segments(octets))
    markers = {marker for marker, _segment in segments}
    if not markers & _FRAMES or _SOS not in markers:
        raise Damaged
    yield b"\xff\xd8"
    turned = _UPRIGHT
    for marker, segment in segments:
        if marker == 0xE1 and segment[4:].startswith(_EXIF_HEAD) and turned == _UPRIGHT:
            turned = _turned(segment[4 + len(_EXIF_HEAD) :])
    kept = [segment for segment in (_kept(marker, segment) for marker, segment in segments) if segment]
    if turned != _UPRIGHT:
        told = _EXIF_HEAD + _exif(turned)
        # Behind JFIF, which has to be the first where it is there.
        place = 1 if kept[0][4:].startswith(_JFIF_HEAD) else 0
        kept.insert(place, b"\xff\xe1" + struct.pack(">H", len(told) + 2) + told)
    yield from kept
    yield b"\xff\xd9"


def _kept(marker: int, segment: bytes) -> bytes | None:
    """A segment as it is kept; ``None`` for one that says something of whoever took the picture."""
    told = segment[4:]
    if marker == 0xE0 and told.startswith(_JFIF_HEAD) and len(told) >= 14:
        # JFIF 1.02, p. 5: the last two numbers are the size of a smaller picture.
        return b"\xff\xe0\x00\x10" + told[:12] + b"\0\0"
    if marker in (0xE2, 0xEE):
        return segment if told.startswith((_PROFILE_HEAD, _ADOBE_HEAD)) else None
    return None if marker in _APPLICATION or marker == _COMMENT else segment


def _segments(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers with their segments up to the end of the picture; what is coded belongs to the scan before it."""
    if octets[:2] != b"\xff\xd8":
        raise Damaged
    place = 2
    while True:
        place = _at_marker(octets, place)
        marker = octets[place + 1]
        if marker == _EOI:
            return
        (length,) = struct.unpack_from(">H", octets, place + 2)
        end = place + 2 + length
        if marker in _ALONE or length < 2 or end > len(octets):
            raise Damaged
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", octets, place + 5)
            _check_size(width, height)
        if marker == _SOS:
            found = _MARKER.search(octets, end)
            if found is None:
                raise Damaged
            end = found.start()
        yield marker, octets[place:end]
        place = end


def _at_marker(octets: bytes, place: int) -> int:
    """Where the marker begins that is to stand here; there may be more of its first octet before it."""
    if octets[place] != 0xFF:
        raise Damaged
    while octets[place + 1] == 0xFF:
        place += 1
    return place


# ---- PNG: W3C, Portable Network Graphics (third edition), §5 and §11 ----

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNKS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs".split(),
)


def _png(octets: bytes) -> Iterator[bytes]:
    yield _SIGNATURE
    for kind, told in _chunks(octets):
        if kind == b"acTL":
            raise Moving
        if kind == b"IHDR":
            _check_size(*struct.unpack_from(">II", told))
        if kind == b"eXIf" and (turned := _turned(told)) != _UPRIGHT:
            yield _chunk(kind, _exif(turned))
        elif kind in _CHUNKS:
            yield _chunk(kind, told)


def _chunks(octets: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Chunks up to the last of the picture. Raises ``Damaged`` also where a sum does not fit."""
    if not octets.startswith(_SIGNATURE):
        raise Damaged
    place, seen = len(_SIGNATURE), set[bytes]()
    while True:
        length, kind = struct.unpack_from(">I4s", octets, place)
        told = octets[place + 8 : place + 8 + length]
        (crc,) = struct.unpack_from(">I", octets, place + 8 + length)
        if crc != zlib.crc32(kind + told) or (not seen and kind != b"IHDR"):
            raise Damaged
        seen.add(kind)
        yield kind, told
        place += 12 + length
        if kind == b"IEND":
            if b"IDAT" not in seen:
                raise Damaged
            return


def _chunk(kind: bytes, told: bytes) -> bytes:
    return struct.pack(">I", len(told)) + kind + told + struct.pack(">I", zlib.crc32(kind + told))


# ---- WebP: RFC 9649, §2 ----

_MOVES, _HAS_EXIF, _HAS_XMP = 0x02, 0x08, 0x04


def _webp(octets: bytes) -> Iterator[bytes]:
    parts = list(_parts(octets))
    kinds = [kind for kind, _told in parts]
    if b"ANIM" in kinds or b"ANMF" in kinds:
        raise Moving
    if b"VP8 " not in kinds and b"VP8L" not in kinds:
        raise Damaged
    turned = next((_turned(told.removeprefix(_EXIF_HEAD)) for kind, told in parts if kind == b"EXIF"), _UPRIGHT)
    kept = [_part(kind, _checked(kind, told, turned)) for kind, told in parts if kind in _WEBP_PARTS]
    if turned != _UPRIGHT and b"VP8X" in kinds:  # without that head there is no place for it
        kept.append(_part(b"EXIF", _exif(turned)))
    yield b"RIFF" + struct.pack("<I", 4 + sum(map(len, kept))) + b"WEBP"
    yield from kept


_WEBP_PARTS = frozenset({b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L"})


def _checked(kind: bytes, told: bytes, turned: int) -> bytes:
    """A part with its size checked; the head says no more what went."""
    if kind == b"VP8X":
        if told[0] & _MOVES:
            raise Moving
        width, height = (int.from_bytes(told[start : start + 3], "little") + 1 for start in (4, 7))
        _check_size(width, height)
        flags = told[0] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if turned != _UPRIGHT else 0)
        return bytes([flags]) + told[1:10]
    if kind == b"VP8 " and told[3:6] != b"\x9d\x01\x2a":  # RFC 6386, §9.1
        raise Damaged
    if kind == b"VP8L" and told[:1] != b"\x2f":  # RFC 9649, §3.4
        raise Damaged
    return told


def _parts(octets: bytes) -> Iterator[tuple[bytes, bytes]]:
    if octets[:4] != b"RIFF" or octets[8:12] != b"WEBP":
        raise Damaged
    (size,) = struct.unpack_from("<I", octets, 4)
    place, end = 12, 8 + size
    if end > len(octets):
        raise Damaged
    while place + 8 <= end:
        kind, length = struct.unpack_from("<4sI", octets, place)
        if place + 8 + length > end:
            raise Damaged
        yield kind, octets[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def _part(kind: bytes, told: bytes) -> bytes:
    return kind + struct.pack("<I", len(told)) + told + b"\0" * (len(told) % 2)


FORMATS: Mapping[str, Callable[[bytes], Iterator[bytes]]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
}

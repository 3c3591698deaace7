"""Feeds put together, and kept per feed while this process runs.

A feed is kept in chunks of consecutive places, each deflated once it is put together, and plain where somebody reads it
so. After a change only the chunks with a changed place are read and deflated again, so that the first reader after a
change among thousands of events pays for sixty-four. Deflated chunks end at a byte with nothing remembered (a full
flush), so they can stand one behind the other in one gzip member.
"""

import struct
import zlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from io import SEEK_CUR, SEEK_END, SEEK_SET, RawIOBase
from itertools import accumulate, groupby
from threading import Lock

from app.core import memory
from app.feeds.checksums import Checksum

CHUNK = 64
MEMORY = 32 * 1024 * 1024
# A feed up to this size is kept as it is read, too, once somebody reads it unpacked; calendar programs ask for gzip.
KEPT_PLAIN = 6 * 1024 * 1024
LEVEL = 6
GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

# What a reader of places answers: the place's position, its entry's octets, the zone the entry names.
Placed = tuple[int, bytes, str | None]


@dataclass
class Chunk:
    """Consecutive places of a feed: their entries joined, as long as they are kept so, and deflated once asked for."""

    plain: bytes | None
    length: int = 0
    zones: frozenset[str] = frozenset()
    packed: bytes = b""
    checksum: Checksum | None = None

    @classmethod
    def of(cls, entries: Iterable[Placed]) -> "Chunk":
        """The chunk of some places in order."""
        placed = list(entries)
        zones = frozenset(zone for _position, _octets, zone in placed if zone)
        plain = b"".join(octets for _position, octets, _zone in placed)
        return cls(plain, len(plain), zones)

    def text(self) -> bytes:
        """The entries as they are read."""
        plain = self.plain  # Another thread may forget it in between.
        # An object, because the deflated entries have no end of their own.
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(self.packed) if plain is None else plain

    def pack(self) -> Checksum:
        """Deflate the entries, ready to stand before others, once; answers their checksum."""
        if self.checksum is None:
            plain = self.text()
            self.packed, self.checksum = _deflate(plain, zlib.Z_FULL_FLUSH), Checksum.of(plain)
        return self.checksum

    def forget_plain(self) -> None:
        """Keep the entries deflated only."""
        if self.checksum is not None:
            self.plain = None


class Pieces(RawIOBase):
    """A feed in pieces, read as one file, so that a server can send it without a copy of the whole."""

    def __init__(self, head: bytes, chunks: Sequence[Chunk], foot: bytes) -> None:
        self._pieces = [Chunk(head, len(head)), *chunks, Chunk(foot, len(foot))]
        self._ends = list(accumulate(piece.length for piece in self._pieces))
        self._position = 0
        self._in_hand: tuple[int, bytes] = (0, head)

    def __len__(self) -> int:
        return self._ends[-1]

    def seekable(self) -> bool:
        """A server looks for the end first."""
        return True

    def tell(self) -> int:
        """Where the next reading begins."""
        return self._position

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Read on from another place."""
        self._position = offset + {SEEK_SET: 0, SEEK_CUR: self._position, SEEK_END: len(self)}[whence]
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """The next ``size`` octets, or all that are left."""
        end = len(self) if size is None or size < 0 else min(len(self), self._position + size)
        parts: list[bytes] = []
        index = bisect_right(self._ends, self._position)
        while self._position < end:
            piece, begins = self._piece(index), self._ends[index] - self._pieces[index].length
            parts.append(piece[self._position - begins : end - begins])
            self._position = min(end, self._ends[index])
            index += 1
        return b"".join(parts)

    def close(self) -> None:
        """Give back what inflating a large feed took, piece by piece: the C library would keep it between others."""
        if not self.closed and len(self) > KEPT_PLAIN:  # A smaller one is not inflated.
            memory.give_back()
        super().close()

    def _piece(self, index: int) -> bytes:
        """One piece; a server reads it in several goes, and inflating it again for each would cost as often."""
        if self._in_hand[0] != index:
            self._in_hand = (index, self._pieces[index].text())
        return self._in_hand[1]


@dataclass
class Body:
    """One version of a feed; the calendar's head stands before its entries and the foot behind them."""

    version: int
    places: int
    chunks: list[Chunk] = field(default_factory=list)
    packed: bytes | None = None
    is_read_plain: bool = False

    @property
    def zones(self) -> frozenset[str]:
        """The zones its entries name."""
        return frozenset().union(*(chunk.zones for chunk in self.chunks))

    @property
    def size(self) -> int:
        """The memory it takes, in bytes."""
        return sum(len(chunk.plain or b"") + len(chunk.packed) for chunk in self.chunks) + len(self.packed or b"")

    def framed(self, head: bytes, foot: bytes) -> Pieces:
        """The whole feed as it is read; a feed that somebody reads so is kept so, unless it is a large one."""
        if not self.is_read_plain and sum(chunk.length for chunk in self.chunks) <= KEPT_PLAIN:
            self.is_read_plain = True
            for chunk in self.chunks:
                chunk.plain = chunk.text()
        return Pieces(head, self.chunks, foot)

    def gzipped(self, head: bytes, foot: bytes) -> bytes:
        """The whole feed as one gzip member (RFC 1952)."""
        whole = Checksum.of(head)
        for chunk in self.chunks:
            whole += chunk.pack()
            if not self.is_read_plain:
                chunk.forget_plain()
        whole += Checksum.of(foot)
        deflated = (_deflate(head, zlib.Z_FULL_FLUSH), *(chunk.packed for chunk in self.chunks))
        end = _deflate(foot, zlib.Z_FINISH) + struct.pack("<LL", whole.value, whole.length & 0xFFFFFFFF)
        return b"".join((GZIP_HEAD, *deflated, end))


class Bodies:
    """The feeds this process keeps; the least recently read is dropped when they outgrow ``MEMORY``."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Body] = OrderedDict()
        self._lock = Lock()

    def get(
        self,
        scope: str,
        version: int,
        places: int,
        changed_since: Callable[[int], Sequence[int]],
        read: Callable[[Sequence[tuple[int, int]]], Iterable[Placed]],
    ) -> Body:
        """The body of a feed in ``version``.

        ``changed_since(version)`` answers the positions that changed after a version; ``read(ranges)`` the places
        within ranges of positions (from, to; the latter excluded), in order.
        """
        with self._lock:
            body = self._kept.get(scope)
        if body is None or body.version > version:
            body = self._renewed(Body(0, 0), version, places, range(places), read)
        elif body.version < version:
            body = self._renewed(body, version, places, changed_since(body.version), read)
        with self._lock:
            is_new = self._kept.get(scope) is not body
            self._kept[scope] = body
            self._kept.move_to_end(scope)
            if is_new:
                self._make_room()
        return body

    def packed(self, scope: str, version: int) -> bytes | None:
        """A feed as one gzip member, if it is kept so in this version."""
        with self._lock:
            body = self._kept.get(scope)
            if body is None or body.version != version:
                return None
            self._kept.move_to_end(scope)
        return body.packed

    def gzipped(self, body: Body, frame: Callable[[], tuple[bytes, bytes]]) -> bytes:
        """A body as one gzip member, packed once; ``frame`` answers its head and foot."""
        if body.packed is None:
            body.packed = body.gzipped(*frame())
            with self._lock:
                self._make_room()
        return body.packed

    def _make_room(self) -> None:
        sizes = {scope: body.size for scope, body in self._kept.items()}
        total = sum(sizes.values())
        while len(self._kept) > 1 and total > MEMORY:
            scope, _dropped = self._kept.popitem(last=False)
            total -= sizes[scope]

    @staticmethod
    def _renewed(
        body: Body,
        version: int,
        places: int,
        positions: Sequence[int],
        read: Callable[[Sequence[tuple[int, int]]], Iterable[Placed]],
    ) -> Body:
        """A new body with the chunks of ``positions`` read again; the old one may still be on its way to a reader."""
        numbers = sorted({position // CHUNK for position in positions})
        chunks = [*body.chunks, *(Chunk(b"") for _missing in range(-(-places // CHUNK) - len(body.chunks)))]
        for number in numbers:
            chunks[number] = Chunk(b"")
        found = read(_ranges(numbers)) if numbers else ()
        for number, entries in groupby(found, lambda placed: placed[0] // CHUNK):
            chunks[number] = chunk = Chunk.of(entries)
            if not body.is_read_plain:  # One by one as they come: memory never holds the whole feed unpacked.
                chunk.pack()
                chunk.forget_plain()
        return Body(version, places, chunks, is_read_plain=body.is_read_plain)


def _ranges(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Chunk numbers as ranges of positions, neighbours joined."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number * CHUNK:
            ranges[-1] = (ranges[-1][0], (number + 1) * CHUNK)
        else:
            ranges.append((number * CHUNK, (number + 1) * CHUNK))
    return ranges


def _deflate(data: bytes, end: int) -> bytes:
    deflater = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush(end)

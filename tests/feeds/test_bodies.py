"""Bodies put together in chunks: whatever happened before, they are what one put together anew would be."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.feeds import bodies
from app.feeds.bodies import CHUNK, Bodies, Body, Chunk, Placed
from app.feeds.checksums import Checksum

HEAD, FOOT = b"HEAD\r\n", b"FOOT\r\n"


class Shelf:
    """A feed as the database has it: places with an entry or none, each with the version it changed in."""

    def __init__(self) -> None:
        self.version = 0
        self.places: list[tuple[bytes | None, int]] = []
        self.read_places = 0

    def put(self, position: int, octets: bytes | None) -> None:
        """Change one place in a version of its own; a position that is not there yet is the next one."""
        self.version += 1
        if position >= len(self.places):
            self.places.append((octets, self.version))
        else:
            self.places[position] = (octets, self.version)

    def changed_since(self, version: int) -> Sequence[int]:
        return [position for position, (_octets, changed) in enumerate(self.places) if changed > version]

    def read(self, ranges: Sequence[tuple[int, int]]) -> Iterable[Placed]:
        for first, end in ranges:
            for position in range(first, min(end, len(self.places))):
                self.read_places += 1
                octets = self.places[position][0]
                if octets is not None:
                    yield position, octets, f"Zone/{octets[0] % 3}"

    def body(self, kept: Bodies, scope: str = "all") -> Body:
        return kept.get(scope, self.version, len(self.places), self.changed_since, self.read)


def octets(number: int) -> bytes:
    return f"{number % 10} entry {number}\r\n".encode() * 5


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 150)),
        st.tuples(st.just("change"), st.integers(0, 400)),
        st.tuples(st.just("leave"), st.integers(0, 400)),
        st.tuples(st.just("read"), st.booleans()),
    ),
    max_size=30,
)


@given(CHANGES)
def test_any_history_gives_the_body_that_one_put_together_anew_is(changes: list[tuple[str, int]]) -> None:
    shelf, kept = Shelf(), Bodies()
    for number, (what, value) in enumerate(changes):
        match what:
            case "add":
                for more in range(value):
                    shelf.put(len(shelf.places), octets(number + more))
            case "read":
                body = shelf.body(kept)
                if value:
                    body.gzipped(HEAD, FOOT)
            case _ if shelf.places:
                shelf.put(value % len(shelf.places), octets(number) if what == "change" else None)
            case _:
                pass
    body, anew = shelf.body(kept), shelf.body(Bodies())
    plain = body.framed(HEAD, FOOT).read()
    assert plain == anew.framed(HEAD, FOOT).read()
    assert plain == HEAD + b"".join(entry for entry, _changed in shelf.places if entry is not None) + FOOT
    assert body.zones == anew.zones
    assert gzip.decompress(body.gzipped(HEAD, FOOT)) == plain
    assert body.gzipped(HEAD, FOOT) == anew.gzipped(HEAD, FOOT)


def filled(count: int) -> Shelf:
    shelf = Shelf()
    for number in range(count):
        shelf.put(number, octets(number))
    return shelf


def test_a_change_reads_its_chunk_and_no_other() -> None:
    shelf, kept = filled(10 * CHUNK), Bodies()
    before = shelf.body(kept)
    before.gzipped(HEAD, FOOT)
    shelf.read_places = 0
    shelf.put(3 * CHUNK + 5, b"9 changed\r\n")
    after = shelf.body(kept)
    assert shelf.read_places == CHUNK
    assert [new is old for new, old in zip(after.chunks, before.chunks, strict=True)].count(False) == 1
    assert b"changed" not in before.framed(HEAD, FOOT).read()


def test_a_feed_is_packed_as_it_is_read_so_that_memory_never_holds_it_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, order = filled(3 * CHUNK), []
    pack = Chunk.pack

    def noted(chunk: Chunk) -> Checksum:
        order.append("packed")
        return pack(chunk)

    monkeypatch.setattr(Chunk, "pack", noted)

    def read(ranges: Sequence[tuple[int, int]]) -> Iterable[Placed]:
        for placed in shelf.read(ranges):
            order.append("read")
            yield placed

    body = Bodies().get("all", shelf.version, len(shelf.places), shelf.changed_since, read)
    # The entry that tells that a chunk is full is the next one's first.
    assert order.index("packed") == CHUNK + 1
    assert [chunk.plain for chunk in body.chunks] == [None] * 3
    assert gzip.decompress(body.gzipped(HEAD, FOOT)) == body.framed(HEAD, FOOT).read()


def test_what_did_not_change_is_not_read_again() -> None:
    shelf, kept = filled(100), Bodies()
    body = shelf.body(kept)
    shelf.read_places = 0
    assert shelf.body(kept) is body
    assert shelf.read_places == 0


def test_neighbouring_chunks_are_read_in_one_range() -> None:
    asked: list[Sequence[tuple[int, int]]] = []

    def read(ranges: Sequence[tuple[int, int]]) -> list[Placed]:
        asked.append(ranges)
        return []

    kept = Bodies()
    kept.get("all", 1, 6 * CHUNK, lambda _version: [], read)
    kept.get("all", 2, 6 * CHUNK, lambda _version: [0, 1, CHUNK, 4 * CHUNK, 6 * CHUNK - 1], read)
    assert asked == [[(0, 6 * CHUNK)], [(0, 2 * CHUNK), (4 * CHUNK, 6 * CHUNK)]]


def test_a_reader_with_an_older_version_gets_that_one_whole() -> None:
    shelf, kept = filled(3), Bodies()
    newer = shelf.body(kept)
    older = kept.get("all", 2, 2, shelf.changed_since, lambda _ranges: [(0, b"0 old\r\n", None)])
    assert (older.version, older.framed(b"", b"").read()) == (2, b"0 old\r\n")
    assert shelf.body(kept).framed(HEAD, FOOT).read() == newer.framed(HEAD, FOOT).read()


def test_an_entry_that_left_takes_its_zone_with_it() -> None:
    shelf, kept = filled(2), Bodies()
    assert shelf.body(kept).zones == {"Zone/0", "Zone/1"}
    shelf.put(1, None)
    assert shelf.body(kept).zones == {"Zone/0"}


def test_a_feed_without_entries_has_head_and_foot() -> None:
    body = Shelf().body(Bodies())
    assert body.framed(HEAD, FOOT).read() == HEAD + FOOT
    assert gzip.decompress(body.gzipped(HEAD, FOOT)) == HEAD + FOOT


def test_a_large_feed_is_kept_packed_only_and_still_read_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "KEPT_PLAIN", 100)
    shelf, kept = filled(3 * CHUNK), Bodies()
    body = shelf.body(kept)
    body.gzipped(HEAD, FOOT)
    file = body.framed(HEAD, FOOT)
    assert len(file) > 100 > sum(len(chunk.plain or b"") for chunk in body.chunks)
    in_bits = b"".join(iter(lambda: file.read(7), b""))
    assert in_bits == HEAD + b"".join(entry or b"" for entry, _changed in shelf.places) + FOOT
    assert all(chunk.plain is None for chunk in body.chunks)


def test_a_feed_that_is_read_as_it_is_stays_so_through_changes() -> None:
    shelf, kept = filled(3 * CHUNK), Bodies()
    shelf.body(kept).gzipped(HEAD, FOOT)
    shelf.body(kept).framed(HEAD, FOOT)
    shelf.put(5, b"9 changed\r\n")
    body = shelf.body(kept)
    body.gzipped(HEAD, FOOT)
    assert all(chunk.plain for chunk in body.chunks)


def test_what_was_read_longest_ago_is_dropped_first(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = filled(50)
    size = shelf.body(Bodies()).size
    monkeypatch.setattr(bodies, "MEMORY", int(3.5 * size))
    kept = Bodies()
    made = {scope: shelf.body(kept, scope) for scope in ("a", "b", "c")}
    shelf.body(kept, "a")
    shelf.body(kept, "d")
    assert shelf.body(kept, "a") is made["a"]
    assert shelf.body(kept, "c") is made["c"]
    assert shelf.body(kept, "b") is not made["b"]


def test_what_is_packed_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = filled(50)
    monkeypatch.setattr(bodies, "MEMORY", 2 * shelf.body(Bodies()).size)
    kept = Bodies()
    first, second = shelf.body(kept, "first"), shelf.body(kept, "second")
    second.framed(HEAD, FOOT)
    packed = kept.gzipped(second, lambda: (HEAD, FOOT))
    assert kept.gzipped(second, lambda: (b"", b"")) is packed
    assert shelf.body(kept, "second") is second
    assert shelf.body(kept, "first") is not first


def test_the_last_feed_is_kept_however_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MEMORY", 1)
    shelf, kept = filled(100), Bodies()
    body = shelf.body(kept)
    assert shelf.body(kept) is body


def test_chunks_may_stand_one_behind_the_other_in_one_gzip_member() -> None:
    body = Body(1, 3, [Chunk.of([(n, octets(n), None)]) for n in range(3)])
    again = Body(2, 3, [body.chunks[2], body.chunks[0], Chunk.of([(1, b"new\r\n", None)])])
    body.gzipped(HEAD, FOOT)
    assert gzip.decompress(again.gzipped(HEAD, FOOT)) == HEAD + octets(2) + octets(0) + b"new\r\n" + FOOT

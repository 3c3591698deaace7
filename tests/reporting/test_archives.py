"""Archives of proof packs by themselves: the same bytes for the same files, and every way in which one can be wrong."""

import hashlib
import io
import json
import os
import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import archive
from app.core.archive import Member, MemberDamaged
from app.reporting.packs import manifest, verifying
from app.reporting.packs.manifest import MANIFEST, SUMS, Entry, ManifestUnfit
from app.reporting.packs.parts import plain_name
from app.reporting.packs.verifying import Fault

HEAD = {"pack": {"uid": "u"}, "missing": []}
FILES = {"proof-pack.pdf": b"%PDF-2.0 paper", "attendance/attendance.csv": "Name\r\nОлена\r\n".encode()}
CSV = "attendance/attendance.csv"


def entries(files: dict[str, bytes]) -> list[Entry]:
    return [
        Entry(path, hashlib.sha256(content).hexdigest(), len(content), "text/csv", "a file")
        for path, content in files.items()
    ]


def listed(files: dict[str, bytes]) -> dict[str, bytes]:
    told = manifest.written(HEAD, entries(files))
    return {MANIFEST: told, SUMS: manifest.sums(entries(files), told)}


def pack(files: dict[str, bytes] = FILES) -> bytes:
    """A pack with these files, as the portal writes one."""
    stream = io.BytesIO()
    members = [Member.of(path, content, "text/csv") for path, content in {**listed(files), **files}.items()]
    assert len(list(archive.write(stream, members))) == len(members)
    return stream.getvalue()


def zipped(files: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda info: None) -> bytes:
    """Any archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for path, content in files.items():
            info = zipfile.ZipInfo(path)
            change(info)
            target.writestr(info, content)
    return stream.getvalue()


def faults(content: bytes) -> list[tuple[Fault, str]]:
    return [(found.fault, found.detail) for found in verifying.examine(io.BytesIO(content)).findings]


# ---- Writing ----


def test_the_same_files_are_the_same_archive():
    assert pack() == pack()
    assert pack() != pack({**FILES, CSV: b"other"})


def test_a_pack_that_nobody_touched_is_whole():
    report = verifying.examine(io.BytesIO(pack()))
    assert report.is_whole
    assert report.head["pack"] == {"uid": "u"}
    assert {entry.path for entry in report.files} == {*FILES}
    assert report.sha256 == hashlib.sha256(pack()).hexdigest()


def test_an_auditor_needs_no_portal(tmp_path: Path):
    with zipfile.ZipFile(io.BytesIO(pack())) as archived:
        archived.extractall(tmp_path)
    done = subprocess.run(["sha256sum", "-c", SUMS], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.count(": OK") == len(FILES) + 1
    (tmp_path / CSV).write_bytes(b"other")
    done = subprocess.run(["sha256sum", "-c", SUMS], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1


def test_other_programs_open_the_archive(tmp_path: Path):
    if shutil.which("unzip") is None:
        pytest.skip("unzip is not there")
    (tmp_path / "pack.zip").write_bytes(pack())
    subprocess.run(["unzip", "-tq", "pack.zip"], cwd=tmp_path, check=True, capture_output=True)


def test_text_is_squeezed_and_media_are_not():
    stream = io.BytesIO()
    content = b"a" * 10_000
    members = [Member.of("a.csv", content, "text/csv"), Member.of("a.jpg", content, "image/jpeg")]
    list(archive.write(stream, members))
    with zipfile.ZipFile(stream) as archived:
        assert archived.getinfo("a.csv").compress_size < 1000
        assert archived.getinfo("a.jpg").compress_size == 10_000


@pytest.mark.parametrize("pieces", [[b"abd"], [b"ab"], [b"abcd"], []])
def test_a_file_that_is_not_what_its_hash_promises_stops_the_pack(pieces: list[bytes]):
    promised = hashlib.sha256(b"abc").hexdigest()
    with pytest.raises(MemberDamaged, match=r"a\.bin"):
        list(archive.write(io.BytesIO(), [Member("a.bin", promised, 3, "application/pdf", lambda: pieces)]))


# ---- What can be wrong ----


def test_a_changed_file_is_named():
    assert faults(zipped({**listed(FILES), **FILES, CSV: b"other"})) == [(Fault.CHANGED, CSV)]


def test_a_file_of_the_same_size_that_differs_by_one_bit_is_named():
    changed = bytearray(FILES[CSV])
    changed[3] ^= 1
    assert faults(zipped({**listed(FILES), **FILES, CSV: bytes(changed)})) == [(Fault.CHANGED, CSV)]


def test_a_missing_file_is_named():
    left = {path: content for path, content in FILES.items() if path != CSV}
    assert faults(zipped({**listed(FILES), **left})) == [(Fault.MISSING, CSV)]


def test_a_file_too_many_is_named():
    assert faults(zipped({**listed(FILES), **FILES, "extra.txt": b""})) == [(Fault.EXTRA, "extra.txt")]


def test_hashes_that_differ_from_the_manifest_are_told():
    other = {**listed(FILES), SUMS: listed({CSV: b"other"})[SUMS]}
    assert faults(zipped({**other, **FILES})) == [(Fault.SUMS, SUMS)]


@pytest.mark.parametrize("cut", [1, 22, 100, 400])
def test_an_archive_that_is_cut_off_is_told_as_such(cut: int):
    assert [fault for fault, _detail in faults(pack()[:-cut])] == [Fault.BROKEN]


def test_a_flipped_byte_within_a_file_is_told():
    whole = zipped({**listed(FILES), **FILES})
    place = whole.index(FILES["proof-pack.pdf"])
    flipped = whole[:place] + b"X" + whole[place + 1 :]
    assert faults(flipped) == [(Fault.CHANGED, "proof-pack.pdf")]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"not a zip at all" * 100, b"\x00" * 5000])
def test_something_else_is_no_pack(content: bytes):
    assert [fault for fault, _detail in faults(content)] == [Fault.NO_PACK]


def test_an_archive_without_a_manifest_is_no_pack():
    assert faults(zipped(FILES)) == [(Fault.NO_PACK, MANIFEST)]


@pytest.mark.parametrize(
    "path", ["../evil.txt", "/etc/passwd", "a/../../b", "c:\\x", "a\\..\\b", "Name with spaces.txt", "a//b", "ünï.txt"]
)
def test_a_path_that_leads_elsewhere_is_told(path: str):
    assert [fault for fault, _detail in faults(zipped({**listed(FILES), **FILES, path: b"x"}))] == [Fault.UNSAFE]


def test_a_link_is_told():
    def link(info: zipfile.ZipInfo) -> None:
        if info.filename == "link":
            info.external_attr = 0o120777 << 16

    assert faults(zipped({**listed(FILES), **FILES, "link": b"/etc/passwd"}, link)) == [(Fault.UNSAFE, "link")]


def test_a_file_that_stands_there_twice_is_told():
    stream = io.BytesIO(zipped({**listed(FILES), **FILES}))
    with zipfile.ZipFile(stream, "a") as target, pytest.warns(UserWarning, match="Duplicate"):
        target.writestr(CSV, b"other")
    assert faults(stream.getvalue()) == [(Fault.UNSAFE, CSV)]


def test_bytes_before_or_after_the_files_are_told():
    assert [fault for fault, _detail in faults(b"#!/bin/sh\n" + pack())] == [Fault.UNSAFE]
    stream = io.BytesIO(pack())
    with zipfile.ZipFile(stream, "a") as target:
        target.comment = b"hidden"
    assert [fault for fault, _detail in faults(stream.getvalue())] == [Fault.UNSAFE]


def test_a_bomb_is_told_without_unpacking_it():
    def squeeze(info: zipfile.ZipInfo) -> None:
        info.compress_type = zipfile.ZIP_DEFLATED

    bomb = b"\0" * 50_000_000
    assert faults(zipped({**listed({CSV: bomb}), CSV: bomb}, squeeze)) == [(Fault.TOO_BIG, CSV)]


def test_a_header_that_lies_about_a_size_is_told():
    """The directory promises the size of the manifest's entry; more comes out of it."""
    promised = {**FILES, CSV: b"a" * 10}
    whole = bytearray(zipped({**listed(promised), **promised, CSV: b"a" * 5000}))
    place = whole.rindex(b"PK\x01\x02", 0, whole.rindex(CSV.encode()))
    struct.pack_into("<I", whole, place + 24, 10)
    assert (Fault.CHANGED, CSV) in faults(bytes(whole))


def test_a_manifest_that_says_nonsense_is_told():
    for told in (
        b"{",
        b"[]",
        b'{"format": "x", "files": []}',
        b'{"format": "proof-pack/1", "files": [{"path": 1}]}',
        b"[" * 99_999,
    ):
        assert [fault for fault, _detail in faults(zipped({MANIFEST: told, SUMS: b""}))] == [Fault.MANIFEST], told[:40]


def test_a_manifest_cannot_lead_out_of_the_pack():
    told = json.loads(listed(FILES)[MANIFEST])
    told["files"][0]["path"] = "../evil"
    with pytest.raises(ManifestUnfit):
        manifest.read(json.dumps(told).encode())


@given(st.binary(max_size=2000))
def test_whatever_comes_is_answered(content: bytes):
    assert faults(content)
    assert faults(b"PK\x03\x04" + content)


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=4))
def test_whatever_happens_to_a_pack_is_answered_and_its_hash_differs(place: int, bytes_there: bytes):
    whole = pack()
    at = place % len(whole)
    changed = whole[:at] + bytes_there + whole[at + len(bytes_there) :]
    report = verifying.examine(io.BytesIO(changed))
    assert changed == whole or report.sha256 != hashlib.sha256(whole).hexdigest()


# ---- Names ----


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Протокол (2).PDF", "protokol-2.pdf"),
        ("ოქმი.docx", "okmi.docx"),
        ("../../etc/passwd", "passwd"),
        (".htaccess", "htaccess"),
        ("photo.JPEG", "photo.jpg"),
        ("a" * 300 + ".pdf", "a" * 60 + ".pdf"),
        ("中文.pdf", "zhongwen.pdf"),
        ("...", "file"),
        ("x\0y\n.pdf", "x-y.pdf"),
    ],
)
def test_a_file_gets_a_name_that_every_machine_takes(name: str, plain: str):
    assert plain_name(name) == plain
    manifest.check_path(f"documents/001-{plain_name(name)}")


@given(st.text(max_size=80))
def test_any_name_makes_a_path(name: str):
    manifest.check_path(f"documents/001-{plain_name(name)}")


def test_a_large_archive_is_written_piece_by_piece(tmp_path: Path):
    """A pack of 64 MB costs a few of memory, however big its files; the bench has the figures for 200."""
    import tracemalloc

    piece = os.urandom(1024 * 1024)
    digest = hashlib.sha256()
    for _time in range(64):
        digest.update(piece)
    member = Member("big.bin", digest.hexdigest(), 64 * len(piece), "video/mp4", lambda: (piece for _time in range(64)))
    with (tmp_path / "big.zip").open("w+b") as stream:
        tracemalloc.start()
        list(archive.write(stream, [member]))
        verifying.examine(stream)
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024

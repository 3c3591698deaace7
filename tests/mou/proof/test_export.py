"""The export: whole for its own verifier, which needs nothing of the portal, and which names whatever was touched."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask

from app.core import clock
from app.core.canonical import sha256_of
from app.mou import commands
from app.mou.evidence import chain
from app.mou.evidence.services import anchor
from tests.accounts.people import work
from tests.conftest import Backend
from tests.events.conftest import SignIn
from tests.mou.proof.way import made
from tests.page import open_page

pytestmark = pytest.mark.usefixtures("tokens")
NOTHING = {"PATH": "/nowhere"}
Tamper = Callable[[Path], None]


@pytest.fixture
def proven(backend: Backend, concluded: int) -> int:
    """A memorandum with seal, report and an anchor that has seen it."""
    backend.begin_with(prove, backend.app, concluded, by_requests=True)
    return concluded


def prove(app: Flask, key: int) -> None:
    """Have the worker seal and report, and anchor today what happened."""
    made(app, key)
    with work(app) as session:
        anchor(session, {"day": clock.now().date().isoformat()})


@pytest.fixture
def exported(app: Flask, proven: int, tmp_path: Path) -> Path:
    """A folder with everything."""
    folder = tmp_path / "out"
    assert "python3 verify.py" in commands.export(app, folder, [])
    return folder


def verified(folder: Path, *, alone: bool = True) -> tuple[int, str]:
    """What the verifier says; ``alone`` without any package and program beside Python."""
    flags = ["-I", "-S"] if alone else []
    more = {"env": NOTHING} if alone else {}
    command = [sys.executable, *flags, str(folder / "verify.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]
    assert not done.stderr
    return done.returncode, done.stdout


def place(folder: Path) -> Path:
    """The folder of the one memorandum."""
    return next(folder.glob("BEM-MoU-*"))


def rewrite(file: Path, change: Callable[[Any], None]) -> None:
    """Change a file of JSON, and make the manifest fit: whoever tampers would do so, too."""
    value = json.loads(file.read_text("utf-8"))
    change(value)
    replace(file, json.dumps(value, ensure_ascii=False).encode())


def replace(file: Path, octets: bytes) -> None:
    """Put other bytes into a file, and make the manifest fit."""
    import hashlib

    file.write_bytes(octets)
    folder = next(parent for parent in file.parents if (parent / "manifest.json").exists())
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for entry in manifest["files"]:
        if entry["path"] == file.relative_to(folder).as_posix():
            entry["sha256"], entry["size"] = hashlib.sha256(octets).hexdigest(), len(octets)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def rehashed(events: list[dict[str, Any]], at: int) -> None:
    """Work out the hashes anew from an event on, as whoever edits it would."""
    before = events[at - 1]["hash"] if at else events[0]["previous"]
    for event in events[at:]:
        event["previous"] = before
        said = {key: event[key] for key in ("number", "kind", "at", "facts", "private", "previous")}
        before = event["hash"] = sha256_of(said)


# ---- What is whole ----


def test_an_export_is_whole_with_python_alone(exported: Path) -> None:
    code, said = verified(exported)
    assert code == 0, said
    assert "neither pyHanko nor pdfsig" in said
    assert "Everything is what it was." in said
    names = {file.relative_to(exported).as_posix() for file in exported.rglob("*") if file.is_file()}
    wanted = {"README.txt", "manifest.json", "verify.py", "looking.py", "anchors.json", "authority/ca.cer"}
    of_it = {"memorandum.json", "events.json", "version-1/content.json", "version-1/text.html", "version-1/text.pdf"}
    of_it |= {"version-1/sealed.pdf", "version-1/evidence-1.pdf"}
    assert wanted | {f"{place(exported).name}/{name}" for name in of_it} <= names
    assert not [name for name in names if name.endswith(".key")]
    everything = b"".join((exported / name).read_bytes() for name in names if name.endswith(".json"))
    assert b"127.0.0.1" not in everything, "no addresses"


def test_seals_are_checked_where_there_is_a_program(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = verified(exported, alone=False)
    assert code == 0, said
    assert "sealed.pdf: the seal is valid" in said
    # Without pyHanko, by pdfsig.
    found = shutil.which("pdfsig")
    assert found
    command = [sys.executable, "-I", "-S", str(exported / "verify.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": str(Path(found).parent)})
    assert done.returncode == 0
    assert "sealed.pdf: the seal is valid" in done.stdout


def test_the_archive_of_the_page_holds_the_same(app: Flask, proven: int, sign_in: SignIn, tmp_path: Path) -> None:
    lead = sign_in("lead")
    link = next(a for a in open_page(lead, f"/mou/{proven}").select("a[download]") if "ZIP" in a.text)
    answer = lead.get(str(link["href"]))
    assert answer.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert verified(tmp_path / "unpacked")[0] == 0
    answer.close()
    assert sign_in("foreign lead").get(str(link["href"])).status_code == 404, "who may not prove gets nothing"
    assert app.test_client().get(str(link["href"])).status_code == 303


def test_one_is_exported_by_its_number_into_a_new_archive(app: Flask, proven: int, tmp_path: Path) -> None:
    out = tmp_path / "one.zip"
    commands.export(app, out, [f"bem-mou-{proven}"])
    assert zipfile.is_zipfile(out)
    with pytest.raises(click.ClickException, match="could not be written"):
        commands.export(app, out, [])
    with pytest.raises(click.ClickException, match="nothing to export of: x, 99"):
        commands.export(app, tmp_path / "other.zip", ["x", str(proven), "99"])
    assert not (tmp_path / "other.zip").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("here")
    with pytest.raises(click.ClickException, match="not empty"):
        commands.export(app, tmp_path / "full", [])


def test_a_file_that_is_gone_or_damaged_is_named(app: Flask, proven: int, tmp_path: Path) -> None:
    store = app.extensions["files"]
    commands.export(app, tmp_path / "before", [])
    sha256 = json.loads((place(tmp_path / "before") / "memorandum.json").read_text())["sealed"][0]["sha256"]
    store.remove(sha256)
    commands.export(app, tmp_path / "gone", [])
    code, said = verified(tmp_path / "gone")
    assert code == 1
    assert "version-1/sealed.pdf was missing when the export was made" in said


# ---- What is not ----


def edited(folder: Path) -> None:
    def change(events: Any) -> None:
        events[3]["facts"]["name"] = "Somebody Else"

    rewrite(place(folder) / "events.json", change)


def edited_and_hashed_anew(folder: Path) -> None:
    def change(events: Any) -> None:
        events[3]["facts"]["name"] = "Somebody Else"
        rehashed(events, 3)

    rewrite(place(folder) / "events.json", change)


def deleted(folder: Path) -> None:
    rewrite(place(folder) / "events.json", lambda events: events.pop(2))


def cut_off(folder: Path) -> None:
    rewrite(place(folder) / "events.json", lambda events: events.pop())


def reordered(folder: Path) -> None:
    rewrite(place(folder) / "events.json", lambda events: events.insert(1, events.pop(4)))


def another_document(folder: Path) -> None:
    replace(place(folder) / "version-1" / "sealed.pdf", b"%PDF-1.7 another")


def another_report(folder: Path) -> None:
    replace(place(folder) / "version-1" / "evidence-1.pdf", b"%PDF-1.7 another")


def another_page(folder: Path) -> None:
    replace(place(folder) / "version-1" / "text.html", b"<p>Another text</p>")


def another_content(folder: Path) -> None:
    rewrite(place(folder) / "version-1" / "content.json", lambda said: said.update(number=2))


def flipped(folder: Path) -> None:
    file = place(folder) / "version-1" / "sealed.pdf"
    octets = bytearray(file.read_bytes())
    octets[len(octets) // 2] ^= 1
    file.write_bytes(octets)


def taken_away(folder: Path) -> None:
    (place(folder) / "version-1" / "text.pdf").unlink()


def put_beside(folder: Path) -> None:
    (folder / "more.txt").write_text("more")


def anchor_rewritten(folder: Path) -> None:
    def change(anchors: Any) -> None:
        for head in anchors[0]["heads"]["heads"].values():
            head[1] = "0" * 64

    rewrite(folder / "anchors.json", change)


def no_json(folder: Path) -> None:
    replace(place(folder) / "events.json", b"{")


def no_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("[]")


TOUCHED: list[tuple[Tamper, str]] = [
    (edited, "event 4 was edited"),
    (edited_and_hashed_anew, "an anchor has seen it otherwise"),
    (deleted, "event 3 is missing"),
    (cut_off, "is missing"),
    (reordered, "stands in another place"),
    (another_document, "version-1/sealed.pdf is not what event"),
    (another_report, "version-1/evidence-1.pdf is not what event"),
    (another_page, "version-1/text.html is not what event"),
    (another_content, "version-1/content.json is not what event"),
    (flipped, "sealed.pdf is another file than was exported"),
    (taken_away, "text.pdf is missing"),
    (put_beside, "more.txt does not belong here"),
    (anchor_rewritten, "the anchor of"),
    (no_json, "cannot be read"),
    (no_manifest, "manifest.json cannot be read"),
]


def test_whatever_is_touched_is_named(exported: Path, tmp_path: Path) -> None:
    for tamper, told in TOUCHED:
        folder = tmp_path / tamper.__name__
        shutil.copytree(exported, folder)
        tamper(folder)
        code, said = verified(folder)
        assert code == 1, tamper.__name__
        assert any(line.startswith("BAD") and told in line for line in said.splitlines()), (tamper.__name__, said)


def test_a_flipped_byte_is_seen_by_the_seal_as_well(exported: Path) -> None:
    file = place(exported) / "version-1" / "sealed.pdf"
    octets = bytearray(file.read_bytes())
    octets[60] ^= 1
    replace(file, bytes(octets))
    _code, said = verified(exported, alone=False)
    assert (
        "sealed.pdf: it was changed" in said or "sealed.pdf: the seal is not" in said or "sealed.pdf: there is" in said
    )


def test_the_verifier_says_of_a_chain_what_the_portal_says(exported: Path) -> None:
    """Two programs, one rule: on chains that are whole, cut, edited, doubled and shuffled."""
    import importlib.util
    from datetime import datetime
    from types import SimpleNamespace

    spec = importlib.util.spec_from_file_location("exported_verify", exported / "verify.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    events = json.loads((place(exported) / "events.json").read_text("utf-8"))
    uid = json.loads((place(exported) / "memorandum.json").read_text("utf-8"))["uid"]
    changed = [{**event, "kind": "kept"} if event["number"] == 2 else event for event in events]
    for some in (events, events[1:], events[:-1], changed, [*events, events[0]], events[::-1], [], events[::2]):
        links = [
            SimpleNamespace(
                number=event["number"],
                kind=event["kind"],
                happened_at=datetime.fromisoformat(event["at"]),
                facts=event["facts"],
                private_hash=event["private"],
                previous=event["previous"],
                hash=event["hash"],
            )
            for event in some
        ]
        heads = {events[-1]["number"]: events[-1]["hash"]}
        portals = sorted(fault.number for fault in chain.faults(uid, links, heads))
        own = sorted(int(word) for line in module._chain(uid, some, heads) for word in [line.split()[1]])
        assert own == portals

#!/usr/bin/env python3
"""Checks an export of memoranda without the portal: python3 verify.py [FOLDER]. Needs Python 3.9 and nothing else.

Every file against the manifest; every chain of events, each bound to the one before by its hash, and against the daily
anchors of all chains; every frozen text, sealed document and report against what the chain says of it. Where pyHanko or
pdfsig is installed, the seals themselves are checked, too. It changes nothing and asks nobody on the network.

One line is written for each thing that is wrong, beginning with BAD; the exit code is 1 then.
"""

from __future__ import annotations  # For machines with an older Python than the portal's.

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Iterator  # noqa: UP035 - as above

OWN = "manifest.json"
# What an event says of files: its kind, and under which name each hash stands.
FILES_OF = {
    "frozen": {"html_sha256": "text.html", "pdf_sha256": "text.pdf"},
    "sealed": {"sha256": "sealed.pdf"},
    "stamped": {"sha256": "stamped.pdf"},
    "signed": {"html_sha256": "text.html"},
    "report_made": {"sha256": "evidence-{number}.pdf"},
}


def main(arguments: list[str]) -> int:
    """Check the folder that is named, or the one this program lies in; answers the exit code."""
    folder = Path(arguments[0] if arguments else __file__)
    folder = folder if folder.is_dir() else folder.resolve().parent
    bad = 0
    for found in check(folder):
        bad += found.startswith("BAD")
        sys.stdout.write(f"{found}\n")
    sys.stdout.write("Something is not what it was.\n" if bad else "Everything is what it was.\n")
    return 1 if bad else 0


def check(folder: Path) -> Iterator[str]:
    """What is found in an export, line by line; what is wrong begins with BAD."""
    try:
        manifest = _json(folder / OWN)
        listed = {entry["path"]: entry for entry in manifest["files"]}
        memoranda, missing = manifest["memoranda"], manifest["missing"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield f"BAD {OWN} cannot be read: {error}"
        return
    for path in missing:
        yield f"BAD {path} was missing when the export was made"
    yield from _files(folder, listed)
    anchored: dict[str, dict[int, str]] = {}
    yield from _guarded("anchors.json", _anchors, folder, anchored)
    for entry in memoranda:
        yield from _guarded(entry["number"], _memorandum, folder, entry, anchored)
    yield from _seals(folder, sorted(path for path in listed if path.endswith(("sealed.pdf", "stamped.pdf"))))


def _guarded(name: str, look: Callable[..., Iterator[str]], *given: Any) -> Iterator[str]:
    """What is found by looking; a file that cannot be read is a finding, too."""
    try:
        yield from look(*given)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        yield f"BAD {name} cannot be read: {type(error).__name__} {error}"


def _files(folder: Path, listed: dict[str, Any]) -> Iterator[str]:
    present = {str(path.relative_to(folder)).replace("\\", "/") for path in folder.rglob("*") if path.is_file()}
    present = {path for path in present if path != OWN and "__pycache__" not in path}
    for path in sorted(listed.keys() - present):
        yield f"BAD {path} is missing"
    for path in sorted(present - listed.keys()):
        yield f"BAD {path} does not belong here"
    same = 0
    for path in sorted(listed.keys() & present):
        if _sha256(folder / path) == listed[path]["sha256"]:
            same += 1
        else:
            yield f"BAD {path} is another file than was exported"
    yield f"ok  {same} files are as the manifest says"


def _anchors(folder: Path, anchored: dict[str, dict[int, str]]) -> Iterator[str]:
    before = None
    anchors = _json(folder / "anchors.json")
    wrong = 0
    for anchor in anchors:
        heads = anchor["heads"]
        if _hash(heads) != anchor["sha256"] or heads["previous"] != before:
            wrong += 1
            yield f"BAD the anchor of {heads['day']} is not what it was, or one before it is missing"
        before = anchor["sha256"]
        for uid, (number, head) in heads["heads"].items():
            anchored.setdefault(uid, {})[number] = head
    yield f"ok  {len(anchors) - wrong} daily anchors are bound to one another"


def _memorandum(folder: Path, entry: dict[str, Any], anchored: dict[str, dict[int, str]]) -> Iterator[str]:
    name, place = entry["number"], folder / entry["folder"]
    events = _json(place / "events.json")
    wrong = list(_chain(entry["uid"], events, anchored.get(entry["uid"], {})))
    told = {event["number"] for event in events}
    if entry["events"] not in told and not wrong:
        wrong.append(f"event {entry['events']} is missing")
    wrong += _told(place, events)
    for sentence in wrong:
        yield f"BAD {name}: {sentence}"
    if not wrong:
        yield f"ok  {name}: {len(events)} events are bound to one another, and files are what they say"


def _chain(uid: str, events: list[dict[str, Any]], anchored: dict[int, str]) -> Iterator[str]:
    """The same rule as the portal's own: event by event, as they were stored."""
    before, expected, seen = hashlib.sha256(f"mou {uid}".encode()).hexdigest(), 1, {}
    for event in events:
        number = event["number"]
        if number > expected:
            yield from (f"event {lost} is missing" for lost in range(expected, number))
        elif number < expected:
            yield f"event {number} stands in another place"
        said = {key: event[key] for key in ("number", "kind", "at", "facts", "private", "previous")}
        if _hash(said) != event["hash"]:
            yield f"event {number} was edited"
        elif event["previous"] != before and number == expected:
            yield f"event {number} is not bound to the one before"
        before, expected = event["hash"], max(expected, number) + 1
        seen[number] = event["hash"]
    for number, head in sorted(anchored.items()):
        if number not in seen:
            if number >= expected:
                yield from (f"event {lost} is missing" for lost in range(expected, number + 1))
                expected = number + 1
        elif seen[number] != head:
            yield f"event {number} was edited: an anchor has seen it otherwise"


def _told(place: Path, events: list[dict[str, Any]]) -> Iterator[str]:
    """Whether files are those that the chain speaks of."""
    versions: dict[str, Path] = {}
    for event in events:
        facts, kind = event["facts"], event["kind"]
        said = f"event {event['number']} ({kind})"
        text = facts.get("text")
        if kind in ("shared", "frozen"):
            text = facts["sha256"]
            versions[text] = place / f"version-{facts['number']}"
            if _hash(_json(versions[text] / "content.json")) != text:
                yield f"{versions[text].name}/content.json is not what {said} says"
        for key, name in FILES_OF.get(kind, {}).items():
            file = versions[text] / name.format(**facts) if text in versions else None
            if file is not None and _sha256(file) != facts[key]:
                yield f"{file.parent.name}/{file.name} is not what {said} says"
        if kind == "original_added":
            yield from _original(place / "originals", facts, said)


def _original(folder: Path, facts: dict[str, Any], said: str) -> Iterator[str]:
    """Whether a file that was signed elsewhere, and the document it belongs to, are those that were added."""
    for name, digest in (
        (facts["original"], facts["sha256"]),
        (f"{facts['original']}-document", facts.get("document")),
    ):
        for file in folder.glob(f"{name}.*"):
            if _sha256(file) != digest:
                yield f"{folder.name}/{file.name} is not what {said} says"


# ---- Seals, where there is a program for them ----


def _seals(folder: Path, paths: list[str]) -> Iterator[str]:
    look = _by_pyhanko if importlib.util.find_spec("pyhanko") else _by_pdfsig if shutil.which("pdfsig") else None
    if look is None:
        yield "--  the seals were not checked: neither pyHanko nor pdfsig is installed"
        return
    for path in paths:
        wrong = look(folder, folder / path)
        yield f"BAD {path}: {wrong}" if wrong else f"ok  {path}: the seal is valid, and nothing was added after it"


def _by_pyhanko(folder: Path, file: Path) -> str | None:
    """What is wrong with the seals of a file, looked at in a process of its own."""
    command = [sys.executable, str(folder / "looking.py"), str(folder / "authority" / "ca.pem")]
    done = subprocess.run(command, input=_octets(file), capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        return _by_pdfsig(folder, file) if shutil.which("pdfsig") else "it could not be looked at"
    told = json.loads(done.stdout)
    if not told.get("signatures"):
        return told.get("fault") or "there is no seal"
    seal = told["signatures"][0]
    if not all(one["intact"] and not one["changed"] for one in told["signatures"]):
        return "it was changed after it was sealed"
    return None if seal["trusted"] else "the seal is not by the authority of this export"


def _by_pdfsig(_folder: Path, file: Path) -> str | None:
    command = ["pdfsig", "-nocert", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    valid = done.stdout.count("Signature is Valid")
    if not valid:
        return "there is no valid seal"
    return None if valid == done.stdout.count("Signature Validation:") else "not every signature in it is valid"


# ---- Files and hashes ----


def _hash(value: Any) -> str:
    """The SHA-256 of a value as canonical JSON: keys in order, no white space, letters as they are."""
    return hashlib.sha256(
        json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def _octets(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _sha256(file: Path) -> str:
    return hashlib.sha256(_octets(file)).hexdigest()


def _json(file: Path) -> Any:
    return json.loads(file.read_text("utf-8"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

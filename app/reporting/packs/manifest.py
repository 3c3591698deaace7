"""The list of what is in a proof pack, pure: each file with its hash, what it is and which record it comes from.

It is canonical JSON (keys in order, no spaces, UTF-8), so that the same pack has the same manifest. Beside it stands
the same list as ``sha256sum`` writes it, which needs no portal: ``sha256sum -c manifest.sha256``.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.canonical import canonical

MANIFEST, SUMS = "manifest.json", "manifest.sha256"
FORMAT = "proof-pack/1"
_PATH = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*){0,3}")
_SUM = re.compile(r"([0-9a-f]{64})  (.+)")


class ManifestUnfit(ValueError):
    """A manifest that is none, or that does not say what one says; the text is what is wrong."""


@dataclass(frozen=True)
class Entry:
    """One file: where it lies, the hash and the size of its bytes, its type, what it is, and its record.

    ``record`` names kind, key and version of what it was made of; ``name`` is what a file was called when it was given.
    """

    path: str
    sha256: str
    size: int
    mime: str
    what: str
    record: Mapping[str, Any] | None = None
    name: str | None = None


def written(head: Mapping[str, Any], entries: Iterable[Entry]) -> bytes:
    """The manifest of these files; ``head`` says which pack it is, of which event, and what is missing.

    Raises ``ManifestUnfit`` for two files of one path, or a path that some machine would not take.
    """
    files = sorted(entries, key=lambda entry: entry.path)
    for entry in files:
        check_path(entry.path)
    if len({entry.path for entry in files}) != len(files):
        raise ManifestUnfit("Two files have the same path.")
    return canonical({"format": FORMAT, **head, "files": [_told(entry) for entry in files]})


def sums(entries: Iterable[Entry], manifest: bytes) -> bytes:
    """The hashes of all files and of the manifest, as ``sha256sum -c`` reads them."""
    known = {entry.path: entry.sha256 for entry in entries} | {MANIFEST: hashlib.sha256(manifest).hexdigest()}
    return "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(known.items())).encode()


def read(manifest: bytes) -> tuple[dict[str, Any], list[Entry]]:
    """What a manifest says: its head and its files. Raises ``ManifestUnfit``."""
    try:
        told = json.loads(manifest)
        files = [_entry(one) for one in told["files"]]
        is_ours = told["format"] == FORMAT
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ManifestUnfit("The manifest cannot be read.") from error
    if not is_ours:
        raise ManifestUnfit("The manifest is of another kind than this portal makes.")
    for entry in files:
        check_path(entry.path)
    if len({entry.path for entry in files}) != len(files):
        raise ManifestUnfit("The manifest names a file twice.")
    return {name: value for name, value in told.items() if name != "files"}, files


def read_sums(listed: bytes) -> dict[str, str]:
    """Hashes by path, of what ``sha256sum`` reads. Raises ``ManifestUnfit``."""
    found: dict[str, str] = {}
    for line in listed.decode("utf-8", "replace").splitlines():
        match = _SUM.fullmatch(line)
        if match is None or match[2] in found:
            raise ManifestUnfit(f"{SUMS} cannot be read.")
        found[match[2]] = match[1]
    return found


def check_path(path: str) -> None:
    """Small letters, figures and a folder or three: a path that means the same on every machine.

    Raises ``ManifestUnfit``.
    """
    if len(path) > 200 or not _PATH.fullmatch(path) or ".." in path:
        raise ManifestUnfit(f"“{path[:80]}” is no path of a pack.")


def _told(entry: Entry) -> dict[str, Any]:
    told: dict[str, Any] = {
        "path": entry.path,
        "sha256": entry.sha256,
        "size": entry.size,
        "type": entry.mime,
        "what": entry.what,
    }
    more = {"record": dict(entry.record) if entry.record else None, "name": entry.name}
    return told | {name: value for name, value in more.items() if value}


def _entry(told: Any) -> Entry:
    path, sha256, size = told["path"], told["sha256"], told["size"]
    fits = isinstance(path, str) and isinstance(sha256, str) and isinstance(size, int) and size >= 0
    if not fits or not re.fullmatch("[0-9a-f]{64}", sha256):
        raise TypeError
    return Entry(path, sha256, size, str(told["type"]), str(told["what"]), told.get("record"), told.get("name"))


def paths(entries: Sequence[Entry]) -> set[str]:
    """Every path of a pack with these files."""
    return {entry.path for entry in entries} | {MANIFEST, SUMS}

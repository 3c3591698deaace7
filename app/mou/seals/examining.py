"""What is found in a PDF that somebody sends: whose signatures, whole or not; whatever it is, there is an answer."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from app.mou.seals.queries import authority_file

# The process ends after less time by itself; on a machine that is busy its time goes more slowly than the clock.
AT_ONCE, SECONDS = 2, 30
_looker = Path(__file__).with_name("looking.py")
_turns = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Found:
    """One signature or time stamp of a PDF."""

    kind: str
    field: str
    subject: str
    intact: bool
    trusted: bool
    changed: bool
    at: str | None
    stamped_at: str | None


@dataclass(frozen=True)
class Finding:
    """What a PDF has; ``fault`` says why it could not be read, as a word that programs know."""

    signatures: tuple[Found, ...] = ()
    fault: str | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it was not looked at, because others are."""
        return self.fault == "busy"

    @property
    def is_too_costly(self) -> bool:
        """Whether looking at it would have taken more time or memory than it is given, so that nothing is known."""
        return self.fault in ("time", "memory")

    @property
    def seal(self) -> Found | None:
        """The seal of this portal, if there is one that was not touched since."""
        return next((one for one in self.signatures if one.kind == "signature" and one.trusted and one.intact), None)

    @property
    def is_unchanged(self) -> bool:
        """Whether everything that was signed is as it was signed, and nothing was added but time stamps."""
        return bool(self.signatures) and all(one.intact and not one.changed for one in self.signatures)


def examine(pdf: bytes, folder: Path | None, stamps: Path | None = None, *, patience: float | None = None) -> Finding:
    """Look at the signatures of a file, in a process of its own that a strange file cannot make large or slow.

    ``folder`` holds the keys of the portal, of which only the authority's certificate is given along; ``stamps`` are
    the certificates that time stamps are trusted by. Some are looked at at once; whoever waits longer than ``patience``
    seconds for a turn is answered ``busy``, or waits as long as it takes.
    """
    trusted = [str(file) for file in (authority_file(folder), stamps) if file is not None]
    command = [sys.executable, "-I", str(_looker), *trusted]
    if not _turns.acquire(timeout=patience):
        return Finding(fault="busy")
    try:
        done = subprocess.run(command, input=pdf, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return Finding(fault="time")
    finally:
        _turns.release()
    if done.returncode:
        return Finding(fault="time" if done.returncode < 0 else "unreadable")
    told: dict[str, Any] = json.loads(done.stdout)
    if "fault" in told:
        return Finding(fault=told["fault"])
    return Finding(tuple(Found(**one) for one in told["signatures"]))

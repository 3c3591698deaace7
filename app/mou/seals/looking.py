"""The process that looks at the signatures of a PDF somebody sent, and ends: it has little memory and little time.

It is run by its path with PEM files of the certificates that are trusted, gets the PDF on standard input, and writes
JSON to standard output: ``{"signatures": [...]}``, or ``{"fault": "..."}`` for what is no PDF that can be read. It
imports nothing of the portal. ``seals.examining`` is its one caller.
"""

import json
import resource
import sys
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

MEMORY, SECONDS = 768 * 1024 * 1024, 8
# What stops at a limit of its own before that of the process: streams that unfold too far, and lists too deep.
TOO_LARGE = ("PdfDecodeLimitError", "RecursionError", "MemoryError")


def main() -> int:
    """Read, look, write; answers the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    octets = sys.stdin.buffer.read()
    try:
        told: dict[str, Any] = {"signatures": _signatures(octets, list(map(Path, sys.argv[1:])))}
    except Exception as error:  # noqa: BLE001 - whatever is wrong with a stranger's file is the finding
        name = type(error).__name__
        told = {"fault": "memory" if name in TOO_LARGE else name}
    json.dump(told, sys.stdout)
    return 0


def _signatures(octets: bytes, trusted: list[Path]) -> list[dict[str, Any]]:
    from asn1crypto import pem, x509
    from pyhanko.pdf_utils.reader import PdfFileReader

    unarmored = (pem.unarmor(file.read_bytes(), multiple=True) for file in trusted)
    roots = [x509.Certificate.load(der) for some in unarmored for _kind, _headers, der in some]
    reader = PdfFileReader(BytesIO(octets), strict=False)
    embedded = list(reader.embedded_signatures)
    stamps = [_look_at_stamp(one, roots) for one in embedded if _is_stamp(one)]
    # A certificate that has ended since was good at the moment that a trusted stamp tells.
    moments = [one["at"] for one in stamps if one["trusted"] and one["intact"]]
    known = min(map(datetime.fromisoformat, moments), default=None)
    found = [_look_at_signature(one, roots, known) for one in embedded if not _is_stamp(one)]
    return found + stamps


def _is_stamp(signature: Any) -> bool:
    return bool(signature.sig_object_type == "/DocTimeStamp")


def _context(roots: list[Any], moment: datetime | None) -> Any:
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(trust_roots=roots, allow_fetching=False, revocation_mode="soft-fail", moment=moment)


def _look_at_stamp(signature: Any, roots: list[Any]) -> dict[str, Any]:
    from pyhanko.sign.validation import validate_pdf_timestamp

    status: Any = validate_pdf_timestamp(signature, _context(roots, None))
    return _told(signature, status, "stamp") | {"at": status.timestamp.isoformat(), "stamped_at": None}


def _look_at_signature(signature: Any, roots: list[Any], moment: datetime | None) -> dict[str, Any]:
    from pyhanko.sign.validation import validate_pdf_signature

    status: Any = validate_pdf_signature(signature, _context(roots, moment))
    said, inner = signature.self_reported_timestamp, status.timestamp_validity
    return _told(signature, status, "signature") | {
        "at": said.isoformat() if said else None,
        "stamped_at": inner.timestamp.isoformat() if inner is not None else None,
    }


def _told(signature: Any, status: Any, kind: str) -> dict[str, Any]:
    """What was found of one: whole unless octets were changed, changed where more than proof was added behind it."""
    from pyhanko.sign.diff_analysis import ModificationLevel
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    is_last = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    level = status.modification_level
    harmless = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES)
    return {
        "kind": kind,
        "field": signature.field_name,
        "subject": status.signing_cert.subject.human_friendly,
        "intact": bool(status.intact and status.valid),
        "trusted": bool(status.trusted),
        "changed": not is_last and level not in harmless,
    }


if __name__ == "__main__":
    sys.exit(main())

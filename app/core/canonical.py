"""The one way a value is written before it is hashed, so that the same value always has the same hash."""

import hashlib
import json
from typing import Any


def canonical(value: Any) -> bytes:
    """JSON that is the same for the same value: keys in order, no white space, UTF-8, letters as they are."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_of(value: Any) -> str:
    """The SHA-256 of a value as canonical JSON, hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()

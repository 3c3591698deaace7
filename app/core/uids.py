"""Unique names that records carry beyond this portal."""

from uuid import UUID


def new_uid() -> UUID:
    """A UUID that sorts by when it was made (RFC 9562, version 7)."""
    # Loaded by whoever writes: two thirds of a mebibyte that a process which only reads never needs.
    from uuid_utils.compat import uuid7

    return uuid7()

"""The chain: how the hash of an event is worked out, and what is wrong with a chain. Pure; the verifier repeats it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core.canonical import sha256_of

# An event as it is stored, or as it was read from a file, with the names of ``MouEvent``'s columns.
Link = Any


class Flaw(StrEnum):
    """What can be wrong with an event."""

    EDITED = "edited"
    UNBOUND = "unbound"
    MISSING = "missing"
    REORDERED = "reordered"
    PRIVATE = "private"


@dataclass(frozen=True)
class Fault:
    """What is wrong with the event of a number."""

    number: int
    flaw: Flaw


def beginning(uid: UUID | str) -> str:
    """What the first event of a memorandum is bound to, so that no chain fits another memorandum."""
    return hashlib.sha256(f"mou {uid}".encode()).hexdigest()


def moment(instant: datetime) -> str:
    """An instant as it is hashed: UTC, to the microsecond."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def hash_of(link: Link) -> str:
    """The hash of an event, of everything it says and of the event before."""
    return sha256_of(
        {
            "number": link.number,
            "kind": link.kind,
            "at": moment(link.happened_at),
            "facts": link.facts,
            "private": link.private_hash,
            "previous": link.previous,
        }
    )


def private_hash(salt: str, address: str, program: str) -> str:
    """The hash of what may be erased later; the salt keeps it from being guessed then."""
    return sha256_of([salt, address, program])


def faults(uid: UUID | str, links: Iterable[Link], heads: Mapping[int, str] | None = None) -> Iterator[Fault]:
    """What is wrong with a chain, event by event; ``links`` come as they were stored, by their keys.

    ``heads`` are hashes by number that anchors have seen: they tell when the newest events were taken away or all made
    anew.
    """
    before, expected, seen = beginning(uid), 1, {}
    for link in links:
        if link.number > expected:
            yield from (Fault(number, Flaw.MISSING) for number in range(expected, link.number))
        elif link.number < expected:
            yield Fault(link.number, Flaw.REORDERED)
        if hash_of(link) != link.hash:
            yield Fault(link.number, Flaw.EDITED)
        elif link.previous != before and link.number == expected:
            yield Fault(link.number, Flaw.UNBOUND)
        before, expected = link.hash, max(expected, link.number) + 1
        seen[link.number] = link.hash
    for number, anchored in sorted((heads or {}).items()):
        if number not in seen:
            if number >= expected:
                yield from (Fault(lost, Flaw.MISSING) for lost in range(expected, number + 1))
                expected = number + 1
        elif seen[number] != anchored:
            yield Fault(number, Flaw.EDITED)

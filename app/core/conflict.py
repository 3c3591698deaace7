"""Two people edited one record: which of both texts stands in each field, pure.

Three texts are compared: the one both began with, the one that was saved, the one that was typed. A form carries the
first as a fingerprint of each field. Whoever forges one is asked less when saving over somebody; saving over somebody
is what anybody may decide who may save at all.
"""

from collections.abc import Mapping
from enum import Enum
from hashlib import blake2s

LONGEST = 20_000


class Stands(Enum):
    """Whose text stands in a field after two people edited it."""

    SAME = "same"
    MINE = "mine"
    THEIRS = "theirs"
    UNDECIDED = "undecided"


def fingerprint(text: str) -> str:
    """A short stand-in for a text, to tell later whether it changed."""
    return blake2s(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def written(texts: Mapping[str, str]) -> str:
    """Texts by field as their fingerprints, for a form to carry."""
    return " ".join(f"{name}:{fingerprint(text)}" for name, text in texts.items())


def read(carried: str | None) -> dict[str, str]:
    """The fingerprints by field that a form carried; what is none is left out."""
    pairs = (entry.partition(":") for entry in (carried or "")[:LONGEST].split())
    return {name: print_ for name, _colon, print_ in pairs if print_}


def judge(base: str | None, theirs: str, mine: str) -> Stands:
    """Whose text stands; ``base`` is the fingerprint of the one both began with, ``None`` where nobody knows it."""
    if theirs == mine:
        return Stands.SAME
    if base == fingerprint(theirs):
        return Stands.MINE
    if base == fingerprint(mine):
        return Stands.THEIRS
    return Stands.UNDECIDED

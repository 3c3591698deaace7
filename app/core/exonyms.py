"""Other names by which a place is looked for: Kiev for Київ, Tiflis for თბილისი, Jambarak for Ճամբարակ.

They are alternatives to what somebody typed, not part of a record's key: a key says how a name sounds, and places of
different names stay different. The names, by country and with where they are from, stand in exonyms.csv; a group joins
the name at home, its official romanisation and the everyday ones that no rule would make of it.

Georgian is often typed by the keys of a Latin keyboard, Armenian ճ as j: ``Jvania`` for ჟვანია, ``Mcxeta`` for მცხეთა.
"""

import csv
from functools import cache
from pathlib import Path

from app.core.search_key import search_key

FILE = Path(__file__).with_name("exonyms.csv")
# Letters as they are typed for Georgian ones, each with what the usual romanisations have; j is Armenian ճ, too.
_TYPED = tuple(str.maketrans({"x": "kh", "f": "p"} | more) for more in ({"j": "zh", "w": "ts"}, {"j": "ch", "w": "ch"}))


@cache
def _groups() -> dict[str, frozenset[str]]:
    """The keys of all names of a place, by each of them."""
    found: dict[str, frozenset[str]] = {}
    with FILE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            keys = frozenset(map(search_key, (row["name"], *row["also"].split("|"))))
            found |= dict.fromkeys(keys, keys)
    return found


def keys_of_place(name: str) -> frozenset[str]:
    """The keys under which a place may be stored whose name somebody typed, its own among them."""
    key = search_key(name)
    return _groups().get(key, frozenset({key}))


def other_keys(typed: str) -> frozenset[str]:
    """Keys to look for besides the one of what was typed: of a place's other names, or of Georgian typed in Latin."""
    if not typed.strip():
        return frozenset()
    folded = typed.casefold()
    as_georgian = {search_key(folded.translate(letters)) for letters in _TYPED} if _is_typed(folded) else set()
    return (keys_of_place(typed) | as_georgian) - {search_key(typed)}


def _is_typed(folded: str) -> bool:
    return len(folded) > 3 and folded.isascii() and not set(folded).isdisjoint("xjfw")

"""Records one can choose in a picker, as queries answer them; nothing here knows of forms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

LONGEST_WORDS = 500


@dataclass(frozen=True)
class Option:
    """A record one can choose in a picker."""

    value: int
    label: str
    code: str = ""
    native: str = ""
    note: str = ""
    is_example: bool = False


@dataclass(frozen=True)
class Offer:
    """Options for a picker of another page, as its fragment shows them."""

    name: str
    multiple: bool
    options: list[Option]

    @property
    def id(self) -> str:
        """The picker's id, which is its name."""
        return self.name

    @classmethod
    def asked(cls, find: Callable[[str], list[Option]], args: Mapping[str, str]) -> "Offer":
        """What a picker's script asked for: its ``name``, whether it takes ``many``, and the words typed."""
        name = args.get("name", "")[:100]
        return cls(name, args.get("many") != "0", find(args.get(f"{name}-q", "").strip()[:LONGEST_WORDS]))

"""National qualifications frameworks: which countries have one, and the codes of its levels.

The levels are those the European Learning Model's list of frameworks knows; Armenia, Georgia and Ukraine are not in it,
so a micro-credential of these countries has no national level code.
"""

from typing import NamedTuple


class Framework(NamedTuple):
    """A national framework: the short name its level codes begin with, and its levels from the lowest."""

    name: str
    levels: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its levels: ``NNMQF 5B``."""
        return tuple(f"{self.name} {level}" for level in self.levels)


FRAMEWORKS = {
    "DE": Framework("DQR", ("1", "2", "3", "4", "5", "6", "7", "8")),
    "ME": Framework("ME", ("1.1", "1.2", "2", "3", "4.1", "4.2", "5", "6", "7.1", "7.2", "8")),
    "MK": Framework("NNMQF", ("1", "2", "3", "4", "5", "5A", "5B", "6", "6A", "6B", "7", "7A", "7B", "8")),
    "NO": Framework("NKR", ("1", "2", "3", "4", "5.1", "5.2", "6.1", "6.2", "7", "8")),
    "RS": Framework("NQFS", ("1", "2", "3", "4", "5", "6", "6.1", "6.2", "7", "7.1", "7.2", "8")),
}


def level_codes(country: str | None) -> tuple[str, ...]:
    """The level codes of a country's framework; empty where it has none."""
    framework = FRAMEWORKS.get(country or "")
    return framework.codes if framework else ()

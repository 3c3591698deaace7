"""Controlled vocabularies: the code is stored, the label is translated, states also have a shape."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Self


class Term(StrEnum):
    """A member of a vocabulary, written ``NAME = "code", _l("Label")`` and, for a state, its shape in the interface.

    Shapes are ``done``, ``running``, ``planned``, ``attention``, ``late``, ``stopped``, ``sealed`` and ``none``.
    """

    label: Any
    shape: str

    def __new__(cls, code: str, label: Any = "", shape: str = "none") -> Self:
        """Make a member from its code, its lazily translated label and its shape.

        Looking a member up by its code reads like making one, to type checkers too; hence the default of ``label``.
        """
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.shape = shape
        return member

    @classmethod
    def choices(cls, only: Iterable["Term"] | None = None) -> list[tuple[str, Any]]:
        """``(code, label)`` for a select, all members or some."""
        return [(term.value, term.label) for term in (cls if only is None else only)]

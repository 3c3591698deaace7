"""Controlled vocabularies: the code is stored, the label is translated, states also have a shape."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Self

from babel import Locale
from flask_babel.speaklater import LazyString
from markupsafe import escape

from app.extensions import locale_now


class Label(LazyString):
    """A term's word, which lists show in every row: each locale's translation is looked up once."""

    def __init__(self, text: Any) -> None:
        super().__init__(lambda: str(text))  # type: ignore[no-untyped-call]
        self._by_locale: dict[Locale | None, str] = {}

    def __str__(self) -> str:
        locale = locale_now()
        said = self._by_locale.get(locale)
        if said is None:
            said = str(self._func())
            if locale is not None:  # Outside a request, as while modules load, there may be no catalogue yet.
                self._by_locale[locale] = said
        return said

    def __html__(self) -> str:
        return escape(str(self))


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
        member.label = Label(label)
        member.shape = shape
        return member

    @classmethod
    def choices(cls, only: Iterable["Term"] | None = None) -> list[tuple[str, Any]]:
        """``(code, label)`` for a select, all members or some."""
        return [(term.value, term.label) for term in (cls if only is None else only)]

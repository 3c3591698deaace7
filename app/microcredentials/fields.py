"""Fields that only designs have: lines, levels, points, fields of education, rows of a subform."""

import re
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from wtforms import FieldList, FloatField

from app.core.cells import split
from app.core.fields import ChoiceField, LineField, TextField


class LinesField(TextField):
    """Several entries, one a line; a record holds them as a list."""

    def process_data(self, value: Any) -> None:
        """Take a list, or nothing."""
        self.data = "\n".join(value or ())

    @property
    def entries(self) -> tuple[str, ...]:
        """The entries, each once."""
        return tuple(dict.fromkeys(split(self.data or "")))

    def shown(self, value: Any) -> str:
        """The entries one beneath the other, as text or as a list."""
        return value or "" if isinstance(value, str) else "\n".join(value or ())


class LevelField(ChoiceField):
    """A level that a record holds as a number."""

    def process_data(self, value: Any) -> None:
        """Take a number, or nothing."""
        self.data = str(value) if value else None


class PointsField(FloatField):
    """A number of points, with a point or a comma."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read ``2.5`` and ``2,5``."""
        try:
            super().process_formdata([value.strip().replace(",", ".") for value in valuelist])
        except ValueError:
            self.data = None
            raise ValueError(_("Write a number like 2.5.")) from None


class IscedField(FieldList):
    """Fields of education, the main one first; what is typed begins with the code, as the suggestions do."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(LineField(label, longest=200, render_kw={"list": "isced"}), label=label, **kwargs)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, each once."""
        return tuple(dict.fromkeys(_isced_code(text) for text in self.data if text))

    def shown(self, value: Any) -> str:
        """The codes in a row."""
        return ", ".join(_isced_code(text) for text in value or () if text)


def row_line(text: str) -> Callable[[Callable[[str], Any]], str]:
    """What a comparison shows of an outcome or an assessment: its English text, or any other, and its type."""

    def line(get: Callable[[str], Any]) -> str:
        texts, kind = get(text) or {}, get("type")
        return f"{texts.get('en') or next(iter(texts.values()), '')} {f'[{kind}]' if kind else ''}".strip()

    return line


def _isced_code(text: str) -> str:
    """The code that a field begins with, as the list of suggestions writes it: ``0723 Textiles``."""
    found = re.match(r"\d+(?![.,]?\w)", text, re.ASCII)
    return found[0] if found else text

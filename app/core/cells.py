"""What one cell of a file says: codes, numbers, days, yes and no."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.core.vocabulary import Term

YES = {"yes", "true", "1", "ja", "x"}
NO = {"", "no", "false", "0", "nein"}


class CellFault(Exception):
    """A cell cannot be read; the message says why, and ``column`` where, when it is not the one being read."""

    def __init__(self, message: str, column: str = "") -> None:
        self.column = column
        super().__init__(message)


def split(cell: str) -> list[str]:
    """The entries of a cell with several, apart by semicolons or lines."""
    return [entry.strip() for entry in re.split(r"[;\n]", cell) if entry.strip()]


def term_of(terms: type[Term], code: str) -> Term:
    """The term with a code. Raises ``CellFault``."""
    try:
        return terms(code)
    except ValueError:
        raise CellFault(not_one_of([code], list(terms))) from None


def not_one_of(codes: Sequence[str], allowed: Iterable[str] | Mapping[str, Any]) -> str:
    """Why codes are not taken, naming those that are."""
    return _("“%(codes)s” is not one of %(allowed)s.", codes=", ".join(codes), allowed=", ".join(allowed))


def whole_number(cell: str) -> int:
    """A whole number. Raises ``CellFault``."""
    if not re.fullmatch(r"[+-]?\d{1,9}", cell, re.ASCII):
        raise CellFault(_("“%(text)s” is not a whole number.", text=cell[:40]))
    return int(cell)


def points(cell: str) -> float:
    """A number with at most two decimals, after a point or a comma. Raises ``CellFault``."""
    if not re.fullmatch(r"[+-]?\d{1,9}([.,]\d{1,2})?", cell, re.ASCII):
        raise CellFault(_("“%(text)s” is not a number with at most two decimals.", text=cell[:40]))
    return float(cell.replace(",", "."))


def day(cell: str) -> date:
    """A date as ISO 8601 writes it. Raises ``CellFault``."""
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise CellFault(_("“%(text)s” is not a date like 2025-05-12.", text=cell[:40])) from None


def truth(cell: str) -> bool:
    """Yes or no; an empty cell says no. Raises ``CellFault``."""
    if cell.lower() in YES:
        return True
    if cell.lower() in NO:
        return False
    raise CellFault(_("“%(text)s” is neither yes nor no.", text=cell[:40]))

"""What one cell of a file says: codes, numbers, days, yes and no."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.core.told import told as _
from app.core.vocabulary import Term

YES = {"yes", "true", "1", "ja", "x"}
NO = {"", "no", "false", "0", "nein"}
# How a workbook's TRUE and FALSE are read, and how spreadsheets write them into a CSV file.
TRUTH_VALUES = {"yes", "no", "true", "false", "wahr", "falsch"}


class CellFault(Exception):
    """A cell cannot be read; the message says why, and ``column`` where, when it is not the one being read."""

    def __init__(self, message: str, column: str = "") -> None:
        self.message, self.column = message, column
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


def wording(cell: str, *, lettered: bool = True) -> str:
    """A text that people read, such as a title or a name; ``lettered`` ones have a letter in them.

    A spreadsheet turns what is typed into truth values, days and numbers: "1-2" becomes the first of February. Raises
    ``CellFault`` where one of these stands instead.
    """
    if cell.lower() in TRUTH_VALUES:
        raise CellFault(_("A truth value stands here (TRUE or FALSE), where a text is meant."))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}(T[\d:.]+)?", cell, re.ASCII):
        raise CellFault(_("A day stands here, “%(text)s”, where a text is meant.", text=cell[:40]))
    if lettered and cell and not any(map(str.isalpha, cell)):
        raise CellFault(_("“%(text)s” is no text: it has no letter.", text=cell[:40]))
    return cell


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

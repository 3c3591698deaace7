"""Records as rows of a file: what every import needs, whatever it imports.

A feature declares its columns once: ``write`` gives the cell of a record's facts, ``read`` puts a cell into a draft of
them. Export, dry run, comparison and import all go by the same columns, so what the export writes the import reads, and
a file that was not edited changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Generic, TypeVar

from app.core.cells import CellFault
from app.core.export import plain
from app.core.sheets import LONGEST_CELL, beyond, tidy
from app.core.told import told as _

F = TypeVar("F")
K = TypeVar("K")


class Action(StrEnum):
    """What a row comes to."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    SKIP = "skip"


@dataclass(frozen=True)
class Fault:
    """Something that keeps a row from being imported: its number (1 is the head), its column and why."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Change:
    """One cell that differs from what stands."""

    column: str
    old: str
    new: str


@dataclass
class Draft:
    """A row while it is read: the record's fields, changed cell by cell, and its lists of lines by name."""

    values: dict[str, Any]
    lines: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetColumn(Generic[F, K]):
    """One column: ``write`` gives the cell of a record's facts, ``read`` a draft's field, or raises ``CellFault``.

    ``K`` is what the feature's cells are checked against. ``label`` is what people call the column. The lines of a
    ``lined`` one belong to those of others. No line of a cell is longer than ``longest`` characters.
    """

    key: str
    write: Callable[[F], Any]
    read: Callable[[str, Draft, K], None]
    label: Any = ""
    lined: bool = False
    longest: int = LONGEST_CELL


def shown(value: Any) -> str:
    """A cell as text, as it is written into a file."""
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(plain(value))


def differences(columns: Sequence[SheetColumn[F, Any]], stands: F | None, facts: F) -> list[Change]:
    """The cells in which ``facts`` differ from what stands; white space that no file keeps is no difference."""
    changes = []
    for column in columns:
        old = shown(column.write(stands)) if stands is not None else ""
        new = shown(column.write(facts))
        if tidy(old, column.lined) != tidy(new, column.lined):
            changes.append(Change(column.key, old, new))
    return changes


def formula_message() -> str:
    """What is wrong with a cell that holds a formula."""
    return _("This cell holds a formula. Put its result there, as a value.")


def beyond_fault(cells: Mapping[str, str]) -> tuple[str, str] | None:
    """The column and what is wrong, where a row has a cell in no column that the head names.

    Nothing else is to be said of such a row: most often a comma within a text has moved all that follows it.
    """
    letter = beyond(cells)
    if not letter:
        return None
    return _("column %(letter)s", letter=letter), _(
        "The row has more cells than the head has columns. Put a text with commas or semicolons into quotation marks, "
        "or give this column a name in the head."
    )


def cell_fault(column: SheetColumn[Any, K], cell: str, draft: Draft, known: K) -> str | None:
    """Read a cell into a draft; answers what is wrong with it, if anything is."""
    if len(cell) > LONGEST_CELL or any(len(line) > column.longest for line in cell.split("\n")):
        return _("Write at most %(count)s characters.", count=column.longest)
    try:
        column.read(tidy(cell, column.lined), draft, known)
    except CellFault as fault:
        return fault.message
    return None


def paired(
    draft: Draft, name: str, cells: Sequence[str], as_line: Callable[[Any], dict[str, Any]]
) -> list[tuple[dict[str, Any], str]]:
    """The lines of a draft beside those of a cell; the draft grows with the cell, and lines the cell lacks are empty.

    ``as_line`` makes a line of one of the record's own. ``told`` marks lines the file says something about, so that
    what it says is never dropped unseen.
    """
    rows = draft.lines.setdefault(name, [as_line(row) for row in draft.values.get(name, ())])
    rows.extend({} for _line in range(len(cells) - len(rows)))
    return list(zip_longest(rows, cells, fillvalue=""))  # type: ignore[arg-type]

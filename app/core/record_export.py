"""A list as a file of whole records, in the columns that an import reads again.

A list's own rows hold what its page shows. Its file may hold more: every field, and what stands in other tables. The
records are loaded in chunks of the keys that the list's filters leave, so a long file costs no more memory than a
short one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from flask import Response
from sqlalchemy import SQLColumnExpression

from app.core.export import download, plain
from app.core.list_page import ListPage
from app.core.sheet_columns import SheetColumn
from app.extensions import db

CHUNK = 200


def export_records(
    page: ListPage,
    kind: str,
    head: Sequence[str],
    key: SQLColumnExpression[int],
    cells_of: Callable[[Sequence[int]], Iterable[Sequence[Any]]],
) -> Response:
    """Everything the page's filters leave, in its order, as ``csv`` or ``xlsx``.

    ``cells_of`` gives the cells of the records with these keys, in their order, as ``head`` names them.
    """
    ordered = page.in_order().with_only_columns(key, maintain_column_froms=True)

    def rows() -> Iterator[list[Any]]:
        # A CSV is sent after the request's own session is closed, so the rows come by the one that is open then.
        keys = list(db.session.scalars(ordered))
        for start in range(0, len(keys), CHUNK):
            for cells in cells_of(keys[start : start + CHUNK]):
                yield [plain(cell) for cell in cells]

    return download(kind, page.declaration.filename, head, rows())


def written(columns: Iterable[SheetColumn[Any, Any]], facts: Any) -> list[Any]:
    """The cells of a record's facts; yes and nothing for what is true and false."""
    cells = (column.write(facts) for column in columns)
    return [("yes" if cell else "") if isinstance(cell, bool) else cell for cell in cells]

"""The list of imports: who sent what, when, and what came of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, SQLColumnExpression, and_, func, select
from sqlalchemy.orm import Session

from app.core.access import Actor
from app.core.files import StoredFile
from app.core.listing import Column, Filter, Listing, Rows
from app.core.ranking import FoundBy
from app.stakeholders.imports.models import BatchState, ImportBatch, ImportKind, ImportRow
from app.stakeholders.imports.queries import visible_to

B = ImportBatch


class ByWords(FoundBy):
    """Every word as it is written: names of files are not told in several scripts, so they have no key."""

    def holds(self, query: str) -> ColumnElement[bool]:
        """Whether every word stands in the name of the file or of the person."""
        return and_(*(self.key.contains(word, autoescape=True) for word in query.lower().split()))


class BatchListing(Listing):
    """Imports, the newest first."""

    found_by = ByWords((StoredFile.name, B.user_name), func.lower(StoredFile.name + " " + B.user_name))
    title = _l("Imports")
    filename = "imports"
    default_sort = "-created_at"
    columns = (
        Column("file", _l("File"), lambda row: row.file),
        Column("kind", _l("Rows are"), lambda row: row.kind.value, css="fold"),
        Column("user_name", _l("By"), lambda row: row.user_name, sort=B.user_name),
        Column("created_at", _l("When"), lambda row: row.created_at, sort=B.created_at),
        Column("state", _l("State"), lambda row: row.state.value),
        Column("rows", _l("Rows"), lambda row: row.rows_read, css="num"),
        Column("outcome", _l("What came of it")),
    )
    filters = (
        Filter("kind", _l("Rows are"), lambda s, v: s.where(B.kind == v), ImportKind.choices),
        Filter("state", _l("State"), lambda s, v: s.where(B.state == v), BatchState.choices),
    )

    def statement(self, actor: Actor) -> Rows:
        """Imports the actor may see."""
        wanted = (B.id, B.kind, B.user_name, B.created_at, B.state, B.rows_read, StoredFile.name.label("file"))
        return select(*wanted).join(StoredFile, StoredFile.id == B.file_id).where(visible_to(actor))

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The key."""
        return B.id

    def complete(self, session: Session, rows: Sequence[Row[Any]]) -> Mapping[str, Any]:
        """What became of the rows of the imports on the page: pairs of outcome and count."""
        found = session.execute(
            select(ImportRow.batch_id, ImportRow.outcome, func.count())
            .where(ImportRow.batch_id.in_([row.id for row in rows]), ImportRow.outcome.is_not(None))
            .group_by(ImportRow.batch_id, ImportRow.outcome)
            .order_by(ImportRow.outcome)
        )
        outcomes: dict[int, list[Any]] = {}
        for batch_id, outcome, count in found:
            outcomes.setdefault(batch_id, []).append((outcome, count))
        return {"outcomes": outcomes}

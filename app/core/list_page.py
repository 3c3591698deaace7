"""One page of a list, as templates and exports use it: its rows and total, and the addresses of everything near it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection, Row, bindparam, case, func, literal_column, select
from sqlalchemy.orm import Session

from app.core.access import Actor
from app.core.asked import NotUnderstood
from app.core.database import plain_rows, snapshot
from app.core.export import download, plain
from app.core.list_parts import Addition, Cell, Column, Head, PageLink, Rows, View
from app.core.narrowing import Narrowing
from app.core.templating import number
from app.core.unchanged import unchanged
from app.extensions import db

if TYPE_CHECKING:
    from app.core.listing import Listing

PER_PAGE = 50
FILES = ("csv", "xlsx")
COUNT_LIMIT = 10_000
# Of how many found records the names are compared letter by letter with the words, to put the nearest first.
MOST_RANKED = 1_000
CHUNK = 500
# Where ``accounts`` leaves what answers the saved views of an actor on a list: pairs of name and query.
VIEWS = "saved views"


def _found(statement: Rows) -> Rows:
    # A constant, because handing ten thousand keys on takes longer than finding them; but then no row is distinct.
    found: Rows = statement.order_by(None)
    return found if found._distinct else found.with_only_columns(literal_column("1"), maintain_column_froms=True)


def _counted(statement: Rows) -> Rows:
    return select(func.count()).select_from(_found(statement).limit(COUNT_LIMIT + 1).subquery())


def _counted_if_few(statement: Rows) -> Rows:
    # To step over ten thousand rows takes half as long as to count them; a list that long is not counted at all.
    is_long = _found(statement).limit(1).offset(COUNT_LIMIT).exists()
    return select(case((is_long, COUNT_LIMIT + 1), else_=_counted(statement).scalar_subquery()))


def _page_of(ordered: Rows) -> Rows:
    return ordered.limit(PER_PAGE).offset(bindparam("skipped"))


@lru_cache(maxsize=256)
def _of_everything(listing: type["Listing"], actor: Actor, sort: str) -> tuple[Rows, Rows]:
    """Counts and reads a list that nothing narrows, which is what people open: building it costs as much as asking."""
    declared = listing()
    statement = declared.narrowed(actor, "", ())
    count = _counted if declared.is_put_together else _counted_if_few
    return count(statement), _page_of(declared.ordered(statement, sort))


@dataclass
class ListPage(Narrowing):
    """One page of a list, as templates and exports use it."""

    declaration: "Listing"
    session: Session
    actor: Actor
    path: str
    args: Mapping[str, str]
    also = frozenset({"sort", "page", "format"})
    rows: Sequence[Row[Any]] = field(init=False)
    total: int = field(init=False)

    def __post_init__(self) -> None:
        declared = self.declaration
        self.narrow_by(declared.filters)
        self.additions = [addition for addition in declared.additions if addition.shows(self.actor)]
        narrowed = {state.name for state in self.filters if state.value}
        self._added: list[Mapping[int, Any]] = []
        sortable = {column.key for column in declared.columns if column.sort is not None}
        sortable |= {one.column.key for one in self.additions if one.order is not None}
        sort = self.args.get("sort") or ""
        self.is_sorted = sort.removeprefix("-") in sortable
        self.sort = sort if self.is_sorted else declared.default_sort
        self.sorted_by = next((a for a in self.additions if a.order and a.column.key == self.sort.lstrip("-")), None)
        self.on_page = [
            one for one in self.additions if not one.beside or narrowed & {*one.beside} or one is self.sorted_by
        ]
        self.number = self._number()
        self.total = 0
        self.rows = ()
        if self.args.get("format") in FILES and self.left_out:
            raise NotUnderstood(self.left_out, self.url())

    @cached_property
    def statement(self) -> Rows:
        """The rows of all pages, unsorted."""
        return self.declaration.narrowed(self.actor, self.query, self.filters)

    @cached_property
    def _found(self) -> int:
        return self._count(_counted(self.statement))

    def in_order(self) -> Rows:
        """The rows of all pages, sorted as the page asks."""
        if self.sorted_by is not None and self.sorted_by.order is not None:
            ordered = self.sorted_by.order(self.statement, self.actor, self.sort.startswith("-"))
            return ordered.order_by(self.declaration.tie_breaker())
        of_many = bool(self.ranked_by) and self._found > MOST_RANKED
        return self.declaration.ordered(self.statement, self.sort, self.ranked_by, of_many=of_many)

    def load(self) -> "ListPage":
        """Read the rows of this page and count: two statements, one for each added column, those of ``complete``."""
        known = self._of_everything()
        self.total = self._count(known[0]) if known else self._found
        ordered = known[1] if known else _page_of(self.in_order())
        self.number = min(self.number, self._last_number)
        self.rows = plain_rows(self.session, ordered, {"skipped": (self.number - 1) * PER_PAGE})
        self.more = self.declaration.complete(self.session, self.rows)
        self._added = self._read_added(self.session.connection(), self.rows, self.on_page)
        return self

    def _read_added(
        self, connection: Connection, rows: Sequence[Row[Any]], additions: Sequence[Addition]
    ) -> list[Mapping[int, Any]]:
        keys = [row.id for row in rows] if additions else []
        return [addition.read(connection, self.actor, keys) if keys else {} for addition in additions]

    def added_to(self, connection: Connection, keys: Sequence[int]) -> dict[int, list[Any]]:
        """What the added columns say of the records with these keys, in a file of whole records."""
        told: list[tuple[Any, Mapping[int, Any]]] = [
            (addition.column.export, addition.read(connection, self.actor, keys)) for addition in self.additions
        ]
        return {key: [export(values.get(key)) for export, values in told] for key in keys}

    def cells(self, row: Row[Any]) -> list[Cell]:
        """What the added columns say in a row of this page."""
        pairs = zip(self.on_page, self._added, strict=True)
        return [
            Cell(addition.column, addition.show(values[row.id]) if row.id in values else "")
            for addition, values in pairs
        ]

    @property
    def row_facts(self) -> list[Any]:
        """What the rows follow from, besides the reader: the rows, what ``complete`` and added columns say of them."""
        columns = [addition.column.key for addition in self.on_page]
        return [self.path, tuple(map(tuple, self.rows)), self.more, columns, self._added]

    @cached_property
    def _is_everything(self) -> bool:
        # A list of a record's own, as of one cluster's members, is not that of everything.
        is_narrowed = self.query or any(state.value for state in self.filters)
        return not is_narrowed and not vars(self.declaration)

    def _of_everything(self) -> tuple[Rows, Rows] | None:
        if not self._is_everything or self.sorted_by is not None:
            return None
        return _of_everything(type(self.declaration), self.actor, self.sort)  # type: ignore[arg-type]

    def _count(self, counted: Rows) -> int:
        connection = self.session.connection()
        if not self._is_everything:
            return connection.scalar(counted) or 0
        key = ("rows of a list", type(self.declaration), self.actor)
        return unchanged(connection, key, lambda: connection.scalar(counted) or 0)

    @property
    def ranked_by(self) -> str:
        """The words whose nearness orders the rows; a reader who chose a column to sort by wants that instead."""
        return "" if self.is_sorted else self.query

    @property
    def _last_number(self) -> int:
        return max(1, -(-min(self.total, COUNT_LIMIT) // PER_PAGE))

    def _number(self) -> int:
        text = self.args.get("page", "1")
        return min(max(1, int(text[:9])), COUNT_LIMIT) if text.isascii() and text.isdigit() else 1

    @property
    def kept(self) -> dict[str, str]:
        """The filters, words and order in force."""
        if self.is_sorted and (self.query or self.sort != self.declaration.default_sort):
            return {**super().kept, "sort": self.sort}
        return super().kept

    @property
    def save_url(self) -> str | None:
        """Where the reader saves the filters in force under a name; nowhere while they are saved already."""
        if (
            VIEWS not in current_app.extensions
            or self.actor.user_id is None
            or any(v.current for v in self.saved_views)
        ):
            return None
        asked: dict[str, Any] = {
            "list": self.declaration.filename,
            "path": self.path,
            "query": self.query_string,
        }
        return url_for("saved_views.create", **asked)

    @cached_property
    def saved_views(self) -> list[View]:
        """The views the reader saved of this list."""
        ask = current_app.extensions.get(VIEWS)
        saved = ask(self.actor, self.declaration.filename) if ask and self.actor.user_id is not None else ()
        here = self.query_string
        return [View(name, f"{self.path}?{query}" if query else self.path, query == here) for name, query in saved]

    @property
    def title(self) -> str:
        """The list's name."""
        return str(self.declaration.title)

    @property
    def first(self) -> int:
        """The number of the first row shown, from 1."""
        return (self.number - 1) * PER_PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def total_label(self) -> str:
        """How many rows there are, as far as it was counted."""
        if self.total > COUNT_LIMIT:
            return _("more than %(count)s", count=number(COUNT_LIMIT))
        return number(self.total)

    @property
    def columns(self) -> list[Head]:
        """The heads of the columns shown on the page."""
        own = [self._head(column) for column in self.declaration.columns if column.in_page]
        return own + [self._head(addition.column, addition.order) for addition in self.on_page]

    def _head(self, column: Column, order: Any = None) -> Head:
        if column.sort is None and order is None:
            return Head(column, None, None)
        direction = None
        if not self.ranked_by and self.sort.removeprefix("-") == column.key:
            direction = "desc" if self.sort.startswith("-") else "asc"
        wanted = f"-{column.key}" if direction == "asc" else column.key
        return Head(column, self.url(sort=wanted), direction)

    @property
    def pages(self) -> list[PageLink | None]:
        """Links to pages near this one, the first and the last; ``None`` stands for a gap."""
        count = self._last_number
        near = {1, count, *range(max(1, self.number - 2), min(count, self.number + 2) + 1)}
        links: list[PageLink | None] = []
        for page in sorted(near):
            last = links[-1] if links else None
            if last is not None and page > last.number + 1:
                links.append(None)
            links.append(PageLink(page, self.url(page=str(page)), page == self.number))
        return links

    @property
    def prev_url(self) -> str | None:
        """The page before, if there is one."""
        return self.url(page=str(self.number - 1)) if self.number > 1 else None

    @property
    def next_url(self) -> str | None:
        """The page after, if there is one."""
        return self.url(page=str(self.number + 1)) if self.number < self._last_number else None

    @property
    def csv_url(self) -> str:
        """All rows of this list as CSV."""
        return self.url(format="csv")

    @property
    def xlsx_url(self) -> str:
        """All rows of this list as a workbook."""
        return self.url(format="xlsx")

    def export(self, kind: str) -> Response:
        """Everything the filters leave, in the order shown: ``csv`` (UTF-8 with byte order mark) or ``xlsx``."""
        columns = [column for column in self.declaration.columns if column.export is not None]
        statement = self.in_order().execution_options(yield_per=CHUNK)
        added = [addition.column for addition in self.additions]

        def rows() -> Iterator[list[Any]]:
            # A CSV is sent after the request's own session is closed; and its rows are all of one moment.
            with snapshot(db.engine) as connection:
                for chunk in connection.execute(statement).partitions():
                    more = self._read_added(connection, chunk, self.additions)
                    for row in chunk:
                        own = [plain(column.export(row)) for column in columns]  # type: ignore[misc]
                        known: Any = [values.get(row.id) for values in more]
                        pairs = zip(added, known, strict=True)
                        yield own + [plain(column.export(value)) for column, value in pairs]  # type: ignore[misc]

        head = [column.key for column in (*columns, *added)]
        return download(kind, self.declaration.filename, head, rows())

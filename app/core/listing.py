"""One list is columns, filters, sorting, pages and its CSV and XLSX, declared once per feature.

A feature subclasses ``Listing`` with its columns and filters and gives ``statement(actor)``. Rows are plain rows, not
entities: building entities and an address for each is two thirds of the cost of a list page. The total is counted up to
``COUNT_LIMIT`` and said as "more than" beyond, so that a page costs the same whatever the register holds.

Features above offer filters and columns of their own (``offer``); a person saves the filters in force as a view, which
``accounts`` keeps and hands to every list by ``VIEWS`` (``list_page.py``).
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Row, SQLColumnExpression, false
from sqlalchemy.orm import Session

from app.core.access import Actor
from app.core.asked import is_day
from app.core.list_page import ListPage
from app.core.list_parts import Addition, Column, Filter, FilterState, Rows, has_code
from app.core.ranking import FoundBy

__all__ = ["Addition", "Column", "Filter", "Listing", "Rows", "has_code", "is_day"]


class Listing:
    """A list of one register."""

    title: ClassVar[Any]
    filename: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    filters: ClassVar[Sequence[Filter]] = ()
    additions: ClassVar[Sequence[Addition]] = ()
    default_sort: ClassVar[str]
    found_by: ClassVar[FoundBy]
    # Its rows are put together from several tables, which every look at them does anew.
    is_put_together: ClassVar[bool] = False

    @classmethod
    def offer(cls, *filters: Filter, additions: Sequence[Addition] = ()) -> None:
        """Add filters and columns of a feature above, which does so when it is imported: clusters on organisations."""
        cls.filters = (*cls.filters, *filters)
        cls.additions = (*cls.additions, *additions)

    def statement(self, actor: Actor) -> Rows:
        """Rows the actor may see, with everything a row shows, unsorted.

        It follows from the actor alone: what the day decides belongs into a filter.
        """
        raise NotImplementedError

    def tie_breaker(self) -> SQLColumnExpression[Any]:
        """A unique column that makes the order of equal rows certain."""
        raise NotImplementedError

    def complete(self, session: Session, rows: Sequence[Row[Any]]) -> Mapping[str, Any]:
        """Facts about the rows of one page that need a query of their own, for the page's rows fragment."""
        return {}

    def page(self, session: Session, actor: Actor, path: str, args: Mapping[str, str]) -> ListPage:
        """The page of the list that the query arguments ask for; what it does not know is said.

        Raises ``NotUnderstood`` where a file is asked for and not everything of the address was understood.
        """
        return ListPage(self, session, actor, path, args)

    def narrowed(self, actor: Actor, query: str, states: Sequence[FilterState]) -> Rows:
        """The rows that the filters and the words leave, unsorted; words without a letter or digit leave none."""
        return self.narrow(self.statement(actor), query, states)

    def narrow(self, statement: Rows, query: str, states: Sequence[FilterState]) -> Rows:
        """What the filters and the words leave of ``statement``, which may show the same records in another way."""
        for state in states:
            if not state.is_known and state.value:
                return statement.where(false())
            if state.value:
                statement = state.filter.apply(statement, state.value)
        return statement.where(self.found_by.holds(query)) if query else statement

    def ordered(self, statement: Rows, sort: str, query: str = "", *, of_many: bool = False) -> Rows:
        """``statement`` in the order ``sort`` names (``-`` before it for descending).

        With ``query`` the nearest come first, and only those equally near are in that order; ``of_many`` as for
        ``nearness``.
        """
        if query:
            statement = statement.order_by(self.found_by.nearness(query, of_many=of_many))
        column = next(column for column in self.columns if column.key == sort.removeprefix("-"))
        expressions = column.sort if isinstance(column.sort, (list, tuple)) else [column.sort]
        if sort.startswith("-"):
            return statement.order_by(*(e.desc() for e in expressions), self.tie_breaker().desc())
        return statement.order_by(*expressions, self.tie_breaker())


def titles() -> dict[str, str]:
    """The names of all lists by their file names."""
    found, ahead = {}, [Listing]
    while ahead:
        for listing in ahead.pop().__subclasses__():
            ahead.append(listing)
            if hasattr(listing, "filename"):
                found[listing.filename] = str(listing.title)
    return found

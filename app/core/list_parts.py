"""What lists are made of: columns, filters, what features above add, and the links around the rows of one page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Connection, Row, Select, String, cast

from app.core.access import Actor
from app.core.asked import not_understood

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class Column:
    """One column: ``export`` gives its plain value for a file, ``sort`` what it is ordered by, ``css`` its class."""

    key: str
    label: Any
    export: Callable[[Row[Any]], Any] | None = None
    sort: Any = None
    css: str = ""
    in_page: bool = True


@dataclass(frozen=True)
class Filter:
    """One filter: ``choices()`` gives ``(value, label)``; ``apply(statement, value)`` narrows the rows.

    ``varies`` says that the values are records rather than a vocabulary, and not the same with each request; ``shows``
    to whom it is offered; ``accepts`` which typed texts it understands. ``kind`` is ``select``, ``check``, ``text``,
    ``date`` or ``number``.
    """

    name: str
    label: Any
    apply: Callable[[Rows, str], Rows]
    choices: Callable[[], Iterable[tuple[str, Any]]] | None = None
    any_label: Any = ""
    kind: str = "select"
    varies: bool = False
    shows: Callable[[Actor], bool] = lambda actor: True
    accepts: Callable[[str], bool] = lambda text: True


@dataclass(frozen=True)
class Addition:
    """A column of a feature above: ``read(connection, actor, keys)`` knows the values of rows by their ``id``, at once.

    ``show`` says a value on the page; the column's ``export`` takes the value rather than the row. What costs much is
    on the page only while one of the filters named ``beside`` is in force or the list is sorted by it; it is always in
    the file. ``order(statement, actor, descending)`` sorts by it.
    """

    column: Column
    read: Callable[[Connection, Actor, Sequence[int]], Mapping[int, Any]]
    show: Callable[[Any], Any] = str
    shows: Callable[[Actor], bool] = lambda actor: True
    beside: tuple[str, ...] = ()
    order: Callable[[Rows, Actor, bool], Rows] | None = None


@dataclass(frozen=True)
class Cell:
    """What an added column says in one row."""

    column: Column
    text: Any


@dataclass(frozen=True)
class View:
    """Filters that a person saved under a name, as a link above the list."""

    label: str
    url: str
    current: bool
    count: None = None


class FilterState:
    """A filter as one request set it.

    A value that is not in its vocabulary is left aside; one that is not, or no longer, among its records leaves no row.
    """

    def __init__(self, declared: Filter, text: str) -> None:
        self.filter = declared
        self.text = text
        self.is_known = not text or (declared.accepts(text) if declared.choices is None else text in dict(self.choices))
        self.value = text if self.is_known or declared.varies else ""

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        """What can be chosen, as a person reads it."""
        return [(str(value), str(label)) for value, label in self.filter.choices()] if self.filter.choices else []

    name = property(lambda self: self.filter.name)
    label = property(lambda self: self.filter.label)
    kind = property(lambda self: self.filter.kind)
    any_label = property(lambda self: self.filter.any_label or _("Any"))

    @property
    def left_out(self) -> str:
        """The sentence for a reader whose value was not understood, or is none of the records any more."""
        if self.is_known:
            return ""
        return not_understood(self.text, self.label, _("nothing") if self.value else "")

    @property
    def value_label(self) -> str:
        """The chosen value as a person reads it."""
        if self.kind == "date":
            return str(format_date(date.fromisoformat(self.value), "long"))
        return _("yes") if self.kind == "check" else dict(self.choices).get(self.value, self.value)


@dataclass
class Active:
    """A filter in force, and the address of the list without it."""

    label: str
    value_label: str
    remove_url: str


@dataclass
class PageLink:
    """A page one can go to."""

    number: int
    url: str
    current: bool


@dataclass
class Head:
    """A column's head as one request sorted it."""

    column: Column
    sort_url: str | None
    direction: str | None

    key = property(lambda self: self.column.key)
    label = property(lambda self: self.column.label)
    css = property(lambda self: self.column.css)
    sortable = property(lambda self: self.sort_url is not None)


def has_code(column: Any, code: str) -> ColumnElement[bool]:
    """Whether a JSON array of codes has one: codes are plain words, so their quoted form is found in the text."""
    return cast(column, String).contains(f'"{code}"', autoescape=True)

"""Moving every reference from one record to another, and back: whoever merges two records knows no referrer.

The tables' own foreign keys say what refers to a record, so a feature that is built later is moved, too. Each change is
a step, kept as JSON, and undoing takes the steps back in reverse. It is done below the ORM: the referring records do
not change, so they get no new version and nobody is told by mail; the changes of audited records are audited
all the same.

A column says with ``info={MERGE: KEEP}`` that it stays with its record, and with ``DROP`` that its row means nothing
any more. Rows of append-only tables stay where they are: evidence is never rewritten.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from enum import Enum
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import (
    Column,
    Table,
    TypeDecorator,
    UniqueConstraint,
    Update,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.orm import Session

from app.core import records
from app.core.audit import AppendOnly, Audited, note_change
from app.core.database import Base
from app.core.errors import Refused

MERGE, KEEP, DROP = "merge", "keep", "drop"

Step = dict[str, Any]
Values = Mapping[Any, Any]  # of a row, by the names of its columns
# What a feature does about a row before it is moved: it is called with the session, the row and the key it would move
# to, and answers its steps and whether the row is to stay where it is.
Settle = Callable[[Session, Values, int], tuple[list[Step], bool]]
_settling: dict[tuple[str, str], Settle] = {}
# What is said of a settled table before a merge in which both records have rows there.
_told: dict[str, Any] = {}


def settles(table: str, column: str, told: Any) -> Callable[[Settle], Settle]:
    """Let a feature make room before rows of one of its tables move: two memberships in one cluster become one.

    ``told`` is the sentence that says so to whoever looks at a merge that is not done yet.
    """

    def register(settle: Settle) -> Settle:
        _settling[table, column] = settle
        _told[table] = told
        return settle

    return register


def references(target: Table) -> Iterator[tuple[Table, Column[Any]]]:
    """The columns that refer to ``target`` and move when a record of it goes up in another."""
    fixed = _append_only()
    for table in target.metadata.sorted_tables:
        for column in table.columns:
            refers = any(key.column.table is target for key in column.foreign_keys)
            if refers and table not in fixed and column.info.get(MERGE) != KEEP:
                yield table, column


def counted(session: Session, target: Table, key: int) -> dict[str, int]:
    """How many rows refer to a record, by table; those that would move with it."""
    found: dict[str, int] = {}
    for table, column in references(target):
        if column.info.get(MERGE) != DROP:
            count = session.connection().scalar(select(func.count()).select_from(table).where(column == key)) or 0
            if count:
                found[table.name] = found.get(table.name, 0) + count
    return found


def foretold(session: Session, target: Table, old: int, new: int) -> list[str]:
    """What of ``old`` would be joined with what ``new`` has, a sentence for each kind of which both have rows."""
    mine, theirs = counted(session, target, new), counted(session, target, old)
    return [str(told) for table, told in _told.items() if table in mine and table in theirs]


def move(session: Session, target: Table, old: int, new: int) -> list[Step]:
    """Make everything that refers to ``old`` refer to ``new``, and answer the steps.

    A row that is there already for ``new`` is not made twice: the one of ``old`` is removed. Raises ``Refused`` where
    something else hangs on a row that would have to go.
    """
    steps: list[Step] = []
    for table, column in references(target):
        for found in session.connection().execute(select(table).where(column == old)).mappings().all():
            row, settle = found, _settling.get((table.name, column.name))
            if settle is not None:
                more, stays = settle(session, row, new)
                steps += more
                if stays:
                    continue
                row = session.connection().execute(select(table).where(_same(table, row))).mappings().one()
            if column.info.get(MERGE) == DROP or _is_there(session, table, column, row, new):
                steps.append(remove_row(session, table, row))
            else:
                steps.append(change_row(session, table, row, {column.name: new}))
    return steps


def obstacles(session: Session, target: Table, old: int, new: int) -> list[tuple[str, int]]:
    """What ``move`` would refuse to join: tables and keys of rows of ``old`` that ``new`` has, too, and that are held.

    Tables for which a feature makes room are not among them.
    """
    return [
        (table.name, row["id"])
        for table, column in references(target)
        if (table.name, column.name) not in _settling and "id" in table.columns
        for row in session.connection().execute(select(table).where(column == old)).mappings().all()
        if column.info.get(MERGE) == DROP or _is_there(session, table, column, row, new)
        if _is_held(session, table, row)
    ]


def change_row(session: Session, table: Table, row: Values, values: Values) -> Step:
    """Change columns of one row, and answer the step."""
    key = {column.name: row[column.name] for column in table.primary_key}
    old = {name: row[name] for name in values}
    session.connection().execute(_update(table, key, values))
    _audit(session, table, row, "update", {name: [old[name], value] for name, value in values.items()})
    moved = {name: values.get(name, value) for name, value in key.items()}
    return {"do": "change", "table": table.name, "key": _kept(moved), "old": _kept(old), "new": _kept(values)}


def add_row(session: Session, table: Table, values: Values) -> Step:
    """Add one row, and answer the step."""
    key = session.connection().execute(insert(table).values(dict(values))).inserted_primary_key
    row = {**values, **dict(zip((column.name for column in table.primary_key), key or (), strict=True))}
    _audit(session, table, row, "create", {name: [None, value] for name, value in values.items()})
    return {"do": "add", "table": table.name, "row": _kept(row)}


def remove_row(session: Session, table: Table, row: Values) -> Step:
    """Remove one row, and answer the step; raises ``Refused`` where something hangs on it."""
    if _is_held(session, table, row):
        label = records.label_of(table.name)
        raise Refused(
            _("Both have the same entry in “%(table)s”, and more hangs on it. Sort that out first.", table=label)
        )
    key = {column.name: row[column.name] for column in table.primary_key}
    session.connection().execute(delete(table).where(_is(table, key)))
    _audit(session, table, row, "delete", {name: [value, None] for name, value in row.items()})
    return {"do": "remove", "table": table.name, "row": _kept(row)}


def take_back(session: Session, target: Table, steps: Sequence[Step]) -> None:
    """Undo steps of merging records of ``target``, the last one first; what somebody changed since stays as it is."""
    for step in reversed(steps):
        table = target.metadata.tables[step["table"]]
        if step["do"] == "change":
            _take_back_change(session, table, step)
            continue
        row = _read(table, step["row"])
        key = {column.name: row[column.name] for column in table.primary_key}
        there = session.connection().execute(select(table).where(_is(table, key))).mappings().first()
        if step["do"] == "add" and there is not None and dict(there) == {**dict(there), **row}:
            remove_row(session, table, there)
        elif step["do"] == "remove" and there is None and _has_its_place(session, table, row):
            session.connection().execute(insert(table).values(row))
            _audit(session, table, row, "create", {name: [None, value] for name, value in row.items()})


def _is_held(session: Session, table: Table, row: Values) -> bool:
    """Whether something refers to a row."""
    return any(
        session.connection().execute(select(foreign.parent).where(foreign.parent == row[foreign.column.name])).first()
        for other in table.metadata.sorted_tables
        for foreign in other.foreign_keys
        if foreign.column.table is table
    )


def _has_its_place(session: Session, table: Table, row: Values) -> bool:
    """Whether everything that a row refers to is still there: somebody may have deleted an event since."""
    for foreign in table.foreign_keys:
        value = row[foreign.parent.name]
        target = select(foreign.column).where(foreign.column == value)
        if value is not None and session.connection().execute(target).first() is None:
            return False
    return True


def _take_back_change(session: Session, table: Table, step: Step) -> None:
    key, old, new = (_read(table, step[part]) for part in ("key", "old", "new"))
    row = session.connection().execute(select(table).where(_is(table, key))).mappings().first()
    values = {name: value for name, value in old.items() if row is not None and row[name] == new[name]}
    if row is not None and values:
        session.connection().execute(_update(table, key, values))
        _audit(session, table, row, "update", {name: [new[name], value] for name, value in values.items()})


def _is_there(session: Session, table: Table, column: Column[Any], row: Values, new: int) -> bool:
    """Whether a unique constraint has room for only one of the row as it would be and one that is there."""
    for columns, where in _unique(table):
        others = [other for other in columns if other is not column]
        if len(others) == len(columns) or any(row[other.name] is None for other in others):
            continue
        if (
            where is not None
            and not session.connection()
            .execute(select(column).where(_is(table, {key.name: row[key.name] for key in table.primary_key}), where))
            .first()
        ):
            continue
        same = [other == row[other.name] for other in others]
        if where is not None:
            same.append(where)
        if session.connection().execute(select(column).where(column == new, *same).limit(1)).first():
            return True
    return False


def _unique(table: Table) -> Iterator[tuple[list[Column[Any]], Any]]:
    yield list(table.primary_key), None
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield list(constraint.columns), None
    for index in table.indexes:
        if index.unique:
            # What ``unique_where`` noted: the dialects are told of it only where tables are made or compared.
            yield list(index.columns), index.info.get("where")


def _update(table: Table, key: Values, values: Values) -> Update:
    # The record itself does not change: columns that note when it did keep what they say.
    kept = {column.name: column for column in table.columns if column.onupdate is not None}
    return update(table).where(_is(table, key)).values({**kept, **values})


def _same(table: Table, row: Values) -> Any:
    return _is(table, {column.name: row[column.name] for column in table.primary_key})


def _is(table: Table, key: Values) -> Any:
    return and_(*(table.c[name] == value for name, value in key.items()))


def _models() -> dict[Any, Any]:
    return {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}


def _append_only() -> set[Any]:
    return {table for table, model in _models().items() if issubclass(model, AppendOnly)}


def _audit(session: Session, table: Table, row: Values, action: str, changes: Mapping[str, list[Any]]) -> None:
    model = _models().get(table)
    if model is not None and issubclass(model, Audited):
        note_change(session, model, row["id"], action, dict(changes))


def _kept(values: Values) -> dict[str, Any]:
    return {name: _json(value) for name, value in values.items()}


def _json(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _read(table: Table, values: Values) -> dict[str, Any]:
    return {name: _typed(table.c[name], value) for name, value in values.items()}


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None or not isinstance(value, str):
        return value
    type_ = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(type_, EnumType) and type_.enum_class is not None:
        return type_.enum_class(value)
    kind = type_.python_type
    if kind in (date, datetime, time):
        return kind.fromisoformat(value)
    return UUID(value) if kind is UUID else value

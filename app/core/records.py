"""What kinds of records there are by their tables: what they are called, and where each is shown.

Whoever finds a row without knowing its feature (``core.mentions``) can name it and link to it. A row of a table that no
feature named is shown with the record it belongs to: the one its first foreign key leads to, or its ``record_kind``.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Table, exists, select
from sqlalchemy.orm import Session

from app.core.database import Base


@dataclass(frozen=True)
class Kind:
    """A kind of record: its table, its name, the addresses of some of them by their keys, the form that fills it in.

    One without addresses is shown with the record it belongs to. ``names`` says by their keys what those are
    called that whoever asks may see.
    """

    table: str
    label: Any
    urls: Callable[[list[int]], Mapping[int, str]] | None = None
    form: type[Any] | None = None
    names: Callable[[list[int]], Mapping[int, str]] | None = None


# Tables of the core, which have no page of their own or one that shows all their rows.
_CORE = {
    "audit_entry": _l("Audit"),
    "job": _l("Job"),
    "mail": _l("Mail"),
    "redaction": _l("Redaction"),
    "state_move": _l("History of states"),
    "stored_file": _l("File"),
    "submission": _l("Form that was sent"),
}


def add(app: Flask, *kinds: Kind) -> None:
    """Make kinds of records known to ``app``."""
    app.extensions.setdefault("records", {}).update({kind.table: kind for kind in kinds})


def label_of(table: str) -> str:
    """What a table's rows are called; where nobody said, the table's own name."""
    kind = current_app.extensions.get("records", {}).get(table)
    return str(kind.label if kind else _CORE.get(table, table.replace("_", " ")))


def field_of(table: str, column: str) -> str:
    """What the form of a kind of record calls a column; empty where no form knows it."""
    kind = current_app.extensions.get("records", {}).get(table)
    field = getattr(kind.form, column, None) if kind and kind.form else None
    said = [*getattr(field, "args", ()), getattr(field, "kwargs", {}).get("label")]
    return next((str(label) for label in said if isinstance(label, (str, LazyString))), "")


def referrers(session: Session, record: Any, own: Collection[str]) -> list[str]:
    """What the rows are called that refer to a record; those of the tables ``own`` are part of it and do not count.

    Whatever table a feature above adds is asked, too, so that deleting never takes its rows along.
    """
    found = (
        table.name
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if table.name not in own
        and any(key.column.table is record.__table__ for key in column.foreign_keys)
        and session.scalar(select(exists().where(column == record.id)))
    )
    return [label_of(table) for table in dict.fromkeys(found)]


def urls_of(session: Session, rows: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Where rows, pairs of table and key, are shown; one that no page shows is left out.

    A few statements for each table, whatever the number of rows.
    """
    return _told_of(session, rows, _addresses())


def names_of(session: Session, rows: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """What the records are called on whose pages rows, pairs of table and key, are shown, as far as their kind says."""
    kinds: Mapping[str, Kind] = current_app.extensions.get("records", {})
    return _told_of(session, rows, {table: kind.names for table, kind in kinds.items() if kind.names})


def _told_of(
    session: Session, rows: Iterable[tuple[str, int]], telling: Mapping[str, Callable[[list[int]], Mapping[int, str]]]
) -> dict[tuple[str, int], str]:
    keys: dict[str, set[int]] = {}
    for table, key in rows:
        keys.setdefault(table, set()).add(key)
    found: dict[tuple[str, int], str] = {}
    for table, wanted in keys.items():
        owners = {key: (table, key) for key in wanted}
        if table not in _addresses():
            owners = _owners(session, Base.metadata.tables[table], wanted)
        for owner_table in {owner for owner, _key in owners.values()}:
            tell = telling.get(owner_table)
            if tell is not None:
                told = tell(sorted({key for owner, key in owners.values() if owner == owner_table}))
                found |= {
                    (table, key): told[owned]
                    for key, (owner, owned) in owners.items()
                    if owner == owner_table and owned in told
                }
    return found


def _addresses() -> dict[str, Callable[[list[int]], Mapping[int, str]]]:
    kinds: Mapping[str, Kind] = current_app.extensions.get("records", {})
    return {table: kind.urls for table, kind in kinds.items() if kind.urls}


def _owners(session: Session, table: Table, keys: set[int]) -> dict[int, tuple[str, int]]:
    columns = table.columns
    if "record_kind" in columns and "record_id" in columns:
        statement = select(columns.id, columns.record_kind, columns.record_id).where(columns.id.in_(keys))
        return {row[0]: (row[1], row[2]) for row in session.connection().execute(statement)}
    known = _addresses()
    for column in columns:
        for foreign in column.foreign_keys:
            owner = foreign.column.table.name
            if owner in known:
                rows = session.connection().execute(select(columns.id, column).where(columns.id.in_(keys)))
                return {row[0]: (owner, row[1]) for row in rows if row[1] is not None}
    return {}

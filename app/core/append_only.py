"""How the databases themselves keep append-only tables from being rewritten.

The ORM refuses to change evidence (``core.audit``), but somebody with a connection passes it by. Triggers refuse UPDATE
and DELETE on both databases, and on SQLite also INSERT OR REPLACE, which deletes without a word. PostgreSQL's TRUNCATE
and DROP TABLE are left to the rights of its roles. A migration that makes an append-only table executes ``protecting``;
one that rebuilds such a table on SQLite must do so again, since the triggers go with the old table.
"""

from typing import Any

from sqlalchemy import Connection, text

from app.core.audit import AppendOnly
from app.core.database import Base

_SQLITE = (
    (
        "CREATE TRIGGER {table}_never_changed BEFORE UPDATE ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    ),
    (
        "CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    ),
    (
        "CREATE TRIGGER {table}_never_replaced BEFORE INSERT ON {table} "
        "WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    ),
)
_POSTGRESQL = (
    (
        "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
    ),
    (
        "CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION append_only()"
    ),
)


def protecting(dialect: str, table: str) -> list[str]:
    """The statements that make ``table`` append-only on ``sqlite`` or ``postgresql``."""
    statements = _SQLITE if dialect == "sqlite" else _POSTGRESQL
    return [statement.format(table=table) for statement in statements]


def tables() -> set[str]:
    """The names of the tables whose models are ``AppendOnly``."""
    models: list[Any] = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, AppendOnly)]
    return {model.__tablename__ for model in models if model.metadata is Base.metadata}


def unprotected(connection: Connection) -> set[str]:
    """Append-only tables that this database would let be rewritten."""
    if connection.dialect.name == "sqlite":
        found = text(
            "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = tbl_name || '_never_changed'"
        )
    else:
        found = text(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE t.tgname = c.relname || '_never_changed' AND t.tgenabled <> 'D'"
        )
    return tables() - set(connection.scalars(found))

"""How the databases themselves keep append-only tables from being rewritten.

The ORM refuses to change evidence (``core.audit``), but somebody with a connection passes it by. Triggers refuse UPDATE
and DELETE on both databases, and on SQLite also INSERT OR REPLACE, which deletes without a word. The one exception is
a redaction (``core.redaction``): columns with a permit may change, and the trigger makes a record of it.
PostgreSQL's TRUNCATE and DROP TABLE are left to the rights of its roles. A migration that makes an append-only table
executes ``protecting``; one that rebuilds such a table on SQLite, or gives it a column, must do so again.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, text

from app.core.audit import AppendOnly
from app.core.database import Base

_PERMITS = "FROM redaction_permit WHERE table_name = '{table}' AND record_id = OLD.id"
_NOTED = "table_name, record_id, column_name, reason, actor_id, actor_name, happened_at"
_SQLITE = (
    (
        "CREATE TRIGGER {table}_never_changed BEFORE UPDATE ON {table} "
        "WHEN NEW.id IS NOT OLD.id OR NOT EXISTS (SELECT 1 " + _PERMITS + "){columns} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    ),
    (
        "CREATE TRIGGER {table}_redacted AFTER UPDATE ON {table} "
        "BEGIN INSERT INTO redaction (" + _NOTED + ") SELECT " + _NOTED + " " + _PERMITS + "; "
        "DELETE " + _PERMITS + "; END"
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
_SQLITE_COLUMN = (
    ' OR (NEW."{column}" IS NOT OLD."{column}" AND NOT EXISTS (SELECT 1 ' + _PERMITS + " AND column_name = '{column}'))"
)
_POSTGRESQL = (
    (
        "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' THEN "
        "IF NEW.id = OLD.id AND EXISTS (SELECT 1 FROM redaction_permit p WHERE p.table_name = TG_TABLE_NAME "
        "AND p.record_id = OLD.id) AND NOT EXISTS (SELECT 1 FROM jsonb_each(to_jsonb(NEW)) n "
        "JOIN jsonb_each(to_jsonb(OLD)) o USING (key) WHERE n.value IS DISTINCT FROM o.value AND NOT EXISTS "
        "(SELECT 1 FROM redaction_permit p WHERE p.table_name = TG_TABLE_NAME AND p.record_id = OLD.id "
        "AND p.column_name = key)) THEN "
        "INSERT INTO redaction ({noted}) SELECT {noted} FROM redaction_permit p "
        "WHERE p.table_name = TG_TABLE_NAME AND p.record_id = OLD.id; "
        "DELETE FROM redaction_permit p WHERE p.table_name = TG_TABLE_NAME AND p.record_id = OLD.id; "
        "RETURN NEW; END IF; END IF; "
        "RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
    ),
    (
        "CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION append_only()"
    ),
)


def protecting(dialect: str, table: str, columns: Collection[str] | None = None) -> list[str]:
    """The statements that make ``table`` append-only on ``sqlite`` or ``postgresql``.

    SQLite's triggers name every column; without ``columns`` they are those of the model.
    """
    if dialect != "sqlite":
        return [statement.replace("{table}", table).replace("{noted}", _NOTED) for statement in _POSTGRESQL]
    names = Base.metadata.tables[table].columns.keys() if columns is None else columns
    each = "".join(_SQLITE_COLUMN.format(table=table, column=name) for name in names if name != "id")
    return [statement.format(table=table, columns=each) for statement in _SQLITE]


def tables() -> set[str]:
    """The names of the tables whose models are ``AppendOnly``."""
    models: list[Any] = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, AppendOnly)]
    return {model.__tablename__ for model in models if model.metadata is Base.metadata}


def unprotected(connection: Connection) -> set[str]:
    """Append-only tables that this database would let be rewritten, or that no redaction could reach."""
    if connection.dialect.name == "sqlite":
        found = connection.execute(
            text(
                "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name = tbl_name || '_never_changed'"
            )
        )
        return tables() - {table for table, sql in found if _names_all(table, sql)}
    triggers = text(
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE t.tgname = c.relname || '_never_changed' AND t.tgenabled <> 'D' AND p.prosrc LIKE '%redaction_permit%'"
    )
    return tables() - set(connection.scalars(triggers))


def _names_all(table: str, sql: str) -> bool:
    known = Base.metadata.tables.get(table)
    names = () if known is None else known.columns.keys()
    return all(f'NEW."{name}"' in sql for name in names if name != "id")

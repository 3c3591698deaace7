"""How a database is emptied between two tests: of what was written, and of nothing else.

There are more than a hundred tables and a test writes to a few of them. Deleting from all, truncating, or copying an
empty database over the old one took as long as an average test; asking each table whether it holds a row takes half a
millisecond. Each database has a connection of its own for this, which asks neither triggers nor references: evidence
goes the way that only a table's owner has.
"""

import sqlite3
from typing import Protocol

import psycopg
from sqlalchemy import Engine, inspect

KEPT = "alembic_version"


class Emptying(Protocol):
    """A connection that empties one database."""

    def empty(self) -> None:
        """Delete every row there is, and count keys from one again."""

    def close(self) -> None:
        """Let go of the database."""


def emptying(engine: Engine) -> Emptying:
    """What empties the database of an engine, whose tables are there and stay."""
    tables = sorted(set(inspect(engine).get_table_names()) - {KEPT})
    if engine.dialect.name == "sqlite":
        return EmptyingSqlite(str(engine.url.database), tables)
    return EmptyingPostgresql(engine, tables)


class EmptyingSqlite:
    """Empties a file; references are asked only where a connection wants it, and this one does not."""

    def __init__(self, file: str, tables: list[str]) -> None:
        # Any thread may be the last to let a test go.
        self.connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self.connection.set_authorizer(_past_triggers)
        counted = "SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'"
        self.has_counters = self.connection.execute(counted).fetchone() is not None
        self.questions = {table: f'SELECT 1 FROM "{table}" LIMIT 1' for table in tables}  # noqa: S608 - own tables

    def empty(self) -> None:
        """Delete every row there is, and count keys from one again."""
        ask = self.connection.execute
        with self.connection:
            ask("BEGIN IMMEDIATE")
            for table, question in self.questions.items():
                if ask(question).fetchone():
                    ask(f'DELETE FROM "{table}"')  # noqa: S608 - as above
            if self.has_counters:
                ask("DELETE FROM sqlite_sequence")

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


def _past_triggers(action: int, _one: str | None, _other: str | None, _database: str | None, inside: str | None) -> int:
    """Leave out what a trigger selects: ``SELECT RAISE(ABORT, …)`` is how evidence refuses to be deleted."""
    return sqlite3.SQLITE_IGNORE if inside and action == sqlite3.SQLITE_SELECT else sqlite3.SQLITE_OK


# Rows are deleted rather than tables truncated, which makes a new file for each table and index. As a replica the
# server asks neither triggers nor references. The function goes with its connection.
_POSTGRESQL = """
CREATE FUNCTION pg_temp.empty() RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
    FOR name IN {written} LOOP
        EXECUTE 'DELETE FROM ' || quote_ident(name);
    END LOOP;
    PERFORM setval(seqrelid::regclass, 1, false) FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL;
END $$
"""


class EmptyingPostgresql:
    """Empties a database of a server; tests connect as somebody who may call themselves a replica."""

    def __init__(self, engine: Engine, tables: list[str]) -> None:
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self.connection = psycopg.connect(address, autocommit=True)
        self.connection.execute("SET session_replication_role = replica")
        asked = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables)  # noqa: S608 - as above
        self.connection.execute(_POSTGRESQL.format(written=" UNION ALL ".join(asked)).encode())

    def empty(self) -> None:
        """Delete every row there is, and count keys from one again."""
        self.connection.execute("SELECT pg_temp.empty()")

    def close(self) -> None:
        """Let go of the server."""
        self.connection.close()

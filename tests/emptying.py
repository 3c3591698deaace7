"""How a database is emptied between two tests, of what was written and of nothing else; and how rows are put back.

There are more than a hundred tables and a test writes to a few of them. Deleting from all, truncating, or copying an
empty database over the old one took as long as an average test; asking each table whether it holds a row takes half a
millisecond. Each database has a connection of its own for this, which asks neither triggers nor references: evidence
goes the way that only a table's owner has.

Rows that many tests begin with are read once and put back as they were, with the keys that would come next: making them
through the services took a fifth of what tests of events took.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from sqlalchemy import Engine, inspect

KEPT = "alembic_version"


@dataclass(frozen=True)
class Rows:
    """Every row of a database by its table, as the database hands it out, and the last key of each counter."""

    tables: dict[str, Any]
    counters: list[tuple[str, int]]


class Emptying(Protocol):
    """A connection that empties one database."""

    def empty(self) -> None:
        """Delete every row there is, and count keys from one again."""

    def written(self) -> list[str]:
        """The tables that have rows."""

    def rows(self) -> Rows:
        """Every row there is."""

    def put(self, rows: Rows) -> None:
        """Write rows of ``rows()`` into the emptied database."""

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
            for table in self.written():
                ask(f'DELETE FROM "{table}"')  # noqa: S608 - as above
            if self.has_counters:
                ask("DELETE FROM sqlite_sequence")

    def written(self) -> list[str]:
        """The tables that have rows."""
        ask = self.connection.execute
        return [table for table, question in self.questions.items() if ask(question).fetchone()]

    def rows(self) -> Rows:
        """Every row there is."""
        ask = self.connection.execute
        tables = {table: ask(f'SELECT * FROM "{table}"').fetchall() for table in self.written()}  # noqa: S608 - as above
        return Rows(tables, ask("SELECT name, seq FROM sqlite_sequence").fetchall() if self.has_counters else [])

    def put(self, rows: Rows) -> None:
        """Write rows of ``rows()`` into the emptied database."""
        with self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            for table, values in rows.tables.items():
                marks = ", ".join("?" * len(values[0]))
                self.connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', values)  # noqa: S608 - as above
            if self.has_counters:
                self.connection.execute("DELETE FROM sqlite_sequence")  # Inserting has set it, in another order.
                self.connection.executemany("INSERT INTO sqlite_sequence VALUES (?, ?)", rows.counters)

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
    FOR name IN %s LOOP
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
        self.question = " UNION ALL ".join(asked).encode()
        self.connection.execute(_POSTGRESQL.encode() % self.question)

    def empty(self) -> None:
        """Delete every row there is, and count keys from one again."""
        self.connection.execute("SELECT pg_temp.empty()")

    def written(self) -> list[str]:
        """The tables that have rows."""
        return [table for (table,) in self.connection.execute(self.question)]

    def rows(self) -> Rows:
        """Every row there is."""
        tables = {}
        for table in self.written():
            with self.connection.cursor().copy(f'COPY "{table}" TO STDOUT (FORMAT binary)'.encode()) as lines:
                tables[table] = b"".join(lines)
        last = "SELECT seqrelid::regclass::text, pg_sequence_last_value(seqrelid) FROM pg_sequence"
        counters = self.connection.execute(f"{last} WHERE pg_sequence_last_value(seqrelid) IS NOT NULL".encode())
        return Rows(tables, counters.fetchall())

    def put(self, rows: Rows) -> None:
        """Write rows of ``rows()`` into the emptied database."""
        with self.connection.transaction():
            for table, octets in rows.tables.items():
                with self.connection.cursor().copy(f'COPY "{table}" FROM STDIN (FORMAT binary)'.encode()) as lines:
                    lines.write(octets)
            if rows.counters:
                names, keys = map(list, zip(*rows.counters, strict=True))
                counted = "SELECT setval(name::regclass, key) FROM unnest(%s::text[], %s::bigint[]) AS of (name, key)"
                self.connection.execute(counted, (names, keys))

    def close(self) -> None:
        """Let go of the server."""
        self.connection.close()

"""The schema's history: it leads to what the models say, on both databases, there and back."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex

from app.core.append_only import unprotected
from app.core.database import Base, complete_indexes, writing
from app.core.migrations import migrations
from app.extensions import db
from app.valorisation.models import ActionPlan
from tests.conftest import Backend


def test_the_newest_migration_is_what_the_models_say(app: Flask) -> None:
    with app.app_context():
        assert migrations().compare_metadata() == []


def test_what_the_database_refuses_is_what_the_models_say(app: Flask) -> None:
    """Alembic compares neither the words of a check nor which rows an index is for."""
    with app.app_context(), writing(), db.engine.connect() as connection:
        migrated = conditions(connection)
        modelled = conditions_of_models(connection)
    assert len(migrated) > 50
    assert migrated == modelled


def conditions_of_models(connection: sa.Connection) -> dict[str, str]:
    """The same in tables made of the models: in memory, or in a schema of its own that is never committed."""
    if connection.dialect.name == "sqlite":
        engine = sa.create_engine("sqlite://")
        with engine.connect() as scratch:
            Base.metadata.create_all(scratch)
            found = conditions(scratch)
        engine.dispose()
        return found
    connection.execute(sa.text("CREATE SCHEMA modelled"))
    Base.metadata.create_all(connection.execution_options(schema_translate_map={None: "modelled"}))
    return conditions(connection, "modelled")


def conditions(connection: sa.Connection, schema: str | None = None) -> dict[str, str]:
    """What each check and each index of some rows asks for, by name."""
    inspector, where = sa.inspect(connection), f"{connection.dialect.name}_where"
    checks = inspector.get_multi_check_constraints(schema=schema).values()
    found = {str(check["name"]): check["sqltext"] for of_table in checks for check in of_table}
    for index in (index for of_table in inspector.get_multi_indexes(schema=schema).values() for index in of_table):
        if where in index.get("dialect_options", {}):
            found[str(index["name"])] = str(index["dialect_options"][where])
    return {name: " ".join(condition.split()) for name, condition in found.items()}


def test_there_is_one_head(app: Flask) -> None:
    with app.app_context():
        assert len(migrations().heads()) == 1


def test_the_database_itself_protects_every_append_only_table(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert unprotected(connection) == set()


def test_a_key_never_comes_back_on_sqlite(fresh: Backend) -> None:
    """History and audit name a record by its key alone; PostgreSQL's sequences never go back."""
    with fresh.app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            return
        tables = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")).all()
    keyed = {name: sql for name, sql in tables if "\tid INTEGER NOT NULL" in sql}

    assert len(keyed) > 20
    assert {name for name, sql in keyed.items() if "AUTOINCREMENT" not in sql} == set()


def test_migrations_go_up_and_down_and_up_again_with_data(fresh: Backend) -> None:
    with fresh.app.app_context(), writing():
        fill(db.engine)
        migrations().downgrade("base")
        assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
        migrations().upgrade()
        assert migrations().compare_metadata() == []


def fill(engine: sa.Engine) -> None:
    """One row in every table that can have one without others, by plain SQL: migrations know no models."""
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO audit_entry (record_kind, record_id, action, changes, actor_name, happened_at) "
                "VALUES ('event', 1, 'create', '{}', 'portal', '2025-05-12 10:00:00+00:00')"
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO submission (key, location, submitted_at) "
                "VALUES ('key', '/events/1', '2025-05-12 10:00:00+00:00')"
            )
        )


@pytest.mark.parametrize(
    ("name", "dialect"),
    [("sqlite", sqlite.dialect()), ("postgresql", postgresql.dialect())],
    ids=["sqlite", "postgresql"],
)
def test_an_index_of_some_rows_says_which_in_either_database(name: str, dialect: sa.Dialect) -> None:
    complete_indexes(name)
    index = next(one for one in ActionPlan.__table__.indexes if one.name == "uq_action_plan_holds")  # type: ignore[attr-defined]
    told = str(CreateIndex(index).compile(dialect=dialect))
    assert told.startswith("CREATE UNIQUE INDEX")
    assert told.endswith("WHERE state IN ('approved', 'in_execution')")

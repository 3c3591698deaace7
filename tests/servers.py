"""The real servers tests talk to: PostgreSQL here, one database a test process."""

import atexit
import os
from functools import cache

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

DEFAULT = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


@cache
def postgresql_url(purpose: str = "portal", copied: str | None = None) -> str:
    """An empty database of this test process, one for each purpose; it goes when the process ends.

    It begins as a copy of the one at the address ``copied``, which nobody may be connected to.
    """
    server = _server()
    name = f"{purpose}_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    _command(
        server,
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
        f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{sa.make_url(copied).database}"' if copied else ""),
        # What a test leaves need not survive a power cut.
        f'ALTER DATABASE "{name}" SET synchronous_commit = off',
    )
    atexit.register(_command, server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    return server.set(database=name).render_as_string(hide_password=False)


@cache
def _server() -> sa.URL:
    """The server at ``PORTAL_TEST_POSTGRES_URL``, the local one, or one started from a wheel."""
    wanted = os.environ.get("PORTAL_TEST_POSTGRES_URL") or DEFAULT
    server = sa.make_url(wanted).set(drivername="postgresql+psycopg")
    return server if _answers(server) else _embedded()


def _command(server: sa.URL, *statements: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def _answers(server: sa.URL) -> bool:
    engine = sa.create_engine(server, connect_args={"connect_timeout": 3})
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


def _embedded() -> sa.URL:
    """Start PostgreSQL from its wheel, for somebody who has no server; it ends with the tests."""
    try:
        from tests.embedded import start
    except ImportError as error:
        pytest.fail(f"No PostgreSQL answers at {DEFAULT}, and none can be started: {error}")
    return sa.make_url(start())

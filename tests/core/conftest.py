"""The core alone, with a small feature of its own: what the features stand on is tested without any of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import append_only, clock, mail, outbox, states, submissions
from app.core.access import Actor, Grant
from app.core.audit import AuditEntry
from app.core.database import Base
from app.core.files import StoredFile
from app.core.redaction import Redaction, RedactionPermit
from app.extensions import db
from tests.conftest import AS_OF, settings_for
from tests.core.things import PEOPLE, OwnTables, core_app
from tests.emptying import emptying
from tests.servers import postgresql_url

CORE_MODELS = (
    AuditEntry,
    states.StateMove,
    outbox.Job,
    mail.Mail,
    StoredFile,
    submissions.Submission,
    RedactionPermit,
    Redaction,
)


class CoreBackend:
    """A portal of the core alone on one database, emptied after every test."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        url = f"sqlite:///{folder / 'core.db'}" if name == "sqlite" else postgresql_url("core")
        self.settings = settings_for(url, folder / "files")
        self.app = core_app(self.settings)
        tables = [model.__table__ for model in CORE_MODELS]
        with self.app.app_context():
            self.engine = db.engine
        with self.engine.begin() as connection:
            Base.metadata.create_all(connection, tables=tables)  # type: ignore[arg-type]
            OwnTables.metadata.create_all(connection)
            for table in ("audit_entry", "redaction", "state_move"):
                for statement in append_only.protecting(name, table):
                    connection.exec_driver_sql(statement)
        self.emptying = emptying(self.engine)

    def clean(self) -> None:
        """Give the next test empty tables."""
        self.emptying.empty()

    def close(self) -> None:
        """Let go of the database."""
        self.emptying.close()
        self.engine.dispose()


@pytest.fixture
def sign_in(client: FlaskClient) -> Iterator[Any]:
    """A function that makes the client somebody with the given grants."""

    def enter(*grants: Grant, user_id: int = 7) -> Actor:
        actor = Actor(user_id, "Lusine", grants)
        PEOPLE[user_id] = actor
        with client.session_transaction() as cookie:
            cookie["_user_id"] = str(user_id)
        return actor

    yield enter
    PEOPLE.clear()


@pytest.fixture(scope="session")
def core_backends() -> Iterator[dict[str, CoreBackend]]:
    """The applications of this folder, each made when it is first asked for."""
    made: dict[str, CoreBackend] = {}
    yield made
    for backend in made.values():
        backend.close()


@pytest.fixture(params=("sqlite", "postgresql"))
def backend(
    request: pytest.FixtureRequest, core_backends: dict[str, CoreBackend], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CoreBackend]:
    """The core alone on an empty database; every test that asks for it runs on both."""
    name: str = request.param
    if name not in core_backends:
        core_backends[name] = CoreBackend(name, tmp_path_factory.mktemp(f"core-{name}"))
    clock.reckon_with(AS_OF)
    yield core_backends[name]
    core_backends[name].clean()


@pytest.fixture
def sqlite_app(tmp_path: Path) -> Flask:
    """The core alone without tables, for what has nothing to do with a database."""
    return core_app(settings_for(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path / "files"))

"""Two writers never lose each other's work, and nothing writes where nothing may be written."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import IntegrityError, NoResultFound, StatementError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app.config import ROOT
from app.core import database
from app.core.database import (
    Base,
    UtcDateTime,
    WriteOutsideWriting,
    engine_options,
    hold,
    seeing_one_state,
    snapshot,
    writing,
)
from app.core.veil import WrittenText
from app.extensions import db
from tests.core.conftest import CoreBackend
from tests.core.things import Thing, ThingState

INCREMENTS = 50
TABLE = sa.table("thing", sa.column("name"))
COUNTER = """
import sys
import sqlalchemy as sa
from app.core.database import prepare_engine, writing
engine = sa.create_engine(sys.argv[1])
prepare_engine(engine)
with writing():
    for _ in range(int(sys.argv[2])):
        with engine.begin() as connection:
            amount = connection.scalar(sa.text("SELECT amount FROM thing"))
            connection.execute(sa.text("UPDATE thing SET amount = :amount"), {"amount": amount + 1})
"""


def a_thing(app: Flask, **facts: object) -> int:
    with app.app_context(), writing():
        thing = Thing(**{"name": "counter", **facts})
        db.session.add(thing)
        db.session.commit()
        return thing.id


def increment(app: Flask, thing_id: int, together: Barrier) -> int:
    """Read, add one, write; starts again where somebody else came first. Answers how often that was."""
    repeats = 0
    together.wait()
    for _ in range(INCREMENTS):
        while True:
            with app.app_context(), writing():
                try:
                    db.session.get_one(Thing, thing_id).amount += 1
                    db.session.commit()
                    break
                except StaleDataError:
                    repeats += 1
    return repeats


def test_eight_threads_lose_no_increment(backend: CoreBackend):
    thing_id = a_thing(backend.app)
    together = Barrier(8)

    with ThreadPoolExecutor(8) as threads:
        repeats = list(threads.map(lambda _number: increment(backend.app, thing_id, together), range(8)))

    with backend.app.app_context():
        assert db.session.get_one(Thing, thing_id).amount == 8 * INCREMENTS
    if backend.name == "sqlite":
        assert sum(repeats) == 0, "BEGIN IMMEDIATE lets nobody come first"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_two_processes_writing_at_once_on_sqlite_lose_nothing(backend: CoreBackend):
    thing_id = a_thing(backend.app)
    command = [sys.executable, "-c", COUNTER, backend.settings.database_url, "200"]

    processes = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]

    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    with backend.app.app_context():
        assert db.session.get_one(Thing, thing_id).amount == 400


def test_an_edit_of_what_somebody_else_saved_is_a_conflict(session: Session):
    thing = Thing(name="one")
    session.add(thing)
    session.commit()
    assert thing.version == 1

    session.execute(sa.text("UPDATE thing SET version = 2"))
    thing.amount = 5

    with pytest.raises(StaleDataError):
        session.flush()


def test_a_naive_instant_is_refused(session: Session):
    session.add(Thing(name="naive", created_at=datetime(2025, 5, 12, 10, 0)))  # noqa: DTZ001 - that is the point

    with pytest.raises(StatementError, match="needs a time zone"):
        session.flush()


def test_an_instant_comes_back_in_utc(session: Session):
    tbilisi = timezone(timedelta(hours=4))
    session.add(Thing(name="zoned", created_at=datetime(2025, 5, 12, 14, 0, tzinfo=tbilisi)))
    session.commit()

    stored = session.scalars(sa.select(Thing.created_at)).one()
    assert stored == datetime(2025, 5, 12, 10, 0, tzinfo=UTC)
    assert stored.tzinfo is UTC


def test_all_texts_and_all_instants_have_one_type_each_instead_of_one_a_column():
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    for kind in (WrittenText, UtcDateTime):
        types = [column.type for column in columns if type(column.type) is kind]
        assert len(types) > 2
        assert len(set(map(id, types))) == 1


def test_a_flush_outside_writing_is_refused(session: Session):
    session.add(Thing(name="secretly"))

    with writing(enabled=False), pytest.raises(WriteOutsideWriting):
        session.flush()


@pytest.mark.parametrize(
    "statement",
    [
        sa.insert(TABLE).values(name="secretly"),
        sa.update(TABLE).values(name="secretly"),
        sa.delete(TABLE),
    ],
    ids=["insert", "update", "delete"],
)
def test_a_writing_statement_outside_writing_is_refused(session: Session, statement: sa.Executable):
    with writing(enabled=False), pytest.raises(WriteOutsideWriting):
        session.execute(statement)


def test_reading_outside_writing_is_free(session: Session):
    with writing(enabled=False):
        assert session.scalars(sa.select(Thing)).all() == []


def test_a_reference_to_nothing_is_refused(session: Session):
    session.add(Thing(name="orphan", parent_id=999))

    with pytest.raises(IntegrityError):
        session.flush()


def test_what_is_held_is_read_anew_and_keeps_what_was_changed_here(session: Session):
    kept, changed = Thing(name="one", amount=1), Thing(name="two", amount=1)
    session.add_all([kept, changed])
    session.flush()
    changed.amount = 2
    session.connection().execute(sa.update(Thing).where(Thing.id == kept.id).values(amount=7))
    hold(kept, changed)
    assert (kept.amount, changed.amount) == (7, 2)


def test_what_is_gone_meanwhile_cannot_be_held(session: Session):
    thing = Thing(name="one")
    session.add(thing)
    session.flush()
    session.connection().execute(sa.delete(Thing).where(Thing.id == thing.id))
    with pytest.raises(NoResultFound):
        hold(thing)


def test_states_are_stored_by_value_and_identifiers_never_repeat(session: Session):
    session.add_all([Thing(name="one"), Thing(name="two")])
    session.commit()

    assert session.scalars(sa.text("SELECT state FROM thing")).all() == ["draft", "draft"]
    assert session.scalars(sa.select(Thing.state)).first() is ThingState.DRAFT
    first, second = session.scalars(sa.select(Thing.uid).order_by(Thing.id))
    assert first < second, "UUIDv7 grows with time"
    assert first.version == 7


def test_a_text_in_no_language_is_no_text(session: Session):
    session.add_all([Thing(name="never", title=None), Thing(name="blank", title={"en": "  ", "de": "Ding"})])
    session.commit()

    assert session.scalars(sa.select(Thing.name).where(Thing.title.is_(None))).all() == ["never"]
    assert session.scalars(sa.select(Thing.title).where(Thing.name == "blank")).one() == {"de": "Ding"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sqlite_runs_as_the_portal_needs_it(session: Session):
    wanted = {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10_000, "secure_delete": 1}
    assert {name: session.scalar(sa.text(f"PRAGMA {name}")) for name in wanted} == wanted


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_reading_on_sqlite_waits_for_no_writer(backend: CoreBackend):
    a_thing(backend.app)

    with writing(), backend.engine.connect() as writer:
        writer.execute(sa.text("UPDATE thing SET amount = 1"))
        with writing(enabled=False), backend.engine.connect() as reader:
            assert reader.scalar(sa.text("SELECT amount FROM thing")) == 0
        writer.rollback()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.parametrize("writes", [False, True])
def test_postgresql_begins_a_transaction_only_for_writers(backend: CoreBackend, writes: bool):
    with writing(writes), backend.engine.connect() as connection:
        connection.execute(sa.text("SELECT amount FROM thing"))
        driver = connection.connection.dbapi_connection
        assert driver is not None

        assert (driver.info.transaction_status is TransactionStatus.INTRANS) is writes


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_what_was_begun_to_read_is_not_written_in(backend: CoreBackend):
    with backend.app.app_context():
        with writing(enabled=False):
            assert db.session.scalars(sa.select(Thing)).all() == []
        db.session.add(Thing(name="half"))
        with writing(), pytest.raises(WriteOutsideWriting, match="begun to read"):
            db.session.flush()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_snapshot_of_postgresql_sees_one_state(backend: CoreBackend):
    with snapshot(backend.engine) as connection:
        before = connection.scalar(sa.select(sa.func.count()).select_from(TABLE))
        a_thing(backend.app)

        assert connection.scalar(sa.select(sa.func.count()).select_from(TABLE)) == before


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_closed_while_it_was_idle_is_replaced(
    backend: CoreBackend, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "ANSWERS_FOR", -1.0)
    backend.engine.dispose()  # so that the pool has no other connection to give
    with backend.engine.connect() as connection:
        pid = connection.scalar(sa.text("SELECT pg_backend_pid()"))
    other = sa.create_engine(backend.engine.url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with other.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    with backend.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT pg_backend_pid()")) != pid


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d"])
def test_a_plain_postgresql_address_is_opened_with_psycopg(url: str):
    assert engine_options(url)["url"] == "postgresql+psycopg://u@h/d"


def test_a_database_file_may_have_spaces_in_its_path(tmp_path: Path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    assert sa.create_engine(**engine_options(f"sqlite:///{folder}/portal.db")).connect().closed is False


def test_statements_of_one_state_do_not_see_what_others_commit_meanwhile(backend: CoreBackend) -> None:
    thing_id = a_thing(backend.app)
    amount = sa.select(Thing.amount).where(Thing.id == thing_id)
    # While somebody writes to SQLite nobody else can; there it is asked of whoever reads.
    for is_writing in (False, True) if backend.name == "postgresql" else (False,):
        with backend.app.app_context(), writing(is_writing), seeing_one_state():
            before = db.session.scalars(amount).one()
            with ThreadPoolExecutor(1) as another:
                another.submit(increment, backend.app, thing_id, Barrier(1)).result()
            assert db.session.scalar(amount) == before
            db.session.rollback()
            assert db.session.scalar(amount) == before + INCREMENTS


def test_without_being_asked_to_postgresql_shows_what_others_committed(backend: CoreBackend) -> None:
    thing_id = a_thing(backend.app)
    with backend.app.app_context(), seeing_one_state():
        db.session.scalar(sa.select(Thing.amount).where(Thing.id == thing_id))
    with backend.app.app_context():
        before = db.session.scalars(sa.select(Thing.amount).where(Thing.id == thing_id)).one()
        with ThreadPoolExecutor(1) as another:
            another.submit(increment, backend.app, thing_id, Barrier(1)).result()
        now = db.session.scalar(sa.select(Thing.amount).where(Thing.id == thing_id))
        assert now == before + (INCREMENTS if backend.name == "postgresql" else 0)

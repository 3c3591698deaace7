"""The declarative base, the columns every record shares, and how SQLite and PostgreSQL are opened.

SQLite is opened with ``isolation_level=None`` and begins writing transactions with ``BEGIN IMMEDIATE``: in the driver's
default mode a read outside the transaction lets two writers lose each other's updates without an error.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import Enum as PythonEnum
from time import monotonic
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Index,
    Integer,
    MetaData,
    Row,
    Select,
    Table,
    TypeDecorator,
    Uuid,
    event,
    select,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedColumn,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    object_session,
)

from app.core import clock
from app.core.uids import new_uid
from app.core.veil import WrittenJson, WrittenText

LARGEST_KEY = 2**31 - 1  # PostgreSQL refuses to look for a larger one in a column of integers.

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

SQLITE_SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=NORMAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA temp_store=MEMORY",
    # What an erasure took out is overwritten in the file, too; some builds of SQLite would leave it in freed pages.
    "PRAGMA secure_delete=ON",
)

# How many seconds a connection to PostgreSQL is believed to be there since it was last used.
ANSWERS_FOR = 5.0

ONLY_WRITERS = "Only what runs inside writing() may write; GET never does."

_writing: ContextVar[bool] = ContextVar("writing", default=False)
_one_state: ContextVar[bool] = ContextVar("one_state", default=False)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant; it enters with a time zone and leaves in UTC, on either database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime, which would mean a different instant on every machine."""
        if value is not None and value.tzinfo is None:
            raise ValueError("A stored instant needs a time zone.")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the instant its zone back, which SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables: integer key, named constraints, enums stored by value, instants in UTC."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        # Objects, not classes: SQLAlchemy would make one of each for every column, and for each a class of comparisons.
        str: WrittenText(),
        datetime: UtcDateTime(),
        UUID: Uuid(),
        PythonEnum: Enum(
            PythonEnum,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=lambda members: [member.value for member in members],
        ),
    }

    # Whether its texts are part of a contract or prove one: then no erasure changes them, since they are kept for legal
    # claims (GDPR, Article 17(3)(e)), and whoever may read them reads them as they were signed.
    is_binding: ClassVar[bool] = False

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-10)

    @classmethod
    def __table_cls__(cls, *arguments: Any, **options: Any) -> Table:
        """The table of a model; the columns of one that binds are read without a veil."""
        for column in arguments if cls.is_binding else ():
            if isinstance(column, Column) and isinstance(column.type, (WrittenText, WrittenJson)):
                column.type = column.type.impl_instance
        return Table(*arguments, **options)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


class Timestamped:
    """When a record was made and last changed, true instants."""

    created_at: Mapped[datetime] = mapped_column(default=clock.now, sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, onupdate=clock.now, sort_order=91)


class Versioned:
    """Optimistic lock: the version goes out with a form and comes back; a stale one is a conflict, no lost edit."""

    version: Mapped[int] = mapped_column(Integer, nullable=False, sort_order=92)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, MappedColumn[int]]:
        return {"version_id_col": cls.version}  # type: ignore[dict-item]


class LeavesTheHouse:
    """A permanent, never reused identifier for records that appear in files, feeds and links elsewhere (UUIDv7)."""

    uid: Mapped[UUID] = mapped_column(default=new_uid, unique=True, sort_order=-9)


def unique_where(name: str, condition: str, *columns: str) -> Index:
    """A unique index of the rows alone that satisfy ``condition``, SQL that both databases understand.

    SQLAlchemy is told so by ``complete_indexes``: told here, for both, it would load both dialects in every process.
    """
    return Index(name, *columns, unique=True, info={"where": text(condition)})


@event.listens_for(Base.metadata, "before_create")
def _before_create(_tables: MetaData, connection: Connection, **_facts: object) -> None:
    complete_indexes(connection.dialect.name)


def complete_indexes(dialect: str) -> None:
    """Tell the indexes of ``unique_where`` their condition, before a database makes them or is compared with them."""
    for table in Base.metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_kwargs[f"{dialect}_where"] = index.info["where"]


@contextmanager
def writing(enabled: bool = True) -> Iterator[None]:
    """Run the enclosed transactions as writers; on SQLite they take the write lock when they begin."""
    token = _writing.set(enabled)
    try:
        yield
    finally:
        _writing.reset(token)


def set_writing(enabled: bool) -> None:
    """Decide for the rest of this thread's work whether its transactions write; the request edge calls it once each."""
    _writing.set(enabled)


def set_one_state(enabled: bool) -> None:
    """Decide for the rest of this thread's work whether all statements of a transaction see one state of the database.

    SQLite's transactions are like that; PostgreSQL's see with each statement what others have committed meanwhile. The
    request edge calls it once each, for views that are marked ``of_one_state``.
    """
    _one_state.set(enabled)


@contextmanager
def seeing_one_state() -> Iterator[None]:
    """Run the enclosed transactions, those that begin here, so that all their statements see one state."""
    token = _one_state.set(True)
    try:
        yield
    finally:
        _one_state.reset(token)


def is_writing() -> bool:
    """Whether transactions that begin here now write."""
    return _writing.get()


class WriteOutsideWriting(RuntimeError):
    """A flush was tried where nothing may be written, as while answering a GET."""


@event.listens_for(Session, "before_flush")
def _refuse_unannounced(session: Session, _context: object, _instances: object) -> None:
    if not _writing.get() and (session.new or session.deleted or any(map(session.is_modified, session.dirty))):
        raise WriteOutsideWriting(ONLY_WRITERS)
    driver: Any = session.connection().connection.dbapi_connection
    if getattr(driver, "autocommit", False) is True:
        raise WriteOutsideWriting(
            "The transaction was begun to read, and PostgreSQL would keep half of what is written."
        )


@event.listens_for(Session, "do_orm_execute")
def _refuse_unannounced_statements(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not _writing.get():
        raise WriteOutsideWriting(ONLY_WRITERS)


def plain_rows(
    session: Session, statement: Select[*tuple[Any, ...]], values: Mapping[str, Any] | None = None
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Rows of columns, for a third less than by ``session.execute``, which does for them what entities need.

    Nothing that waits in the session is flushed before, so this is for pages that only read.
    """
    return session.connection().execute(statement, values or {}).all()


def engine_options(url: str) -> dict[str, Any]:
    """The engine's options for ``PORTAL_DATABASE_URL``; a plain ``postgresql://`` is opened with psycopg 3."""
    if url.startswith(("postgres://", "postgresql://")):
        return {"url": f"postgresql+psycopg://{url.partition('://')[2]}", "pool_size": 8}
    # The connection that read last reads next, because of SQLite's each keeps what it knows (``unchanged``).
    return {"url": url, "pool_use_lifo": True}


# Somebody else's work holds what a statement needs: on SQLite the whole database is held by its one writer.
_BUSY = frozenset({"SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED", "40001", "40P01", "55P03"})


def is_busy(error: DBAPIError) -> bool:
    """Whether a statement failed because it waited for somebody else's for too long; again, it may well succeed."""
    return bool(_BUSY & {getattr(error.orig, "sqlite_errorname", None), getattr(error.orig, "sqlstate", None)})


def has_one_writer(session: Session) -> bool:
    """Whether everybody who writes waits for whoever writes: SQLite; PostgreSQL locks rows."""
    return session.get_bind().dialect.name == "sqlite"


def hold(record: Base, *parts: Base) -> None:
    """Hold a record's row until the transaction ends, and read it and these parts of it anew.

    What is checked of them, their versions included, is checked after: whoever waited for the row would otherwise
    decide by what was read before. Parts are changed only while their record is held. Raises ``NoResultFound`` where
    one of them is gone.
    """
    session = object_session(record)
    if session is None:
        raise RuntimeError("A record must be in a session to be held.")
    session.flush()  # Reading anew would lose what this transaction changed and did not write yet.
    for one in (record, *parts):
        kind = type(one)
        wanted = select(kind).where(kind.id == one.id).execution_options(populate_existing=True)
        # Not by refresh(), which asks as whoever loaded it did, with columns that were left out then.
        session.execute(wanted.with_for_update(of=kind) if one is record else wanted).scalar_one()


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A connection whose statements all see one state of the database.

    SQLite's transactions are like that; PostgreSQL's have to be asked.
    """
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection


@contextmanager
def streaming(session: Session) -> Iterator[Connection]:
    """A connection to read many rows from, one after the other: the session's own where it writes.

    Where it only reads, PostgreSQL gives each statement alone, and no rows one by one; another connection does.
    """
    if _writing.get():
        yield session.connection()
    else:
        with snapshot(session.get_bind()) as connection:  # type: ignore[arg-type]
            yield connection


def prepare_engine(engine: Engine) -> None:
    """Give an engine its transactions: those of requests that only read cost PostgreSQL nothing and lock no SQLite."""
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        _prepare_postgresql(engine)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _open(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in SQLITE_SETTINGS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("write", _writing.get()):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # It takes no lock, so it cannot fail; by way of SQLAlchemy it would cost as much as a query.
            connection.connection.cursor().execute("BEGIN")


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if "isolation_level" not in options:
            # Each statement sees a state of its own anyway: BEGIN and ROLLBACK would be two questions for nothing.
            driver: Any = connection.connection.dbapi_connection
            alone = not (_one_state.get() or options.get("write", _writing.get()))
            if driver.autocommit is not alone:
                driver.autocommit = alone
            if _one_state.get():
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    @event.listens_for(engine, "checkin")
    def _note(_connection: Any, record: Any) -> None:
        record.info["answered"] = monotonic()

    @event.listens_for(engine, "checkout")
    def _look(connection: Any, record: Any, _proxy: Any) -> None:
        """Ask a connection that was idle whether it is still there; the pool replaces it when it is not."""
        if monotonic() - record.info.get("answered", monotonic()) <= ANSWERS_FOR:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("The connection was closed while nobody used it.") from error

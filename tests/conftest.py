"""What every test stands on: the application on a real database, SQLite and PostgreSQL alike."""

import atexit
import gc
import os
import shutil
import zoneinfo
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, partial
from io import BytesIO
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import IO, Any

import pytest
from babel.support import NullTranslations, Translations
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, make_url
from sqlalchemy.orm import Session
from xdist.scheduler import LoadScopeScheduling

from app import create_app
from app.config import ROOT, Profile, Settings
from app.core import clock
from app.core.access import SYSTEM
from app.core.audit import acting_as
from app.core.database import writing
from app.core.files import FileStore
from app.core.migrations import migrations
from app.extensions import babel, db, limiter
from app.feeds.bodies import Bodies
from app.feeds.polls import Polls
from tests.emptying import Emptying, Rows, emptying
from tests.servers import postgresql_url

# As the application does: tests that need none reckon with the same time zone data, whatever comes first.
zoneinfo.reset_tzpath(())


BACKENDS = ("sqlite", "postgresql")
COUNTER = count()
AS_OF = date(2025, 5, 12)
Step = tuple[date, Callable[..., Any], tuple[Any, ...]]


def settings_for(database_url: str, files: Path, **changes: object) -> Settings:
    """Settings of a portal under test."""
    values: dict[str, object] = {
        "profile": Profile.TEST,
        "secret_key": "a secret for tests",
        "password_salt": "a salt for tests",
        "database_url": database_url,
        "files_url": files.as_uri(),
        "consortium": ROOT / "consortia" / "bem",
        "as_of": AS_OF,
        "public_url": "http://localhost",
    }
    return Settings(**{**values, **changes})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Begun:
    """What steps that a test begins with answered in the end, and what they left: rows, and files by their SHA-256."""

    made: Any
    rows: Rows
    files: dict[str, bytes]


@contextmanager
def noted(store: FileStore) -> Iterator[list[str]]:
    """The SHA-256 of each file that is put into the store meanwhile, be it there already."""
    stored: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        put = store.put

        def note(stream: IO[bytes]) -> tuple[str, int]:
            sha256, size = put(stream)
            stored.append(sha256)
            return sha256, size

        patch.setattr(store, "put", note)
        yield stored


class Backend:
    """One application on one database, emptied after every test."""

    def __init__(self, name: str, folder: Path, *, own: bool = False) -> None:
        self.name = name
        # What tests began with since this process started, and how far the present one is with that.
        self.kept: dict[tuple[Step, ...], Begun] = {}
        self.begun: tuple[Step, ...] = ()
        self.commits = self.commits_begun = 0
        self.file = folder / "portal.db"
        if name == "sqlite":
            url = migrated_file(self.file)
        else:
            url = postgresql_url(f"fresh{next(COUNTER)}" if own else "portal", copied=migrated(name))
        self.app = create_app(settings_for(url, folder / "files"))
        hash_cheaply(self.app)
        with self.app.app_context():
            migrations()  # They cannot join an application that has answered a request.
            self.engine = db.engine
        event.listen(self.engine, "commit", self._count)

    def _count(self, _connection: object) -> None:
        self.commits += 1

    @cached_property
    def emptying(self) -> Emptying:
        """What empties its database, made when that is first wanted."""
        return emptying(self.engine)

    def close(self) -> None:
        """Let go of the database."""
        self.emptying.close()
        self.engine.dispose()

    def begin_with(self, build: Callable[..., Any], *given: Any, by_requests: bool = False, **changes: Any) -> Any:
        """Have ``build(*given)`` write what a test begins with and answer what it answers, which no test may change.

        Its rows are written once and put back for whoever begins with the same on the same day; ``given`` is what steps
        before it answered. With ``changes``, which few tests share, or where a test wrote something else before, it is
        called. It is within a session that is committed, unless it goes ``by_requests`` of its own.
        """
        make = partial(build, *given, **changes) if by_requests else partial(self._written_by, build, given, changes)
        if changes or self.commits != self.commits_begun:
            return make()
        steps = self.begun = *self.begun, (clock.today(), build, given)
        store: FileStore = self.app.extensions["files"]
        if steps in self.kept:
            begun = self.kept[steps]
            self.emptying.empty()
            self.emptying.put(begun.rows)
            for sha256, octets in begun.files.items():
                if not store.is_intact(sha256):  # A test may erase a file, or damage it to have that noticed.
                    store.remove(sha256)
                    store.put(BytesIO(octets))
        else:
            before = self.kept[steps[:-1]].files if steps[:-1] else {}
            with noted(store) as stored:
                made = make()
            files = before | {sha256: store.read(sha256) for sha256 in stored if store.has(sha256)}
            begun = self.kept[steps] = Begun(made, self.emptying.rows(), files)
        self.commits_begun = self.commits
        return begun.made

    def _written_by(self, build: Callable[..., Any], given: tuple[Any, ...], changes: dict[str, Any]) -> Any:
        with self.app.app_context(), writing(), acting_as(SYSTEM):
            made = build(*given, **changes)
            db.session.commit()
        return made

    def clean(self) -> None:
        """Give the next test an empty database, and a process that remembers no feed of this one."""
        self.app.extensions["feeds"] = Bodies()
        if isinstance(self.app.wsgi_app, Polls):
            self.app.wsgi_app.forget()
        self.emptying.empty()
        self.begun, self.commits_begun = (), self.commits


def hash_cheaply(app: Flask) -> None:
    """Hash passwords by the same method at the least cost that it takes: a fifth of a second each time adds up."""
    app.extensions["security"].pwd_context.update(argon2__time_cost=1, argon2__memory_cost=8, argon2__parallelism=1)


def build_schema(app: Flask) -> None:
    """Bring an empty database to the newest migration."""
    with writing():
        migrations().upgrade()


@cache
def migrated(name: str) -> str:
    """The address of an empty database at the newest migration, which is made once a test process and only copied."""
    folder = Path(mkdtemp())
    atexit.register(shutil.rmtree, folder)
    url = f"sqlite:///{folder / 'portal.db'}" if name == "sqlite" else postgresql_url("migrated")
    app = create_app(settings_for(url, folder / "files"))
    with app.app_context():
        build_schema(app)
        db.engine.dispose()
    return url


def migrated_file(file: Path) -> str:
    """The address of an SQLite database at the newest migration, in ``file``."""
    shutil.copyfile(str(make_url(migrated("sqlite")).database), file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Backend]]:
    """The applications of this test process, each made when it is first asked for."""
    made: dict[str, Backend] = {}
    yield made
    for backend in made.values():
        backend.close()


@pytest.fixture(params=BACKENDS)
def backend(
    request: pytest.FixtureRequest, backends: dict[str, Backend], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    """A portal on an empty database; every test that asks for it runs on both."""
    name: str = request.param
    if name not in backends:
        backends[name] = Backend(name, tmp_path_factory.mktemp(name))
    clock.reckon_with(AS_OF)
    yield backends[name]
    backends[name].clean()


@pytest.fixture(params=BACKENDS)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """A portal on a database of its own, for a test that changes the schema or uses several processes."""
    made = Backend(request.param, tmp_path, own=True)
    yield made
    made.engine.dispose()


@pytest.fixture(autouse=True)
def counters() -> Iterator[None]:
    """Give the process's one limiter back the store it counted in: a portal made later brings its own."""
    kept = limiter._storage, limiter._limiter
    yield
    if None not in kept:
        limiter._storage, limiter._limiter = kept


@pytest.fixture
def app(backend: Backend) -> Flask:
    """The application, without a context: requests bring their own."""
    return backend.app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser of nobody in particular."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The session of a writing person, within an application context; for tests below the pages."""
    with app.test_request_context(), writing(), acting_as(SYSTEM):
        app.preprocess_request()
        with writing():
            yield db.session
            db.session.rollback()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name an archive by its argument: made now, its octets differ between workers, and so would their lists."""
    return argname if isinstance(val, bytes) and b"PK\3\4" in val else None


# What is held in one process: two browsers on two cores are slower than one, and a demonstration takes long to load.
TOGETHER = ("browser", "demo")


def held_together(nodeid: str) -> str:
    """What a test is given to a process with: its module, or a folder of ``TOGETHER``."""
    module = nodeid.partition("::")[0]
    return next((folder for folder in TOGETHER if f"/{folder}/" in module), module)


class ByModule(LoadScopeScheduling):
    """Gives a process a whole module at a time, so that what its tests share is made once.

    One test at a time would have each process make it, and xdist look through everything after each.
    """

    def _split_scope(self, nodeid: str) -> str:
        return held_together(nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no process is left with it when the other has done its part."""
    sizes = Counter(held_together(item.nodeid) for item in items)

    def place(item: pytest.Item) -> tuple[bool, int]:
        part = held_together(item.nodeid)
        return part not in TOGETHER, -sizes[part]

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByModule:
    """Divide the tests among processes, whatever ``--dist`` says."""
    return ByModule(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect without looking for garbage, and never again look through what was collected: it stays to the end.

    Every page that a test reads is many small objects, which had the collector look through all there is too often.
    """
    gc.disable()
    result = yield
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()
    return result


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium, quiet, and without a sandbox, which a container does not allow."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up("No Chromium is installed; on Debian: apt-get install chromium")
    quiet = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
    return {**browser_type_launch_args, "executable_path": found, "args": quiet}


@pytest.fixture
def untranslated(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """What was said in English for want of a translation, since the test began."""
    missed: set[str] = set()

    class Listening(NullTranslations):
        def gettext(self, message: str) -> str:
            missed.add(message)
            return message

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            missed.add(msgid1)
            return msgid1 if n == 1 else msgid2

    merge = Translations.merge

    def merged(self: Translations, other: NullTranslations, *rest: object) -> object:
        answer = merge(self, other, *rest)  # type: ignore[arg-type]
        if isinstance(other, Translations):
            self._fallback = Listening()
        return answer

    monkeypatch.setattr(babel.domain_instance, "_by_locale", {})
    monkeypatch.setattr(babel.domain_instance, "cache", {})
    monkeypatch.setattr(Translations, "merge", merged)
    app.extensions["kept"].clear()
    yield missed
    app.extensions["kept"].clear()

"""The demonstration with all of its data, loaded once for each database and copied for whoever reads or writes."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from app import create_app
from app.config import Profile
from app.core import clock
from app.core.migrations import migrations
from app.demo import welcome
from app.demo.commands import prepare
from app.extensions import db, limiter
from tests.conftest import AS_OF, BACKENDS, settings_for
from tests.servers import postgresql_url


@dataclass(frozen=True)
class Show:
    """A demonstration, and what it printed as it began."""

    app: Flask
    printed: str


@dataclass(frozen=True)
class Kept:
    """A demonstration as it was prepared, which nobody writes to: a database and a folder of files."""

    backend: str
    url: str
    files: Path

    def copy(self, name: str, folder: Path) -> str:
        """The address of a copy of the database, called ``name``, and of the files in ``folder``."""
        shutil.copytree(self.files, folder / "files")
        if self.backend == "postgresql":
            return postgresql_url(name, self.url)
        shutil.copy(make_url(self.url).database or "", folder / "portal.db")
        return f"sqlite:///{folder / 'portal.db'}"


@pytest.fixture(scope="session", params=BACKENDS)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A demonstration prepared from nothing, as ``./run demo`` does."""
    folder = tmp_path_factory.mktemp("kept")
    url = f"sqlite:///{folder / 'portal.db'}" if request.param == "sqlite" else postgresql_url("kept")
    app = create_app(settings_for(url, folder / "files", profile=Profile.DEMO))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("click.echo", lambda *_line: None)
        prepare(app)
    with app.app_context():
        db.engine.dispose()
    return Kept(request.param, url, folder / "files")


@pytest.fixture(scope="session")
def prepared(kept: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """A demonstration that is read."""
    folder = tmp_path_factory.mktemp("demo")
    with demonstration(kept.copy("demo", folder), folder / "files") as show:
        yield show


@pytest.fixture(scope="module")
def worn(kept: Kept, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """A demonstration of a module's own, which may be written to."""
    folder = tmp_path_factory.mktemp("worn")
    url = kept.copy(f"worn_{Path(request.module.__file__).stem}", folder)
    with demonstration(url, folder / "files") as show:
        yield show


@contextmanager
def demonstration(url: str, files: Path) -> Iterator[Show]:
    """A demonstration that was prepared before, welcoming whoever comes."""
    app = create_app(settings_for(url, files, profile=Profile.DEMO))
    with app.app_context():
        migrations()  # They cannot join an application that has answered a request.
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("click.echo", lines.append)
        welcome(app)
    yield Show(app, "\n".join(lines))
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def show(prepared: Show) -> Show:
    """The demonstration, on its day and with nothing counted against anybody."""
    clock.reckon_with(AS_OF)
    with prepared.app.app_context():
        limiter.reset()
    return prepared

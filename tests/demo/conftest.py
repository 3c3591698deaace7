"""The demonstration with all of its data, loaded once for each database to be read, or once more to be written to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.config import Profile
from app.core import clock
from app.demo import welcome
from app.demo.commands import prepare
from app.extensions import db, limiter
from tests.conftest import AS_OF, BACKENDS, settings_for
from tests.servers import postgresql_url


@dataclass(frozen=True)
class Show:
    """A demonstration, and what was printed when it was prepared."""

    app: Flask
    printed: str


@pytest.fixture(scope="session", params=BACKENDS)
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """A demonstration prepared from nothing, as ``./run demo`` does."""
    with demonstration(request.param, "demo", tmp_path_factory.mktemp("demo")) as show:
        yield show


@pytest.fixture(scope="module", params=BACKENDS)
def worn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """A demonstration of a module's own, which may be written to."""
    with demonstration(
        request.param, f"worn_{Path(request.module.__file__).stem}", tmp_path_factory.mktemp("worn")
    ) as show:
        yield show


@contextmanager
def demonstration(backend: str, name: str, folder: Path) -> Iterator[Show]:
    """Prepare a demonstration on a database called ``name``."""
    url = f"sqlite:///{folder / 'portal.db'}" if backend == "sqlite" else postgresql_url(name)
    app = create_app(settings_for(url, folder / "files", profile=Profile.DEMO))
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("click.echo", lines.append)
        prepare(app)
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

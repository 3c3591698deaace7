"""The demonstration with all of its data, loaded once for each database; tests here read it and write nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from app import create_app
from app.config import Profile
from app.core import clock
from app.demo import prepare
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
    folder = tmp_path_factory.mktemp("demo")
    url = f"sqlite:///{folder / 'portal.db'}" if request.param == "sqlite" else postgresql_url("demo")
    app = create_app(settings_for(url, folder / "files", profile=Profile.DEMO))
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("click.echo", lines.append)
        prepare(app)
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

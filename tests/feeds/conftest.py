"""What tests of feeds share: the small consortium, and feeds of which nothing is kept yet."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from app.extensions import db
from app.feeds.bodies import Bodies
from app.microcredentials.models import MicroCredential
from tests.conftest import Backend
from tests.events.world import World, build

PUBLISHED_AT = datetime(2025, 1, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nothing_kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions begin anew with every test's database, so what a process keeps of them has to as well."""
    if "app" in request.fixturenames:
        app: Flask = request.getfixturevalue("app")
        monkeypatch.setitem(app.extensions, "feeds", Bodies())


@pytest.fixture
def world(backend: Backend) -> World:
    """The small consortium whose micro-credentials everybody may see, committed."""
    return backend.begin_with(published)


def published() -> World:
    """The small consortium with its catalogue published; the caller commits."""
    made = build()
    for key in (made.pattern, made.wine):
        db.session.get_one(MicroCredential, key).published_at = PUBLISHED_AT
    return made

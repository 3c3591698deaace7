"""What tests of feeds share: the small consortium, and feeds of which nothing is kept yet."""

import pytest
from flask import Flask

from app.feeds.bodies import Bodies
from tests.accounts.people import work
from tests.events.world import World, build


@pytest.fixture(autouse=True)
def _nothing_kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions begin anew with every test's database, so what a process keeps of them has to as well."""
    if "app" in request.fixturenames:
        app: Flask = request.getfixturevalue("app")
        monkeypatch.setitem(app.extensions, "feeds", Bodies())


@pytest.fixture
def world(app: Flask) -> World:
    """The small consortium, committed."""
    with work(app):
        return build()

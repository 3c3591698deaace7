"""Every test begins with nothing counted against anybody."""

import pytest
from flask import Flask

from app.extensions import limiter


@pytest.fixture(autouse=True)
def _fresh_limits(request: pytest.FixtureRequest) -> None:
    if "app" in request.fixturenames:
        app: Flask = request.getfixturevalue("app")
        with app.app_context():
            limiter.reset()

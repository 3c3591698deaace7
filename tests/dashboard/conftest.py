"""What tests of the front page share: the small consortium."""

import pytest
from flask import Flask

from tests.accounts.people import work
from tests.events.world import World, build


@pytest.fixture
def world(app: Flask) -> World:
    """The small consortium, committed."""
    with work(app):
        return build()

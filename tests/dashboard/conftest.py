"""What tests of the front page share: the small consortium."""

import pytest

from tests.conftest import Backend
from tests.events.world import World, build


@pytest.fixture
def world(backend: Backend) -> World:
    """The small consortium, committed."""
    return backend.begin_with(build)

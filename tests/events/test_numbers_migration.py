"""Each number once in a series of what was entered before the database knew."""

import pytest
import sqlalchemy as sa

from app.core.access import SYSTEM
from app.core.database import writing
from app.core.migrations import migrations
from app.events import services as events
from app.extensions import db
from tests.accounts.people import work
from tests.conftest import Backend
from tests.events.test_numbers import facts
from tests.events.world import build


def test_two_events_of_one_number_are_named_before_the_index_is_made(fresh: Backend) -> None:
    with work(fresh.app):
        world = build()
        third, fourth = (events.plan(SYSTEM, facts(world, number=number)).id for number in (3, 4))
    with fresh.app.app_context(), writing():
        migrations().downgrade("0030")
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE event SET number = 3"))
        with pytest.raises(RuntimeError, match=f"is that of /events/{third} and /events/{fourth}"):
            migrations().upgrade()
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE event SET number = 4 WHERE id = :key"), {"key": fourth})
        migrations().upgrade()
        assert migrations().compare_metadata() == []

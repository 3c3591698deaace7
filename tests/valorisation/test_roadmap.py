"""How far the items of all plans are: in figures, and item by item."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.access import SYSTEM
from app.extensions import db
from app.valorisation.items import services as items
from app.valorisation.items.models import ItemState, PlanItem
from app.valorisation.items.queries import all_of
from app.valorisation.items.roadmap import Roadmap
from app.valorisation.models import ActionPlan, PlanState
from tests.accounts.people import statements, work
from tests.events.world import World
from tests.page import open_page
from tests.valorisation.conftest import NOW, Made, begin, move
from tests.valorisation.test_items import added, said

ADDRESS = "/valorisation/items/?items=all"


def test_a_plan_is_as_far_as_its_items(app: Flask, world: World) -> None:
    with work(app):
        found = begin(app, world)
        for one in all_of(found):
            items.delete(SYSTEM, one, one.version)
        states = (None, ItemState.IN_PROGRESS, ItemState.CANCELLED)
        for state in states:
            one = added(app, world, found)
            if state:
                items.move(SYSTEM, one, one.version, state, "Because")
        added(app, world, found, due_on=date(2025, 4, 30))
        key = found.id
    with app.test_request_context():
        draft = Roadmap(world.actors["expert"], NOW)
        assert [draft.total(name) for name in ("late", "under_way", "planned")] == [0, 1, 2]
        assert not any(draft.is_late(draft.plans[0], one) for one in draft.items[key])
    with work(app):
        move(db.session.get_one(ActionPlan, key), PlanState.IN_CONSULTATION, PlanState.APPROVED)
    with app.test_request_context():
        roadmap = Roadmap(world.actors["expert"], NOW)
        figures = {name: roadmap.total(name) for name in ("items", "done", "late", "under_way", "planned", "cancelled")}
        assert figures == {"items": 4, "done": 0, "late": 1, "under_way": 1, "planned": 1, "cancelled": 1}
        assert roadmap.pieces(roadmap.plans[0]) == [("under-way", 0, 25), ("late", 25, 25)]
        assert not Roadmap(world.actors["expert"], NOW, "GE").plans
        assert not Roadmap(world.actors["guest"], NOW).plans


def test_a_change_shows_at_once_though_parts_are_kept(app: Flask, lead: FlaskClient, world: World) -> None:
    with work(app):
        plan = move(begin(app, world), PlanState.IN_CONSULTATION, PlanState.APPROVED)
        key = added(app, world, plan).id
    assert "Sign memoranda with three companies" in open_page(lead, ADDRESS).text
    with work(app) as session:
        one = session.get_one(PlanItem, key)
        facts = said(world, title={"en": "Sign four of them"})
        items.edit(SYSTEM, one, one.version, facts, app.config["CONSORTIUM"])
    page = open_page(lead, ADDRESS)
    assert "Sign four of them" in page.text
    late = page.text.count("Late")
    clock.reckon_with(date(2025, 12, 1))
    assert open_page(lead, ADDRESS).text.count("Late") > late


def test_a_thousand_items_are_asked_for_as_often_as_one(
    app: Flask, lead: FlaskClient, world: World, made: Made
) -> None:
    counts = []
    for _more in range(2):
        made()
        with statements(app) as seen:
            assert lead.get(ADDRESS).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 6
    with statements(app) as seen:
        lead.get(ADDRESS)
    # What is kept asks for no items; of SQLite it is known that nobody wrote since, too.
    assert len(seen) == counts[0] - (2 if "sqlite" in app.config["PORTAL"].database_url else 1)


@pytest.mark.parametrize("asked", ["country=XX", "items=nonsense", "nonsense=1"])
def test_what_is_not_understood_is_said(lead: FlaskClient, made: Made, asked: str) -> None:
    made()
    assert "so it was left out" in open_page(lead, f"/valorisation/items/?{asked}").text

"""The front page: what the project is for visitors, what needs me now for those who are signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.core.access import SYSTEM, Role
from app.events import services
from app.events.models import EventKind, EventState, Format, Visibility
from app.microcredentials import services as designs
from app.microcredentials.models import MicroCredential, MicroCredentialState
from tests.accounts.people import arrive, statements, work
from tests.conftest import AS_OF

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.events.world import World


def several(app: Flask, world: World, count: int = 12) -> None:
    """Round tables of both countries, on both sides of today, that want something."""
    with work(app):
        for number in range(count):
            facts = world.consultation(
                kind=EventKind.ROUND_TABLE,
                consultation_type=None,
                title={"en": f"Table {number}"},
                country=("AM", "GE")[number % 2],
                starts_on=AS_OF + timedelta(days=number - 6),
                visibility=Visibility.PUBLIC,
            )
            services.plan(SYSTEM, facts, EventState.PLANNED)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.COUNTRY_LEAD, Role.PARTNER_EDITOR, Role.STAKEHOLDER])
def test_the_page_has_the_same_few_statements_however_much_there_is(
    app: Flask, client: FlaskClient, world: World, role: Role
) -> None:
    arrive(app, client, role)
    several(app, world, 2)
    with statements(app) as few:
        assert client.get("/").status_code == 200
    several(app, world, 30)
    with statements(app) as many:
        assert client.get("/").status_code == 200
    assert len(many) <= 11, many
    assert len(many) - len(few) <= 1


def test_visitors_pay_few_statements_too(app: Flask, client: FlaskClient, world: World) -> None:
    several(app, world, 30)
    with statements(app) as seen:
        assert client.get("/").status_code == 200
    assert len(seen) <= 10


def test_the_page_says_how_much_waits_and_how_much_of_it_is_late(app: Flask, client: FlaskClient, world: World) -> None:
    arrive(app, client, Role.COORDINATOR)
    assert "0 matters need you." in client.get("/").get_data(as_text=True)
    several(app, world)
    page = client.get("/").get_data(as_text=True)
    assert "12 matters need you, 6 of them late." in page
    assert page.index("Late") < page.index("This week")


def test_an_empty_portal_says_what_will_stand_there(app: Flask, client: FlaskClient) -> None:
    visitor = client.get("/")
    assert visitor.status_code == 200
    assert "No event is planned." in visitor.get_data(as_text=True)
    arrive(app, client, Role.COUNTRY_LEAD)
    page = client.get("/").get_data(as_text=True)
    assert "Nothing waits for you." in page


def test_visitors_see_published_events_and_designs_and_no_others(app: Flask, client: FlaskClient, world: World) -> None:
    def enter(title: str, **changes: Any) -> None:
        facts = {"starts_on": AS_OF + timedelta(days=3), "format": Format.HYBRID, "link": "https://meet.example/room"}
        with work(app):
            made = world.consultation(
                kind=EventKind.WORKSHOP, consultation_type=None, title={"en": title}, **{**facts, **changes}
            )
            services.plan(SYSTEM, made, EventState.DRAFT if title == "Draft" else EventState.CONFIRMED)

    enter("For everybody", visibility=Visibility.PUBLIC)
    enter("For members", visibility=Visibility.CONSORTIUM)
    enter("For Armenia", visibility=Visibility.COUNTRY)
    enter("For organisers", visibility=Visibility.PRIVATE)
    enter("Draft", visibility=Visibility.PUBLIC)
    enter("Yesterday", visibility=Visibility.PUBLIC, starts_on=AS_OF - timedelta(days=1))
    page = client.get("/").get_data(as_text=True)
    assert "For everybody" in page
    for title in ("For members", "For Armenia", "For organisers", "Draft", "Yesterday"):
        assert f">{title}" not in page, title
    assert "meet.example" not in page
    assert "Pattern on Fabric" not in page
    assert "Lusine" not in page


def test_partners_stand_under_their_countries(app: Flask, client: FlaskClient, world: World) -> None:
    page = client.get("/").get_data(as_text=True)
    for name in ("Lori College", "Skills Agency", "SBG Dresden", "3 partners", "in 3 countries"):
        assert name in page
    assert "Tekstil Lori" not in page


def test_only_moves_that_people_made_are_recent_changes(app: Flask, client: FlaskClient, world: World) -> None:
    arrive(app, client, Role.COORDINATOR)
    with work(app) as session:
        pattern = session.get_one(MicroCredential, world.pattern)
        designs.advance(SYSTEM, pattern, MicroCredentialState.DRAFT)
    assert "Recent changes" not in client.get("/").get_data(as_text=True)
    with work(app) as session:
        wine = session.get_one(MicroCredential, world.wine)
        wine.move_to(MicroCredentialState.DRAFT, world.actors["coordinator"])
    page = client.get("/").get_data(as_text=True)
    assert "Recent changes" in page
    assert "GE-01 Wine cellar work" in page


def test_the_page_speaks_german(app: Flask, client: FlaskClient, world: World) -> None:
    page = client.get("/", headers={"Accept-Language": "de"}).get_data(as_text=True)
    assert '<html lang="de"' in page
    assert "Armenien" in page

"""Entering a demonstration as anybody."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.accounts import demo
from app.config import Profile
from app.core.access import Role
from app.core.database import Base
from app.extensions import db
from tests.accounts.people import is_signed_in, organisation, submit, work
from tests.conftest import settings_for


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Flask]:
    """A demonstration with a few organisations, and without people."""
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'demo.db'}", tmp_path, profile=Profile.DEMO))
    with app.app_context():
        Base.metadata.create_all(db.engine)
    with work(app) as session:
        organisation(session, "SBG Dresden", "DE", is_partner=True, is_coordinator=True)
        organisation(session, "Lori Foundation", "AM", is_partner=True)
        organisation(session, "School in Nis", "RS", is_partner=True)
        organisation(session, "Weavers Ltd", "AM", is_example=True)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def show(bare: Flask) -> Flask:
    """A demonstration with a few organisations and its people."""
    with work(bare) as session:
        demo.demo_users(session)
    return bare


def path_of(app: Flask, role: Role) -> str:
    with app.app_context():
        return demo.entry_path(role)


@pytest.mark.parametrize("role", list(Role))
def test_a_link_and_a_button_let_one_in_as_each_role(show: Flask, role: Role):
    client = show.test_client()
    path = path_of(show, role)
    assert client.get(path).status_code == 200
    assert not is_signed_in(client)
    assert submit(client, path).location == "/"
    assert is_signed_in(client)


def test_everybody_is_at_home_somewhere_sensible(show: Flask):
    with show.app_context():
        people = {role: demo.demo_user(db.session, role) for role in Role}
        grants = {role: user.grants[0] for role, user in people.items()}
        assert grants[Role.COUNTRY_LEAD].country == "AM"
        assert people[Role.PARTNER_EDITOR].name == "Partner editor, Lori Foundation"
        assert grants[Role.LGE_MEMBER].country == "RS"
        assert people[Role.STAKEHOLDER].name == "Stakeholder, Weavers Ltd"
        assert people[Role.COORDINATOR].name == "Coordinator, SBG Dresden"


@pytest.mark.parametrize("homes", [{}, {"lead": "AM"}])
def test_in_another_consortium_everybody_is_at_home_in_its_own_first_country(bare: Flask, homes: dict[str, str]):
    served = bare.config["CONSORTIUM"]
    countries = tuple(country for country in served.countries if country.code in ("DE", "GE"))
    bare.config["CONSORTIUM"] = replace(served, countries=countries, demo_homes=homes)
    with work(bare) as session:
        organisation(session, "Wine academy", "GE", is_partner=True)
        people = demo.demo_users(session)
        assert people[Role.COUNTRY_LEAD].name == "Country lead, Georgia"
        assert people[Role.PARTNER_EDITOR].name == "Partner editor, Wine academy"
        assert people[Role.LGE_MEMBER].name == "Local expert, Wine academy"


def test_making_the_people_twice_makes_them_once(show: Flask):
    with work(show) as session:
        first = {role: user.id for role, user in demo.demo_users(session).items()}
        assert {role: user.id for role, user in demo.demo_users(session).items()} == first
        assert set(first) == set(Role)


def test_the_sign_in_page_has_a_door_for_each_role(show: Flask):
    page = show.test_client().get("/sign-in").get_data(as_text=True)
    for role in Role:
        assert path_of(show, role) in page


@pytest.mark.parametrize("key", ["x", "ImFkbWluIg.x", "%00"])
def test_a_forged_door_is_none(show: Flask, key: str):
    assert show.test_client().get(f"/enter/admin/{key}").status_code == 404


def test_the_key_of_one_role_does_not_open_another(show: Flask):
    key = path_of(show, Role.STAKEHOLDER).rpartition("/")[2]
    assert show.test_client().get(f"/enter/admin/{key}").status_code == 404


def test_a_real_portal_has_no_doors(app: Flask):
    with work(app) as session:
        demo.demo_users(session)
    client = app.test_client()
    assert client.get(path_of(app, Role.ADMIN)).status_code == 404
    assert submit(client, path_of(app, Role.ADMIN)).status_code == 404
    assert "/enter/" not in client.get("/sign-in").get_data(as_text=True)

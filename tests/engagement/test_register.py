"""What the mapping and the contacts add to the register of organisations, also a long one."""

import csv
import io
from datetime import date, time

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM, Role
from app.engagement.models import Attitude, Engagement
from app.events.services import log
from app.extensions import db
from app.stakeholders.models import Organisation, RecognitionRole
from app.stakeholders.services import AffiliationFacts
from tests.accounts.people import arrive, statements, work
from tests.engagement.conftest import Mapped
from tests.events.world import World
from tests.page import open_page
from tests.stakeholders.register import name, organisation, person

MANY = 20_000


def names(client: FlaskClient, query: str) -> list[str]:
    """The organisations that a query finds."""
    return [cell.get_text() for cell in open_page(client, f"/stakeholders/?{query}").select("tbody th a")]


def test_organisations_are_found_by_the_microcredential_they_took_part_for_or_are_mapped_for(
    app: Flask, client: FlaskClient, world: World, mapped: Mapped
) -> None:
    with work(app):
        log(SYSTEM, world.consultation())
    mapped("AM-03", organisation=world.agency)
    arrive(app, client)
    assert names(client, "mc=am-03") == ["Lori College", "Skills Agency", "Tekstil Lori"]
    assert names(client, "mc=GE-01") == names(client, "mc=%25") == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("mc=XX", "“XX” was not understood as “Micro-credential”, so this is shown instead: nothing."),
        ("silent_since=2031-01-01", "“2031-01-01” was not understood as “No contact since”, so it was left out."),
        ("mc=am-03", None),
    ],
)
def test_what_a_filter_cannot_mean_is_said(
    app: Flask, client: FlaskClient, world: World, query: str, said: str | None
) -> None:
    arrive(app, client)
    page = open_page(client, f"/stakeholders/?{query}")
    assert said in page.text if said else "was not understood" not in page.text


def test_organisations_are_found_by_attitude_and_engagement(
    app: Flask, client: FlaskClient, world: World, mapped: Mapped
) -> None:
    mapped(attitude=Attitude.SCEPTICAL)
    mapped(organisation=world.agency, country="GE", engagement=Engagement.COMMITTED)
    arrive(app, client)
    assert names(client, "attitude=sceptical") == ["Tekstil Lori"]
    assert names(client, "engagement=committed") == ["Skills Agency"]
    assert names(client, "attitude=sceptical&engagement=committed") == []


def test_organisations_without_contact_since_a_day_are_found(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app):
        log(SYSTEM, world.consultation())
    arrive(app, client)
    assert names(client, "silent_since=2025-05-06") == ["SBG Dresden", "Skills Agency"]
    assert len(names(client, "silent_since=2025-05-07")) == 4
    said = "“yesterday” was not understood as “No contact since”, so it was left out."
    assert said in open_page(client, "/stakeholders/?silent_since=yesterday").text
    assert said in open_page(client, "/stakeholders/map?silent_since=yesterday").text
    assert len(names(client, "silent_since=yesterday")) == len(names(client, "silent_since=2025-13-01")) == 4


def test_the_last_contact_stands_in_the_list_and_in_its_file(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app):
        log(SYSTEM, world.consultation())
    arrive(app, client)
    row = open_page(client, "/stakeholders/?q=tekstil&silent_since=2025-05-07").select_one("tbody tr")
    assert "6 May 2025" in row.get_text()
    text = client.get("/stakeholders/?format=csv").get_data().decode("utf-8-sig")
    told = {row["name"]: row["last_contact"] for row in csv.DictReader(io.StringIO(text))}
    assert told["Tekstil Lori"] == "2025-05-06"
    assert told["SBG Dresden"] == ""


def test_the_register_is_sorted_by_the_last_contact(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app):
        log(SYSTEM, world.consultation())
        agency = db.session.get_one(Organisation, world.agency)
        log(SYSTEM, world.consultation(starts_on=date(2025, 3, 1), organiser=agency, organisations=[agency]))
    arrive(app, client)
    by_day = ["SBG Dresden", "Skills Agency", "Lori College", "Tekstil Lori"]
    assert names(client, "sort=last_contact") == by_day
    assert names(client, "sort=-last_contact") == ["Lori College", "Tekstil Lori", "Skills Agency", "SBG Dresden"]
    assert names(client, "sort=last_contact&country=AM") == ["Lori College", "Tekstil Lori"]
    assert open_page(client, "/stakeholders/?sort=last_contact").links["Last contact"].endswith("sort=-last_contact")
    text = client.get("/stakeholders/?sort=last_contact&format=csv").get_data().decode("utf-8-sig")
    assert [row["name"] for row in csv.DictReader(io.StringIO(text))] == by_day


def test_roles_in_recognition_and_regions_are_filled_in_and_found(app: Flask, client: FlaskClient) -> None:
    arrive(app, client)
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    filled = {"names-0-text": "Tekstil Lori", "recognition_roles": ["employs", "assesses"], "region": "AM-LO"}
    page = form.submit(client, follow=True, category="company", country="AM", **filled).get_data(as_text=True)
    assert "Assesses, Employs" in page
    assert names(client, "role=employs") == names(client, "region=AM-LO") == ["Tekstil Lori"]
    assert names(client, "role=awards") == names(client, "region=AM-SH") == []
    again = open_page(client, "/stakeholders/1/edit").form("Save organisation")
    assert again.values["recognition_roles"] == ["assesses", "employs"]
    assert again.submit(client, recognition_roles=["rules"]).status_code == 422


def test_an_organisation_from_before_has_no_role(app: Flask, client: FlaskClient) -> None:
    with work(app) as session:
        made = organisation(recognition_roles=[RecognitionRole.FUNDS])
        session.flush()
        session.execute(sa.text("UPDATE organisation SET recognition_roles = NULL"))
        session.refresh(made)
        assert made.recognition == []
    arrive(app, client)
    assert names(client, "") == ["School of Niš"]
    assert client.get("/stakeholders/?format=csv").status_code == 200


def test_who_spoke_for_an_organisation_on_a_day_stands_on_its_page(app: Flask, client: FlaskClient) -> None:
    with work(app):
        school = organisation(name("School"))
        person("Mira", SYSTEM, AffiliationFacts(school, {"en": "Director"}, date(2020, 1, 1), date(2024, 6, 30)))
        person("Luka", SYSTEM, AffiliationFacts(school, {"en": "Director"}, date(2024, 7, 1)))
        key = school.id
    arrive(app, client)
    people = lambda query: open_page(client, f"/stakeholders/{key}{query}").select_one("#people").get_text()  # noqa: E731
    assert "Mira" in people("?as_of=2023-05-01")
    assert "Luka" not in people("?as_of=2023-05-01")
    assert "Nobody is known" in people("?as_of=2019-05-01")
    for odd in ("", "?as_of=", "?as_of=2024-02-30", "?as_of=now"):
        assert "Mira" in people(odd)
        assert "Luka" in people(odd)


@pytest.fixture
def many(app: Flask, world: World) -> None:
    """A register of twenty thousand, and contacts with some of them."""
    with work(app) as session:
        log(SYSTEM, world.consultation(starts_time=time(9), ends_time=time(10)))
        rows = [
            {
                "name": f"School {number}",
                "name_key": f"school {number:05}",
                "search_key": f"school {number}",
                "category": "vet_provider",
                "country": "AM" if number % 2 else "RS",
            }
            for number in range(MANY)
        ]
        session.execute(sa.insert(Organisation), rows)


@pytest.mark.usefixtures("many")
def test_a_register_of_twenty_thousand_takes_eight_statements_at_most(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.COORDINATOR)
    for query in (
        "",
        "silent_since=2025-01-01",
        "sort=last_contact",
        "mc=AM-03",
        "country=AM&attitude=neutral&role=employs&sort=-name",
    ):
        client.get(f"/stakeholders/?{query}")
        with statements(app) as seen:
            open_page(client, f"/stakeholders/?{query}")
        assert len(seen) <= 8, query
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Organisation.id))) == MANY + 4

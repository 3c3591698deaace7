"""The register on a map: counted by place as the reader may see it, with the list's filters, whatever its size."""

from flask import Flask
from flask.testing import FlaskClient

from app.core.access import Role
from tests.accounts.people import arrive, organisation, statements, work
from tests.page import Page, open_page, words


def register(app: Flask, number: int = 1) -> None:
    """Schools of Niš under two spellings, and one in a region, so many of each."""
    with work(app) as session:
        for place in range(number):
            organisation(session, f"School {place}", "RS", city="Niš")
            organisation(session, f"Школа {place}", "RS", city="Ниш")
            organisation(session, f"Kolleg {place}", "AM", region="AM-LO")


def rows(page: Page) -> list[list[str]]:
    """The rows of the table beneath the map."""
    return [[words(cell) for cell in row.select("th, td")] for row in page.select("#where tbody tr")]


def test_places_are_counted_and_lead_to_the_list(app: Flask, client: FlaskClient) -> None:
    register(app, 2)
    arrive(app, client, Role.COORDINATOR)
    page = open_page(client, "/stakeholders/map?country=RS&category=vet_provider")
    assert rows(page) == [["Niš", "Serbia", "4", "4 organisations"]]
    address = str(page.select("#where td a")[0]["href"])
    assert address.startswith("/stakeholders/?country=RS&category=vet_provider&place=")
    assert "1–4 of 4" in open_page(client, address).text


def test_where_no_town_is_given_the_row_says_the_region(app: Flask, client: FlaskClient) -> None:
    register(app)
    arrive(app, client, Role.COORDINATOR)
    assert ["Vanadzor", "Armenia", "1", "1 organisation Lori"] in rows(
        open_page(client, "/stakeholders/map?country=AM")
    )


def test_who_has_no_place_is_counted_beside_the_map_and_listed(app: Flask, client: FlaskClient) -> None:
    register(app)
    with work(app) as session:
        for number in range(3):
            organisation(session, f"School without a town {number}", "RS")
        organisation(session, "School without a town", "GE")
    arrive(app, client, Role.COORDINATOR)
    page = open_page(client, "/stakeholders/map?country=RS")
    assert "3 organisations without a known town or region are not on the map." in page.text
    assert ["town not given", "Serbia", "3", "3 organisations"] in rows(page)
    assert [row[0] for row in rows(page)] == ["Niš", "town not given"]
    page = open_page(client, "/stakeholders/map?country=GE")
    assert page.select("[data-chart=map]") == []
    assert "there is no map" in page.text
    assert rows(page) == [["town not given", "Georgia", "1", "1 organisation"]]


def test_a_guest_sees_the_own_organisation_and_partners(app: Flask, client: FlaskClient) -> None:
    register(app)
    arrive(app, client, Role.STAKEHOLDER)
    assert not [row for row in rows(open_page(client, "/stakeholders/map")) if row[0] == "Niš"]


def test_visitors_are_asked_to_sign_in(client: FlaskClient) -> None:
    assert "/sign-in" in client.get("/stakeholders/map").headers["Location"]


def test_nothing_found_says_so(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.COORDINATOR)
    page = open_page(client, "/stakeholders/map?q=nowhere+at+all")
    assert "Nothing matches" in page.text
    assert page.select("[data-chart]") == []


def test_it_is_the_same_statements_for_one_and_for_many(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.COORDINATOR)
    register(app)
    client.get("/stakeholders/map")
    with statements(app) as few:
        client.get("/stakeholders/map")
    register(app, 40)
    with statements(app) as many:
        assert client.get("/stakeholders/map").status_code == 200
    assert len(few) == len(many) <= 4


def test_list_and_map_lead_to_each_other_with_their_filters(app: Flask, client: FlaskClient) -> None:
    register(app)
    arrive(app, client, Role.COORDINATOR)
    there = open_page(client, "/stakeholders/?country=RS&endpoint=x&_anchor=y").links["Map"]
    assert there == "/stakeholders/map?country=RS"
    assert open_page(client, there).links["List"] == "/stakeholders/?country=RS"

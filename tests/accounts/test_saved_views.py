"""Views of lists: filters under a name, for whoever saved them and for nobody else."""

from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts import saved
from app.accounts.models import SavedView
from app.core.access import Role
from tests.accounts.people import arrive, person, sign_in, statements, work
from tests.page import Page, open_page

SAVE = "Save view"
FILTERED = "/stakeholders/?country=AM&category=company"


@pytest.fixture
def me(app: Flask, client: FlaskClient) -> int:
    """The key of whoever is signed in."""
    return arrive(app, client)


def save(client: FlaskClient, name: str, path: str = FILTERED) -> Page:
    """Save what the list at ``path`` shows; answers the page one comes to."""
    page = open_page(client, path)
    form = open_page(client, page.links["Save as a view"]).form(SAVE)
    return Page(form.submit(client, follow=True, name=name))


def test_the_filters_in_force_are_saved_and_stand_above_the_list(client: FlaskClient, me: int) -> None:
    page = save(client, "Companies of Armenia")
    anchor = page.select_one("nav[aria-label='Saved views'] a")
    assert anchor.get_text() == "Companies of Armenia"
    assert anchor["href"] == FILTERED
    assert anchor["aria-current"] == "page"
    assert "Save as a view" not in page.links


def test_a_view_stands_above_its_own_list_alone(client: FlaskClient, me: int) -> None:
    save(client, "Companies of Armenia")
    assert open_page(client, "/stakeholders/").select("nav[aria-label='Saved views'] a:not([aria-current])")
    assert not open_page(client, "/events/").select("nav[aria-label='Saved views']")


def test_every_list_with_filters_offers_it(client: FlaskClient, me: int) -> None:
    page = save(client, "Held", "/events/?state=held&sort=date")
    assert page.select_one("nav[aria-label='Saved views'] a")["href"] == "/events/?state=held&sort=date"


def test_nobody_else_sees_or_changes_it(app: Flask, client: FlaskClient, me: int) -> None:
    save(client, "Companies of Armenia")
    other = app.test_client()
    with work(app) as session:
        key = person(session, Role.AUDITOR, email="other@example.org").id
    sign_in(app, other, key)
    assert not open_page(other, "/stakeholders/").select("nav[aria-label='Saved views']")
    assert other.get("/account/views/1").status_code == 404
    assert open_page(other, "/account/views/").text.endswith("Filter a list, then save what you see as a view.")


def test_visitors_are_offered_none(client: FlaskClient) -> None:
    assert "Save as a view" not in open_page(client, "/microcredentials/?country=AM").links
    assert client.get("/account/views/").status_code == 303


def test_a_view_is_renamed_and_removed(client: FlaskClient, me: int) -> None:
    save(client, "Companies")
    page = open_page(client, "/account/views/1")
    listed = Page(page.form(SAVE).submit(client, follow=True, name="Companies of Armenia"))
    assert listed.links["Companies of Armenia"] == FILTERED
    gone = Page(open_page(client, "/account/views/1").form("Remove this view").submit(client, follow=True))
    assert "Companies of Armenia" not in gone.links


def test_two_who_rename_at_once_lose_nothing(client: FlaskClient, me: int) -> None:
    save(client, "Companies")
    first, second = (open_page(client, "/account/views/1").form(SAVE) for _tab in range(2))
    assert first.submit(client, name="One").status_code == 303
    answer = second.submit(client, name="Two")
    assert answer.status_code == 409
    assert Page(answer).form(SAVE).values["name"] == ["Two"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "Companies"])
def test_a_missing_long_or_taken_name_is_refused(client: FlaskClient, me: int, name: str) -> None:
    save(client, "Companies")
    page = open_page(client, "/stakeholders/?country=GE")
    answer = open_page(client, page.links["Save as a view"]).form(SAVE).submit(client, name=name)
    assert answer.status_code == 422
    assert len(Page(answer).errors) == 1


def test_thirty_views_of_a_list_are_enough(app: Flask, client: FlaskClient, me: int) -> None:
    with work(app) as session:
        for number in range(saved.MOST_VIEWS):
            view = SavedView(user_id=me, listing="stakeholders", path="/stakeholders/", name=f"{number}", query="q=a")
            session.add(view)
    page = open_page(client, FILTERED)
    answer = open_page(client, page.links["Save as a view"]).form(SAVE).submit(client, name="One more")
    assert answer.status_code == 422
    assert save(client, "Another list", "/events/?state=held").status == 200


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"list": "nothing", "path": "/stakeholders/", "query": ""},
        {"list": "stakeholders", "path": "https://example.org/", "query": ""},
        {"list": "stakeholders", "path": "//example.org/", "query": ""},
        {"list": "stakeholders", "path": "/nowhere", "query": ""},
        {"list": "stakeholders", "path": "/\\example.org", "query": ""},
    ],
)
def test_a_view_leads_to_a_list_of_the_portal_alone(client: FlaskClient, me: int, asked: dict[str, str]) -> None:
    assert client.get(f"/account/views/new?{urlencode(asked)}").status_code == 404


def test_an_endless_address_is_refused(client: FlaskClient, me: int) -> None:
    asked = urlencode({"list": "stakeholders", "path": "/stakeholders/", "query": "q=" + "ж" * 2001})
    answer = open_page(client, f"/account/views/new?{asked}").form(SAVE).submit(client, name="Long")
    assert answer.status_code == 422


def test_a_double_click_saves_one_view(app: Flask, client: FlaskClient, me: int) -> None:
    page = open_page(client, FILTERED)
    form = open_page(client, page.links["Save as a view"]).form(SAVE)
    answers = [form.submit(client, name="Companies") for _press in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    with work(app) as session:
        assert session.query(SavedView).count() == 1


def test_views_cost_a_list_one_statement_however_many_there_are(app: Flask, client: FlaskClient, me: int) -> None:
    client.get("/events/")
    with statements(app) as before:
        client.get("/events/")
    for number in range(3):
        save(client, f"View {number}", f"/events/?q={number}")
    client.get("/events/")
    with statements(app) as after:
        client.get("/events/")
    assert len(after) == len(before)

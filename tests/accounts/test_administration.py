"""Looking after the accounts of others."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import RoleGrant, User
from app.core.access import Role
from app.extensions import db
from tests.accounts.people import (
    PASSWORD,
    arrive,
    is_signed_in,
    mails,
    organisation,
    person,
    sign_in,
    statements,
    submit,
    work,
)


@pytest.fixture
def nora(app: Flask) -> int:
    """A country lead of Armenia."""
    with work(app) as session:
        return person(session, Role.COUNTRY_LEAD, email="nora@example.org", name="Nora Neu", country="AM").id


def roles_of(app: Flask, user_id: int) -> list[tuple[str, str | None]]:
    with app.app_context():
        return [(grant.role.value, grant.country) for grant in db.session.get(User, user_id).grants]


def test_the_list_shows_who_may_what_where(app: Flask, client: FlaskClient, nora: int):
    arrive(app, client)
    page = client.get("/accounts/").get_data(as_text=True)
    for part in ("Nora Neu", "nora@example.org", "Country lead", "Maria Muster", "Coordinator"):
        assert part in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=neu", True),
        ("q=NORA%40example", True),
        ("q=nobody", False),
        ("role=country_lead", True),
        ("role=auditor", False),
        ("country=AM", True),
        ("country=RS", False),
        ("account=open", True),
        ("account=closed", False),
        ("sort=-email", True),
        ("q=%25", False),
    ],
)
def test_the_list_can_be_narrowed(app: Flask, client: FlaskClient, nora: int, query: str, found: bool):
    arrive(app, client)
    assert ("nora@example.org" in client.get(f"/accounts/?{query}").get_data(as_text=True)) is found


def test_the_list_costs_the_same_whatever_its_length(app: Flask, client: FlaskClient):
    arrive(app, client)

    def cost() -> int:
        with statements(app) as seen:
            assert client.get("/accounts/").status_code == 200
        return len(seen)

    few = cost()
    with work(app) as session:
        for number in range(60):
            session.add(
                User(
                    email=f"p{number}@example.org",
                    name=f"Person {number}",
                    grants=[RoleGrant(role=Role.COUNTRY_LEAD, country="AM")],
                )
            )
    assert cost() == few <= 6


def test_the_list_leaves_as_a_file(app: Flask, client: FlaskClient, nora: int):
    arrive(app, client)
    text = client.get("/accounts/?format=csv").get_data().decode("utf-8-sig")
    assert "nora@example.org" in text
    assert "country_lead" in text


def test_country_leads_see_their_own_country_only(app: Flask, client: FlaskClient, nora: int):
    with work(app) as session:
        foreign = person(session, Role.COUNTRY_LEAD, email="rada@example.org", country="RS").id
    sign_in(app, client, nora)
    page = client.get("/accounts/").get_data(as_text=True)
    assert "nora@example.org" in page
    assert "rada@example.org" not in page
    assert client.get(f"/accounts/{foreign}").status_code == 404
    assert submit(client, f"/accounts/{foreign}/close").status_code == 404


@pytest.mark.parametrize("second", [Role.PARTNER_EDITOR, Role.AUDITOR])
def test_a_second_role_opens_no_more_accounts(app: Flask, client: FlaskClient, nora: int, second: Role):
    with work(app) as session:
        rada = person(
            session, second, email="rada@example.org", country="AM" if second == Role.PARTNER_EDITOR else None
        )
        rada.grants.append(RoleGrant(role=Role.COUNTRY_LEAD, country="RS"))
        session.flush()
        key = rada.id
    sign_in(app, client, key)
    page = client.get("/accounts/").get_data(as_text=True)
    assert "rada@example.org" in page
    assert "nora@example.org" not in page
    assert client.get(f"/accounts/{nora}").status_code == 404


def test_a_role_is_given_and_taken(app: Flask, client: FlaskClient, nora: int):
    arrive(app, client)
    with work(app) as session:
        body = organisation(session, country="RS").id
    fields = {"role": "partner_editor", "organisation_id": str(body)}
    assert submit(client, f"/accounts/{nora}", fields).status_code == 303
    assert roles_of(app, nora) == [("country_lead", "AM"), ("partner_editor", "RS")]
    assert "already" in submit(client, f"/accounts/{nora}", fields).get_data(as_text=True)
    with app.app_context():
        first = db.session.get(User, nora).grants[0].id
    assert submit(client, f"/accounts/{nora}/grants/{first}/remove").status_code == 303
    assert roles_of(app, nora) == [("partner_editor", "RS")]


def test_the_last_role_stays(app: Flask, client: FlaskClient, nora: int):
    arrive(app, client)
    with app.app_context():
        only = db.session.get(User, nora).grants[0].id
    assert submit(client, f"/accounts/{nora}/grants/{only}/remove").status_code == 422
    assert roles_of(app, nora) == [("country_lead", "AM")]


def test_a_role_is_taken_from_its_owner_only(app: Flask, client: FlaskClient, nora: int):
    me = arrive(app, client)
    with app.app_context():
        mine = db.session.get(User, me).grants[0].id
    assert submit(client, f"/accounts/{nora}/grants/{mine}/remove").status_code == 404


def test_a_new_role_counts_from_the_next_request(app: Flask, client: FlaskClient):
    user_id = arrive(app, client, Role.AUDITOR)
    assert client.get("/accounts/").status_code == 403
    with work(app) as session:
        user = session.get_one(User, user_id)
        user.grants.append(RoleGrant(role=Role.COORDINATOR))
    assert client.get("/accounts/").status_code == 200


def test_closing_asks_first_and_signs_out(app: Flask, client: FlaskClient, nora: int):
    arrive(app, client)
    browser = app.test_client()
    sign_in(app, browser, nora)
    assert "Nobody can sign in" in client.get(f"/accounts/{nora}/close").get_data(as_text=True)
    assert is_signed_in(browser)
    assert submit(client, f"/accounts/{nora}/close").status_code == 303
    assert not is_signed_in(browser)
    assert submit(client, f"/accounts/{nora}/reopen").status_code == 303
    assert not is_signed_in(browser)


@pytest.mark.parametrize("change", ["close", "reopen", "reset-second-factor"])
def test_nobody_changes_their_own_account_here(app: Flask, client: FlaskClient, change: str):
    me = arrive(app, client, Role.ADMIN)
    assert submit(client, f"/accounts/{me}/{change}").status_code == 403
    assert submit(client, f"/accounts/{me}", {"role": "auditor"}).status_code == 403
    assert is_signed_in(client)


def test_a_coordinator_does_not_touch_an_administrator(app: Flask, client: FlaskClient):
    arrive(app, client, Role.COORDINATOR)
    with work(app) as session:
        admin = person(session, Role.ADMIN, email="admin@example.org").id
    assert submit(client, f"/accounts/{admin}/close").status_code == 403
    assert submit(client, f"/accounts/{admin}", {"role": "auditor"}).status_code == 403


def test_a_country_lead_does_not_touch_whoever_reaches_further(app: Flask, client: FlaskClient, nora: int):
    with work(app) as session:
        wide = person(session, Role.COUNTRY_LEAD, email="wide@example.org", country="AM")
        wide.grants.append(RoleGrant(role=Role.COUNTRY_LEAD, country="RS"))
        session.flush()
        wide_id = wide.id
    sign_in(app, client, nora)
    assert client.get(f"/accounts/{wide_id}").status_code == 200
    assert submit(client, f"/accounts/{wide_id}/close").status_code == 403


def test_a_lost_second_factor_is_forgotten(app: Flask, client: FlaskClient):
    arrive(app, client)
    with work(app) as session:
        user = person(session, email="lost@example.org", password=PASSWORD)
        user.tf_primary_method, user.tf_totp_secret, user.mf_recovery_codes = "authenticator", "{}", ["x"]
        session.flush()
        lost = user.id
    assert submit(client, f"/accounts/{lost}/reset-second-factor").status_code == 303
    told = mails(app)[-1]
    assert (told.recipient, "switched off" in told.subject) == ("lost@example.org", True)
    assert "switched your second factor off" in told.text
    browser = app.test_client()
    submit(browser, "/sign-in", {"email": "lost@example.org", "password": PASSWORD})
    assert is_signed_in(browser)


def test_organisations_are_found_by_name_within_ones_reach(app: Flask, client: FlaskClient, nora: int):
    with work(app) as session:
        organisation(session, "Lori Regional College", country="AM")
        organisation(session, "Lorin High School", country="RS")
    sign_in(app, client, nora)
    found = client.get("/accounts/organisations?organisation_id-q=lori").get_data(as_text=True)
    assert "Lori Regional College" in found
    assert "Lorin" not in found


def test_unknown_keys_are_not_found(app: Flask, client: FlaskClient):
    arrive(app, client)
    for path in ("/accounts/9999", "/accounts/9999/close", "/accounts/99999999999999999999", "/accounts/1/explode"):
        assert client.get(path).status_code == 404

"""The pages on which two organisations become one, and one becomes two again."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import COUNTRY_ROLES
from app.core.access import Role
from app.extensions import db
from app.stakeholders.merge_records import OrganisationMerge
from app.stakeholders.models import Organisation
from tests.accounts.people import arrive, statements, submit, work
from tests.page import Page, open_page
from tests.stakeholders.register import name, organisation


@pytest.fixture
def doubles(app: Flask) -> tuple[int, int]:
    """Two entries for one college."""
    with work(app):
        mine = organisation(name("Vanadzor College"), country="AM", city="Vanadzor")
        double = organisation(name("Վանաձորի քոլեջ", "hy"), country="AM", email="office@college.example.org")
        return mine.id, double.id


def test_two_are_compared_merged_and_parted_again(app: Flask, client: FlaskClient, doubles: tuple[int, int]) -> None:
    mine, double = doubles
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    choose = open_page(client, f"/stakeholders/{double}/merge")
    answer = choose.form("Compare them").submit(client)
    assert answer.status_code == 422
    form = open_page(client, f"/stakeholders/{mine}/merge/{double}").form("Merge them")
    assert form.values["email"] == ["other"]
    assert form.values["city"] == form.values["name"] == ["mine"]
    page = Page(form.submit(client, follow=True, name="other"))
    assert page.heading == "Վանաձորի քոլեջ"
    assert page.messages == ["They are one now. You can undo this for 30 days."]
    assert client.get(f"/stakeholders/{double}").location == f"/stakeholders/{mine}"
    back = Page(page.form("Undo the merge").submit(client, follow=True))
    assert back.url.endswith(f"/stakeholders/{double}")
    assert open_page(client, f"/stakeholders/{mine}").heading == "Vanadzor College"


def test_the_other_is_chosen_by_its_name(app: Flask, client: FlaskClient, doubles: tuple[int, int]) -> None:
    mine, double = doubles
    arrive(app, client)
    fields = {"other": str(double)}
    assert submit(client, f"/stakeholders/{mine}/merge", fields).location == f"/stakeholders/{mine}/merge/{double}"


@pytest.mark.parametrize("field", ["version", "other_version"])
def test_a_page_that_was_overtaken_says_so(
    app: Flask, client: FlaskClient, doubles: tuple[int, int], field: str
) -> None:
    mine, double = doubles
    arrive(app, client)
    form = open_page(client, f"/stakeholders/{mine}/merge/{double}").form("Merge them")
    for stale in ("77", "", "x"):
        assert form.submit(client, **{field: stale}).status_code in (409, 422)
    assert client.get(f"/stakeholders/{double}").status_code == 200


@pytest.mark.parametrize("forged", [{"name": "both"}, {"email": "'; --"}])
def test_a_forged_choice_is_refused(
    app: Flask, client: FlaskClient, doubles: tuple[int, int], forged: dict[str, str]
) -> None:
    mine, double = doubles
    arrive(app, client)
    form = open_page(client, f"/stakeholders/{mine}/merge/{double}").form("Merge them")
    assert form.submit(client, **forged).status_code == 422


def test_a_refusal_stands_on_the_page(app: Flask, client: FlaskClient) -> None:
    with work(app):
        one = organisation(name("One"), country="AM").id
        two = organisation(name("Two"), country="AM").id
        for key, number in ((one, 1), (two, 2)):
            partner = db.session.get_one(Organisation, key)
            partner.is_partner, partner.partner_number = True, number
    arrive(app, client)
    answer = open_page(client, f"/stakeholders/{one}/merge/{two}").form("Merge them").submit(client)
    assert answer.status_code == 422
    assert "Both are partners with a number" in Page(answer).text


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.ADMIN, 303),
        (Role.COORDINATOR, 303),
        (Role.COUNTRY_LEAD, 303),
        (Role.PARTNER_EDITOR, 303),
        (Role.LGE_MEMBER, 403),
        (Role.CLUSTER_COORDINATOR, 403),
        (Role.STAKEHOLDER, 403),
        (Role.AUDITOR, 403),
        (None, 303),
    ],
)
def test_who_may_merge_two_organisations_of_armenia(
    app: Flask, client: FlaskClient, doubles: tuple[int, int], role: Role | None, status: int
) -> None:
    mine, double = doubles
    if role:
        arrive(app, client, role, country="AM" if role in COUNTRY_ROLES else None)
    answer = submit(client, f"/stakeholders/{mine}/merge/{double}", {"version": "1", "other_version": "1"})
    assert answer.status_code == status
    with work(app):
        is_one = db.session.get_one(Organisation, double).absorbed_by_id == mine
        assert is_one == (role is not None and status == 303)
        key = db.session.scalar(sa.select(OrganisationMerge.id))
    if key:
        assert submit(client, f"/stakeholders/merges/{key}/undo").location == f"/stakeholders/{double}"


def test_a_lead_of_another_country_is_refused(app: Flask, client: FlaskClient, doubles: tuple[int, int]) -> None:
    mine, double = doubles
    arrive(app, client, Role.COUNTRY_LEAD, country="GE")
    fields = {"version": "1", "other_version": "1"}
    assert submit(client, f"/stakeholders/{mine}/merge/{double}", fields).status_code == 403
    assert client.get(f"/stakeholders/{mine}/merge").status_code == 403
    assert "Merge" not in open_page(client, f"/stakeholders/{mine}").links


@pytest.mark.parametrize("path", ["/stakeholders/999/merge", "/stakeholders/1/merge/999", "/stakeholders/999/merge/1"])
def test_what_is_not_there_is_not_found(app: Flask, client: FlaskClient, doubles: tuple[int, int], path: str) -> None:
    arrive(app, client)
    assert client.get(path).status_code == 404
    assert submit(client, "/stakeholders/merges/999/undo").status_code == 404


def test_an_organisation_that_is_open_asks_eight_times_at_most(
    app: Flask, client: FlaskClient, doubles: tuple[int, int]
) -> None:
    mine, _double = doubles
    arrive(app, client)
    for path in (f"/stakeholders/{mine}", f"/stakeholders/{mine}/merge"):
        client.get(path)
        with statements(app) as seen:
            open_page(client, path)
        assert len(seen) <= 8

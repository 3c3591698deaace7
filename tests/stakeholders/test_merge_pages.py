"""The pages on which two organisations become one, and one becomes two again."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import COUNTRY_ROLES
from app.core.access import SYSTEM, Role
from app.engagement.services import EntryFacts, map_organisation
from app.extensions import db
from app.stakeholders import merging
from app.stakeholders.merge_records import OrganisationMerge
from app.stakeholders.models import Organisation, Person
from app.stakeholders.services import AffiliationFacts
from tests.accounts.people import arrive, statements, submit, work
from tests.engagement.conftest import judgement
from tests.page import Page, open_page
from tests.stakeholders.register import name, organisation, person


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


def test_a_merge_that_was_undone_is_no_conflict_for_who_had_the_form_open(
    app: Flask, client: FlaskClient, doubles: tuple[int, int]
) -> None:
    mine, double = doubles
    arrive(app, client)
    forms = [open_page(client, f"/stakeholders/{key}/edit").form("Save organisation") for key in doubles]
    merged = open_page(client, f"/stakeholders/{mine}/merge/{double}").form("Merge them").submit(client, follow=True)
    Page(merged).form("Undo the merge").submit(client)
    assert [form.submit(client, phone="+374 10 545454").status_code for form in forms] == [303, 303]


def test_what_was_typed_for_one_that_was_merged_meanwhile_can_be_put_into_what_it_is_now(
    app: Flask, client: FlaskClient, doubles: tuple[int, int]
) -> None:
    mine, double = doubles
    arrive(app, client)
    form = open_page(client, f"/stakeholders/{double}/edit").form("Save organisation")
    open_page(client, f"/stakeholders/{mine}/merge/{double}").form("Merge them").submit(client)
    page = Page(form.submit(client, phone="+374 10 545454", city="Gyumri"))
    assert page.status == 409
    assert page.heading == "Edit Vanadzor College"
    assert "“Վանաձորի քոլեջ” was merged into this record while you wrote." in page.text
    rows = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in page.select("table tbody tr")]
    assert rows == [["Place", "Vanadzor", "Gyumri"]]
    assert "as it stands here: Names." in page.text
    again = page.form("Save organisation")
    assert again.action.endswith(f"/stakeholders/{mine}/edit")
    assert again.submit(client).status_code == 303
    with app.app_context():
        stands = db.session.get_one(Organisation, mine)
        assert (stands.phone, stands.city, len(stands.names)) == ("+374 10 545454", "Gyumri", 2)
    assert client.get(f"/stakeholders/{double}/edit").location == f"/stakeholders/{mine}/edit"


def test_the_same_of_a_person(app: Flask, client: FlaskClient) -> None:
    with work(app):
        mine, double = person("Ana", family_name="Ilić").id, person("Ana", family_name="Ilic").id
    arrive(app, client)
    form = open_page(client, f"/stakeholders/people/{double}/edit").form("Save person")
    open_page(client, f"/stakeholders/people/{mine}/merge/{double}").form("Merge them").submit(client)
    page = Page(form.submit(client, phone="+381 11 2223334"))
    assert page.status == 409
    assert "“Ana Ilic” was merged into this record while you wrote." in page.text
    assert page.form("Save person").submit(client).location == f"/stakeholders/people/{mine}"
    with app.app_context():
        assert db.session.get_one(Person, mine).phone == "+381 11 2223334"
    assert client.get(f"/stakeholders/people/{double}/edit").location == f"/stakeholders/people/{mine}/edit"


def test_what_was_typed_for_one_that_was_merged_into_what_is_not_ones_own_is_given_back(
    app: Flask, client: FlaskClient
) -> None:
    with work(app):
        mine = organisation(name("Vanadzor College"), country="GE", city="Vanadzor").id
        double = organisation(name("Vanadzor Kolej"), country="AM").id
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    form = open_page(client, f"/stakeholders/{double}/edit").form("Save organisation")
    with work(app):
        one, other = (db.session.get_one(Organisation, key) for key in (mine, double))
        merging.merge(SYSTEM, one, other, merging.Versions(one.version, other.version), set())
    page = Page(form.submit(client, city="Gyumri", address="Tigranyan 3"))
    assert page.status == 403
    assert "merged into a record that is not yours to change" in page.text
    assert [cell.get_text(strip=True) for cell in page.select("#typed dt")] == ["Place", "Address"]
    assert [cell.get_text(strip=True) for cell in page.select("#typed dd")] == ["Gyumri", "Tigranyan 3"]
    assert page.select_one(f"main a[href$='/stakeholders/{mine}']")
    assert form.submit(client).location == f"/stakeholders/{mine}"
    assert client.get(f"/stakeholders/{double}/edit").location == f"/stakeholders/{mine}"


def test_what_was_typed_about_what_is_gone_is_shown(app: Flask, client: FlaskClient) -> None:
    arrive(app, client)
    page = Page(submit(client, "/stakeholders/people/999/edit", {"given_name": "Ana"}))
    assert page.status == 404
    assert "What you had typed" in page.text
    assert "Ana" in page.text


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
    assert "Both are partners with a number" in open_page(client, f"/stakeholders/{one}/merge/{two}", 422).text
    answer = submit(client, f"/stakeholders/{one}/merge", {"other": str(two)})
    assert answer.status_code == 422
    assert "Both are partners with a number" in Page(answer).text


def test_what_cannot_be_merged_is_refused_before_anything_is_compared(
    app: Flask, client: FlaskClient, doubles: tuple[int, int]
) -> None:
    mine, _double = doubles
    with work(app):
        theirs = organisation(name("Vanadzor College"), country="GE").id
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    assert "cannot be merged with itself" in open_page(client, f"/stakeholders/{mine}/merge/{mine}", 422).text
    answer = submit(client, f"/stakeholders/{mine}/merge", {"other": str(mine)})
    assert "cannot be merged with itself" in Page(answer).text
    assert client.get(f"/stakeholders/{mine}/merge/{theirs}").status_code == 403
    answer = submit(client, f"/stakeholders/{mine}/merge", {"other": str(theirs)})
    assert answer.status_code == 422
    assert "Your role does not reach that far" in Page(answer).text


def test_the_page_tells_what_moves_and_what_becomes_one(
    app: Flask, client: FlaskClient, doubles: tuple[int, int]
) -> None:
    mine, double = doubles
    with work(app) as session:
        both = [session.get_one(Organisation, key) for key in doubles]
        for given_name, body in (("Ana", both[1]), ("Ani", both[1])):
            person(given_name, SYSTEM, AffiliationFacts(body, {}))
        for body in both:
            map_organisation(SYSTEM, EntryFacts(organisation=body, country="AM"), judgement())
    arrive(app, client)
    told = open_page(client, f"/stakeholders/{mine}/merge/{double}").text
    assert "Function at an organisation: 2" in told
    assert "one entry is left, which shows the judgements of both" in told
    assert "one membership is left" not in told


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


def test_an_organisation_that_is_open_asks_nine_times_at_most(
    app: Flask, client: FlaskClient, doubles: tuple[int, int]
) -> None:
    mine, _double = doubles
    arrive(app, client)
    for path in (f"/stakeholders/{mine}", f"/stakeholders/{mine}/merge"):
        client.get(path)
        with statements(app) as seen:
            open_page(client, path)
        assert len(seen) <= 9

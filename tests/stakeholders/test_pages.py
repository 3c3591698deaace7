"""The pages of organisations and people, as the people who use them meet them."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM, Role
from app.stakeholders.models import NameKind, Organisation
from app.stakeholders.services import AffiliationFacts
from tests.accounts.people import arrive, statements, work
from tests.page import Page, open_page
from tests.stakeholders.register import name, organisation, person


@pytest.fixture
def school(app: Flask) -> int:
    """The key of a school in Niš with a national name."""
    with work(app):
        return organisation(name("School of Niš"), name("Школа Ниш", "sr-Latn", NameKind.NATIVE)).id


def test_strangers_are_asked_to_sign_in_and_come_back(client: FlaskClient, school: int) -> None:
    answer = client.get(f"/stakeholders/{school}")
    assert answer.status_code == 303
    assert answer.location.endswith(f"next=/stakeholders/{school}")


def test_the_register_lists_every_name_in_its_language(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client)
    page = open_page(client, "/stakeholders/?q=nis")
    assert page.select_one("tbody th a").get_text() == "School of Niš"
    assert page.select_one("tbody .native")["lang"] == "sr-Latn"


def test_the_register_costs_the_same_however_long_it_is(app: Flask, client: FlaskClient) -> None:
    arrive(app, client)
    counts = []
    for number in range(2):
        with work(app):
            for place in range(1 + number * 60):
                organisation(name(f"School {place}"))
        with statements(app) as seen:
            open_page(client, "/stakeholders/")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize(
    "query", ["page=1000000000", "page=-1", "page=x", "sort=nothing", "country=XX", "q=" + "ж" * 9000]
)
def test_an_odd_address_is_a_sensible_page(app: Flask, client: FlaskClient, school: int, query: str) -> None:
    arrive(app, client)
    open_page(client, f"/stakeholders/?{query}")


def test_an_organisation_is_added_with_its_names(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    answer = form.submit(
        client,
        follow=True,
        category="company",
        **{"names-0-text": "Tekstil Lori", "names-1-text": "Տեքստիլ Լոռի", "names-1-language": "hy"},
    )
    page = Page(answer)
    assert page.heading == "Tekstil Lori"
    assert "Տեքստիլ Լոռի" in page.text
    assert page.messages == ["Tekstil Lori is in the register."]


def test_there_is_room_for_more_names_and_nothing_that_was_typed_is_lost(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    page = Page(form.submit(client, ("find", "names"), city="Gyumri", **{"names-0-text": "Tekstil Lori"}))
    assert (page.status, page.errors) == (200, [])
    more = page.form("Save organisation")
    assert more.values["city"] == ["Gyumri"]
    texts = {f"names-{place}-text": text for place, text in enumerate(("Tekstil Lori", "A", "B", "C", "D"))}
    assert texts.keys() <= more.values.keys()
    assert more.submit(client, category="company", **texts).status_code == 303
    with work(app) as session:
        assert len(session.query(Organisation).one().names) == 5


def test_a_double_click_adds_one_organisation(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    answers = [form.submit(client, category="company", **{"names-0-text": "Tekstil Lori"}) for _press in range(2)]
    assert answers[0].location == answers[1].location
    with work(app) as session:
        assert session.query(Organisation).filter_by(name="Tekstil Lori").count() == 1


def test_what_is_wrong_is_said_in_its_place_and_nothing_typed_is_lost(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    answer = form.submit(
        client, category="", pic="12", email="nobody", website="nowhere", city="Վանաձոր", **{"names-0-text": "Tekstil"}
    )
    assert answer.status_code == 422
    page = Page(answer)
    assert page.title.startswith("Error:")
    assert len(page.errors) == 4
    assert page.form("Save organisation").values["city"] == ["Վանաձոր"]


@pytest.mark.parametrize(
    "forged", [{"category": "nonsense"}, {"country": "XX"}, {"names-0-text": ""}, {"names-0-text": "x" * 501}]
)
def test_forged_and_missing_values_are_refused(app: Flask, client: FlaskClient, forged: dict[str, str]) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    filled = {"category": "company", "names-0-text": "Tekstil Lori"} | forged
    assert form.submit(client, **filled).status_code == 422


def test_another_countrys_organisation_is_not_ones_own_to_change(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    assert client.get(f"/stakeholders/{school}/edit").status_code == 403


def test_two_editors_at_once_see_both_texts_and_lose_nothing(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client)
    first = open_page(client, f"/stakeholders/{school}/edit").form("Save organisation")
    second = open_page(client, f"/stakeholders/{school}/edit").form("Save organisation")
    assert first.submit(client, city="Niš").status_code == 303
    answer = second.submit(client, city="Belgrade")
    assert answer.status_code == 409
    page = Page(answer)
    assert "Niš" in page.text
    again = page.form("Save organisation")
    assert again.values["city"] == ["Belgrade"]
    assert again.submit(client).status_code == 303


def test_a_person_is_added_for_an_organisation(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/new?organisation={school}")
    answer = page.form("Save person").submit(
        client, follow=True, given_name="Mira", source="told", **{"affiliations-0-role_title-en": "Director"}
    )
    assert "School of Niš" in Page(answer).text


def test_blanks_are_no_name(app: Flask, client: FlaskClient) -> None:
    arrive(app, client)
    answer = (
        open_page(client, "/stakeholders/people/new")
        .form("Save person")
        .submit(client, given_name="   ", source="told", lawful_basis="contract")
    )
    assert Page(answer).errors == ["Given name: Write a given name."]


def test_a_forged_organisation_of_a_person_is_refused(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client)
    page = open_page(client, f"/stakeholders/people/new?organisation={school}")
    answer = page.form("Save person").submit(
        client, given_name="Mira", source="told", **{"affiliations-0-organisation": "99999"}
    )
    assert answer.status_code == 422


def test_people_are_closed_to_an_auditor(app: Flask, client: FlaskClient) -> None:
    with work(app):
        made = person("Mira").id
    arrive(app, client, Role.AUDITOR)
    assert client.get(f"/stakeholders/people/{made}").status_code == 403


def test_notes_are_in_the_file_of_the_consortium_alone(app: Flask, client: FlaskClient) -> None:
    with work(app):
        key = organisation(name("School of Niš"), notes="Slow to answer.").id
    arrive(app, client, Role.STAKEHOLDER, country="RS", organisation_id=key)
    told = client.get("/stakeholders/?format=csv").text
    assert "School of Niš" in told
    assert "Slow to answer." not in told
    arrive(app, client, email="lead@example.org")
    assert "Slow to answer." in client.get("/stakeholders/?format=csv").text


def test_an_invited_stakeholder_sees_the_own_organisation_and_the_partners_only(
    app: Flask, client: FlaskClient, school: int
) -> None:
    arrive(app, client, Role.STAKEHOLDER)
    assert client.get(f"/stakeholders/{school}").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_register_is_exported_as_it_is_filtered(app: Flask, client: FlaskClient, school: int, kind: str) -> None:
    arrive(app, client)
    answer = client.get(f"/stakeholders/?country=RS&format={kind}")
    assert answer.status_code == 200
    assert f"stakeholders.{kind}" in answer.headers["Content-Disposition"]


def test_a_picker_finds_in_any_script(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client)
    answer = client.get("/stakeholders/options?name=organisations&organisations-q=ниш")
    assert "School of Niš" in answer.get_data(as_text=True)


def test_a_changed_name_keeps_its_place_and_saving_again_changes_nothing(
    app: Flask, client: FlaskClient, school: int
) -> None:
    arrive(app, client)
    edit = f"/stakeholders/{school}/edit"
    open_page(client, edit).form("Save organisation").submit(client, **{"names-0-text": "School of the City of Niš"})
    open_page(client, edit).form("Save organisation").submit(client)

    page = open_page(client, f"/stakeholders/{school}")
    assert page.title.startswith("School of the City of Niš")
    assert [tag.get_text() for tag in page.select("#names li span[lang]")] == ["School of the City of Niš", "Школа Ниш"]


def test_a_conflict_tells_names_and_affiliations_as_people_read_them(
    app: Flask, client: FlaskClient, school: int
) -> None:
    arrive(app, client)
    edit = f"/stakeholders/{school}/edit"
    first, second = (open_page(client, edit).form("Save organisation") for _editor in range(2))
    first.submit(client, **{"names-0-text": "First School"})
    page = Page(second.submit(client, city="Niš", **{"names-0-text": "Second School"}))
    assert page.status == 409
    assert "First School (Working name)" in page.text
    assert "Second School (Working name)" in page.text
    assert "OrganisationName" not in page.text


def test_rows_that_only_the_other_changed_are_taken_over(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client)
    edit = f"/stakeholders/{school}/edit"
    first, second = (open_page(client, edit).form("Save organisation") for _editor in range(2))
    first.submit(client, category="company", **{"names-0-text": "First School"})
    page = Page(second.submit(client, city="Niš"))
    assert page.status == 409
    assert "it was changed there alone: Names, Category." in page.text
    assert "names-1-text" in page.form("Save organisation").values, "there is a row to add a name in"
    assert page.form("Save organisation").submit(client).status_code == 303
    shown = open_page(client, f"/stakeholders/{school}")
    assert shown.title.startswith("First School")
    assert "Company" in shown.text
    assert "Niš" in shown.text


@pytest.mark.parametrize("country", ["RS", "DE"])
def test_a_country_beyond_ones_own_is_refused_at_its_field(app: Flask, client: FlaskClient, country: str) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    answer = form.submit(client, **{"names-0-text": "School"}, category="company", country=country, notes="Long talk")
    page = Page(answer)
    assert page.status == 422
    assert page.errors == ["Country: Choose one of the list."]
    assert "Long talk" in page.text


def test_a_region_lies_in_the_country(app: Flask, client: FlaskClient, school: int) -> None:
    arrive(app, client)
    form = open_page(client, f"/stakeholders/{school}/edit").form("Save organisation")
    page = Page(form.submit(client, country="RS", region="AM-LO"))
    assert page.status == 422
    assert page.errors == ["Region: This region is in another country."]


def test_signs_that_turn_reading_round_are_no_part_of_a_name(app: Flask, client: FlaskClient) -> None:
    arrive(app, client)
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    form.submit(client, **{"names-0-text": "\u202eloohcS\u200b of \x07Niš"}, category="company", country="RS")
    assert open_page(client, "/stakeholders/").select_one("tbody th a").get_text() == "loohcS of Niš"


def test_notes_are_read_by_the_consortium_only(app: Flask, client: FlaskClient, school: int) -> None:
    with work(app) as session:
        session.get_one(Organisation, school).notes = "Slow to answer"
    arrive(app, client, Role.STAKEHOLDER, country="RS", organisation_id=school)
    assert "Slow to answer" not in open_page(client, f"/stakeholders/{school}").text
    arrive(app, client, Role.AUDITOR, email="ann@example.org")
    assert "Slow to answer" in open_page(client, f"/stakeholders/{school}").text


def test_a_day_that_is_none_is_said_on_an_organisations_page(app: Flask, client: FlaskClient):
    with work(app):
        key = organisation(name("School of Niš")).id
    arrive(app, client, Role.COORDINATOR)
    said = "“garbage” was not understood as “On the day”, so it was left out."
    assert said in open_page(client, f"/stakeholders/{key}?as_of=garbage").text
    assert "not understood" not in open_page(client, f"/stakeholders/{key}?as_of=2025-03-01").text


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((date(2024, 3, 1), date(2025, 9, 30)), "1. März 2024 – 30. September 2025"),
        ((date(2024, 3, 1), None), "ab 1. März 2024"),
        ((None, date(2025, 9, 30)), "bis 30. September 2025"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_both_ends_of_an_affiliation_are_told_in_full(
    app: Flask, client: FlaskClient, school: int, days: tuple[date | None, date | None], told: str
):
    arrive(app, client)
    with work(app) as session:
        speaks = AffiliationFacts(session.get_one(Organisation, school), {}, *days)
        paths = [f"/stakeholders/{school}", f"/stakeholders/people/{person('Ana', SYSTEM, speaks).id}"]
    with client.session_transaction() as cookie:
        cookie["language"] = "de"
    for path in paths:
        assert open_page(client, path).select_one(".terms .when").get_text() == told


def offered(page: Page) -> tuple[set[str], str | None]:
    """The countries that a form offers, and the one that is chosen."""
    chosen = page.select_one("select[name=country] option[selected]")
    codes = {str(tag["value"]) for tag in page.select("select[name=country] option")}
    return codes - {""}, str(chosen["value"]) or None if chosen else None


@pytest.mark.parametrize("role", [Role.COUNTRY_LEAD, Role.PARTNER_EDITOR])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_new_organisation_is_offered_the_countries_of_its_author_alone(
    app: Flask, client: FlaskClient, school: int, role: Role
):
    arrive(app, client, role, country="AM")
    assert offered(open_page(client, "/stakeholders/new")) == ({"AM"}, "AM")
    with work(app):
        other = organisation(name("Lori College"), country="AM").id
    assert offered(open_page(client, f"/stakeholders/{other}/edit")) == ({"AM"}, "AM")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_administrator_is_offered_every_country_and_an_edited_record_its_own(
    app: Flask, client: FlaskClient, school: int
):
    arrive(app, client, Role.ADMIN)
    codes, chosen = offered(open_page(client, "/stakeholders/new"))
    assert len(codes) > 5
    assert chosen is None
    assert offered(open_page(client, f"/stakeholders/{school}/edit")) == (codes, "RS")


def test_why_a_persons_data_may_be_kept_is_asked_and_never_presumed(app: Flask, client: FlaskClient) -> None:
    arrive(app, client)
    form = open_page(client, "/stakeholders/people/new").form("Save person")
    answer = form.submit(client, given_name="Ana", source="told")
    assert Page(answer).errors == ["Why may these data be kept? Say why these data may be kept."]


def test_who_speaks_for_it_today_stands_apart_from_who_did(app: Flask, client: FlaskClient) -> None:
    with work(app):
        school = organisation()
        person("Mira", SYSTEM, AffiliationFacts(school, {}, None, date(2025, 4, 30)))
        person("Luka", SYSTEM, AffiliationFacts(school, {}, date(2025, 5, 1)))
        person("Sonja", SYSTEM, AffiliationFacts(school, {}, date(2025, 6, 1)))
        key = school.id
    arrive(app, client)
    spoken = lambda said="": [  # noqa: E731
        [link.get_text() for link in part.select("a")]
        for part in open_page(client, f"/stakeholders/{key}{said}").select("#people ol.terms")
    ]
    assert spoken() == [["Luka"], ["Sonja"], ["Mira"]]
    assert spoken("?as_of=2025-05-12") == [["Luka"]]
    assert spoken("?as_of=2025-04-01") == [["Mira"]]
    unread = open_page(client, f"/stakeholders/{key}?as_of=banana")
    assert "banana" in unread.text
    assert [link.get_text() for link in unread.select("#people ol.terms a")] == ["Luka", "Sonja", "Mira"]

"""What the forms of the catalogue offer to whom, and that they tell all that is wrong at once."""

import re

import pytest
from flask import Flask

from app.core.access import Role
from app.microcredentials.models import MicroCredentialState as S
from tests.accounts.people import work
from tests.microcredentials.conftest import Enter, Made
from tests.microcredentials.designs import college
from tests.microcredentials.test_pages import errors, filled, stands


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_code_of_another_country_is_told_at_the_code(app: Flask, enter: Enter):
    with work(app) as session:
        developer = college(session).id
    answer = enter().post("/microcredentials/new", data=filled(developer, code="GE-55"))
    assert answer.status_code == 422
    assert "begins with GE" in errors(answer.text)
    assert 'href="#code"' in errors(answer.text)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_lead_and_an_editor_are_offered_the_own_country(app: Flask, enter: Enter):
    def offered(role: Role) -> list[str]:
        page = enter(role, country=None if role is Role.ADMIN else "AM").get("/microcredentials/new").text
        found = re.search(r'<select[^>]* name="country".*?</select>', page, re.DOTALL)
        return re.findall(r'value="([A-Z]+)"', found[0] if found else "")

    assert offered(Role.COUNTRY_LEAD) == ["AM"]
    assert offered(Role.PARTNER_EDITOR) == ["AM"]
    assert len(offered(Role.ADMIN)) > 1


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_faults_of_a_published_design_and_of_its_publication_stand_at_once(app: Flask, made: Made, enter: Enter):
    made(S.PUBLISHED)
    browser = enter()
    version = str(stands(app).version)
    sent = {"code": "AM-04", "country": "AM", "version": version, "eqf_level": "99", "developers": "1", "title-en": ""}
    page = browser.post("/microcredentials/AM-03/edit", data=sent).text
    for told in ("EQF level", "public address and stays", "English title"):
        assert told in errors(page), told


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_wrong_with_a_move_and_what_the_design_lacks_stand_at_once(app: Flask, made: Made, enter: Enter):
    made(S.INTERNAL_REVIEW, qa_type=None)
    sent = {"to": "final", "version": str(stands(app).version), "reason": "x" * 1001}
    page = enter().post("/microcredentials/AM-03/move", data=sent).text
    assert "Still missing" in page
    assert "1,000" in page or "1000" in page

"""Somebody or a body that may be in the register already is asked about before it is saved."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.errors import Refused
from app.stakeholders import lookalikes
from app.stakeholders.services import AffiliationFacts
from tests.accounts.people import arrive, work
from tests.page import Page, open_page
from tests.stakeholders.register import name, organisation, person


def typed(**changes: str) -> dict[str, str]:
    """What is filled in of a person."""
    asked = {"given_name": "Jelena", "family_name": "Ilić", "lawful_basis": "public_role", "source": "told"}
    return asked | changes


@pytest.mark.parametrize(
    ("filled", "is_asked"),
    [
        (typed(given_name="Јелена", family_name="Илић"), True),
        (typed(given_name="Ana", email="JELENA@example.org"), True),
        (typed(given_name="Jovana"), False),
    ],
)
def test_somebody_who_is_there_already_is_asked_about_before_saving(
    app: Flask, client: FlaskClient, filled: dict[str, str], is_asked: bool
):
    with work(app):
        person("Jelena", family_name="Ilić", email="jelena@example.org")
    arrive(app, client)
    form = open_page(client, "/stakeholders/people/new").form("Save person")
    answer = form.submit(client, **filled)
    assert answer.status_code == (422 if is_asked else 303)
    if is_asked:
        page = Page(answer)
        assert any("say that it is another one" in line for line in page.errors)
        assert page.form("Save person").submit(client, anyway="y").status_code == 303


@pytest.mark.parametrize(
    ("days", "is_refused"),
    [
        (((None, None), (None, None)), True),
        (((date(2024, 1, 1), None), (None, date(2024, 1, 1))), True),
        (((None, date(2024, 12, 31)), (date(2025, 1, 1), None)), False),
    ],
)
def test_a_person_speaks_for_an_organisation_once_at_a_time(session: Session, days, is_refused: bool):
    school = organisation()
    lines = [AffiliationFacts(school, {}, *span) for span in days]
    if is_refused:
        with pytest.raises(Refused) as refused:
            person("Ana", SYSTEM, *lines)
        assert set(refused.value.messages) == {"affiliations"}
    else:
        assert len(person("Ana", SYSTEM, *lines).affiliations) == 2


# ---- One number, two names ----


@pytest.mark.parametrize(
    ("given", "country", "is_asked"),
    [
        ({"pic": "999888777"}, "RS", True),
        ({"pic": "999888777"}, "AM", True),
        ({"register_number": "MB 0712-3456"}, "RS", True),
        ({"register_number": "MB 0712-3456"}, "AM", False),
        ({"pic": "999888771", "register_number": "1"}, "RS", False),
    ],
)
def test_an_organisation_with_a_number_that_is_there_is_asked_about(
    app: Flask, client: FlaskClient, given: dict[str, str], country: str, is_asked: bool
):
    with work(app):
        organisation(name("School of Niš"), pic="999888777", register_number="MB07123456")
    arrive(app, client)
    form = open_page(client, "/stakeholders/new").form("Save organisation")
    filled = {"names-0-text": "Weaving mill", "country": country, "category": "company", **given}
    answer = form.submit(client, **filled)
    assert answer.status_code == (422 if is_asked else 303)
    if is_asked:
        assert "School of Niš" in Page(answer).text
        assert Page(answer).form("Save organisation").submit(client, anyway="y").status_code == 303


def test_the_register_is_looked_through_for_numbers_that_two_have(session: Session):
    school = organisation(name("School of Niš"), pic="999888777", register_number="MB07123456")
    mill = organisation(name("Weaving mill"), country="AM", pic="999888777")
    shop = organisation(name("Corner shop"), register_number="mb 07-123-456")
    organisation(name("Far away"), country="GE", register_number="MB07123456")
    found, _more = lookalikes.pairs(SYSTEM, None)
    assert {(pair.one.id, pair.other.id) for pair in found} == {(school.id, mill.id), (school.id, shop.id)}

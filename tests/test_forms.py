"""Forms tell everything that is missing or wrong in one answer, whoever finds it: a field or a rule of the service."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import Role
from tests.accounts.people import arrive
from tests.page import Page, open_page

CASES = {
    "/stakeholders/new": ({"website": "no address", "category": "", "country": "AM"}, {"Names", "Category", "Website"}),
    "/stakeholders/people/new": (
        {"given_name": "", "email": "no address", "source": "public", "lawful_basis": "consent"},
        {"Given name", "E-mail", "Source in detail", "Agreed on"},
    ),
    "/microcredentials/new": (
        {"code": "a b", "title-en": "", "workload_hours": "0", "ects_points": "many"},
        {"Code", "Title", "Workload in hours", "ECTS points", "Developed by"},
    ),
    "/clusters/new": (
        {"name-en": "", "scope": "cross_border", "founded_on": "2099-01-01", "website": "no address"},
        {"Name", "Countries", "Founded on", "Website"},
    ),
    "/events/new?kind=meeting": (
        {"title-en": "", "format": "onsite", "starts_on": "2025-06-01", "ends_on": "2025-05-01", "women": "many"},
        {"Title", "Last day", "Place", "Women"},
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_a_form_says_everything_at_once(app: Flask, client: FlaskClient, path: str):
    arrive(app, client, Role.COORDINATOR)
    typed, told = CASES[path]
    page = Page(open_page(client, path).form().submit(client, **typed))
    assert page.status == 422
    assert {error.partition(":")[0].rstrip("?") for error in page.errors} >= told

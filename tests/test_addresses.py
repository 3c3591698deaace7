"""What an address asks and nobody understands is said on every list, and no file is made of it."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import Role
from tests.accounts.people import arrive
from tests.page import Page, open_page

UNKNOWN = {"country": "XX", "nonsense": "1"}


def lists(portal: Flask) -> list[str]:
    """The addresses of pages without an argument of their own that anybody may open by GET."""
    rules = [rule for rule in portal.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    return sorted(rule.rule for rule in rules if not rule.endpoint.startswith(("security.", "static", "entry.")))


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
def test_every_list_says_what_it_did_not_understand_and_makes_no_file_of_it(
    app: Flask, client: FlaskClient, role: Role
):
    arrive(app, client, role)
    narrowed, files = [], 0
    for path in lists(app):
        answer = client.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        if not re.search(r'<form class="tools"(?![^>]*method="post")', answer.text):
            continue
        narrowed.append(path)
        notes = [
            note.get_text(" ", strip=True) for note in Page(client.get(path, query_string=UNKNOWN)).select(".note")
        ]
        for name, value in UNKNOWN.items():
            told = any(f"“{name}”" in note or f"“{value}”" in note for note in notes)
            assert told, f"{path} is silent about {name}={value}: {notes}"
        for file in re.findall(r'format=(\w+)"[^>]*download', answer.text):
            files += 1
            made = client.get(path, query_string=UNKNOWN | {"format": file})
            assert made.status_code == 422, f"{path} makes a {file} of everything"
            assert "No file was made" in Page(made).text
            assert client.get(path, query_string={"format": file}).status_code == 200
    assert files >= 10
    assert len(narrowed) > (10 if role is Role.COORDINATOR else 5), narrowed


def test_what_programs_add_to_addresses_is_no_question(app: Flask, client: FlaskClient):
    arrive(app, client)
    page = Page(client.get("/stakeholders/?utm_source=mail&fbclid=1&nonsense="))
    assert not page.select(".note-attention")
    assert client.get("/stakeholders/?utm_source=mail&format=csv").status_code == 200


def test_a_file_that_is_refused_leads_to_the_list_as_it_was_understood(app: Flask, client: FlaskClient):
    arrive(app, client)
    page = Page(client.get("/stakeholders/?country=XX&category=company&format=csv"))
    assert "“XX” was not understood as “Country”" in page.text
    assert page.select("main .actions a")[0]["href"] == "/stakeholders/?category=company"


TOO_LONG = "9" * 24


def names() -> list[str]:
    """Every argument that some page reads."""
    sources = [path.read_text() for path in Path("app").rglob("*.py")]
    return sorted({name for source in sources for name in re.findall(r'\bargs\.get\("(\w+)"', source)})


def test_a_number_that_no_record_can_have_finds_none(app: Flask, client: FlaskClient):
    arrive(app, client)
    assert "organisation" in names()
    for path in [*lists(app), "/feeds/cluster/0.ics", f"/feeds/cluster/{'0' * 12}{TOO_LONG}.ics"]:
        for number in (TOO_LONG, f"000000000000{TOO_LONG}", "-1", "²"):
            asked = {name: number for name in names() if name != "format"}
            answer = client.get(path, query_string=asked)
            assert answer.status_code < 500, (path, number)


def test_people_who_cannot_exist_are_not_kept_apart(app: Flask, client: FlaskClient):
    arrive(app, client)
    page = open_page(client, "/stakeholders/people/duplicates")
    token = page.select("input[name=csrf_token]")[0]["value"]
    sent = {"csrf_token": token, "people": [TOO_LONG, "1"]}
    assert client.post("/stakeholders/people/duplicates/keep-apart", data=sent).status_code in (400, 404)

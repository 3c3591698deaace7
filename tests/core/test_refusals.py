"""What a service refuses is undone and told in one of two ways, and no view does it by hand."""

import ast
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.config import ROOT
from app.extensions import db
from tests.core.things import Thing
from tests.page import open_page
from tests.test_conventions import name, parsed

VIEWS = sorted((ROOT / "app").rglob("*views.py"))


def undoing(path: Path) -> set[str]:
    calls = (node.func for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))
    return {name(path) for call in calls if isinstance(call, ast.Attribute) and call.attr == "rollback"}


def test_a_button_without_a_form_leads_to_where_its_refusal_is_told(app: Flask, client: FlaskClient):
    sent = {"csrf_token": open_page(client, "/things/new").form().values["csrf_token"][0]}

    answered = client.post("/pressed", data=sent)
    asked_by_htmx = client.post("/pressed", data=sent, headers={"HX-Request": "true"})

    assert (answered.status_code, answered.location) == (303, "/things/new")
    assert (asked_by_htmx.status_code, asked_by_htmx.headers["HX-Redirect"]) == (204, "/things/new")
    assert "Not like this." in open_page(client, "/things/new").text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Thing)) == 0


def test_no_view_undoes_what_a_service_refused_by_itself():
    assert len(VIEWS) > 20
    assert set().union(*map(undoing, VIEWS)) == set()

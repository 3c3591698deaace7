"""What the portal answers to a device that logs events without a network."""

import json
import re

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient

from app.config import ROOT
from app.events.models import Event
from app.extensions import db
from app.microcredentials import queries as microcredentials
from tests.events.conftest import SignIn
from tests.events.test_log_page import editor, typed  # noqa: F401 - the fixtures of the same form
from tests.events.world import World

BY_SCRIPT = {"Accept": "application/json"}


def how_many(app: Flask) -> int:
    """The number of events."""
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0


def test_script_is_told_where_the_event_stands_and_the_next_page_does_not_say_it_again(
    app: Flask,
    editor: FlaskClient,  # noqa: F811
    typed: dict,  # noqa: F811
) -> None:
    answer = editor.post("/events/log", data=typed, headers=BY_SCRIPT)
    assert answer.status_code == 200
    assert re.fullmatch(r"/events/\d+", answer.json["location"])
    assert "AM-03" in answer.json["message"]
    assert "Saved. It concerns" not in editor.get(answer.json["location"]).text


def test_sent_again_by_script_it_is_one_event(
    app: Flask,
    editor: FlaskClient,  # noqa: F811
    typed: dict,  # noqa: F811
) -> None:
    first, second = (editor.post("/events/log", data=typed, headers=BY_SCRIPT) for _time in range(2))
    assert first.json["location"] == second.json["location"]
    assert how_many(app) == 1


def test_what_is_refused_is_refused_to_script_too(
    app: Flask,
    editor: FlaskClient,  # noqa: F811
    typed: dict,  # noqa: F811
) -> None:
    answer = editor.post("/events/log", data=typed | {"starts_on": "2025-05-13"}, headers=BY_SCRIPT)
    assert answer.status_code == 422
    assert 'data-offline="6" data-answered' in answer.text
    assert how_many(app) == 0


def test_a_device_learns_who_is_signed_in_and_what_was_saved(
    client: FlaskClient,
    editor: FlaskClient,  # noqa: F811
    typed: dict,  # noqa: F811
) -> None:
    location = editor.post("/events/log", data=typed).location
    answer = editor.get("/device?key=one-press&key=another")
    assert answer.json["person"] == 6
    assert answer.json["token"]
    assert answer.json["saved"] == {"one-press": location}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_visitor_learns_nothing(app: Flask, editor: FlaskClient, typed: dict) -> None:  # noqa: F811
    editor.post("/events/log", data=typed)
    assert app.test_client().get("/device?key=one-press").json == {"person": None, "token": None, "saved": {}}


def test_the_form_says_whose_it_is_and_whether_the_portal_has_answered(editor: FlaskClient) -> None:  # noqa: F811
    text = editor.get("/events/log").text
    assert 'data-offline="6"' in text
    assert "data-answered" not in text
    assert '<body class="frame " data-person="6"' in text
    assert 'data-pages="/events/log"' in text


def test_only_who_may_log_gets_the_script(app: Flask, editor: FlaskClient, sign_in: SignIn) -> None:  # noqa: F811
    assert "/static/offline-" in editor.get("/events/").text
    visitor = app.test_client().get("/").text
    assert "/static/offline-" not in visitor
    assert 'data-person=""' in visitor


def test_the_worker_is_served_from_the_root_and_looked_for_anew(client: FlaskClient) -> None:
    answer = client.get("/service-worker.js")
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    manifest = json.loads((ROOT / "app/static/dist/manifest.json").read_text("utf-8"))
    for name in ("main.js", "main.css", "offline.js", "icons.svg"):
        assert manifest[name] in answer.text


def test_the_worker_knows_every_page_that_opens_without_a_network(app: Flask, client: FlaskClient) -> None:
    worker = client.get("/service-worker.js").text
    with app.test_request_context("/"):
        for page in app.extensions["offline"]:
            assert f'"{url_for(page.endpoint).lstrip("/")}"' in worker


def test_a_device_is_offered_all_micro_credentials(
    app: Flask,
    world: World,
    editor: FlaskClient,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(microcredentials, "MOST_OPTIONS", 0)
    assert "AM-03" not in editor.get("/microcredentials/options?name=microcredentials").text
    assert "AM-03" in editor.get("/microcredentials/options?name=microcredentials&all=1").text


def test_the_page_about_privacy_says_what_a_device_keeps(client: FlaskClient) -> None:
    assert "Your device keeps what you began to type" in client.get("/privacy").text

"""What stands where a name was: one mark in the database, words of the reader's language on the page."""

from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.core.mail import in_language
from app.core.marks import NO_NAME, PLACEHOLDER, data_in_words, page_in_words
from app.events.services import log
from tests.accounts.people import arrive, work
from tests.events.world import build
from tests.page import open_page

FIELDS = f'<input value="{PLACEHOLDER}"><textarea>{PLACEHOLDER}</textarea>'
PAGE = f'<p title="{PLACEHOLDER}">{PLACEHOLDER} met {NO_NAME}</p>{FIELDS}'


def test_what_a_form_sends_back_keeps_the_mark(app: Flask, monkeypatch):
    monkeypatch.setattr("app.core.marks._", lambda text: f"<{text}>".upper())
    with app.app_context():
        told = page_in_words(PAGE)
    shown = f'<p title="<{PLACEHOLDER}>">'.replace(PLACEHOLDER, "[ERASED]")
    assert told.startswith(f"{shown}<[ERASED]> met <ERASED PERSON></p>")
    assert told.endswith(FIELDS)


def test_a_page_says_it_in_the_readers_language(app: Flask, client: FlaskClient):
    with work(app):
        event = log(SYSTEM, build().consultation(title={"en": f"Talk of {NO_NAME}"})).id
    arrive(app, client)
    client.get("/sign-in/link", headers={"Accept-Language": "de"})
    german = open_page(client, f"/events/{event}", headers={"Accept-Language": "de"})
    assert german.heading == "Talk of Gelöschte Person"
    assert open_page(client, f"/events/{event}", headers={"Accept-Language": "en"}).heading == f"Talk of {NO_NAME}"


def test_a_document_is_in_one_language(app: Flask):
    data = {"said": [{"by": NO_NAME, "number": 3, "none": None}]}
    with app.app_context(), in_language("de"):
        assert data_in_words(data) == {"said": [{"by": "Gelöschte Person", "number": 3, "none": None}]}

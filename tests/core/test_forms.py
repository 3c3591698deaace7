"""One press of a button makes one record; what is refused stands in its place."""

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import flask_wtf
import pytest
import sqlalchemy as sa
import wtforms
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import Form

from app.core.database import writing
from app.core.fields import ClockField, DayField, LineField, TextField
from app.core.forms import shown
from app.core.i18n import TranslatedText
from app.core.submissions import Submission
from app.core.wording import WORDS, OurWords
from app.extensions import db
from tests.core.things import Thing, ThingForm
from tests.page import Page, open_page


def things(app: Flask) -> list[Thing]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Thing).order_by(Thing.id)))


def made(app: Flask, name: str = "Loom", **facts: Any) -> int:
    with app.app_context(), writing():
        thing = Thing(name=name, **facts)
        db.session.add(thing)
        db.session.commit()
        return thing.id


def same_browser(app: Flask, client: FlaskClient) -> FlaskClient:
    """A client that another thread may use, with the cookies of ``client``."""
    browser = app.test_client()
    for cookie in client._cookies.values():
        browser.set_cookie(cookie.key, cookie.value, domain="localhost")
    return browser


def test_a_filled_in_form_makes_a_record_and_leads_to_it(app: Flask, client: FlaskClient):
    response = open_page(client, "/things/new").form().submit(client, name="  Loom ", **{"title-de": "Webstuhl"})

    (thing,) = things(app)
    assert (response.status_code, response.location) == (303, f"/things/{thing.id}")
    assert (thing.name, thing.title) == ("Loom", {"de": "Webstuhl"})


def test_what_is_missing_is_said_in_its_place_and_input_is_kept(app: Flask, client: FlaskClient):
    response = open_page(client, "/things/new").form().submit(client, **{"title-en": "A loom"})

    page = Page(response)
    assert page.status == 422
    assert page.title == "Error: Make a thing"
    assert page.errors == ["Name: This field is required."]
    assert page.form().values["title-en"] == ["A loom"]
    assert things(app) == []


def test_what_the_service_refuses_is_said_in_its_place(client: FlaskClient):
    page = Page(open_page(client, "/things/new").form().submit(client, name="refused"))

    assert (page.status, page.errors) == (422, ["Name: No such name."])


def test_a_constraint_of_the_database_speaks_as_its_field(app: Flask, client: FlaskClient):
    made(app, "Loom")

    page = Page(open_page(client, "/things/new").form().submit(client, name="Loom"))

    assert (page.status, page.errors) == (422, ["Name: There is one of this name."])
    assert len(things(app)) == 1


def test_sending_a_form_twice_makes_one_record_and_leads_to_it_both_times(app: Flask, client: FlaskClient):
    form = open_page(client, "/things/new").form()

    first, second = form.submit(client, name="Loom"), form.submit(client, name="Loom")

    assert first.location == second.location
    assert len(things(app)) == 1
    assert open_page(client, second.location).messages[-1] == "This was saved already; here it is."


@pytest.mark.parametrize(
    ("names", "statuses"), [(("Loom", "Other loom"), {303, 409}), (("Loom", "Loom"), {303})], ids=["different", "same"]
)
def test_two_threads_with_one_form_make_one_record(
    app: Flask, client: FlaskClient, names: tuple[str, str], statuses: set[int]
):
    form = open_page(client, "/things/new").form()
    together = Barrier(2)

    def send(name: str) -> Any:
        browser = same_browser(app, client)
        together.wait()
        return form.submit(browser, name=name)

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(send, names)

    (thing,) = things(app)
    assert {first.status_code, second.status_code} == statuses
    assert {answer.location for answer in (first, second) if answer.status_code == 303} == {f"/things/{thing.id}"}
    told = [(name, answer) for name, answer in zip(names, (first, second), strict=True) if answer.status_code == 409]
    assert all(name in answer.text for name, answer in told)


def test_the_same_form_with_other_content_is_told_apart_and_kept_until_it_is_sent_anew(app: Flask, client: FlaskClient):
    form = open_page(client, "/things/new").form()
    form.submit(client, name="Loom", **{"title-en": "A loom"})
    answer = form.submit(client, name="Needle", **{"title-en": "A needle"})

    again = Page(answer)
    assert (answer.status_code, [thing.name for thing in things(app)]) == (409, ["Loom"])
    assert "This form was saved already, with other content." in answer.text
    assert again.soup.select_one(f'#errors a[href="/things/{things(app)[0].id}"]') is not None
    assert again.form().values["name"] == ["Needle"]
    assert again.form().values["title-en"] == ["A needle"]
    assert again.form().submit(client).status_code == 303
    assert [thing.name for thing in things(app)] == ["Loom", "Needle"]


def test_lines_that_a_script_ends_in_its_way_are_the_same_content(app: Flask, client: FlaskClient):
    form = open_page(client, "/things/new").form()
    answers = [form.submit(client, name="Loom", **{"title-en": text}) for text in ("One\r\ntwo", "One\ntwo")]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(things(app)) == 1


def test_a_refused_form_can_be_sent_again(app: Flask, client: FlaskClient):
    page = Page(open_page(client, "/things/new").form().submit(client, name=""))

    assert page.form().submit(client, name="Loom").status_code == 303
    assert len(things(app)) == 1


def test_a_key_somebody_made_up_is_no_error(app: Flask, client: FlaskClient):
    page = Page(open_page(client, "/things/new").form().submit(client, name="Loom", submission_key="k" * 10_000))

    assert page.status == 422
    assert things(app) == []


# ---- Translated texts ----


def test_only_languages_of_the_consortium_are_taken(app: Flask, client: FlaskClient):
    values = open_page(client, "/things/new").form().values

    client.post("/things/new", data={**values, "name": "Loom", "title-en": "Loom", "title-tlh": "x", "title-": "y"})

    assert things(app)[0].title == {"en": "Loom"}


def test_emptying_a_language_removes_it_and_leaves_the_others(app: Flask, client: FlaskClient):
    thing_id = made(app, title=TranslatedText({"en": "Loom", "de": "Webstuhl"}))

    open_page(client, f"/things/{thing_id}/edit").form().submit(client, **{"title-de": "  "})

    assert things(app)[0].title == {"en": "Loom"}


# ---- Pickers ----


def test_a_picked_record_is_kept(app: Flask, client: FlaskClient):
    parent = made(app, "Parent")
    form = open_page(client, "/things/new").form()

    client.post("/things/new", data={**form.values, "name": "Child", "parent_id": str(parent)})

    assert things(app)[1].parent_id == parent


@pytest.mark.parametrize("key", ["999", "{hidden}", "9999999999999999999999"])
def test_a_key_of_what_one_cannot_see_is_refused(app: Flask, client: FlaskClient, key: str):
    hidden = made(app, "Hidden", secret="yes")
    form = open_page(client, "/things/new").form()

    sent = {**form.values, "name": "Child", "parent_id": key.format(hidden=hidden)}
    response = client.post("/things/new", data=sent)

    if len(key) > 19:
        assert things(app)[-1].parent_id is None, "what is no key at all is nothing"
        return
    page = Page(response)
    assert page.errors == ["Part of: One of the chosen entries no longer exists, or is not open to you."]
    assert len(things(app)) == 1


def test_looking_for_options_saves_nothing_and_keeps_what_was_typed(app: Flask, client: FlaskClient):
    made(app, "Parent")
    form = open_page(client, "/things/new").form()

    page = Page(form.submit(client, ("find", "parent_id"), name="Child", **{"parent_id-q": "Par"}))

    assert page.status == 200
    assert page.form().values["name"] == ["Child"]
    assert "Parent" in page.text
    assert len(things(app)) == 1


# ---- Fields ----


class Fields(Form):
    """One of each."""

    line = LineField("Line", longest=10)
    text = TextField("Text")
    day = DayField("Day")
    time = ClockField("Time")


@pytest.mark.parametrize(
    ("name", "typed", "data"),
    [
        ("line", "  Niš ", "Niš"),
        ("line", "   ", None),
        ("line", "a\0b", "ab"),
        ("text", "one\r\ntwo\r\n", "one\ntwo"),
        ("time", "14:30", "14:30:00"),
        ("time", "14:30:15", "14:30:15"),
        ("day", "2025-05-12", "2025-05-12"),
    ],
)
def test_what_is_typed_is_read(sqlite_app: Flask, name: str, typed: str, data: str | None):
    with sqlite_app.test_request_context():
        form = Fields(MultiDict({name: typed}))

        assert form[name].errors == () or form.validate()
        assert (str(form[name].data) if data is not None else form[name].data) == data


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("line", "x" * 11, "longer than 10"),
        ("text", "x" * 20_001, "longer than 20000"),
        ("day", "12.05.2025", "Write a date like 2025-05-12."),
        ("day", "2025-02-30", "Write a date like 2025-05-12."),
        ("day", "0001-01-01", "Write a year from 1900 to 2199."),
        ("day", "9999-12-31", "Write a year from 1900 to 2199."),
        ("time", "25:00", "Write a time like 14:30."),
        ("time", "14:305", "Write a time like 14:30."),
        ("time", "2 pm", "Write a time like 14:30."),
    ],
)
def test_what_cannot_be_read_is_said(sqlite_app: Flask, name: str, typed: str, message: str):
    with sqlite_app.test_request_context():
        form = Fields(MultiDict({name: typed}))

        assert not form.validate()
        assert message in " ".join(map(str, form[name].errors))


def library_messages() -> set[tuple[str, ...]]:
    """Every message that WTForms and Flask-WTF hand to a catalogue, with its plural where it has one."""
    found = set()
    for path in (path for library in (wtforms, flask_wtf) for path in Path(library.__file__).parent.rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            if getattr(call.func, "attr", "") in ("gettext", "ngettext"):
                texts = [part.value for part in call.args if isinstance(part, ast.Constant)]
                found.add(tuple(text for text in texts if isinstance(text, str)))
    return found - {()}


def test_whatever_the_form_library_says_is_said_in_our_words(sqlite_app: Flask):
    words = OurWords()
    with sqlite_app.test_request_context():
        for message, *plural in library_messages():
            ours = {words.ngettext(message, plural[0], n) for n in (1, 2)} if plural else {words.gettext(message)}
            assert plural or message in WORDS, message
            assert not ours & {message, *plural} or message == "This field is required."


def test_values_are_compared_as_a_person_reads_them(session: Session):
    form = ThingForm(meta={"csrf": False})

    assert shown(form.title, {"de": "Webstuhl", "en": "Loom", "uk": ""}) == "de: Webstuhl\nen: Loom"
    assert shown(form.name, None) == ""


def test_keys_of_forms_are_their_own(client: FlaskClient):
    keys = {open_page(client, "/things/new").form().values["submission_key"][0] for _ in range(3)}

    assert len(keys) == 3
    assert all(re.fullmatch(r"[\w-]{20,64}", key) for key in keys)


def test_a_form_that_was_refused_leaves_no_key(session: Session, client: FlaskClient):
    open_page(client, "/things/new").form().submit(client, name="")

    assert session.scalars(sa.select(Submission)).all() == []

"""Two editors of one record lose nothing, and an edit that is sent twice is one edit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.database import writing
from app.core.i18n import TranslatedText
from app.extensions import db
from tests.core.test_forms import made, same_browser, things
from tests.core.things import Thing
from tests.page import Page, open_page


def test_two_editors_see_both_texts_and_lose_none(app: Flask, client: FlaskClient):
    thing_id = made(app, title=TranslatedText({"en": "A loom"}))
    mine = open_page(client, f"/things/{thing_id}/edit").form()
    theirs = open_page(client, f"/things/{thing_id}/edit").form()
    assert theirs.submit(client, name="Their loom").status_code == 303

    page = Page(mine.submit(client, name="My loom", **{"title-en": "My title"}))

    assert page.status == 409
    rows = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in page.select("table tbody tr")]
    assert rows == [["Name", "Their loom", "My loom"]]
    assert page.form().values["name"] == ["My loom"]
    assert page.form().values["title-en"] == ["My title"]
    assert things(app)[0].name == "Their loom"

    assert page.form().submit(client).status_code == 303
    assert things(app)[0].name == "My loom"


def test_a_version_that_rose_without_another_text_is_no_conflict(app: Flask, client: FlaskClient):
    thing_id = made(app, title=TranslatedText({"en": "A loom"}))
    mine, same = (open_page(client, f"/things/{thing_id}/edit").form() for _editor in range(2))
    for amount in (5, 0):
        with app.app_context(), writing():
            db.session.get_one(Thing, thing_id).amount = amount
            db.session.commit()
    assert mine.submit(client, name="My loom").status_code == 303
    assert things(app)[0].name == "My loom"
    assert same.submit(client, name="My loom").status_code == 303, "both wrote the same"


def test_what_only_the_other_changed_is_taken_over(app: Flask, client: FlaskClient):
    thing_id = made(app, title=TranslatedText({"en": "A loom"}))
    mine = open_page(client, f"/things/{thing_id}/edit").form()
    theirs = open_page(client, f"/things/{thing_id}/edit").form()
    assert theirs.submit(client, **{"title-en": "Their title"}).status_code == 303

    page = Page(mine.submit(client, name="My loom"))

    assert page.status == 409
    assert page.select("table tbody tr") == []
    assert "Taken over, as it was changed there alone: Title (English)." in page.text
    assert page.form().values["title-en"] == ["Their title"]
    assert page.form().submit(client).status_code == 303
    assert (things(app)[0].name, things(app)[0].title) == ("My loom", {"en": "Their title"})


def test_each_language_of_a_text_is_settled_by_itself(app: Flask, client: FlaskClient):
    thing_id = made(app, title=TranslatedText({"en": "A loom", "de": "Ein Webstuhl", "uk": "Верстат"}))
    mine = open_page(client, f"/things/{thing_id}/edit").form()
    theirs = open_page(client, f"/things/{thing_id}/edit").form()
    assert theirs.submit(client, **{"title-en": "Their loom", "title-de": "Ihr Webstuhl"}).status_code == 303

    page = Page(mine.submit(client, **{"title-en": "My loom", "title-uk": "Мій верстат"}))

    assert page.status == 409
    rows = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in page.select("table tbody tr")]
    assert rows == [["Title (English)", "Their loom", "My loom"]]
    assert "Taken over, as it was changed there alone: Title (Deutsch)." in page.text
    assert page.form().submit(client).status_code == 303
    assert things(app)[0].title == {"en": "My loom", "de": "Ihr Webstuhl", "uk": "Мій верстат"}


def test_the_same_edit_sent_twice_is_saved_once_and_leads_to_the_record_both_times(app: Flask, client: FlaskClient):
    thing_id = made(app)
    form = open_page(client, f"/things/{thing_id}/edit").form()

    first, second = form.submit(client, name="Mine"), form.submit(client, name="Mine")

    assert [answer.status_code for answer in (first, second)] == [303, 303]
    assert first.location == second.location == f"/things/{thing_id}"
    assert things(app)[0].version == 2
    assert open_page(client, second.location).messages[-1] == "This was saved already; here it is."


def test_going_back_and_writing_something_else_is_no_repeat(app: Flask, client: FlaskClient):
    form = open_page(client, f"/things/{made(app)}/edit").form()
    form.submit(client, name="First")

    page = Page(form.submit(client, name="Second"))

    assert page.status == 409
    assert page.form().values["name"] == ["Second"]


def test_two_threads_with_one_edit_save_it_once(app: Flask, client: FlaskClient):
    thing_id = made(app)
    form = open_page(client, f"/things/{thing_id}/edit").form()
    together = Barrier(2)

    def send(browser: FlaskClient) -> Any:
        together.wait()
        return form.submit(browser, name="Mine")

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(send, [same_browser(app, client) for _thread in range(2)]))

    assert [answer.status_code for answer in answers] == [303, 303]
    assert (things(app)[0].name, things(app)[0].version) == ("Mine", 2)


def test_a_third_editor_in_between_is_a_conflict_again(app: Flask, client: FlaskClient):
    thing_id = made(app, title=TranslatedText({"en": "A loom"}))
    mine, one, two = (open_page(client, f"/things/{thing_id}/edit").form() for _editor in range(3))
    assert one.submit(client, **{"title-en": "First title"}).status_code == 303
    again = Page(mine.submit(client, name="My loom")).form()
    two = open_page(client, f"/things/{thing_id}/edit").form()
    assert two.submit(client, **{"title-en": "Second title"}).status_code == 303

    page = Page(again.submit(client))

    assert page.status == 409
    assert page.form().values["title-en"] == ["Second title"]
    assert page.form().submit(client).status_code == 303
    assert (things(app)[0].name, things(app)[0].title) == ("My loom", {"en": "Second title"})


@pytest.mark.parametrize("base", [None, "", "nonsense", "name:0 :: title", "name:" + "9" * 100_000])
def test_a_form_that_lost_what_it_began_with_shows_every_difference(app: Flask, client: FlaskClient, base: str | None):
    thing_id = made(app, title=TranslatedText({"en": "A loom"}))
    mine = open_page(client, f"/things/{thing_id}/edit").form()
    theirs = open_page(client, f"/things/{thing_id}/edit").form()
    assert theirs.submit(client, **{"title-en": "Their title"}).status_code == 303

    page = Page(mine.submit(client, name="My loom", base=base))

    assert page.status == 409
    assert [row.select("th")[0].get_text() for row in page.select("table tbody tr")] == ["Name", "Title (English)"]
    assert page.form().values["title-en"] == ["A loom"]


def test_editing_what_somebody_removed_says_so(app: Flask, client: FlaskClient):
    thing_id = made(app)
    form = open_page(client, f"/things/{thing_id}/edit").form()
    with app.app_context(), writing():
        db.session.delete(db.session.get_one(Thing, thing_id))
        db.session.commit()

    assert Page(form.submit(client, name="Mine")).status == 404


@pytest.mark.parametrize("version", [None, "", "abc", "²"])
def test_an_edit_without_a_version_overwrites_nothing(app: Flask, client: FlaskClient, version: str | None):
    thing_id = made(app)

    response = open_page(client, f"/things/{thing_id}/edit").form().submit(client, name="Mine", version=version)

    assert response.status_code == 409
    assert things(app)[0].name == "Loom"

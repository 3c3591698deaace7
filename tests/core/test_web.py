"""The request's edge: all or nothing, the right refusal for every trouble, a page or a part of it, headers on all."""

import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core import database
from app.core.access import Grant, Role
from app.core.database import WriteOutsideWriting, writing
from app.core.pages import safe_path
from app.core.templating import with_args
from app.extensions import db
from tests.conftest import settings_for
from tests.core.conftest import CoreBackend
from tests.core.things import Thing, core_app
from tests.page import Page, open_page

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def thing(app: Flask) -> int:
    with app.app_context(), writing():
        made = Thing(name="Loom")
        db.session.add(made)
        db.session.commit()
        return made.id


def token(client: FlaskClient) -> dict[str, str]:
    return {"csrf_token": open_page(client, "/things/new").form().values["csrf_token"][0]}


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Thing)) or 0


# ---- Refusals ----


@pytest.mark.parametrize(
    ("how", "status", "told"),
    [
        ("refused", 422, "Not like this."),
        ("forbidden", 403, "Not by you."),
        ("referred", 409, "Thing 1"),
        ("state", 409, "Not from here."),
    ],
)
def test_a_broken_rule_is_a_page_that_says_so_and_nothing_is_half_written(
    app: Flask, client: FlaskClient, how: str, status: int, told: str
):
    page = Page(client.post(f"/fails/{how}", data=token(client)))

    assert page.status == status
    assert told in page.text
    assert count(app) == 0


def test_a_view_that_answers_a_refusal_itself_writes_nothing(app: Flask, client: FlaskClient):
    assert client.post("/stopped", data=token(client)).status_code == 410
    assert count(app) == 0


def test_a_bug_is_a_page_without_details_and_nothing_is_half_written(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    sent = token(client)
    monkeypatch.setitem(app.config, "TESTING", False)

    with caplog.at_level(logging.ERROR, logger="app"):
        page = Page(client.post("/fails/unexpected", data=sent))

    assert page.status == 500
    assert "a bug" not in page.html
    assert "RuntimeError: a bug" in caplog.text
    assert count(app) == 0


@pytest.mark.parametrize(
    "address",
    ["/things/999", "/things/2147483648", "/things/99999999999999999999999", "/things/-1", "/nowhere", "/fails/%00"],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, address: str):
    assert open_page(client, address, status=404).title == "Not found"


def test_a_record_that_was_overtaken_is_a_conflict(app: Flask, client: FlaskClient, thing: int):
    page = Page(client.post(f"/things/{thing}/overtaken", data=token(client)))

    assert page.status == 409
    assert "Nothing of yours was saved over it." in page.text
    assert [link["href"] for link in page.select("main .actions a")] == [f"/things/{thing}", "/"]


def test_a_method_that_is_not_offered_says_which_are(client: FlaskClient):
    response = client.get("/language")

    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert Page(response).title == "Not possible"


def test_a_form_without_its_token_is_refused(app: Flask, client: FlaskClient):
    sent = {"name": "Loom", "note": "Two lines\nof work", "password": "hidden", "csrf_token": "old"}
    page = Page(client.post("/things/new", data=sent, headers={"Referer": "http://localhost/things/new?of=3"}))

    assert page.status == 400
    assert count(app) == 0
    assert [tag.get_text() for tag in page.select("#typed dd")] == ["Loom", "Two lines\nof work"]
    assert page.select_one(".actions a")["href"].endswith("next=/things/new?of%3D3")
    assert "hidden" not in page.text


def test_a_database_that_is_held_by_long_work_is_told_and_what_was_typed_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    quick = (*database.SQLITE_SETTINGS, "PRAGMA busy_timeout=50")
    monkeypatch.setattr(database, "SQLITE_SETTINGS", quick)
    app = CoreBackend("sqlite", tmp_path).app
    client = app.test_client()
    sent = {"name": "Loom", **token(client)}
    with closing(sqlite3.connect(tmp_path / "core.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = client.post("/things/new", data=sent)
        page = Page(answer)
        assert (page.status, page.title, answer.headers["Retry-After"]) == (503, "Not saved", "5")
        assert [tag.get_text() for tag in page.select("#typed dd")] == ["Loom"]
        assert count(app) == 0
        other.execute("ROLLBACK")
    assert client.post("/things/new", data=sent).status_code == 303
    assert count(app) == 1


@pytest.mark.parametrize(("code", "is_so"), [("40P01", True), ("40001", True), ("55P03", True), ("23505", False)])
def test_what_only_waited_too_long_is_told_from_what_is_wrong(code: str, is_so: bool):
    failed = OSError("as the driver says it")
    failed.sqlstate = code  # type: ignore[attr-defined]
    assert database.is_busy(sa.exc.OperationalError("UPDATE", {}, failed)) is is_so


def test_more_than_the_portal_takes_is_refused(tmp_path: Path):
    app = core_app(settings_for(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path / "files", max_upload=1000))

    page = Page(app.test_client().post("/things/new", data={"name": "x" * 2000}))

    assert (page.status, page.title) == (413, "Too large")


@pytest.mark.parametrize(("language", "told"), [("en", "12.5 MB"), ("de", "12,5 MB")])
def test_the_page_about_what_is_too_large_names_the_limit_as_its_reader_writes_it(
    tmp_path: Path, language: str, told: str
):
    most = 12 * 1024 * 1024 + 512 * 1024
    app = core_app(settings_for(f"sqlite:///{tmp_path / 'portal.db'}", tmp_path / "files", max_upload=most))
    sent = app.test_client().post("/things/new", data={"name": "x" * (most + 1)}, headers={"Accept-Language": language})
    assert told in Page(sent).text.replace("\xa0", " ")


def gone(*_args: Any, **_kwargs: Any) -> None:
    raise sa.exc.OperationalError("SELECT 1", {}, OSError("gone"))


def test_a_database_that_is_gone_is_a_page_of_its_own(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setattr(sa.orm.Session, "execute", gone)

    assert open_page(client, "/health", status=500).title == "Something went wrong"


def test_a_database_that_is_gone_with_whom_it_knows_is_told_in_one_line(
    app: Flask, client: FlaskClient, sign_in: Any, monkeypatch: pytest.MonkeyPatch
):
    sign_in(Grant(Role.ADMIN))
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setattr(app.login_manager, "_user_callback", gone)  # type: ignore[attr-defined]

    response = client.get("/managed")

    assert response.status_code == 500
    assert response.get_data(as_text=True) == "The portal cannot reach its database. Try again in a minute."


# ---- Writing ----


def test_a_get_that_writes_fails(app: Flask, client: FlaskClient):
    with pytest.raises(WriteOutsideWriting):
        client.get("/fails/refused")

    assert count(app) == 0


def test_a_get_after_a_post_in_the_same_thread_does_not_write_either(app: Flask, client: FlaskClient, thing: int):
    open_page(client, "/things/new").form().submit(client, name="Other loom")

    with pytest.raises(WriteOutsideWriting):
        client.get("/fails/refused")


# ---- Pages and parts ----


def test_a_page_is_whole_and_its_part_is_a_part(client: FlaskClient, thing: int):
    whole = open_page(client, f"/things/{thing}")
    part = client.get(f"/things/{thing}", headers=PART).get_data(as_text=True)

    assert whole.select_one("#thing").get_text() == "Loom"
    assert '<p id="thing">Loom</p>' in part
    assert "<html" not in part
    assert "<main" not in part


@pytest.mark.parametrize(
    "headers",
    [
        {**PART, "HX-History-Restore-Request": "true"},
        {"HX-Request": "true", "HX-Request-Type": "full", "HX-Boosted": "true"},
        {"HX-Request": "true"},
        {"HX-Request-Type": "partial"},
    ],
    ids=["history", "boosted", "no type", "no request"],
)
def test_going_back_and_boosted_links_get_the_whole_page(client: FlaskClient, thing: int, headers: dict[str, str]):
    assert open_page(client, f"/things/{thing}", headers=headers).heading == "Thing"


def test_a_page_without_a_part_is_whole_for_everybody(client: FlaskClient):
    assert open_page(client, "/", headers=PART).heading == "Thing"


def test_after_something_was_done_htmx_loads_the_page(app: Flask, client: FlaskClient):
    form = open_page(client, "/things/new").form()

    response = client.post("/things/new", data={**form.values, "name": "Loom"}, headers={"HX-Request": "true"})

    assert (response.status_code, response.headers["HX-Redirect"]) == (204, "/things/1")
    assert count(app) == 1


def test_a_part_that_asks_for_signing_in_comes_back_to_its_page(client: FlaskClient):
    headers = {**PART, "HX-Current-URL": "http://localhost/things/new?country=AM"}

    response = client.get("/managed", headers=headers)

    assert response.status_code == 204
    assert response.headers["HX-Redirect"] == "/login?next=/things/new?country%3DAM"


def test_a_button_that_asks_for_signing_in_comes_back_to_the_page_it_stands_on(client: FlaskClient):
    headers = {"Referer": "http://localhost/things/1?tab=2"}

    response = client.post("/managed", data=token(client), headers=headers)

    assert response.location == "/login?next=/things/1?tab%3D2"


def test_what_the_database_cannot_even_look_for_is_no_bug(app: Flask, client: FlaskClient):
    response = client.post("/things/new", data=token(client) | {"submission_key": "\0", "name": "Loom"})

    assert response.status_code in (303, 400)


def test_a_refused_part_does_not_land_in_a_table(client: FlaskClient):
    response = client.get("/things/999", headers=PART)

    assert response.status_code == 404
    assert response.headers["HX-Retarget"] == "#messages"


# ---- Headers ----


@pytest.mark.parametrize("address", ["/", "/things/999", "/health", "/robots.txt", "/managed"])
def test_every_answer_is_guarded(client: FlaskClient, address: str):
    headers = client.get(address).headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert "script-src" not in headers["Content-Security-Policy"], "scripts are 'self', without exception"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_say_what_they_vary_by(client: FlaskClient, thing: int):
    for headers in (None, PART):
        vary = client.get(f"/things/{thing}", headers=headers).vary
        assert {"HX-Request", "HX-Request-Type", "Cookie", "Accept-Language"} <= set(vary)


def test_pages_of_somebody_signed_in_are_kept_nowhere(client: FlaskClient, sign_in: Any):
    assert client.get("/").headers["Cache-Control"] == "private, no-cache"
    sign_in(Grant(Role.ADMIN))
    assert client.get("/").headers["Cache-Control"] == "no-store"


# ---- Languages ----


@pytest.mark.parametrize(
    ("asked", "lang"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("fr,de;q=0.5", "de"),
        ("fr", "en"),
        ("", "en"),
        ("*", "en"),
        ("de;q=0", "en"),
        ("uk", "en"),
        ("nb", "en"),
    ],
)
def test_the_reader_is_spoken_to_as_the_browser_asks(client: FlaskClient, asked: str, lang: str):
    page = open_page(client, "/", headers={"Accept-Language": asked})

    assert page.select_one("html")["lang"] == lang


@pytest.mark.parametrize("asked", ["nb", "nn", "no", "nn-NO"])
def test_norwegian_of_every_kind_is_bokmal_once_it_is_offered(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, asked: str
):
    consortium = app.config["CONSORTIUM"]
    languages = tuple(replace(entry, active=True) for entry in consortium.languages)
    monkeypatch.setitem(app.config, "CONSORTIUM", replace(consortium, languages=languages))

    page = open_page(client, "/", headers={"Accept-Language": asked})

    assert page.select_one("html")["lang"] == consortium.by_language["nb"].html


def test_a_chosen_language_stays_and_one_that_is_not_offered_does_not(client: FlaskClient):
    sent, came = token(client), {"Referer": "http://localhost/things/new?q=a"}
    assert client.post("/language", data={**sent, "lang": "de"}, headers=came).location == "/things/new?q=a"
    assert client.post("/language", data={**sent, "lang": "de", "here": "//["}, headers=came).location == "/"
    assert open_page(client, "/", headers={"Accept-Language": "en"}).select_one("html")["lang"] == "de"

    assert client.post("/language", data={**sent, "lang": "xx"}).location == "/"
    assert open_page(client, "/").select_one("html")["lang"] == "de"


# ---- Addresses ----


@pytest.mark.parametrize("path", ["/", "/things/1", "/things?q=a&page=2", "/a%20b", "/?next=//elsewhere"])
def test_paths_of_the_portal_may_be_gone_back_to(path: str):
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "//elsewhere.example",
        "https://elsewhere.example/",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "\t//elsewhere.example",
        " //elsewhere.example",
        "javascript:alert(1)",
        "elsewhere.example",
        "",
        None,
    ],
)
def test_going_back_never_leads_elsewhere(path: str | None):
    assert safe_path(path) == "/"


@pytest.mark.parametrize(
    ("address", "changed"),
    [
        ("/things/1", "/things/1?month=2025-05"),
        ("/things/1?q=a&q=b&month=2025-04", "/things/1?q=a&q=b&month=2025-05"),
        ("/things/1?endpoint=x&_external=1&_scheme=javascript", "/things/1?endpoint=x&month=2025-05"),
    ],
)
def test_an_address_with_other_arguments_stays_on_its_page(sqlite_app: Flask, address: str, changed: str):
    with sqlite_app.test_request_context(address):
        made = with_args(month="2025-05")

    assert made.startswith("/things/1?")
    assert made == changed or ("_scheme" in address and made.endswith("month=2025-05"))


def test_the_portal_says_whether_it_is_well(client: FlaskClient):
    assert client.get("/health").get_json() == {"status": "ok"}

"""Sending a file, seeing what it would do, deciding."""

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.core.access import Role
from app.core.files import StoredFile
from app.extensions import db
from app.microcredentials.models import MicroCredential
from tests.accounts.people import work
from tests.microcredentials.conftest import Enter
from tests.microcredentials.designs import college, design

FILE = "code,country,title_en,developers\nAM-50,AM,Weaving,Lori Regional State College\n"


def send(browser: FlaskClient, content: str | bytes, **fields: Any) -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    data = {"file": (io.BytesIO(raw), "designs.csv"), "existing": "update", **fields}
    return browser.post("/microcredentials/import", data=data)


def decide(browser: FlaskClient, path: str) -> TestResponse:
    page = browser.get(path).text
    fields = dict(re.findall(r'name="(fingerprint|submission_key)"[^>]*value="([^"]*)"', page))
    return browser.post(path, data=fields)


def count(app: Flask, model: type = MicroCredential) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def lori(app: Flask) -> None:
    with work(app) as session:
        college(session)


@pytest.mark.usefixtures("lori")
def test_a_file_is_checked_shown_and_imported_once(app: Flask, enter: Enter):
    browser = enter()
    answer = send(browser, FILE)
    assert answer.status_code == 303
    assert (count(app), count(app, StoredFile)) == (0, 1)
    page = browser.get(answer.location).text
    assert "Weaving" in page
    assert "title_en" in page
    assert count(app) == 0
    assert decide(browser, answer.location).status_code == 303
    assert count(app) == 1
    assert "nothing new" in browser.get(answer.location).text


@pytest.mark.usefixtures("lori")
def test_faults_are_listed_and_nothing_can_be_decided(app: Flask, enter: Enter):
    browser = enter()
    answer = send(browser, FILE + "AM-51,XX,,Nobody\n")
    page = browser.get(answer.location).text
    assert "3 faults" in page
    assert "fingerprint" not in page
    assert browser.post(answer.location, data={"fingerprint": "x"}).status_code == 422
    assert count(app) == 0


@pytest.mark.usefixtures("lori")
def test_a_decision_about_an_older_dry_run_is_asked_again(app: Flask, enter: Enter):
    browser = enter()
    path = send(browser, FILE).location
    with work(app) as session:
        design(session, code="AM-50")
    answer = browser.post(path, data={"fingerprint": "0" * 32})
    assert answer.status_code == 422
    assert "changed since this was shown" in answer.text


def test_a_file_that_is_no_table_is_told_at_the_field_and_not_kept(app: Flask, enter: Enter):
    browser = enter()
    for content in ("", b"\x89PNG\r\n\x1a\n\x00", "code\n"):
        answer = send(browser, content)
        assert answer.status_code == 422
        assert "File:" in answer.text
    assert browser.post("/microcredentials/import", data={"existing": "update"}).status_code == 422
    assert count(app, StoredFile) == 0


def test_a_file_of_fifty_megabytes_is_refused_with_a_page(enter: Enter):
    answer = send(enter(), b"a" * 50 * 1024 * 1024)
    assert answer.status_code == 413
    assert "too large" in answer.text


@pytest.mark.usefixtures("lori")
def test_somebody_elses_file_does_not_exist(enter: Enter):
    path = send(enter(), FILE).location
    other = enter(Role.ADMIN)
    assert other.get(path).status_code == 404
    assert other.get("/microcredentials/import/999").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_exported_catalogue_can_be_sent_back(app: Flask, enter: Enter, kind: str):
    with work(app) as session:
        design(session, title={"en": "=Pattern", "hy": "Նախշ", "sr-Latn": "Šara"})
        design(session, code="RS-01", country="RS", developers=[college(session, "Ниш", "RS")])
    browser = enter()
    exported = browser.get(f"/microcredentials/?format={kind}").data
    page = browser.get(send(browser, exported).location).text
    assert "nothing new" in page
    assert "fault" not in page


@pytest.mark.usefixtures("lori")
def test_an_excel_file_of_the_dry_run_updates_field_by_field(app: Flask, enter: Enter):
    with work(app) as session:
        design(session, code="AM-50", title={"en": "Weaving bands"}, developers=[college(session, "Another college")])
    browser = enter()
    page = browser.get(send(browser, "code;title_en\nAM-50;Weaving\n").location).text
    assert "Weaving bands" in page
    assert "Stands now" in page
    skipped = send(browser, "code;title_en\nAM-50;Weaving\n", existing="skip").location
    assert skipped.endswith("existing=skip")
    assert "nothing new" in browser.get(skipped).text

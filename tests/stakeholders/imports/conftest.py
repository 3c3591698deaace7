"""What tests of the import share: somebody who may import, files, and the way through the pages."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from werkzeug.test import TestResponse

from app.core.access import Role
from tests.accounts.people import arrive
from tests.page import Page

Enter = Callable[..., FlaskClient]
PATH = "/stakeholders/imports"
# What a file of people is asked for where it has no column for it.
BASIS = {"lawful_basis": "contract"}


@pytest.fixture
def enter(app: Flask) -> Enter:
    """A browser in which somebody with a role is signed in; it sends the token that every page of its session has."""

    def browser(role: Role = Role.COORDINATOR, **facts: Any) -> FlaskClient:
        client = app.test_client()
        arrive(app, client, role, **{"email": f"{role}@example.org", **facts})
        token = re.search(r'X-CSRFToken": "([^"]+)"', client.get("/account/").text)
        client.environ_base["HTTP_X_CSRFTOKEN"] = token[1]
        return client

    return browser


def table(*rows: Sequence[object]) -> bytes:
    """A CSV file."""
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode()


def workbook(*rows: Sequence[object]) -> bytes:
    """An Excel file; a text that begins with ``=`` is a formula."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def send(browser: FlaskClient, content: bytes, name: str = "list.csv", kind: str = "") -> TestResponse:
    """Send a file to be looked at."""
    return browser.post(f"{PATH}/new", data={"file": (io.BytesIO(content), name), "kind": kind})


def mapped(browser: FlaskClient, columns: str, **changes: str) -> TestResponse:
    """Take the columns as they were guessed, with changes, and have the rows checked."""
    page = Page(browser.get(columns))
    fields = {
        str(tag["name"]): str(chosen["value"])
        for tag in page.select("main select")
        if (chosen := tag.select_one("option[selected]")) is not None
    }
    return browser.post(columns, data={**fields, **changes})


def checked(browser: FlaskClient, content: bytes, name: str = "list.csv", kind: str = "", **changes: str) -> str:
    """The address of an import whose rows are checked, the file having been taken as it was guessed."""
    sent = send(browser, content, name, kind)
    assert sent.status_code == 303, Page(sent).errors
    answer = mapped(browser, sent.location, **changes)
    assert answer.status_code == 303, Page(answer).errors
    return answer.location


def carry_out(browser: FlaskClient, path: str, **decisions: str) -> TestResponse:
    """Import what is decided."""
    return browser.post(path, data={"do": "import", **decisions})


def number_of(path: str) -> int:
    """The number of an import in its address."""
    found = re.search(r"/imports/(\d+)", path)
    return int(found[1]) if found else 0

"""Whatever is sent to whatever takes a form, the portal answers; it never breaks."""

import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask, url_for
from werkzeug.routing import Rule

from app.core import clock
from app.core.access import Role
from tests.accounts.people import arrive
from tests.conftest import AS_OF
from tests.demo.conftest import Show

VALUES = {
    "a NUL byte": "a\0b",
    "no UTF-8": b"\xed\xbf\xbf",
    "more than anybody types": "x" * 100_000,
    "below every key": "-1",
    "beyond every key": str(2**70),
    "no key": "1' OR 1=1",
    "a day that does not exist": "2025-02-30",
    "nothing": "",  # Last, since it is all that some forms need to be carried out.
}
# What every form holds, however it is opened.
OWN = ("version", "base", "submission_key")
KNOWN = {"code": "AM-01", "change": "close"}


def asked(rule: Rule) -> dict[str, Any]:
    """Values for a route's variables: of records that are there, where there are any."""
    return {name: KNOWN.get(name, 1 if name.endswith("_id") else "x") for name in rule.arguments}


def paths(app: Flask) -> list[str]:
    """The addresses that take a form, with the first record of each register."""
    rules = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    with app.test_request_context():
        return [
            url_for(rule.endpoint, **{**asked(rule), **({"change": "close"} if "change" in rule.arguments else {})})
            for rule in rules
        ]


def fields_of(html: str) -> set[str]:
    """The names of everything a page's forms send."""
    found = BeautifulSoup(html, "html.parser").select("form[method=post] [name]")
    return {str(field["name"]) for field in found} - {"csrf_token"} | set(OWN)


@pytest.fixture
def app(worn: Show) -> Flask:
    """The demonstration on its day, where nobody is counted."""
    clock.reckon_with(AS_OF)
    worn.app.config["RATELIMIT_ENABLED"] = False
    return worn.app


class Browser:
    """A browser of an administrator, which opened a page before it sends anything there."""

    def __init__(self, app: Flask, path: str) -> None:
        self.path, self.client = path, app.test_client()
        arrive(app, self.client, Role.ADMIN, email=f"{uuid4().hex}@example.org")
        form = BeautifulSoup(self.client.get("/account/profile").get_data(as_text=True), "html.parser")
        self.token = str(form.select_one("input[name=csrf_token]")["value"])
        self.names = fields_of(self.client.get(path, follow_redirects=True).get_data(as_text=True))

    def send(self, body: dict[str, Any]) -> int:
        """Send something; answers the status."""
        return self.client.post(self.path, headers={"X-CSRFToken": self.token}, **body).status_code


def bodies(names: set[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is sent to a form with fields of these names, by what is wrong with it."""
    form = "application/x-www-form-urlencoded"
    yield "JSON", {"json": {name: [{"of": name}] for name in names}}
    yield "a file for every field", {"data": {name: (io.BytesIO(b"%PDF-1.7\0"), "../../a.pdf") for name in names}}
    for wrong, value in VALUES.items():
        yield wrong, {"data": urlencode(dict.fromkeys(names, value)), "content_type": form}


def test_nothing_that_is_sent_breaks_a_form(app: Flask) -> None:
    answers = [
        (browser.path, wrong, browser.send(body))
        for browser in (Browser(app, path) for path in paths(app))
        for wrong, body in bodies(browser.names)
    ]
    assert not [answered for answered in answers if answered[-1] >= 500]
    assert {status for _path, wrong, status in answers if wrong == "JSON"} == {415}

"""The way of somebody who signs, for tests: from the link in a mail to the last button."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db
from app.mou.evidence import queries as evidence
from app.mou.models import Mou, MouState
from app.mou.signing.mailing import path_of
from app.mou.signing.models import MouLink
from tests.accounts.people import mails
from tests.page import Page, open_page

GOR, ANAHIT = "gor@example.org", "anahit@example.org"
DRAWING = "M10 20L100 120L200 40"
NAMES = ["Žofie Křížová", "Ελένη Παπαδάκη", "Đorđe Љубић", "ქეთევან", "Ahmet Şahin", "أمينة", "Ana 🌻", "x" * 200]


Sent = Callable[..., int]


def link_to(app: Flask, email: str) -> str:
    """The path of the link that was sent last to a mailbox."""
    with app.app_context():
        newest = select(MouLink).where(MouLink.email == email).order_by(MouLink.id.desc()).limit(1)
        return path_of(db.session.scalars(newest).one())


def code_to(app: Flask, email: str) -> str:
    """The code that was sent last to a mailbox."""
    found = [re.search(r"^(\d{6})$", mail.text, re.MULTILINE) for mail in mails(app) if mail.recipient == email]
    return [code[1] for code in found if code][-1]


def opened(app: Flask, email: str) -> tuple[FlaskClient, str]:
    """A browser in which somebody opened the text; it has the path of the link, too."""
    guest, path = app.test_client(), link_to(app, email)
    page = Page(open_page(guest, path).form("Open the document").submit(guest, follow=True))
    assert page.url.endswith("/read")
    return guest, path


def proven(app: Flask, email: str) -> tuple[FlaskClient, str]:
    """A browser in which somebody also gave the code."""
    guest, path = opened(app, email)
    open_page(guest, f"{path}/read").form("Send me the code code").submit(guest, ("do", "code"))
    page = open_page(guest, f"{path}/read")
    page.form("Go on prove").submit(guest, ("do", "prove"), code=code_to(app, email))
    return guest, path


def sign(app: Flask, email: str, name: str, **more: Any) -> Page:
    """Go the whole way of one signatory."""
    guest, path = proven(app, email)
    form = open_page(guest, f"{path}/read").form("Sign now")
    ticked = {"electronic": "y", "authorised": "y", "privacy": "y"}
    return Page(form.submit(guest, follow=True, **ticked | {"name": name} | more))


def state_of(app: Flask, key: int) -> MouState:
    """How far a memorandum is."""
    with app.app_context():
        return db.session.get_one(Mou, key).state


def kinds(app: Flask, key: int) -> list[str]:
    """What happened with it."""
    with app.app_context():
        mou = db.session.get_one(Mou, key)
        assert not evidence.faults(mou)
        return [event.kind for event in evidence.events(mou)]

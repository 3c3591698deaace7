"""The pages of memberships: entered, changed, ended, and their letters."""

from hashlib import sha256
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.clusters.conftest import Made, member
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.page import Page, open_page
from tests.withheld import withheld

pytestmark = pytest.mark.usefixtures("tokens")
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 60


def test_a_member_is_entered_changed_and_leaves(
    app: Flask, lead: FlaskClient, sign_in: SignIn, world: World, made: Made
):
    key = made()
    form = open_page(lead, f"/clusters/{key}/members/new?organisation={world.company}").form("Save membership")
    data = form.values | {"joined_on": "2025-02-03", "letter": (BytesIO(PDF), "letter.pdf")}
    answer = lead.post(f"/clusters/{key}/members/new", data=data, content_type="multipart/form-data")
    assert answer.status_code == 303
    one = member(app, key, world.company)
    page = open_page(lead, f"/clusters/{key}/members/{one}")
    assert "letter.pdf" in page.text
    letter = lead.get(f"/clusters/{key}/members/{one}/letter")
    assert (letter.mimetype, letter.data) == ("application/pdf", PDF)
    assert "attachment" in letter.headers["Content-Disposition"]
    assert (letter.content_length, letter.headers["Cache-Control"]) == (len(PDF), "private, no-store")
    withheld(sign_in("auditor"), f"/clusters/{key}/members/{one}/letter", PDF)
    app.extensions["files"].remove(sha256(PDF).hexdigest())
    assert lead.get(f"/clusters/{key}/members/{one}/letter").status_code == 404, "its bytes are gone"
    form = open_page(lead, f"/clusters/{key}/members/{one}/edit").form("Save membership")
    assert form.submit(lead, role="deputy").status_code == 303
    assert "letter.pdf" in open_page(lead, f"/clusters/{key}/members/{one}").text
    assert form.submit(lead, role="steering").status_code == 409
    form = open_page(lead, f"/clusters/{key}/members/{one}/leave").form("End the membership")
    assert form.submit(lead, reason=" ").status_code == 422
    assert form.submit(lead, reason="Sold", left_on="2031-01-01").status_code == 422
    assert form.submit(lead, reason="Sold", left_on="2025-05-06").status_code == 303
    page = open_page(lead, f"/clusters/{key}")
    assert "Sold" in page.text
    assert "Left" in page.text


def test_the_day_on_which_a_member_left_is_put_right(app: Flask, lead: FlaskClient, world: World, made: Made):
    key = made(working=True)
    address = f"/clusters/{key}/members/{member(app, key, world.agency)}"
    assert "left_on" not in open_page(lead, f"{address}/edit").form("Save membership").values
    open_page(lead, f"{address}/leave").form("End the membership").submit(lead, left_on="2025-05-06", reason="Moved")
    form = open_page(lead, f"{address}/edit").form("Save membership")
    assert form.values["left_on"] == ["2025-05-06"]
    for wrong in ("2024-12-31", "2025-06-01", ""):
        assert len(Page(form.submit(lead, left_on=wrong)).errors) == 1
    assert form.submit(lead, left_on="2025-03-01").status_code == 303
    for day, counts in (("2025-02-28", True), ("2025-03-01", False)):
        assert ("Skills Agency" in lead.get(f"/clusters/{key}?format=csv&as_of={day}").text) is counts


@pytest.mark.parametrize(("content", "name"), [(b"MZ\x90\x00", "letter.pdf"), (b"<html></html>", "letter.html")])
def test_a_letter_is_a_document_or_a_picture(lead: FlaskClient, world: World, made: Made, content: bytes, name: str):
    key = made()
    form = open_page(lead, f"/clusters/{key}/members/new?organisation={world.company}").form("Save membership")
    data = form.values | {"letter": (BytesIO(content), name)}
    answer = lead.post(f"/clusters/{key}/members/new", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Send a PDF" in Page(answer).errors[0]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ((PNG, "png.csv"), "The name ends in .csv, but the content is that of a file ending in .png."),
        ((PDF, "letter.png"), "The name ends in .png, but the content is that of a file ending in .pdf."),
        ((b"name;email\n", "letter.png"), "Send a PDF"),
        ((b"", "letter.pdf"), "This file is empty."),
    ],
)
def test_the_name_of_a_letter_says_what_its_content_is(
    lead: FlaskClient, world: World, made: Made, sent: tuple[bytes, str], said: str
):
    key = made()
    address = f"/clusters/{key}/members/new?organisation={world.company}"
    form = open_page(lead, address).form("Save membership")
    answer = form.submit(lead, letter=(BytesIO(sent[0]), sent[1]))
    assert answer.status_code == 422
    assert said in Page(answer).errors[0]
    assert Page(answer).form("Save membership").submit(lead, letter=(BytesIO(PNG), "SCAN.PNG")).status_code == 303


def test_an_organisation_is_not_entered_twice(lead: FlaskClient, world: World, made: Made):
    key = made(working=True)
    form = open_page(lead, f"/clusters/{key}/members/new?organisation={world.company}").form("Save membership")
    answer = form.submit(lead)
    assert answer.status_code == 422
    assert "Tekstil Lori" in Page(answer).errors[0]


def test_letters_are_for_the_consortium(app: Flask, sign_in: SignIn, world: World, made: Made):
    key = made(working=True, published=True)
    one = member(app, key, world.company)
    for who in ("guest", "auditor"):
        assert sign_in(who).get(f"/clusters/{key}/members/{one}/letter").status_code == 404
    assert sign_in("guest").get(f"/clusters/{key}/members/{one}").status_code == 404


def test_a_membership_of_another_cluster_is_not_there(app: Flask, lead: FlaskClient, world: World, made: Made):
    key, other = made(working=True), made()
    one = member(app, key, world.company)
    for path in ("", "/edit", "/leave", "/letter"):
        assert lead.get(f"/clusters/{other}/members/{one}{path}").status_code == 404


def test_the_page_of_an_earlier_day_names_who_coordinated_then(app: Flask, lead: FlaskClient, world: World, made: Made):
    key = made(working=True)
    one = member(app, key, world.company)
    form = open_page(lead, f"/clusters/{key}/members/{one}/edit").form("Save membership")
    early = Page(form.submit(lead, role="coordinator", role_since="2024-05-01"))
    assert any("In this role since" in line for line in early.errors)
    assert form.submit(lead, role="coordinator", role_since="2025-05-01").status_code == 303
    for day, role in (("2025-03-01", "member"), ("2025-05-01", "coordinator")):
        line = next(
            row for row in lead.get(f"/clusters/{key}?format=csv&as_of={day}").text.split("\n") if "Lori" in row
        )
        assert f",{role}," in line
    page = open_page(lead, f"/clusters/{key}/members/{one}")
    told = page.select_one("#roles").get_text(" ", strip=True)
    assert told.index("Coordinates") < told.index("Member")


def test_the_page_puts_a_day_right_and_tells_how(app: Flask, lead: FlaskClient, world: World, made: Made):
    key = made(working=True)
    path = f"/clusters/{key}/members/{member(app, key, world.company)}"
    correct = open_page(lead, path).links["Put the day right Member, 1 January 2025"]
    form = open_page(lead, correct).form("Put the day right")
    assert Page(form.submit(lead, since="2024-01-01", reason="Wrong")).errors
    assert Page(form.submit(lead, since="2025-01-02", reason="")).errors
    told = Page(form.submit(lead, follow=True, since="2025-01-02", reason="A slip")).select_one("#roles").get_text(" ")
    assert "before that it said 1 January 2025: A slip" in told
    elsewhere = member(app, key, world.school)
    assert lead.get(correct.replace(path, f"/clusters/{key}/members/{elsewhere}")).status_code == 404

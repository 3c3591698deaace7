"""Files that are wrong, each with a clear message in its place."""

import io
import zipfile

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import sheets
from app.extensions import db
from app.stakeholders.imports.models import ImportBatch
from app.stakeholders.models import Organisation
from tests.page import Page
from tests.stakeholders.imports.conftest import PATH, Enter, carry_out, checked, send, table, workbook

LOCKED = b"\xd0\xcf\x11\xe0" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100


def bomb(size: int, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A small archive that claims to hold much."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(part, "w", force_zip64=True) as entry,
    ):
        for _chunk in range(size // 1_000_000):
            entry.write(b" " * 1_000_000)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a picture, not a table"),
        (LOCKED, "protected by a password"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "an old Excel file"),
        pytest.param(b"PK\x03\x04 broken", "The workbook is damaged", id="no archive after all"),
        (workbook(["Name", "Country"], ["A", "RS"])[:-200], "The workbook is damaged"),
        (b"Name,Country\n", "no row in this file below a head"),
        (b"Name,name\nA,B\n", "more than once: name"),
        (b'Name,Country\n"A,RS\n', "cannot be read as CSV"),
        (b"BEGIN:VCARD\nVERSION:3.0\nFN:", "no card in this file that can be read"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_cannot_be_read_is_told_at_the_field(app: Flask, enter: Enter, content: bytes, told: str):
    answer = send(enter(), content)
    assert answer.status_code == 422
    assert told in " ".join(Page(answer).errors)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ImportBatch)) == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_archive_that_would_burst_is_not_unpacked(enter: Enter):
    browser = enter()
    for content in (
        bomb(sheets.MOST_UNPACKED + 1_000_000),
        bomb(sheets.MOST_SHARED + 1_000_000, "xl/sharedStrings.xml"),
    ):
        assert "too large to be read" in " ".join(Page(send(browser, content)).errors)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_fifty_megabytes_are_refused_with_a_page(enter: Enter):
    assert send(enter(), b"a" * 50 * 1024 * 1024).status_code == 413


def test_a_file_without_headings_says_so_where_columns_are_chosen(enter: Enter):
    browser = enter()
    sent = send(browser, table(("School of Niš", "RS"), ("Other school", "RS")))
    page = Page(browser.get(sent.location))
    assert "None of the headings is known" in page.text
    answer = browser.post(sent.location, data={})
    assert answer.status_code == 422
    assert "Say which column is “Name”" in Page(answer).text


def test_a_formula_is_a_fault_at_its_cell(app: Flask, enter: Enter):
    browser = enter()
    path = checked(browser, workbook(["Name", "Country", "Category"], ["=A1&B1", "RS", "company"]), "list.xlsx")
    assert "Name: This cell holds a formula" in Page(browser.get(path)).text
    assert carry_out(browser, path).status_code == 422


def test_a_formula_in_csv_is_a_fault_too_while_a_text_kept_by_one_is_read(app: Flask, enter: Enter):
    browser = enter()
    head = ("Name", "Country", "Category", "Register number")
    path = checked(browser, table(head, ("=A1&B1", "RS", "company", ""), ("School", "RS", "company", '="0012"')))
    assert "Name: This cell holds a formula" in Page(browser.get(path)).text
    carry_out(browser, path)
    with app.app_context():
        assert db.session.execute(select(Organisation.name, Organisation.register_number)).all() == [("School", "0012")]


def test_a_row_longer_than_the_head_is_a_fault_of_that_row(app: Flask, enter: Enter):
    browser = enter()
    rows = (("Weavers", " Ltd", "RS", "company", "Niš"), ("School", "RS", "company"), ("Other", "XX", "company"))
    path = checked(browser, table(("Name", "Country", "Category"), *rows))
    text = Page(browser.get(path)).text
    assert "column D: The row has more cells than the head has columns" in text
    assert "Country:" in text  # the fault of another row
    carry_out(browser, path)
    with app.app_context():
        assert db.session.scalars(select(Organisation.name)).all() == ["School"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1251"])
def test_every_usual_encoding_is_read(app: Flask, enter: Enter, encoding: str):
    browser = enter()
    text = "Назва;Country;Category\r\nШкола текстилу;UA;Company\r\n"
    carry_out(browser, checked(browser, text.encode(encoding)))
    with app.app_context():
        assert db.session.scalars(select(Organisation.name)).one() == "Школа текстилу"


def test_letters_of_western_windows_are_read_and_said(enter: Enter):
    browser = enter()
    path = checked(browser, "Name;Country;Category\nHandwerk Gröschner;DE;Company\n".encode("cp1252"))
    assert "read as Windows-1252" in Page(browser.get(path)).text
    assert "Handwerk Gröschner" in Page(browser.get(path)).text


@pytest.mark.parametrize("value", ["update:1;drop", "create:x", "nonsense", "update:99999999999999"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_forged_decisions_do_nothing(app: Flask, enter: Enter, value: str):
    browser = enter()
    path = checked(browser, table(("Name", "Country", "Category"), ("A", "RS", "company")))
    assert browser.post(path, data={"row-1": value, "do": value}).status_code in (303, 422)
    assert browser.post(path, data={"do": "all:new:update"}).status_code == 422
    assert browser.post(path, data={"do": "all:x:y"}).status_code == 303
    assert browser.get(f"{path}?page=99999999999&show=nothing").status_code == 200
    assert browser.get(f"{PATH}/?q=list&state=checked").status_code == 200


@pytest.mark.parametrize("number", ["999", "abc", "#0"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_number_that_the_register_does_not_have_is_a_fault(enter: Enter, number: str):
    browser = enter()
    path = checked(browser, table(("id", "Name", "Country", "Category"), (number, "A", "RS", "company")))
    assert "The register has no number" in Page(browser.get(path)).text


def test_what_a_form_could_not_save_again_is_a_fault(app: Flask, enter: Enter):
    browser = enter()
    rows = (("N" * 700, "RS", "company", ""), ("Short", "RS", "company", "First line\n" + "n" * 600))
    path = checked(browser, table(("Name", "Country", "Category", "Other names"), *rows))
    assert Page(browser.get(path)).text.count("Write at most 500 characters.") == 2
    assert carry_out(browser, path).status_code == 422


def test_a_file_of_cards_without_a_card_is_refused(enter: Enter):
    answer = send(enter(), b"VERSION:3.0\nFN:Ana\nEND:VCARD\n", "contacts.vcf")
    assert answer.status_code == 422
    assert "does not begin with a card" in Page(answer).text


@pytest.mark.parametrize(
    ("country", "text", "language"),
    [
        ("RS", "Школа Ниш", "sr-Cyrl"),
        ("ME", "Школа Бар", "cnr"),
        ("AM", "Школа Гюмри", "hy"),
        ("UA", "Школа Львів", "uk"),
        ("MK", "Училиште", "mk"),
        ("RS", "Skola Nis", "en"),
    ],
)
def test_a_name_is_in_the_language_of_its_country_unless_in_latin_letters(
    app: Flask, enter: Enter, country: str, text: str, language: str
):
    browser = enter()
    carry_out(browser, checked(browser, table(("Name", "Country", "Category"), (text, country, "company"))))
    with app.app_context():
        assert db.session.scalars(select(Organisation.name_language)).one() == language

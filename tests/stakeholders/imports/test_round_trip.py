"""Export, edit, import: exactly the edits and nothing else."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from app.core.access import SYSTEM
from app.core.sheet_columns import Draft
from app.core.sheets import read_sheet
from app.extensions import db
from app.stakeholders.consent import ConsentPurpose
from app.stakeholders.imports import columns
from app.stakeholders.imports.models import ImportRow, Verdict
from app.stakeholders.imports.vocabularies import vocabularies
from app.stakeholders.models import Category, LawfulBasis, NameKind, Organisation, Person, Size
from app.stakeholders.services import AffiliationFacts
from tests.accounts.people import work
from tests.page import Page
from tests.stakeholders.imports.conftest import Enter, carry_out, checked, table, workbook
from tests.stakeholders.register import name, organisation, person

ODD = ("=1+1", "+49 30", "-5", "@home", "'=quoted", "''+twice", "[delete]", "two\nlines; and; more", 'a "quote", comma')


def fill() -> None:
    """Organisations with every field and every kind of name, and people with several affiliations."""
    kinds = [name(f"Name {kind.value}", language, kind) for kind in NameKind for language in ("en", "sr-Latn")]
    school = organisation(
        name("School of Niš"),
        name("Школа Ниш", "sr-Latn", NameKind.NATIVE),
        *kinds,
        region="RS-20",
        city="Niš",
        address="Street 1\n18000 Niš",
        website="https://example.org/a?b=c",
        email="info@example.org",
        phone="+381 18 5557788",
        register_number="00123",
        pic="012345678",
        size=Size.SMALL,
        notes="=SUM(A1)",
    )
    plain = organisation(name("Legal first", kind=NameKind.LEGAL), category=Category.OTHER, country="UA")
    for text in ODD:
        organisation(name(text if "\n" not in text else "Lines"), notes=text, register_number=text.partition("\n")[0])
    person(
        "Ana",
        SYSTEM,
        AffiliationFacts(school, {"en": "Head", "de": "Leiterin"}, date(2020, 1, 1), date(2023, 1, 1)),
        AffiliationFacts(plain, {}, None, None, True),
        family_name="Jović",
        native_name="Ана Јовић",
        native_language="sr-Latn",
        title="Dr.",
        email="ana@example.org",
        lawful_basis=LawfulBasis.CONSENT,
        consent_on=date(2024, 2, 3),
        consent_for=(ConsentPurpose.CONTACT,),
    )
    person("-Minus", family_name="=x")


def exported(browser: FlaskClient, kind: str, people: bool = False) -> bytes:
    path = "/stakeholders/people/" if people else "/stakeholders/"
    return browser.get(f"{path}?format={kind}").data


def edited(content: bytes, kind: str, edits: dict[tuple[int, str], str]) -> bytes:
    """A file after somebody changed cells in a spreadsheet program, by number of the record and column."""
    if kind == "xlsx":
        book = load_workbook(io.BytesIO(content))
        rows = [list(row) for row in book.active.iter_rows(values_only=True)]
    else:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    for row in rows[1:]:
        for (number, column), text in edits.items():
            if str(row[0]) == str(number):
                row[rows[0].index(column)] = text
    if kind == "csv":
        return table(*rows)
    return text_workbook(rows)


def text_workbook(rows: list[list[Any]]) -> bytes:
    """An Excel file in which what looks like a formula is text, as in the export."""
    book = load_workbook(io.BytesIO(workbook([])))
    for row in rows:
        book.active.append(["" if cell is None else cell for cell in row])
    for line in book.active.iter_rows():
        for cell in line:
            if cell.data_type == "f":
                cell.data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def found(app: Flask) -> dict[int, list[tuple[str, str, str]]]:
    """What the last dry run would change, by number of the record; anything but an update fails."""
    with app.app_context():
        rows = db.session.scalars(select(ImportRow)).all()
        assert {row.verdict for row in rows} <= {Verdict.SAME, Verdict.CHANGED}, [row.faults for row in rows]
        return {
            row.target_id or 0: [(c["column"], c["old"], c["new"]) for c in row.changes]
            for row in rows
            if row.verdict is Verdict.CHANGED
        }


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("people", [False, True])
def test_what_was_not_edited_changes_nothing(app: Flask, enter: Enter, kind: str, people: bool):
    with work(app):
        fill()
    browser = enter()
    checked(browser, exported(browser, kind, people), f"list.{kind}")
    assert found(app) == {}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exactly_the_edits_of_organisations_are_shown_and_made(app: Flask, enter: Enter, kind: str):
    with work(app):
        fill()
    browser = enter()
    edits = {
        (1, "native_names"): "Школа у Нишу [sr-Latn]\nName native [en]\nName native [sr-Latn]",
        (1, "name"): "College of Niš",
        (1, "size"): "[delete]",
        (2, "register_number"): "'=2+2",
    }
    path = checked(browser, edited(exported(browser, kind), kind, edits), f"list.{kind}")
    native = "Name native [en]\nName native [sr-Latn]"
    assert found(app) == {
        1: [
            ("name", "School of Niš", "College of Niš"),
            ("native_names", f"Школа Ниш [sr-Latn]\n{native}", f"Школа у Нишу [sr-Latn]\n{native}"),
            ("size", "small", ""),
        ],
        2: [("register_number", "", "=2+2")],
    }
    with app.app_context():
        before = [(row.text, row.kind) for row in db.session.get_one(Organisation, 1).names]
    carry_out(browser, path)
    with app.app_context():
        one = db.session.get_one(Organisation, 1)
        after = [(row.text, row.kind) for row in one.names]
        assert after[:2] == [("College of Niš", NameKind.WORKING), ("Школа у Нишу", NameKind.NATIVE)]
        assert after[2:] == before[2:]
        assert (one.name, one.native_name, one.size, one.pic) == ("College of Niš", "Школа у Нишу", None, "012345678")
        assert db.session.get_one(Organisation, 2).register_number == "=2+2"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_exactly_the_edits_of_people_are_shown_and_made(app: Flask, enter: Enter, kind: str):
    with work(app):
        fill()
    browser = enter()
    with app.app_context():
        ana = db.session.get_one(Person, 1)
        first, second = (entry.organisation_id for entry in ana.affiliations)
        keys = {entry.organisation_id: entry.id for entry in ana.affiliations}
    places = {1: "Head", 2: ""}
    roles = "\n".join(places[key] and "Director" for key in (first, second)).rstrip("\n")
    path = checked(browser, edited(exported(browser, kind, people=True), kind, {(1, "role_en"): roles}), f"p.{kind}")
    assert [change[0] for change in found(app)[1]] == ["role_en"]
    carry_out(browser, path)
    with app.app_context():
        roles_now = {entry.organisation_id: entry.role_title for entry in db.session.get_one(Person, 1).affiliations}
        assert roles_now == {1: {"en": "Director", "de": "Leiterin"}, 2: {}}
        kept = {entry.organisation_id: entry.id for entry in db.session.get_one(Person, 1).affiliations}
        assert kept[2] == keys[2]


def test_contact_data_and_source_of_people_go_out_and_come_back(app: Flask, enter: Enter):
    with work(app):
        person("Ana", family_name="Jović", email="ana@example.org", phone="+381 11 2223334")
    browser = enter()
    edits = {(1, "email"): "jovic@example.org", (1, "source"): "handed_over", (1, "phone"): "[delete]"}
    path = checked(browser, edited(exported(browser, "csv", people=True), "csv", edits), "p.csv")
    assert found(app) == {
        1: [
            ("email", "ana@example.org", "jovic@example.org"),
            ("phone", "+381 11 2223334", ""),
            ("source", "told", "handed_over"),
        ]
    }
    carry_out(browser, path)
    with app.app_context():
        ana = db.session.get_one(Person, 1)
        assert (ana.email, ana.phone, ana.source) == ("jovic@example.org", None, "handed_over")
    path = checked(browser, edited(exported(browser, "csv", people=True), "csv", {(1, "source"): "public"}), "p.csv")
    assert "Write the address of the public source." in Page(browser.get(path)).text
    new = (("Given name", "Source", "Lawful basis"), ("Mira", "told", "consent"), ("Vera", "not recorded", "contract"))
    page = Page(browser.get(checked(browser, table(*new), "new.csv", "people")))
    assert "Say when the person agreed." in page.text
    assert "Say where the data came from." in page.text


def test_edits_of_columns_that_no_import_takes_are_told(app: Flask, enter: Enter):
    with work(app):
        fill()
    browser = enter()
    exported_file = exported(browser, "csv")
    assert "last_contact" in exported_file.decode().splitlines()[0]
    edits = {(1, "is_example"): "yes", (1, "last_contact"): "2025-01-01", (2, "phone"): "1"}
    path = checked(browser, edited(exported_file, "csv", edits), "list.csv")
    with app.app_context():
        rows = {row.target_id: row for row in db.session.scalars(select(ImportRow).order_by(ImportRow.number))}
        assert rows[1].note == (
            "Not taken, as the portal alone works it out: is_example (yes), last_contact (2025-01-01)."
        )
        assert rows[1].verdict is Verdict.SAME
        assert rows[2].note is None
    assert "Not taken" in Page(browser.get(path)).text


def test_cells_like_formulas_leave_as_text(app: Flask, enter: Enter):
    with work(app):
        fill()
    browser = enter()
    text = exported(browser, "csv").decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    sheet = read_sheet(exported(browser, "csv"))
    notes = [row.cells["notes"] for row in sheet.rows]
    assert {"=1+1", "+49 30", "-5", "@home", "'=quoted", "''+twice"} <= set(notes)


@pytest.mark.parametrize(("text", "language"), [("Школа Ниш", "sr-Cyrl"), ("Škola Niš", "sr-Latn")])
def test_a_serbian_name_is_in_the_language_of_its_script(app: Flask, text: str, language: str):
    with app.app_context():
        known = vocabularies(app.config["CONSORTIUM"])
        assert columns.language_of(text, Draft({"country": "RS"}), known, native=True) == language

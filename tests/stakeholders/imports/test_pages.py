"""From a file to the register, by the pages."""

import io

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.access import Role
from app.core.audit import AuditEntry
from app.extensions import db
from app.stakeholders.imports.models import ImportBatch, ImportRow
from app.stakeholders.models import NameKind, Organisation, Person, Size
from app.stakeholders.services import edit_organisation
from tests.accounts.people import statements, work
from tests.page import Page
from tests.stakeholders.imports.conftest import BASIS, PATH, Enter, carry_out, checked, mapped, number_of, send, table
from tests.stakeholders.register import facts, name, organisation, person

HEAD = ("Назва", "Kategorie", "Land", "E-Mail", "Ort")
ROWS = (
    ("Школа Ниш", "Berufsschule", "Serbien", "info@nis.example.org", "Niš"),
    ("Textilwerk", "company", "RS", "", "Leskovac"),
)


def count(app: Flask, model: type = Organisation) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_table_in_several_languages_is_understood_checked_and_imported_once(app: Flask, enter: Enter):
    browser = enter()
    sent = send(browser, table(HEAD, *ROWS))
    page = Page(browser.get(sent.location))
    assert "Textilwerk" in page.text
    path = mapped(browser, sent.location).location
    page = Page(browser.get(path))
    assert "2 New" in page.text or "New 2" in page.text
    assert count(app) == 0
    answer = carry_out(browser, path)
    assert answer.status_code == 303
    with app.app_context():
        found = db.session.scalars(select(Organisation).order_by(Organisation.id)).all()
        assert [(one.name, one.category, one.country, one.city) for one in found] == [
            ("Школа Ниш", "vet_provider", "RS", "Niš"),
            ("Textilwerk", "company", "RS", "Leskovac"),
        ]
        made = db.session.scalars(select(AuditEntry).where(AuditEntry.record_kind == "organisation")).all()
        assert {entry.actor_name for entry in made} == {"Maria Muster"}
    assert "Imported" in Page(browser.get(path)).text
    assert carry_out(browser, path).status_code == 422
    assert count(app) == 2
    listing = Page(browser.get(f"{PATH}/"))
    assert "2 Created" in listing.text


def test_the_same_organisation_is_found_in_another_script_and_only_what_differs_is_shown(app: Flask, enter: Enter):
    with work(app):
        organisation(name("School of Niš"), name("Школа Ниш", "sr-Latn", NameKind.NATIVE), city="Niš", size=Size.SMALL)
    browser = enter()
    path = checked(browser, table(("Name", "Country", "Size", "City"), ("skola nis", "RS", "large", "")))
    page = Page(browser.get(path))
    assert "#1 School of Niš" in page.text
    assert "small → large" in page.text
    with app.app_context():
        row = db.session.scalars(select(ImportRow)).one()
        assert [change["column"] for change in row.changes] == ["also_names", "size"]


def test_columns_are_remembered_for_the_same_headings(enter: Enter):
    browser = enter()
    sent = send(browser, table(("Was", "Art", "Land"), ("A", "company", "RS")))
    assert mapped(browser, sent.location).status_code == 422
    assert mapped(browser, sent.location, column_0="name", country="RS").status_code == 303
    again = Page(browser.get(send(browser, table(("Land", "Was", "Art"), ("RS", "B", "company"))).location))
    chosen = [option["value"] for option in again.select("main option[selected]")]
    assert chosen[:3] == ["country", "name", "category"]


def test_two_headings_cannot_be_the_same_column(enter: Enter):
    browser = enter()
    sent = send(browser, table(("Name", "Other"), ("A", "B")))
    answer = mapped(browser, sent.location, column_1="name")
    assert answer.status_code == 422
    assert "Two columns cannot both be: Name" in Page(answer).text


def test_faults_stand_at_their_row_and_column_with_what_was_meant(app: Flask, enter: Enter):
    rows = (
        ("Name", "Country", "Region", "Category", "E-mail", "PIC", "Website"),
        ("A", "Serbiya Rep", "", "company", "", "", ""),
        ("B", "RS", "Belgrad", "compny", "", "", ""),
        ("C", "RS", "", "company", "nobody", "12", "no address"),
        ("", "RS", "", "company", "", "", ""),
        ("D", "RS", "", "company", "", "", ""),
    )
    browser = enter()
    path = checked(browser, table(*rows))
    page = Page(browser.get(path))
    assert "Did you mean “Serbia” (RS)" in page.text
    assert "Did you mean “Company” (company)" in page.text
    assert "nine digits" in page.text
    assert "An organisation needs a name." in page.text
    assert "4 rows have faults" in page.text
    assert carry_out(browser, path).status_code == 303
    assert count(app) == 1


def test_a_row_of_another_country_is_a_fault_for_a_country_lead(app: Flask, enter: Enter):
    with work(app):
        organisation(name("Ours abroad"))
    browser = enter(Role.COUNTRY_LEAD, country="AM")
    rows = (
        ("Name", "Country", "Category", "Register number"),
        ("New", "RS", "company", ""),
        ("Ours abroad", "RS", "", "1"),
    )
    path = checked(browser, table(*rows, ("Mine", "AM", "company", "")))
    assert Page(browser.get(path)).text.count("a country that is not yours") == 2
    assert carry_out(browser, path).status_code == 303
    assert count(app) == 2


def test_decisions_are_kept_and_changed_by_the_person(app: Flask, enter: Enter):
    with work(app):
        organisation(name("Twin"), register_number="1")
        organisation(name("Twin"), register_number="2")
    browser = enter()
    path = checked(browser, table(("Name", "Country", "Register number", "Category"), ("Twin", "RS", "9", "company")))
    page = Page(browser.get(path))
    assert "The register has several of this name" in page.text
    assert carry_out(browser, path).status_code == 422
    with app.app_context():
        key = db.session.scalars(select(ImportRow.id)).one()
    assert browser.post(path, data={"do": "save", f"row-{key}": "update:2"}).status_code == 303
    assert "2 → 9" in Page(browser.get(path)).text
    for nobody in ("update:²", "update:" + "9" * 30):
        assert browser.post(path, data={"do": "save", f"row-{key}": nobody}).status_code == 303
    assert "2 → 9" in Page(browser.get(path)).text
    assert carry_out(browser, path, **{f"row-{key}": "update:999"}).status_code == 422
    assert carry_out(browser, path, **{f"row-{key}": "create"}).status_code == 303
    assert count(app) == 3


def test_the_same_name_by_the_one_rule_is_found_whatever_its_script_or_legal_form(app: Flask, enter: Enter):
    with work(app):
        organisation(name("Škola Niš"), name("Школа Ниш д.о.о.", "sr-Cyrl", NameKind.NATIVE))
    browser = enter()
    path = checked(browser, table(("Name", "Country", "Register number"), ("skola nis DOO", "RS", "9")))
    page = Page(browser.get(path))
    assert "Update #1" in page.text
    assert carry_out(browser, path, **{f"row-{only_row(app)}": "update:1"}).status_code == 303
    assert count(app) == 1
    with app.app_context():
        assert [one.text for one in db.session.get_one(Organisation, 1).names] == [
            "Škola Niš",
            "Школа Ниш д.о.о.",
            "skola nis DOO",
        ]


def only_row(app: Flask) -> int:
    """The key of the one row that was sent."""
    with app.app_context():
        return db.session.scalars(select(ImportRow.id)).one()


def test_all_rows_of_one_kind_are_decided_at_once(app: Flask, enter: Enter):
    browser = enter()
    path = checked(browser, table(HEAD, *ROWS))
    assert browser.post(f"{path}?show=new", data={"do": "all:new:skip"}).status_code == 303
    assert carry_out(browser, path).status_code == 422
    assert browser.post(path, data={"do": "all:new:create"}).status_code == 303
    assert carry_out(browser, path).status_code == 303
    assert count(app) == 2


def test_a_row_about_the_same_as_one_before_it_needs_a_decision(enter: Enter):
    browser = enter()
    path = checked(browser, table(HEAD, ROWS[1], ROWS[1]))
    assert "Row 2 is about the same one" in Page(browser.get(path)).text


def test_a_stale_version_is_a_conflict_at_its_row(app: Flask, enter: Enter):
    with work(app):
        one = organisation(name("School"), register_number="1")
        edit_organisation_by_system(one)
    browser = enter()
    path = checked(browser, table(("id", "version", "name", "register_number"), ("1", "1", "School", "3")))
    assert "Somebody changed it after the file was exported" in Page(browser.get(path)).text
    assert carry_out(browser, path).status_code == 422
    same = checked(browser, table(("id", "version", "name", "register_number"), ("1", "1", "School", "2")))
    assert "Somebody changed it" not in Page(browser.get(same)).text


def edit_organisation_by_system(one: Organisation) -> None:
    from app.core.access import SYSTEM

    edit_organisation(SYSTEM, one, one.version, facts(name("School"), register_number="2"))


def test_an_empty_cell_leaves_a_value_and_a_mark_takes_it_away(app: Flask, enter: Enter):
    with work(app):
        organisation(name("School"), register_number="1", city="Niš")
    browser = enter()
    path = checked(browser, table(("id", "name", "register_number", "city"), ("#1", "School", "", "[delete]")))
    assert carry_out(browser, path).status_code == 303
    with app.app_context():
        one = db.session.scalars(select(Organisation)).one()
        assert (one.register_number, one.city) == ("1", None)


def test_what_changed_since_the_dry_run_is_refused_row_by_row(app: Flask, enter: Enter):
    with work(app):
        organisation(name("School"), register_number="1")
    browser = enter()
    path = checked(browser, table(("id", "name", "register_number"), ("1", "School", "9")))
    with work(app) as session:
        edit_organisation_by_system(session.get_one(Organisation, 1))
    assert carry_out(browser, path).status_code == 303
    assert "It changed since this was shown" in Page(browser.get(path)).text


def test_the_result_says_what_became_of_each_row(enter: Enter):
    browser = enter()
    path = checked(browser, table(HEAD, *ROWS, ("", "company", "RS", "", "")))
    carry_out(browser, path)
    text = browser.get(f"{path}/result").get_data(as_text=True)
    lines = text.lstrip("\ufeff").splitlines()
    assert lines[1] == "2,created,1,Школа Ниш,,"
    assert lines[3].startswith("4,skipped,,")
    assert browser.get(f"{path}/result?format=xlsx").data.startswith(b"PK")


@pytest.mark.parametrize("role", [Role.PARTNER_EDITOR, Role.AUDITOR, Role.STAKEHOLDER])
def test_other_roles_do_not_import(enter: Enter, role: Role):
    browser = enter(role)
    assert browser.get(f"{PATH}/").status_code == 403
    assert browser.get(f"{PATH}/new").status_code == 403


def test_somebody_elses_import_does_not_exist_for_a_country_lead(enter: Enter):
    path = checked(enter(), table(HEAD, *ROWS))
    other = enter(Role.COUNTRY_LEAD)
    assert other.get(path).status_code == 404
    assert carry_out(other, path).status_code == 404
    admin = enter(Role.ADMIN)
    assert admin.get(path).status_code == 200
    assert carry_out(admin, path).status_code == 403


def test_people_come_with_their_affiliations(app: Flask, enter: Enter):
    with work(app):
        organisation(name("School of Niš"))
        person("Ana", family_name="Jović", email="ana@example.org")
    rows = (
        ("Vorname", "Nachname", "E-Mail", "Firma", "Funktion", "Von"),
        ("Ана", "Јовић", "", "School of Niš", "Leiterin", "2024-01-01"),
        ("Petar", "Ilić", "petar@example.org", "#1", "", ""),
        ("Nobody", "Known", "", "No such school", "", ""),
    )
    browser = enter()
    path = checked(browser, table(*rows), **BASIS)
    page = Page(browser.get(path))
    assert "“No such school”" in page.text
    with app.app_context():
        key = db.session.scalar(select(ImportRow.id).where(ImportRow.number == 2))
    assert carry_out(browser, path, **{f"row-{key}": "update:1"}).status_code == 303
    with app.app_context():
        people = {one.family_name: one for one in db.session.scalars(select(Person))}
        assert [(a.organisation_id, a.role_title) for a in people["Jović"].affiliations] == [(1, {"de": "Leiterin"})]
        assert people["Jović"].native_name == "Ана Јовић"
        assert people["Ilić"].access_country == "RS"
        assert len(people) == 2


def test_an_import_of_nothing_and_of_no_file_is_told_in_place(app: Flask, enter: Enter):
    browser = enter()
    assert browser.post(f"{PATH}/new", data={"kind": ""}).status_code == 422
    assert send(browser, b"").status_code == 422
    assert count(app, ImportBatch) == 0
    assert browser.post(f"{PATH}/new", data={"file": (io.BytesIO(b"a"), "x.csv"), "kind": "cats"}).status_code == 422
    assert browser.get(f"{PATH}/999").status_code == 404


def test_the_number_of_statements_does_not_grow_with_the_rows(app: Flask, enter: Enter):
    browser = enter()
    few = checked(browser, table(("Name", "Country", "Category"), *[(f"A{n}", "RS", "company") for n in range(3)]))
    many = checked(browser, table(("Name", "Country", "Category"), *[(f"B{n}", "RS", "company") for n in range(60)]))
    assert number_of(many) > number_of(few)
    counted = []
    for path in (few, many):
        with statements(app) as seen:
            browser.get(path)
        counted.append(len(seen))
    assert counted[0] == counted[1]


def test_faults_are_read_in_the_language_of_whoever_reads(enter: Enter):
    browser = enter()
    path = checked(browser, table(("Name", "Country", "Category"), ("School", "Atlantis", "company"), ("", "RS", "x")))
    assert "An organisation needs a name." in Page(browser.get(path)).text
    with browser.session_transaction() as stored:
        stored["language"] = "de"
    told = Page(browser.get(path)).text
    assert "An organisation needs a name." not in told
    assert "Eine Organisation braucht einen Namen." in told

"""Which record a row is about, what somebody has to decide, and what a row never takes away."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.access import SYSTEM
from app.extensions import db
from app.stakeholders.imports.models import ImportRow, Outcome
from app.stakeholders.models import LawfulBasis, NameKind, Organisation, Person
from app.stakeholders.services import AffiliationFacts
from tests.accounts.people import work
from tests.page import Page
from tests.stakeholders.imports.conftest import BASIS, Enter, carry_out, checked, table
from tests.stakeholders.imports.test_pages import count
from tests.stakeholders.register import name, organisation, person


@pytest.mark.parametrize(
    ("stands", "cell"),
    [
        ({"website": "https://www.one.example.org/"}, {"Website": "other.example.org"}),
        ({"email": "info@one.example.org"}, {"E-mail": "info@other.example.org"}),
        ({"pic": "123456789"}, {"PIC": "987654321"}),
        ({"register_number": "1"}, {"Register number": "2"}),
        ({"website": "one.example.org", "pic": "123456789"}, {"Website": "one.example.org", "PIC": "987654321"}),
        ({}, {"Place": "Kragujevac"}),
    ],
)
def test_what_is_only_like_a_record_is_decided_by_a_person(app: Flask, enter: Enter, stands: dict, cell: dict):
    with work(app):
        organisation(name("Elektrotehnička škola Nikola Tesla"), city="Beograd", **stands)
    browser = enter()
    rows = (("Name", "Country", *cell), ("Elektrotehnicka skola Nikola Tesla", "RS", *cell.values()))
    path = checked(browser, table(*rows, ("Novi", "RS", *[""] * len(cell))), category="company")
    page = Page(browser.get(path))
    assert "nothing in the row shows that it is the same" in page.text
    assert "One row is still to be decided. As long as nobody does, it is left out." in page.text
    assert next(option.text for option in page.select("main option[selected]")) == "To be decided; left out until then"
    carry_out(browser, path)
    with app.app_context():
        one = db.session.get_one(Organisation, 1)
        assert (one.name, one.city, one.version) == ("Elektrotehnička škola Nikola Tesla", "Beograd", 1)
    assert count(app) == 2


@pytest.mark.parametrize(
    ("stands", "cell"),
    [
        ({"website": "https://www.one.example.org/"}, {"Website": "one.example.org"}),
        ({"email": "info@one.example.org"}, {"E-mail": "Info@one.example.org"}),
        ({"pic": "123456789"}, {"PIC": "123456789"}),
        ({"register_number": "0012"}, {"Register number": "0012"}),
    ],
)
@pytest.mark.parametrize("called", ["Elektrotehnicka skola Nikola Tesla", "Електротехничка школа Никола Тесла"])
def test_what_a_key_shows_to_be_the_same_is_updated_and_keeps_its_names(
    app: Flask, enter: Enter, stands: dict, cell: dict, called: str
):
    with work(app):
        organisation(name("Elektrotehnička škola Nikola Tesla"), city="Beograd", **stands)
    browser = enter()
    carry_out(browser, checked(browser, table(("Name", "Country", *cell), (called, "RS", *cell.values()))))
    with app.app_context():
        one = db.session.get_one(Organisation, 1)
        assert one.name == "Elektrotehnička škola Nikola Tesla"
        assert [row.text for row in one.names] == [one.name, called]
        assert one.names[1].kind is (NameKind.ALSO if called[0] == "E" else NameKind.NATIVE)


def test_a_number_finds_an_organisation_of_another_name_and_not_one_abroad(app: Flask, enter: Enter):
    with work(app):
        organisation(name("Weavers"), register_number="77")
        organisation(name("Tailors"), country="ME", register_number="77")
    browser = enter()
    carry_out(browser, checked(browser, table(("Name", "Country", "Register number"), ("Guild of Niš", "RS", "77"))))
    with app.app_context():
        one, other = (db.session.get_one(Organisation, key) for key in (1, 2))
        assert [row.text for row in one.names] == ["Weavers", "Guild of Niš"]
        assert [row.text for row in other.names] == ["Tailors"]


def test_a_person_keeps_name_and_basis_and_gets_the_name_in_another_script(app: Flask, enter: Enter):
    with work(app):
        person("Jelena", family_name="Ilić", email="jelena@example.org", lawful_basis=LawfulBasis.CONTRACT)
        person("Ana", family_name="Jović", native_name="Ана Ј.", email="ana@example.org")
    browser = enter()
    rows = (
        ("Vorname", "Nachname", "E-Mail", "Titel", "Rechtsgrundlage"),
        ("Јелена", "Илић", "jelena@example.org", "Dr.", "public_role"),
        ("Ana", "Jovic", "ana@example.org", "Dr.", "public_role"),
        ("Petar", "Jović", "ana@example.org", "Mr", "public_role"),
    )
    path = checked(browser, table(*rows))
    page = Page(browser.get(path))
    assert "Stays as the register has it: Rechtsgrundlage." in page.text
    assert "Stays as the register has it: Nachname." in page.text
    assert "nothing in the row shows that it is the same" in page.text
    carry_out(browser, path)
    with app.app_context():
        one, other = db.session.scalars(select(Person).order_by(Person.id)).all()
        assert (one.name, one.native_name, one.title, one.lawful_basis) == (
            "Jelena Ilić",
            "Јелена Илић",
            "Dr.",
            "contract",
        )
        assert (other.name, other.native_name, other.title) == ("Ana Jović", "Ана Ј.", "Dr.")


def test_a_namesake_elsewhere_is_shown_before_another_one_is_made(app: Flask, enter: Enter):
    with work(app):
        school = organisation(name("School"), country="ME")
        organisation(name("Weavers"))
        person("Jelena", SYSTEM, AffiliationFacts(school, {}), family_name="Ilić")
    browser = enter()
    rows = (("Given name", "Family name", "Organisation"), ("Јелена", "Илић", "Weavers"), ("Mira", "Ilić", "Weavers"))
    path = checked(browser, table(*rows), kind="people", **BASIS)
    page = Page(browser.get(path))
    assert "whose name is much like this" in page.text
    carry_out(browser, path)
    with app.app_context():
        assert [one.given_name for one in db.session.scalars(select(Person).order_by(Person.id))] == ["Jelena", "Mira"]


def test_the_partners_number_shows_that_it_is_the_partner(app: Flask, enter: Enter):
    with work(app):
        organisation(name("Weavers"), city="Niš").is_partner = True
        db.session.flush()
        db.session.get_one(Organisation, 1).partner_number = 15
    browser = enter()
    head = ("Name", "Country", "City", "partner_number")
    for number, is_open in (("16", True), ("15", False)):
        page = Page(browser.get(checked(browser, table(head, ("Weavers", "RS", "Vranje", number)))))
        assert "Niš → Vranje" in page.text
        assert ("One row is still to be decided" in page.text) is is_open


def test_another_basis_for_a_person_named_by_number_is_said(app: Flask, enter: Enter):
    with work(app):
        person("Jelena", lawful_basis=LawfulBasis.CONTRACT)
    browser = enter()
    path = checked(browser, table(("id", "given_name", "lawful_basis"), ("1", "Jelena", "public_role")), kind="people")
    assert "Another lawful basis takes the place of the one in the register." in Page(browser.get(path)).text


def test_a_namesake_in_another_country_is_told_and_the_row_is_new(app: Flask, enter: Enter):
    with work(app):
        organisation(name("Nišavska svetiljka"), country="ME")
    browser = enter()
    path = checked(browser, table(("Name", "Country", "Category"), ("Nisavska svetiljka doo", "RS", "company")))
    page = Page(browser.get(path))
    assert "Another country has one of this name: Nišavska svetiljka (ME)." in page.text
    carry_out(browser, path)
    assert count(app) == 2


def test_a_name_much_like_one_of_the_register_needs_a_decision(app: Flask, enter: Enter):
    with work(app):
        organisation(name("Nišavska svetiljka d.o.o."))
        organisation(name("Nišavska svetiljka"), country="ME")
    browser = enter()
    rows = (("Nisavska svetilka", "RS", "company"), ("Nisavska banka", "RS", "company"))
    path = checked(browser, table(("Name", "Country", "Category"), *rows))
    page = Page(browser.get(path))
    assert "whose name is much like this" in page.text
    assert "Update #1" in page.text
    assert "Update #2" not in page.text
    carry_out(browser, path)
    assert count(app) == 3
    with app.app_context():
        assert db.session.scalar(select(ImportRow.outcome).where(ImportRow.label == rows[0][0])) is Outcome.SKIPPED


def test_what_may_stand_in_a_cell_is_listed_in_words_of_the_readers_language(enter: Enter):
    browser = enter()
    with browser.session_transaction() as stored:
        stored["language"] = "de"
    rows = (("Name", "Country", "Region", "Category"), ("A", "RS", "zzzzzz", "qqqqqq"))
    text = Page(browser.get(checked(browser, table(*rows)))).text
    assert "Berufsbildungsanbieter" in text or "Unternehmen, " in text
    assert "vet_provider" not in text
    assert "RS-00" not in text


def test_a_row_like_a_faulty_one_before_it_is_imported(app: Flask, enter: Enter):
    browser = enter()
    rows = (("Weavers", "RS", "qqqqqq"), ("Weavers", "RS", "company"), ("Weavers", "RS", "company"))
    path = checked(browser, table(("Name", "Country", "Category"), *rows))
    assert "Row 3 is about the same one" in Page(browser.get(path)).text
    carry_out(browser, path)
    assert count(app) == 1


def test_a_language_in_brackets_is_read_at_every_name_and_never_kept_in_it(app: Flask, enter: Enter):
    browser = enter()
    rows = (
        ("Name", "Country", "Category", "Native name"),
        ("Weavers [en]", "RS", "company", "Ткачи [sr]"),
        ("Tailors", "RS", "company", "Кројачи [xx]"),
        ("...", "RS", "company", ""),
        ("4711", "RS", "company", ""),
    )
    path = checked(browser, table(*rows))
    page = Page(browser.get(path))
    assert "“xx” is not" in page.text
    assert "A name has a letter or a digit." in page.text
    carry_out(browser, path)
    with app.app_context():
        named = [[(row.text, row.language) for row in one.names] for one in db.session.scalars(select(Organisation))]
    assert named == [[("Weavers", "en"), ("Ткачи", "sr-Latn")], [("4711", "en")]]


def test_a_telephone_number_whose_plus_a_spreadsheet_took_is_read(app: Flask, enter: Enter):
    browser = enter()
    rows = (("A", "RS", "company", "381112223334"), ("B", "RS", "company", "0112223334"))
    carry_out(browser, checked(browser, table(("Name", "Country", "Category", "Phone"), *rows)))
    with app.app_context():
        phones = db.session.scalars(select(Organisation.phone).order_by(Organisation.id)).all()
    assert phones == ["+381 11 2223334"] * 2


def test_a_day_of_another_century_is_a_fault(enter: Enter):
    browser = enter()
    rows = (("Given name", "Lawful basis", "Look again on"), ("Ana", "contract", "1900-01-01"))
    page = Page(browser.get(checked(browser, table(*rows), kind="people")))
    assert "Write a day of this century." in page.text


def test_a_cell_that_was_emptied_is_said_to_take_nothing_away(app: Flask, enter: Enter):
    with work(app):
        organisation(name("School"), name("Sch", kind=NameKind.SHORT), register_number="1", city="Niš")
    browser = enter()
    rows = (("id", "name", "short_names", "Ort", "notes", "size"), ("1", "School", "", "", "", "small"))
    page = Page(browser.get(checked(browser, table(*rows))))
    said = (
        "Kept, as an empty cell takes nothing away: short_names, Ort. Choose here to empty it, or write [delete] there."
    )
    assert said in page.text
    same = (("id", "name", "short_names"), ("1", "School", ""))
    page = Page(browser.get(checked(browser, table(*same))))
    assert "Kept, as an empty cell takes nothing away: short_names." in page.text
    assert "To be decided" in page.text


@pytest.mark.parametrize(
    ("title", "decision", "left"),
    [
        ("Dr.", None, ("Dr.", "+381 11 5557788", "Updated")),
        ("Dr.", "empty", ("Dr.", None, "Updated")),
        ("Dr.", "skip", (None, "+381 11 5557788", "Left out")),
        ("", "empty", (None, None, "Updated")),
    ],
)
def test_somebody_decides_whether_an_empty_cell_takes_something_away(
    app: Flask, enter: Enter, title: str, decision: str | None, left: tuple[str | None, ...]
):
    with work(app):
        ana = person("Ana", family_name="Jović", phone="+381 11 5557788")
        key, version = ana.id, ana.version
    browser = enter()
    rows = (("id", "version", "given_name", "phone", "title"), (key, version, "Ana", "", title))
    path = checked(browser, table(*rows), "people.csv", "people", lawful_basis="contract")
    page = Page(browser.get(path))
    assert "empty in the file, kept" in page.text
    assert "To be decided" in page.select("tbody tr")[0].get_text()
    select_of_row = page.select("tbody select")[0]
    chosen = decision and (decision if decision == "skip" else f"{decision}:{key}")
    if chosen:
        assert chosen in [option["value"] for option in select_of_row.select("option")]
        browser.post(path, data={"do": "save", str(select_of_row["name"]): chosen})
    if left[2] == "Updated":
        browser.post(path, data={"do": "import"})
        assert "Updated" in Page(browser.get(path)).text
    with app.app_context():
        assert (db.session.get_one(Person, key).title, db.session.get_one(Person, key).phone) == left[:2]


@pytest.mark.parametrize("written", ["{uid.hex}", "{{{uid}}}", "urn:uuid:{uid}"])
def test_a_permanent_identifier_names_its_record_however_it_is_written(app: Flask, enter: Enter, written: str):
    with work(app):
        uid = organisation(name("School"), register_number="1").uid
    browser = enter()
    rows = (("uid", "name", "country", "register_number"), (written.format(uid=uid), "Another name", "RS", "9"))
    path = checked(browser, table(*rows), kind="organisations")
    assert "1 → 9" in Page(browser.get(path)).text

"""Cards of address books."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.stakeholders.models import LawfulBasis, Organisation, Person
from tests.accounts.people import work
from tests.page import Page
from tests.stakeholders.imports.conftest import BASIS, Enter, carry_out, checked, mapped, send, table
from tests.stakeholders.register import name, organisation, person

CARDS = """BEGIN:VCARD
VERSION:3.0
N:Јовић;Ана;;Dr.;
FN:Dr. Ана Јовић
ORG:School of Niš;Office
TITLE:Head
item1.EMAIL;TYPE=INTERNET,WORK:ana@example.org
TEL;TYPE=WORK:018 555 77 88
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Petar
  Ilić
EMAIL:petar@example.org
TEL;VALUE=uri:tel:+381-11-555-7788
UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:org
FN:Textilwerk
ORG:Textilwerk
ADR:;;Street 1;Leskovac;;16000;Serbia
URL:https://example.org
END:VCARD
"""


def test_people_of_several_versions_come_from_one_file(app: Flask, enter: Enter):
    with work(app):
        organisation(name("School of Niš"))
    browser = enter()
    path = checked(browser, CARDS.encode(), "cards.vcf", lawful_basis="contract")
    assert "One card is of the other kind" in Page(browser.get(path)).text
    carry_out(browser, path)
    with app.app_context():
        ana, petar = db.session.scalars(select(Person).order_by(Person.id)).all()
        assert (ana.given_name, ana.family_name, ana.title, ana.email) == ("Ана", "Јовић", "Dr.", "ana@example.org")
        assert ana.lawful_basis == "contract"
        assert [(entry.organisation.name, entry.role_title) for entry in ana.affiliations] == [
            ("School of Niš", {"en": "Head"})
        ]
        assert (petar.given_name, petar.family_name, petar.phone) == ("Petar", "Ilić", "+381 11 5557788")


def test_organisations_come_from_the_same_file_when_asked_for(app: Flask, enter: Enter):
    browser = enter()
    path = checked(browser, CARDS.encode(), "cards.vcf", "organisations", category="company")
    carry_out(browser, path)
    with app.app_context():
        one = db.session.scalars(select(Organisation)).one()
        assert (one.name, one.country, one.city, one.website) == ("Textilwerk", "RS", "Leskovac", "https://example.org")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_cards_are_known_by_their_first_bytes(app: Flask, enter: Enter, encoding: str):
    browser = enter()
    checked(browser, CARDS.encode(encoding), "cards.txt", **BASIS)


@pytest.mark.parametrize(
    ("content", "file"),
    [(CARDS.encode(), "cards.vcf"), (table(("Given name", "Family name"), ("Ana", "Jović")), "people.csv")],
)
def test_nobodys_role_is_public_because_a_file_is_silent(app: Flask, enter: Enter, content: bytes, file: str):
    with work(app):
        organisation(name("School of Niš"))
    browser = enter()
    columns = send(browser, content, file, "people").location
    answer = mapped(browser, columns)
    assert answer.status_code == 422
    assert "so say it here for the whole file" in Page(answer).errors[0]
    assert mapped(browser, columns, lawful_basis="public_role").status_code == 303
    # The next file is asked anew: what was said of one holds for no other.
    again = mapped(browser, send(browser, content, f"again-{file}", "people").location)
    assert again.status_code == 422


def test_a_row_that_is_silent_about_its_basis_is_a_fault(app: Flask, enter: Enter):
    rows = (("Given name", "Family name", "Lawful basis"), ("Ana", "Jović", "contract"), ("Petar", "Ilić", ""))
    browser = enter()
    path = checked(browser, table(*rows), "people.csv", "people")
    assert "Say why these data may be kept: public role, contract or consent." in Page(browser.get(path)).text
    carry_out(browser, path)
    with app.app_context():
        assert [(one.given_name, one.lawful_basis) for one in db.session.scalars(select(Person))] == [
            ("Ana", "contract")
        ]


def test_the_basis_of_a_person_who_is_in_the_register_stays(app: Flask, enter: Enter):
    with work(app):
        person("Ana", family_name="Jović", email="ana@example.org", lawful_basis=LawfulBasis.CONTRACT)
    browser = enter()
    rows = (("Given name", "Family name", "E-mail", "Title"), ("Ana", "Jović", "ana@example.org", "Dr."))
    carry_out(browser, checked(browser, table(*rows), "people.csv", "people", lawful_basis="public_role"))
    with app.app_context():
        ana = db.session.scalars(select(Person)).one()
        assert (ana.title, ana.lawful_basis) == ("Dr.", "contract")


def test_a_function_without_an_organisation_is_left_out_and_said(app: Flask, enter: Enter):
    card = "BEGIN:VCARD\nVERSION:3.0\nN:Jović;Ana;;;\nTITLE:Head\nEND:VCARD\n"
    browser = enter()
    path = checked(browser, card.encode(), "cards.vcf", **BASIS)
    assert "the function is left out" in Page(browser.get(path)).text
    carry_out(browser, path)
    with app.app_context():
        assert db.session.scalars(select(Person)).one().affiliations == []


GOOD = "BEGIN:VCARD\nVERSION:3.0\nN:{0};Ana;;;\nFN:Ana {0}\nEND:VCARD\n"


@pytest.mark.parametrize(
    "broken",
    [
        "BEGIN:VCARD\nVERSION:3.0\nFN:Petar Ilić\nPHOTO;ENCODING=b;TYPE=JPEG:/9j/4AA\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:3.0\nFN:Petar Ilić\n",
        "BEGIN:VCARD\nFN;CHARSET=UTF-8:Petar Ilić\nN\n:;;\nADR;;\nEND:VCALENDAR\n",
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_card_that_cannot_be_read_is_a_fault_of_its_row(app: Flask, enter: Enter, broken: str, place: int):
    cards = [GOOD.format("Jović"), GOOD.format("Kovač")]
    cards.insert(place, broken)
    browser = enter()
    path = checked(browser, "".join(cards).encode(), "cards.vcf", **BASIS)
    page = Page(browser.get(path))
    row = page.select("tbody tr")[place].get_text(" ", strip=True)
    assert row.startswith(f"{place + 1} Petar Ilić Card: It cannot be read")
    assert "One row has a fault" in page.text
    carry_out(browser, path)
    with app.app_context():
        assert {one.family_name for one in db.session.scalars(select(Person))} == {"Jović", "Kovač"}


COMPANY = "BEGIN:VCARD\nVERSION:3.0\n{0}FN:Textil GmbH\nORG:Textil  GmbH{1}\nEND:VCARD\n"


@pytest.mark.parametrize(
    "card",
    [COMPANY.format("", ""), COMPANY.format("N:GmbH;Textil;;;\n", ""), COMPANY.format("N:;;;;\n", ";Sales")],
)
def test_a_card_of_a_company_is_no_person(app: Flask, enter: Enter, card: str):
    browser = enter()
    path = checked(browser, (GOOD.format("Jović") + card).encode(), "cards.vcf", **BASIS)
    assert "One card is of the other kind" in Page(browser.get(path)).text
    carry_out(browser, path)
    carry_out(browser, checked(browser, card.encode(), "again.vcf", category="company", country="RS"))
    with app.app_context():
        assert [one.family_name for one in db.session.scalars(select(Person))] == ["Jović"]
        assert [one.name for one in db.session.scalars(select(Organisation))] == ["Textil GmbH"]


def test_cards_of_people_who_agreed_are_taken_with_a_day_for_the_whole_file(app: Flask, enter: Enter):
    browser = enter()
    columns = send(browser, GOOD.format("Jović").encode(), "cards.vcf").location
    answer = mapped(browser, columns, lawful_basis="consent")
    assert answer.status_code == 422
    assert "No column says when they agreed" in Page(answer).errors[0]
    for day in ("1900-01-01", "2999-01-01"):
        assert mapped(browser, columns, lawful_basis="consent", consent_on=day).status_code == 422
    path = mapped(browser, columns, lawful_basis="consent", consent_on="2025-02-03").location
    carry_out(browser, path)
    with app.app_context():
        ana = db.session.scalars(select(Person)).one()
        assert ana.lawful_basis == "consent"
        assert {(entry.purpose.value, str(entry.on_day)) for entry in ana.consents} == {("contact", "2025-02-03")}


def test_the_day_for_the_whole_file_is_of_those_alone_who_agreed(app: Flask, enter: Enter):
    rows = (("Given name", "Lawful basis", "Agreed on"), ("Ana", "contract", ""), ("Vera", "", "2024-05-06"))
    browser = enter()
    facts = {"lawful_basis": "consent", "consent_on": "2025-02-03"}
    carry_out(browser, checked(browser, table(*rows, ("Mira", "", "")), "people.csv", "people", **facts))
    with app.app_context():
        days = {one.given_name: [str(e.on_day) for e in one.consents] for one in db.session.scalars(select(Person))}
        assert days == {"Ana": [], "Vera": ["2024-05-06"], "Mira": ["2025-02-03"]}

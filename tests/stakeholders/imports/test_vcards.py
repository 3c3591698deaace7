"""Cards of address books."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.stakeholders.models import Organisation, Person
from tests.accounts.people import work
from tests.page import Page
from tests.stakeholders.imports.conftest import Enter, carry_out, checked
from tests.stakeholders.register import name, organisation

CARDS = """BEGIN:VCARD
VERSION:3.0
N:Јовић;Ана;;Dr.;
FN:Dr. Ана Јовић
ORG:School of Niš;Office
TITLE:Head
item1.EMAIL;TYPE=INTERNET,WORK:ana@example.org
TEL;TYPE=WORK:+381 18 1
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Petar
  Ilić
EMAIL:petar@example.org
TEL;VALUE=uri:tel:+381-11-2
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
        assert (petar.given_name, petar.family_name, petar.phone) == ("Petar", "Ilić", "+381-11-2")


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
    checked(browser, CARDS.encode(encoding), "cards.txt")

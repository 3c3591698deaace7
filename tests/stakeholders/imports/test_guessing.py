"""Headings as people write them in the languages of the consortium."""

import pytest
from flask import Flask

from app.stakeholders.imports.guessing import guess, guess_kind, head_key
from app.stakeholders.imports.models import ImportKind
from app.stakeholders.imports.vocabularies import vocabularies

KNOWN = {
    ImportKind.ORGANISATIONS: (
        "id",
        "uid",
        "version",
        "name",
        "country",
        "region",
        "city",
        "category",
        "email",
        "phone",
    ),
    ImportKind.PEOPLE: ("id", "given_name", "family_name", "email", "phone", "organisations", "role_en", "role_de"),
}


@pytest.mark.parametrize(
    "head",
    [
        ("Name", "Country", "Region", "City", "Category", "E-mail", "Phone"),
        ("Organisationsname *", "Land", "Bundesland", "Ort", "Kategorie", "E-Mail-Adresse", "Telefon"),
        ("Назва організації", "Країна", "Область", "Місто", "Тип", "Електронна пошта", "Телефон"),
        ("Име на организација", "Земја", "Регион", "Место", "Категорија", "Е-пошта", "Тел."),
        ("NAZIV", "Država", "Okrug", "Grad", "Vrsta", "e-pošta", "telefon"),
        ("Organisasjonsnavn", "land", "fylke", "Sted", "kategori", "epost", "Mobil"),
        ("დასახელება", "ქვეყანა", "რეგიონი", "ქალაქი", "კატეგორია", "ელფოსტა", "ტელეფონი"),
        ("Անվանում", "Երկիր", "Մարզ", "Քաղաք", "Կատեգորիա", "էլփոստ", "Հեռախոս"),
    ],
)
def test_organisations_are_understood_in_every_language(head: tuple[str, ...]):
    columns = list(guess(ImportKind.ORGANISATIONS, head, KNOWN[ImportKind.ORGANISATIONS]).items())
    found = dict(columns)
    wanted = ["name", "country", "region", "city", "category", "email", "phone"]
    assert [found.get(heading) for heading in head] == wanted
    assert guess_kind(head) is ImportKind.ORGANISATIONS


@pytest.mark.parametrize(
    "head",
    [
        ("First name", "Last name", "E-mail", "Organisation"),
        ("Vorname", "Nachname", "E-Mail", "Firma"),
        ("Ім'я", "Прізвище", "Електронна пошта", "Організація"),
        ("Ime", "Prezime", "E-mail", "Organizacija"),
    ],
)
def test_people_are_told_from_organisations_by_their_headings(head: tuple[str, ...]):
    found = guess(ImportKind.PEOPLE, head, KNOWN[ImportKind.PEOPLE])
    assert [found.get(heading) for heading in head] == ["given_name", "family_name", "email", "organisations"]
    assert guess_kind(head) is ImportKind.PEOPLE


def test_our_own_key_comes_before_a_mere_word_and_each_column_once():
    found = guess(ImportKind.ORGANISATIONS, ("Company", "name", "No."), KNOWN[ImportKind.ORGANISATIONS])
    assert found == {"name": "name"}


def test_the_same_headings_have_one_key_in_any_order():
    assert head_key(("Name", "Land ")) == head_key(("land", "name"))
    assert head_key(("Name",)) != head_key(("Land",))


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("sr-Cyrl", "sr-Latn"),
        ("sr", "sr-Latn"),
        ("cnr-Cyrl", "cnr"),
        ("uk-UA", "uk"),
        ("Українська", "uk"),
        ("DE", "de"),
    ],
)
def test_a_language_is_understood_by_its_name_and_codes_in_either_script(app: Flask, cell: str, code: str):
    with app.test_request_context():
        assert vocabularies(app.config["CONSORTIUM"]).languages.find(cell) == code

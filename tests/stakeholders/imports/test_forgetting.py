"""Somebody who is erased is forgotten by the files of imports, too."""

from flask import Flask
from sqlalchemy import select

from app.core import outbox
from app.core.access import SYSTEM
from app.stakeholders.erasure import ErasureReason, erase
from app.stakeholders.imports.models import ImportBatch
from app.stakeholders.imports.services import AT_ONCE
from app.stakeholders.models import Person
from app.stakeholders.subject_data import collect
from tests.accounts.people import work
from tests.stakeholders.imports.conftest import BASIS, Enter, checked, send, table
from tests.stakeholders.register import person


def test_the_file_that_names_an_erased_person_is_gone_and_others_stay(app: Flask, enter: Enter) -> None:
    browser = enter()
    checked(browser, table(("given_name", "family_name"), ("Svjetlana", "Kurtović")), "named.csv", "people", **BASIS)
    checked(browser, table(("given_name", "family_name"), ("Petar", "Ilić")), "other.csv", "people", **BASIS)
    outbox.drain(app)
    with work(app) as session:
        files = {batch.file.name: batch.file.sha256 for batch in session.scalars(select(ImportBatch))}
        key = person("Светлана", family_name="Куртовић").id
    assert all(app.extensions["files"].has(sha256) for sha256 in files.values())

    with work(app) as session:
        known = session.get_one(Person, key)
        erase(SYSTEM, collect(known), known.version, ErasureReason.ASKED, ())
    outbox.drain(app)

    assert not app.extensions["files"].has(files["named.csv"])
    assert app.extensions["files"].has(files["other.csv"])
    with work(app) as session:
        assert {batch.file.name: batch.file.size for batch in session.scalars(select(ImportBatch))}["named.csv"] == 0


def test_a_long_file_that_nobody_went_on_with_is_gone_if_it_names_the_person(app: Flask, enter: Enter) -> None:
    browser = enter()
    head, others = ("given_name", "family_name"), [("Petar", f"Ilić {number}") for number in range(AT_ONCE + 5)]
    send(browser, table(head, *others, ("Svjetlana", "Kurtović")), "named.csv", kind="people")
    send(browser, table(head, *others), "other.csv", kind="people")
    with work(app) as session:
        files = {batch.file.name: batch.file.sha256 for batch in session.scalars(select(ImportBatch))}
        known = person("Светлана", family_name="Куртовић")
        erase(SYSTEM, collect(known), known.version, ErasureReason.ASKED, ())
    outbox.drain(app)

    assert not app.extensions["files"].has(files["named.csv"])
    assert app.extensions["files"].has(files["other.csv"])

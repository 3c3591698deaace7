"""Deleting designs: ideas nobody refers to go, all others stay."""

from flask import Flask

from app.microcredentials.models import MicroCredential
from tests.accounts.people import work
from tests.microcredentials.conftest import Enter, Made
from tests.microcredentials.designs import event


def test_an_idea_that_nothing_refers_to_is_deleted_and_a_linked_one_is_not(app: Flask, made: Made, enter: Enter):
    made()
    linked = made(code="AM-04")
    with work(app) as session:
        event(session, session.get_one(MicroCredential, linked.id))
    browser = enter()
    assert "Delete for good" in browser.get("/microcredentials/AM-03/retire").text
    assert browser.post("/microcredentials/AM-03/delete").status_code == 303
    assert browser.get("/microcredentials/AM-03").status_code == 404
    assert "Delete for good" not in browser.get("/microcredentials/AM-04/retire").text
    answer = browser.post("/microcredentials/AM-04/delete")
    assert answer.status_code == 409
    assert "Events" in answer.text

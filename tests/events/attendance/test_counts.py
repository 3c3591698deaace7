"""Counts of an event: they add up with each other, with the countries and with the list, or say what does not."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.core.errors import Refused
from app.events import services as events
from app.events.attendance import services
from app.events.models import Event
from app.extensions import db
from tests.accounts.people import work
from tests.events.attendance.conftest import present
from tests.events.world import World
from tests.page import Page, open_page


def test_counts_that_do_not_add_up_are_told_and_those_of_the_list_taken(
    app: Flask, event: int, rows: dict[str, int], editor: FlaskClient
):
    present(app, "Ana Hakobyan", "Tekstil Lori")
    form = open_page(editor, f"/events/{event}/attendance/counts").form("Save the counts")
    wrong = form.submit(editor, total="3", women="1", men="1", from_AM="5")
    assert wrong.status_code == 422
    told = " ".join(Page(wrong).errors)
    assert "1 + 1 + 0 + 0 make 2, not 3." in told
    assert "By country there are 5 (AM 5), altogether 2." in told
    assert form.submit(editor, women="x", from_GE="-1").status_code == 422
    no_numbers = Page(form.submit(editor, women="9" * 20, men="-1")).errors
    assert [told.partition(":")[2].strip() for told in no_numbers] == ["Write a number from 0 to 1000000."] * 2
    assert form.submit(editor, total="3").status_code == 422, "the list has two"
    page = open_page(editor, f"/events/{event}/attendance")
    assert page.form("Take them from the list").submit(editor).status_code == 303
    with app.app_context():
        found = db.session.get_one(Event, event)
        assert (found.people, found.undisclosed, found.by_country) == (2, 2, {"AM": 1, "other": 1})
    form = open_page(editor, f"/events/{event}/attendance/counts").form("Save the counts")
    right = form.submit(editor, total="2", women="1", men="1", undisclosed="0", from_AM="2", from_other="")
    assert right.status_code == 303, Page(right).errors
    assert (
        "By country the list has AM 1, elsewhere 1, counted are AM 2."
        in open_page(editor, f"/events/{event}/attendance").text
    )
    stale = form.submit(editor, total="2", women="2", men="0", undisclosed="0", from_AM="2", from_other="")
    assert stale.status_code == 409


def test_an_edit_of_the_event_cannot_part_its_counts_from_its_countries(
    app: Flask, world: World, event: int, rows: dict[str, int]
):
    present(app, "Ana Hakobyan")
    with work(app) as session:
        found = session.get_one(Event, event)
        services.take_counts(SYSTEM, found, found.version)
        facts = world.consultation(starts_on=found.starts_on, women=5)
        with pytest.raises(Refused, match="By country there are 1"):
            events.edit(SYSTEM, found, found.version, facts)
    assert len(rows) == 3


def test_without_anybody_there_is_nothing_to_take(app: Flask, event: int, rows: dict[str, int]):
    with work(app) as session:
        found = session.get_one(Event, event)
        with pytest.raises(Refused):
            services.take_counts(SYSTEM, found, found.version)
    assert len(rows) == 3


def test_the_event_page_shows_the_countries(app: Flask, event: int, rows: dict[str, int], editor: FlaskClient):
    present(app, "Tekstil Lori")
    with work(app) as session:
        found = session.get_one(Event, event)
        services.take_counts(SYSTEM, found, found.version)
    assert "Armenia 1" in open_page(editor, f"/events/{event}").text

"""Each number stands once in a series of meetings."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from app.core.access import SYSTEM
from app.core.errors import Refused
from app.events import services as events
from app.events.forms import EventForm
from app.events.models import Event, EventKind, EventSeries, EventState
from app.extensions import db
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.events.world import NEXT_WEEK, World
from tests.page import open_page

SERIES = {"en": "Coordination meetings"}


def facts(world: World, **changes: Any) -> Any:
    usual = {"kind": EventKind.MEETING, "consultation_type": None, "starts_on": NEXT_WEEK, "series": SERIES}
    return world.consultation(**{**usual, **changes})


@pytest.fixture
def third(app: Flask, world: World) -> int:
    with work(app):
        return events.plan(SYSTEM, facts(world, number=3)).id


def test_a_number_that_is_taken_in_the_series_is_refused_at_its_field(app: Flask, world: World, third: int):
    with work(app) as session:
        with pytest.raises(Refused) as refused:
            events.plan(SYSTEM, facts(world, number=3))
        assert list(refused.value.messages) == ["number"]
        session.rollback()
    with work(app) as session:
        events.plan(SYSTEM, facts(world, number=3, series={"en": "Others"}))
        events.plan(SYSTEM, facts(world, number=3, series=None))
        fourth = events.plan(SYSTEM, facts(world, number=4))
        events.edit(SYSTEM, fourth, fourth.version, facts(world, number=4, city="Gyumri"))
        with pytest.raises(Refused, match="number 3 already"):
            events.edit(SYSTEM, fourth, fourth.version, facts(world, number=3))
        session.rollback()


def test_what_is_cancelled_leaves_its_number_free_until_it_takes_place_after_all(app: Flask, world: World, third: int):
    with work(app) as session:
        cancelled = session.get_one(Event, third)
        events.cancel(SYSTEM, cancelled, cancelled.version, "Nobody can come")
        events.plan(SYSTEM, facts(world, number=3))
    with work(app) as session:
        cancelled = session.get_one(Event, third)
        with pytest.raises(Refused, match="number 3 already"):
            events.move(SYSTEM, cancelled, cancelled.version, EventState.PLANNED, "They can.")


def test_the_form_says_so_at_the_number_and_keeps_what_was_typed(
    app: Flask, world: World, third: int, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
):
    with work(app):
        fourth = events.plan(SYSTEM, facts(world, number=4)).id
    browser = sign_in("coordinator")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = open_page(browser, f"/events/{fourth}/edit").form("Save").submit(browser, number="3", city="Gyumri")
    assert answer.status_code == 422
    told = answer.get_data(as_text=True)
    assert 'id="number-error"' in told
    assert "This series has a number 3 already." in told
    assert "Gyumri" in told


def test_of_two_who_take_a_number_at_once_one_is_told(app: Flask, world: World, third: int):
    together = Barrier(2)

    def enter(title: str) -> str:
        with work(app) as session:
            wanted = replace(facts(world, number=4), title={"en": title})
            if db.engine.dialect.name == "postgresql":  # SQLite lets one writer in after the other
                together.wait(10)
            try:
                return events.plan(SYSTEM, wanted).title["en"]
            except Refused:
                session.rollback()
                return "refused"

    with ThreadPoolExecutor(2) as threads:
        told = sorted(threads.map(enter, ("Gyumri", "Vanadzor")))
    assert "refused" in told
    with work(app) as session:
        assert [one.title["en"] for one in session.query(Event).filter_by(number=4)] == told[:1]


def test_a_number_that_is_taken_is_told_with_what_else_is_wrong(app: Flask, world: World, third: int):
    with work(app) as session:
        with pytest.raises(Refused) as refused:
            events.plan(SYSTEM, facts(world, number=3, title={}, link="no address"))
        session.rollback()
    assert set(refused.value.messages) >= {"title", "link", "number"}


def test_two_who_begin_a_series_at_once_begin_one(app: Flask, world: World):
    together = Barrier(2)

    def enter(number: int) -> None:
        with work(app):
            if db.engine.dialect.name == "postgresql":  # SQLite lets one writer in after the other
                together.wait(10)
            events.plan(SYSTEM, facts(world, number=number))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(enter, (1, 2)))
    with work(app) as session:
        (series,) = session.query(EventSeries)
        assert {one.series_id for one in session.query(Event).filter(Event.number.is_not(None))} == {series.id}


def test_a_name_in_other_letters_or_another_language_is_the_same_series(app: Flask, world: World, third: int):
    with work(app) as session:
        for number, name in ((4, {"en": "coordination  MEETINGS"}), (5, {"de": "Coordination meetings"})):
            events.plan(SYSTEM, facts(world, number=number, series=name))
        events.plan(SYSTEM, facts(world, number=3, series={"en": "★"}))
        events.plan(SYSTEM, facts(world, number=3, series={"en": "☆"}))
        assert [one.name for one in session.query(EventSeries).order_by(EventSeries.id)] == [
            SERIES,
            {"en": "★"},
            {"en": "☆"},
        ]


def test_of_two_series_of_one_name_an_event_stays_with_its_own(app: Flask, world: World, third: int):
    """Two that were begun before each name stood once are still two, and each has its own numbers."""
    with work(app) as session:
        second = EventSeries(name=SERIES, name_key="coordination meetings #7")
        other = events.plan(SYSTEM, facts(world, number=4))
        other.series, other.number = second, 3
        session.flush()
        events.edit(SYSTEM, other, other.version, facts(world, number=3, city="Gyumri"))
        assert (other.series, other.city) == (second, "Gyumri")
        events.edit(SYSTEM, other, other.version, facts(world, number=4))
        events.edit(SYSTEM, other, other.version, facts(world, number=3))
        assert session.get_one(Event, third).number == other.number


def test_the_database_knows_a_number_once_and_the_form_says_so_at_the_number(app: Flask, world: World, third: int):
    """Whatever was entered past the services."""
    with app.test_request_context(), work(app) as session:
        fourth = events.plan(SYSTEM, facts(world, number=4))
        form = EventForm(EventKind.MEETING, meta={"csrf": False})
        with form.refusals():
            fourth.number = 3
            session.flush()
        assert form.errors == {"number": ["Somebody else gave this number in the series at the same moment."]}

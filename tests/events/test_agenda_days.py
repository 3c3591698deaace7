"""An agenda over several days: grouped, in the order of its times, moving along, and what may be wrong with it."""

from dataclasses import replace
from datetime import date, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.core.access import SYSTEM
from app.core.errors import Refused
from app.events import services as events
from app.events.agenda import queries, rules, services
from app.events.agenda.models import AgendaKind
from app.events.agenda.rules import Days, Slot
from app.events.agenda.services import ItemFacts
from app.events.agenda.views import remarks_of
from app.events.facts import EventFacts
from app.events.models import Event, EventKind, EventState
from app.stakeholders.models import LawfulBasis, Person
from tests.events.conftest import Entered, SignIn
from tests.events.world import NEXT_WEEK, World
from tests.page import Page, open_page

FIRST, SECOND, THIRD = (NEXT_WEEK + timedelta(days=passed) for passed in range(3))
DAYS = Days(FIRST, THIRD, 9 * 60, 16 * 60)


def meeting(world: World, **changes: Any) -> EventFacts:
    """A meeting of three days, from nine of the first to four of the third."""
    facts = world.consultation(kind=EventKind.MEETING, consultation_type=None, starts_on=FIRST, ends_on=THIRD)
    return replace(facts, **{"starts_time": time(9), "ends_time": time(16), **changes})


@pytest.fixture
def event(session: Session, world: World) -> Event:
    return events.plan(SYSTEM, meeting(world), EventState.PLANNED)


def item(title: str, day: date | None = None, starts: time | None = None, **facts: Any) -> ItemFacts:
    return ItemFacts(title={"en": title}, day=day, starts=starts, **facts)


def slot(key: int, day: date | None = FIRST, starts: int | None = 600, ends: int | None = 660, room: str = "") -> Slot:
    return Slot(key, f"Item {key}", day, starts, ends, room)


# ---- Rules ----


@pytest.mark.parametrize(
    ("starts", "ends", "minutes", "made"),
    [
        (time(9), time(10, 30), None, 90),
        (time(9), time(10, 30), 90, 90),
        (time(9), None, 45, 45),
        (None, None, 45, 45),
        (None, None, None, None),
    ],
)
def test_an_end_says_how_long_an_item_takes(
    starts: time | None, ends: time | None, minutes: int | None, made: int | None
) -> None:
    assert rules.minutes_between(starts, ends, minutes) == made


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ((time(11), time(10), None), "ends", "It would end at 10:00, before it starts at 11:00."),
        ((time(11), time(11), None), "ends", "before it starts"),
        ((None, time(10), None), "starts", "Write when it starts, too."),
        ((time(9), time(10), 30), "ends", "it takes 60 minutes, not 30"),
    ],
)
def test_an_end_that_cannot_be_is_refused_with_what_to_do(app: Flask, typed: tuple, field: str, told: str) -> None:
    with app.test_request_context(), pytest.raises(rules.EndsTooEarly) as refused:
        rules.minutes_between(*typed)
    assert told in refused.value.messages[field]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (slot(2), True),
        (slot(2, starts=659, ends=700), True),
        (slot(2, starts=660, ends=700), False),
        (slot(2, day=SECOND), False),
        (slot(2, room="b"), False),
        (slot(2, ends=None), False),
        (slot(2, day=None), False),
    ],
)
def test_two_items_at_one_time_in_one_room_are_pointed_out(app: Flask, other: Slot, told: bool) -> None:
    with app.test_request_context():
        found = rules.remarks([slot(1), other], DAYS)
    assert (set(found) == {1, 2}) is told
    assert bool(found) is told


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (slot(1, day=FIRST - timedelta(days=1)), "is no day of the event any more"),
        (slot(1, starts=8 * 60), "begins before the event does"),
        (slot(1, day=SECOND, starts=8 * 60), ""),
        (slot(1, day=THIRD, starts=900, ends=961), "ends after the event does"),
        (slot(1, day=THIRD, starts=900, ends=960), ""),
        (slot(1, day=None), ""),
    ],
)
def test_what_lies_beyond_the_event_is_pointed_out(app: Flask, one: Slot, told: str) -> None:
    with app.test_request_context():
        found = rules.remarks([one], DAYS)
    assert (told in found[1][0]) if told else found == {}


def test_items_of_a_day_stand_together_with_their_numbers_on_the_whole() -> None:
    items = [SimpleNamespace(day=day) for day in (FIRST, FIRST, SECOND, None)]
    found = [(group.day, [number for number, _item in group.items]) for group in rules.by_day(items, None)]
    assert found == [(FIRST, [1, 2]), (SECOND, [3]), (None, [4])]


# ---- Services ----


def titles(event: Event) -> list[str]:
    return [one.title["en"] for one in queries.items(event)]


def test_items_come_where_their_time_says(event: Event) -> None:
    services.add(SYSTEM, event, item("Closing", THIRD, time(15)))
    services.add(SYSTEM, event, item("Dinner", FIRST, time(19)))
    services.add(SYSTEM, event, item("Welcome", FIRST, time(9)))
    services.add(SYSTEM, event, item("Anything else"))
    services.add(SYSTEM, event, item("Visit", SECOND, time(10)))
    services.add(SYSTEM, event, item("Lunch", FIRST, time(12)))
    assert titles(event) == ["Welcome", "Lunch", "Dinner", "Visit", "Closing", "Anything else"]
    lunch = queries.items(event)[1]
    services.edit(SYSTEM, lunch, lunch.version, item("Lunch", SECOND, time(9)))
    assert titles(event) == ["Welcome", "Dinner", "Lunch", "Visit", "Closing", "Anything else"]


def test_an_item_does_not_leave_its_day_by_moving_up(event: Event) -> None:
    services.add(SYSTEM, event, item("Welcome", FIRST))
    visit = services.add(SYSTEM, event, item("Visit", SECOND))
    services.shift(SYSTEM, visit, up=True)
    assert titles(event) == ["Welcome", "Visit"]


def test_the_agenda_moves_along_with_the_event(event: Event, world: World) -> None:
    services.add(SYSTEM, event, item("Welcome", FIRST, time(9)))
    services.add(SYSTEM, event, item("Visit", SECOND))
    services.add(SYSTEM, event, item("Anything else"))
    week = timedelta(days=7)
    later = meeting(world, starts_on=FIRST + week, ends_on=THIRD + week, reason="Snow")
    events.edit(SYSTEM, event, event.version, later)
    assert [one.day for one in queries.items(event)] == [FIRST + week, SECOND + week, None]


def test_an_event_that_becomes_shorter_leaves_items_that_are_pointed_out(
    app: Flask, event: Event, world: World
) -> None:
    services.add(SYSTEM, event, item("Closing", THIRD))
    events.edit(SYSTEM, event, event.version, meeting(world, ends_on=SECOND, reason="A holiday"))
    (closing,) = queries.items(event)
    assert closing.day == THIRD
    with app.test_request_context():
        assert "is no day of the event any more" in remarks_of(event, [closing])[closing.id][0]
    with pytest.raises(Refused) as refused:
        services.edit(SYSTEM, closing, closing.version, item("Closing", THIRD))
    assert list(refused.value.messages) == ["day"]


def test_people_of_the_register_present_an_item(session: Session, event: Event) -> None:
    ana = person(session)
    made = services.add(SYSTEM, event, item("Report", FIRST, people=[ana], presenters="Ministry of Education"))
    services.edit(SYSTEM, made, made.version, item("Report of the year", FIRST))
    assert made.people == [ana], "facts that say nothing of people leave them"
    services.edit(SYSTEM, made, made.version, item("Report", FIRST, people=[]))
    assert made.people == []


def person(session: Session) -> Person:
    ana = Person(
        given_name="Ana",
        family_name="Petrosyan",
        lawful_basis=next(iter(LawfulBasis)),
        name_key="ana petrosyan",
        search_key="ana petrosyan",
    )
    session.add(ana)
    session.flush()
    return ana


# ---- Pages ----


@pytest.fixture
def planned(world: World, entered: Entered) -> int:
    """The key of the meeting."""
    return entered(lambda **changes: meeting(world, **changes), EventState.PLANNED)


@pytest.fixture
def editor(app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The browser of the organiser's editor, with tokens in its forms."""
    browser = sign_in("editor")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return browser


def added(browser: FlaskClient, event: int, **values: str) -> TestResponse:
    form = open_page(browser, f"/events/{event}/agenda/new").form("Save item")
    title = next(name for name in form.values if name.startswith("title") and name.endswith("en"))
    return form.submit(browser, **{title: values.pop("title"), **values})


def test_the_page_of_the_event_groups_its_agenda_by_day(planned: int, editor: FlaskClient, sign_in: SignIn) -> None:
    browser = editor
    kind = AgendaKind.SITE_VISIT.value
    added(browser, planned, title="Visit", day=SECOND.isoformat(), starts="10:00", ends="11:30", kind=kind)
    added(browser, planned, title="Words of welcome", day=FIRST.isoformat(), starts="09:00", presenters="The ministry")
    added(browser, planned, title="A second visit", day=SECOND.isoformat(), starts="11:00", minutes="60")
    page = open_page(browser, f"/events/{planned}")
    agenda = page.select_one("#agenda").get_text(" ", strip=True)
    assert agenda.index("20 May 2025") < agenda.index("Words of welcome") < agenda.index("21 May 2025")
    assert "10:00 · 90 min · Site visit" in agenda
    assert "At the same time in the same room: “A second visit”." in agenda
    guest = sign_in("expert")
    assert "At the same time" not in open_page(guest, f"/events/{planned}").text


def test_an_end_before_the_beginning_is_refused_in_its_place(planned: int, editor: FlaskClient) -> None:
    page = Page(added(editor, planned, title="Visit", day=FIRST.isoformat(), starts="11:00", ends="10:00"))
    assert "It would end at 10:00, before it starts at 11:00." in " ".join(page.errors)
    assert "11:00" in page.html


def test_moving_the_event_says_that_its_agenda_moved_along(planned: int, editor: FlaskClient) -> None:
    browser = editor
    added(browser, planned, title="Welcome", day=FIRST.isoformat())
    form = open_page(browser, f"/events/{planned}/edit").form("Save event")
    form.submit(browser, starts_on="2025-05-27", ends_on="2025-05-29", reason="Snow")
    page = open_page(browser, f"/events/{planned}")
    assert "The agenda moved along by 7 days." in page.text
    assert "It was announced for" in page.text
    assert "Snow The agenda moved along." in page.text
    assert "27 May 2025" in page.select_one("#agenda").get_text()

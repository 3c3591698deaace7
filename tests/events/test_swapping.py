"""Two events exchange their dates: places stay, history and reason stand on both."""

from datetime import date, time

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.errors import EditConflict, NotAllowed, Refused
from app.events import queries, services, swapping
from app.events.agenda import services as agenda
from app.events.agenda.queries import items
from app.events.agenda.services import ItemFacts
from app.events.models import Event, EventState, Visibility
from app.extensions import db
from tests.events.conftest import Entered, SignIn
from tests.events.world import NEXT_WEEK, World

JUNE = date(2025, 6, 10)


@pytest.fixture
def pair(session: Session, world: World) -> tuple[Event, Event]:
    there = {"zone": "Europe/Skopje", "venue": "Town hall", "city": "Skopje"}
    first = services.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK, starts_time=time(9), ends_time=time(12)))
    later = services.plan(
        SYSTEM,
        world.consultation(starts_on=JUNE, ends_on=date(2025, 6, 12), starts_time=None, ends_time=None, **there),
    )
    return first, later


def test_each_keeps_its_place_and_takes_the_time_of_the_other(pair: tuple[Event, Event]) -> None:
    first, later = pair
    swapping.swap(SYSTEM, first, first.version, later, "the hall is taken")
    assert (first.zone, first.city, first.all_day, first.starts_on) == ("Asia/Yerevan", "Vanadzor", True, JUNE)
    assert (later.zone, later.city, later.starts_on) == ("Europe/Skopje", "Skopje", NEXT_WEEK)
    assert (later.starts_time, later.ends_time) == (time(9), time(12))
    for one, other, was in ((first, later, NEXT_WEEK), (later, first, JUNE)):
        (former,) = queries.reschedulings(one)
        assert (former.starts_on, former.reason, former.swapped_with_id) == (was, "the hall is taken", other.id)
        assert (one.sequence, one.change_reason) == (1, "the hall is taken")


def test_the_agenda_of_each_moves_along(pair: tuple[Event, Event]) -> None:
    one, other = pair
    first = one.starts_on
    agenda.add(SYSTEM, one, ItemFacts(title={"en": "Welcome"}, day=first))
    passed = other.starts_on - first
    swapping.swap(SYSTEM, one, one.version, other, "Snow")
    assert [item.day for item in items(one)] == [first + passed]


def test_what_is_missing_is_said_in_its_place(pair: tuple[Event, Event]) -> None:
    with pytest.raises(Refused) as refused:
        swapping.swap(SYSTEM, pair[0], pair[0].version, None, None)
    assert set(refused.value.messages) == {"other", "reason"}


def test_only_two_events_to_come_exchange_dates(world: World, pair: tuple[Event, Event]) -> None:
    first, later = pair
    held = services.log(SYSTEM, world.consultation())
    draft = services.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), EventState.DRAFT)
    for other in (held, draft, first):
        with pytest.raises(Refused):
            swapping.swap(SYSTEM, first, first.version, other, "why")
    services.cancel(SYSTEM, later, later.version, "no room")
    with pytest.raises(Refused):
        swapping.swap(SYSTEM, first, first.version, later, "why")
    assert swapping.candidates(SYSTEM, first) == []


def test_who_may_not_change_both_swaps_neither(world: World, pair: tuple[Event, Event]) -> None:
    with pytest.raises(NotAllowed):
        swapping.swap(world.actors["foreign lead"], pair[0], pair[0].version, pair[1], "why")
    with pytest.raises(EditConflict):
        swapping.swap(SYSTEM, pair[0], pair[0].version + 1, pair[1], "why")


def test_dates_are_exchanged_on_a_page_and_both_pages_say_so(
    app: Flask, sign_in: SignIn, entered: Entered, world: World
) -> None:
    one = entered(world.consultation, EventState.PLANNED, starts_on=NEXT_WEEK, visibility=Visibility.PUBLIC)
    two = entered(
        world.consultation,
        EventState.PLANNED,
        starts_on=JUNE,
        title={"en": "Second"},
        visibility=Visibility.PUBLIC,
        organisations=[],
    )
    lead = sign_in("lead")
    assert "Second" in lead.get(f"/events/{one}/swap").text
    sent = {"version": 1, "other": str(two), "reason": ""}
    with app.app_context():
        sent["version"] = db.session.get_one(Event, one).version
    assert lead.post(f"/events/{one}/swap", data=sent).status_code == 422
    sent |= {"reason": "the hall is taken", "submission_key": "one-press"}
    assert lead.post(f"/events/{one}/swap", data=sent).status_code == 303
    again = lead.post(f"/events/{one}/swap", data=sent)
    assert (again.status_code, again.headers["Location"]) == (303, f"/events/{one}"), "a double click swaps once"
    for key in (one, two):
        assert "the hall is taken" in app.test_client().get(f"/events/{key}").text
    assert f"/events/{two}" in lead.get(f"/events/{one}").text

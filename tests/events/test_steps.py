"""The page of an event offers what its table of moves has, and what the day allows."""

from datetime import date, timedelta

import pytest

from app.events.models import DEADLINE_STATES, MOVES, Event, EventKind, EventState
from app.events.steps import BACKWARDS, SAID_AFTER, WORDS, steps

TODAY = date(2025, 5, 12)
K, S = EventKind, EventState


def offered(kind: EventKind, state: EventState, days: int) -> list[tuple[EventState, bool]]:
    """What is offered of an event whose last day is so many days from today, and whether it is the way forward."""
    event = Event(kind=kind, state=state, ends_on=TODAY + timedelta(days=days))
    return [(step.state, step.is_primary) for step in steps(event, TODAY)]


@pytest.mark.parametrize(
    ("state", "before", "from_its_day_on"),
    [
        (S.DRAFT, [(S.PLANNED, True)], [(S.HELD, True)]),
        (S.PLANNED, [(S.CONFIRMED, True)], [(S.HELD, True)]),
        (S.CONFIRMED, [(S.PLANNED, False)], [(S.HELD, True)]),
        (S.HELD, [(S.MINUTED, True)], [(S.MINUTED, True)]),
        (S.MINUTED, [(S.CLOSED, True)], [(S.CLOSED, True)]),
        (S.CLOSED, [(S.HELD, False)], [(S.HELD, False)]),
        (S.CANCELLED, [], []),
    ],
)
@pytest.mark.parametrize("kind", [kind for kind in K if kind is not K.DEADLINE])
def test_what_takes_place_goes_on_by_its_day(
    kind: EventKind, state: EventState, before: list[object], from_its_day_on: list[object]
) -> None:
    assert offered(kind, state, 1) == before
    assert offered(kind, state, 0) == offered(kind, state, -1) == from_its_day_on


@pytest.mark.parametrize(
    ("state", "on_offer"),
    [
        (S.DRAFT, [(S.PLANNED, True)]),
        (S.PLANNED, [(S.DONE, True)]),
        (S.DONE, [(S.PLANNED, False)]),
        (S.CANCELLED, []),
    ],
)
def test_a_deadline_is_done_whatever_the_day(state: EventState, on_offer: list[object]) -> None:
    assert offered(K.DEADLINE, state, 1) == offered(K.DEADLINE, state, -1) == on_offer


def test_every_button_and_every_way_back_is_a_move_of_the_table() -> None:
    moves = {(old, new) for old in S for new in MOVES.onwards(old)}
    assert moves >= set(WORDS) >= BACKWARDS
    assert {new for _old, new in WORDS if new not in SAID_AFTER} == set()


def test_every_state_that_an_event_can_be_moved_to_has_its_sentence() -> None:
    targets = {new for old in S for new in MOVES.onwards(old)}
    assert set(SAID_AFTER) == targets - {S.CANCELLED}, "what is cancelled is told on a page of its own"


@pytest.mark.parametrize("state", sorted({*S} - {S.CANCELLED}))
def test_a_step_leads_on_from_every_state(state: EventState) -> None:
    kinds = [kind for kind in K if kind is not K.DEADLINE or state in DEADLINE_STATES]
    fitting = [kind for kind in kinds if kind is K.DEADLINE or state is not S.DONE]
    assert all(offered(kind, state, days) for kind in fitting for days in (-1, 0, 1))

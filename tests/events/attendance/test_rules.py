"""Rules of attendance, signatures and counts."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.core.drawing import DrawingUnfit, check_drawing
from app.core.states import Moves
from app.events.attendance import rules
from app.events.attendance.models import MARKS, MOVES, Presence
from app.events.models import EventKind, EventState


@pytest.fixture(autouse=True)
def reader(app: Flask):
    """Somebody whom messages can be written for."""
    with app.test_request_context():
        yield


@pytest.mark.parametrize("state", list(EventState))
def test_which_events_have_a_list(state: EventState):
    has_one = state in (EventState.PLANNED, EventState.CONFIRMED, EventState.HELD, EventState.MINUTED, EventState.DONE)
    if has_one:
        rules.check_open(EventKind.MEETING, state)
    else:
        with pytest.raises(rules.ListClosed):
            rules.check_open(EventKind.MEETING, state)
    with pytest.raises(rules.ListClosed):
        rules.check_open(EventKind.DEADLINE, state)


def test_what_was_marked_can_be_put_right_and_nobody_is_expected_again():
    moves: Moves = MOVES
    for old in Presence:
        for new in Presence:
            assert moves.allows(old, new) is (new in MARKS and new is not old)


def test_before_the_event_somebody_can_only_be_excused():
    start = date(2025, 5, 20)
    for presence in MARKS:
        rules.check_mark(presence, start, start)
    rules.check_mark(Presence.EXCUSED, start, date(2025, 5, 1))
    with pytest.raises(rules.NotYet):
        rules.check_mark(Presence.PRESENT, start, date(2025, 5, 19))


@pytest.mark.parametrize("drawing", ["M10 20L100 20", "M0 0L600 200", "M1 1L99 99M300 100L310 120"])
def test_a_signature_is_strokes_within_the_pad(drawing: str):
    assert check_drawing(drawing) == drawing


@pytest.mark.parametrize(
    "drawing",
    [
        "M10 20",
        "M10 20L11 21",
        "M10 20L601 20",
        "M10 20L100 201",
        "M10 20 L100 20",
        "M-1 2L100 20",
        "M10 20L100 20Z",
        'M10 20L100 20"/><script>alert(1)</script>',
        "M10 20L100 20" * 6000,
        "x",
        " ",
    ],
)
def test_what_is_no_signature_is_refused(drawing: str):
    with pytest.raises(DrawingUnfit):
        check_drawing(drawing)


@given(st.text(alphabet='ML0123456789 "<>&\n', max_size=80))
def test_only_numbers_get_into_a_drawing(text: str):
    try:
        kept = check_drawing(text)
    except DrawingUnfit:
        return
    assert kept is None or set(kept) <= set("ML 0123456789")


def test_nothing_drawn_is_nothing():
    assert check_drawing(None) is None
    assert check_drawing("") is None


@pytest.mark.parametrize(
    ("drawing", "typed", "name", "kept"),
    [
        ("M1 1L99 99", None, "Ana", "Ana"),
        (None, "ana  hakobyan", "Ana Hakobyan", "Ana Hakobyan"),
        (None, "Ана", "Ana", "Ana"),
        (None, "Ana", None, "Ana"),
        ("M1 1L99 99", "Ana", None, "Ana"),
    ],
)
def test_whoever_signs_draws_or_types_the_name(drawing: Any, typed: Any, name: Any, kept: str):
    assert rules.check_signed(drawing, typed, name) == kept


@pytest.mark.parametrize(
    ("drawing", "typed", "name"),
    [(None, None, "Ana"), (None, "Eve", "Ana"), ("M1 1L99 99", None, None), (None, None, None)],
)
def test_another_name_or_none_is_refused(drawing: Any, typed: Any, name: Any):
    with pytest.raises(rules.NameUnfit):
        rules.check_signed(drawing, typed, name)


COUNTS = {"women": 3, "men": 2, "nonbinary": 0, "undisclosed": 1}


@pytest.mark.parametrize(
    ("total", "by_country", "present", "field", "told"),
    [
        (7, {}, None, "total", "3 + 2 + 0 + 1 make 6, not 7."),
        (6, {"AM": 3, "GE": 2}, None, "by_country", "By country there are 5 (AM 3, GE 2), altogether 6."),
        (6, {"AM": 6}, 5, "total", "On the list 5 were there, counted are 6."),
        (None, {"other": 5}, None, "by_country", "By country there are 5 (elsewhere 5), altogether 6."),
    ],
)
def test_what_does_not_add_up_is_told_with_its_figures(
    total: Any, by_country: dict, present: Any, field: str, told: str
):
    with pytest.raises(rules.CountsDiffer) as differ:
        rules.check_counts(COUNTS, total, by_country, present)
    assert differ.value.messages[field] == told


@pytest.mark.parametrize(
    ("counts", "total", "by_country", "present"),
    [
        (COUNTS, 6, {"AM": 4, "other": 2}, 6),
        (COUNTS, None, {}, None),
        (dict.fromkeys(COUNTS), 6, {"AM": 6}, 6),
        (dict.fromkeys(COUNTS), None, {}, None),
    ],
)
def test_what_adds_up_is_fine(counts: dict, total: Any, by_country: dict, present: Any):
    rules.check_counts(counts, total, by_country, present)


@pytest.mark.parametrize(
    ("by_country", "present", "told"),
    [
        ({"AM": 6}, {"AM": 6}, 0),
        (None, {"AM": 6}, 0),
        ({"AM": 6}, {"AM": 5, "GE": 1}, 1),
        ({"AM": 6}, {"AM": 5}, 1),
        (None, {"AM": 5}, 1),
        (None, {}, 0),
    ],
)
def test_the_page_says_what_differs_from_the_list(by_country: Any, present: dict, told: int):
    assert len(rules.faults(COUNTS, by_country, present)) == told
    assert rules.faults(dict.fromkeys(COUNTS), by_country, present) == []


@pytest.mark.parametrize(
    ("present", "known", "taken"),
    [
        (6, (3, 2, 0), {"women": 3, "men": 2, "nonbinary": 0, "undisclosed": 1}),
        (4, (3, 2, 0), {"women": 0, "men": 0, "nonbinary": 0, "undisclosed": 4}),
        (4, (None, None, None), {"women": 0, "men": 0, "nonbinary": 0, "undisclosed": 4}),
    ],
)
def test_counts_of_the_list_keep_what_is_known_while_it_fits(present: int, known: tuple, taken: dict):
    assert rules.taken(present, *known) == taken

"""Rules of minutes, and what differs between two texts."""

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.core import word_changes
from app.core.states import Moves
from app.events.minutes import rules
from app.events.minutes.models import MOVES, MinutesState, Taken, Verdict
from app.events.minutes.rules import Remark
from app.events.models import EventKind, EventState

TODAY = date(2025, 5, 12)


@pytest.fixture(autouse=True)
def reader(app: Flask):
    """Somebody whom messages can be written for."""
    with app.test_request_context():
        yield


def test_which_moves_there_are():
    allowed = {(old, new) for old in MinutesState for new in MinutesState if Moves(MOVES.table).allows(old, new)}
    assert {(old.value, new.value) for old, new in allowed} == {
        ("draft", "sent"),
        ("sent", "sent"),
        ("sent", "approved"),
        ("approved", "draft"),
    }


@pytest.mark.parametrize("state", list(EventState))
def test_minutes_are_sent_of_what_was_held(state: EventState):
    if state in (EventState.HELD, EventState.MINUTED, EventState.CLOSED):
        rules.check_over(EventKind.MEETING, state)
    else:
        with pytest.raises(rules.NotSendable):
            rules.check_over(EventKind.MEETING, state)
    with pytest.raises(rules.NotSendable):
        rules.check_over(EventKind.DEADLINE, state)


@pytest.mark.parametrize(
    ("until", "approves", "wrong"),
    [
        (7, 8, set()),
        (90, 120, set()),
        (6, 8, {"comments_until"}),
        (-1, 8, {"comments_until"}),
        (91, 92, {"comments_until"}),
        (7, 7, {"approves_on"}),
        (7, 6, {"approves_on"}),
        (7, 38, {"approves_on"}),
        (None, 8, {"comments_until"}),
        (7, None, {"approves_on"}),
        (None, None, {"comments_until", "approves_on"}),
    ],
)
def test_a_window_is_a_week_at_least_and_approval_comes_after_it(
    until: int | None, approves: int | None, wrong: set[str]
):
    first, second = (None if days is None else TODAY + timedelta(days=days) for days in (until, approves))
    if not wrong:
        rules.check_window(first, second, TODAY)
        return
    with pytest.raises(rules.WindowUnfit) as refused:
        rules.check_window(first, second, TODAY)
    assert set(refused.value.messages) == wrong


def test_comments_are_taken_to_the_end_of_the_day_while_they_are_out():
    for state in MinutesState:
        assert rules.is_open(state, TODAY, TODAY) is (state is MinutesState.SENT)
    assert not rules.is_open(MinutesState.SENT, TODAY, TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    "remarks",
    [
        [],
        [Remark(Verdict.OBJECT)],
        [Remark(Verdict.COMMENT, "x", 9)],
        [Remark(Verdict.COMMENT, "x", 1)] * 61,
    ],
)
def test_what_says_nothing_or_of_nothing_is_refused(remarks: list[Remark]):
    with pytest.raises(rules.NothingSaid):
        rules.check_remarks(remarks, [1, 2])


def test_only_what_is_taken_over_needs_no_reason():
    rules.check_answer(Taken.TAKEN, None)
    for taken in (Taken.PARTLY, Taken.NOT_TAKEN):
        rules.check_answer(taken, "Because.")
        with pytest.raises(rules.ReasonMissing):
            rules.check_answer(taken, None)


@given(st.text(), st.text())
def test_two_texts_can_be_put_together_again_from_what_differs(before: str, after: str):
    parts = word_changes.compared(before, after)
    assert "".join(part.text for part in parts if part.how != "added") == before
    assert "".join(part.text for part in parts if part.how != "removed") == after


def test_what_differs_is_told_word_by_word():
    parts = word_changes.compared("We met in May.", "We met in late May.")
    assert [(part.how, part.text) for part in parts] == [("same", "We met in "), ("added", "late "), ("same", "May.")]


def test_very_long_texts_are_told_whole():
    parts = word_changes.compared("a " * 4000, "b " * 4000)
    assert [part.how for part in parts] == ["removed", "added"]

"""How an event goes on: the moves that its page offers, the word on each button, the sentence afterwards."""

from datetime import date
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from app.events import rules
from app.events.models import Event, EventKind, EventState

S = EventState
# The table has more: to call off and to let take place after all have pages that ask why; the rest leave out a step, or
# follow from a change.
WORDS = {
    (S.DRAFT, S.PLANNED): _l("Plan it"),
    (S.DRAFT, S.HELD): _l("It was held"),
    (S.PLANNED, S.CONFIRMED): _l("Confirm"),
    (S.PLANNED, S.HELD): _l("It was held"),
    (S.PLANNED, S.DONE): _l("Mark as done"),
    (S.CONFIRMED, S.PLANNED): _l("Not certain after all"),
    (S.CONFIRMED, S.HELD): _l("It was held"),
    (S.HELD, S.MINUTED): _l("Minutes are written"),
    (S.MINUTED, S.CLOSED): _l("Close"),
    (S.CLOSED, S.HELD): _l("Reopen"),
    (S.DONE, S.PLANNED): _l("Reopen"),
}
BACKWARDS = frozenset({(S.CONFIRMED, S.PLANNED), (S.CLOSED, S.HELD), (S.DONE, S.PLANNED)})
SAID_AFTER = {
    S.PLANNED: _l("It is planned."),
    S.CONFIRMED: _l("It is confirmed."),
    S.HELD: _l("It was held."),
    S.MINUTED: _l("Its minutes are written."),
    S.CLOSED: _l("It is closed."),
    S.DONE: _l("It is done."),
}
_AHEAD = frozenset({S.DRAFT, S.PLANNED, S.CONFIRMED})


class Step(NamedTuple):
    """A move on offer; ``is_primary`` where it is the way forward, not a way back."""

    state: EventState
    label: Any
    is_primary: bool


def steps(event: Event, today: date) -> list[Step]:
    """The moves that the page of an event offers on a day, of those that its table has."""
    onwards = [(event.state, EventState(state)) for state in event.moves.onwards(event.state)]
    return [
        Step(move[1], WORDS[move], move not in BACKWARDS)
        for move in onwards
        if move in WORDS and rules.fits(event.kind, move[1]) and _is_time_for(event, move[1], today)
    ]


def _is_time_for(event: Event, state: EventState, today: date) -> bool:
    """From its last day on, what is still ahead can only have been held; before, it cannot. Deadlines go by no day."""
    if event.state not in _AHEAD or event.kind is EventKind.DEADLINE:
        return True
    return (state is S.HELD) is (event.ends_on <= today)

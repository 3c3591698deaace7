"""What must hold of an event before it moves on, and of its number within a series."""

from collections.abc import Callable
from functools import partial

from flask_babel import gettext as _

from app.core import clock
from app.core.errors import Refused
from app.events import queries, rules
from app.events.facts import check_place
from app.events.models import OVER, Event, EventSeries, EventState

# Whether something was written of an event besides its summary: minutes of its agenda, decisions.
minutes_sources: list[Callable[[Event], bool]] = []
# What must hold of an event before it is closed; each raises ``Refused`` where it does not.
closing_checks: list[Callable[[Event], None]] = []


def check_number(event: Event) -> None:
    """A number stands once in a series; what is cancelled leaves its own free. Raises ``NumberTaken``."""
    if event.series is not None:
        queries.lock_series(event.series)  # Two who take the same number at once are asked one after the other.
    check_number_free(event, event.number, event.series)


def check_number_free(event: Event, number: int | None, series: EventSeries | None) -> None:
    """The same of a number that an event is about to get in a series, before anybody waits. Raises ``NumberTaken``."""
    is_numbered = number is not None and event.set_by is None
    if is_numbered and series is not None and queries.is_numbered(series, number, but=event):
        raise rules.NumberTaken(number=_("This series has a number %(number)s already.", number=number))


def lacking(event: Event) -> list[str]:
    """What a draft of something that took place lacks before it can be said to have been held."""
    try:
        rules.all_of(*_held(event))
    except Refused as refused:
        return list(refused.messages.values())
    return []


def check_move(event: Event, state: EventState) -> None:
    """Check what a state asks of an event that is about to go there. Raises ``Refused`` with everything it lacks."""
    rules.check_state(event.kind, state)
    checks = _held(event) if state in OVER else []
    if event.state is EventState.DRAFT and state not in OVER:
        checks.append(lambda: check_place(event, needs_link=False))
    if event.state is EventState.CANCELLED:
        checks.append(partial(check_number, event))
    if state is EventState.MINUTED:
        checks.append(lambda: rules.check_minutes(event.summary, is_written_of=is_written_of(event)))
    if state is EventState.CLOSED:
        checks += [partial(check, event) for check in closing_checks]
    rules.all_of(*checks)


def is_written_of(event: Event) -> bool:
    """Whether something was written of an event besides its summary."""
    return any(asked(event) for asked in minutes_sources)


def _held(event: Event) -> list[Callable[[], object]]:
    return [
        lambda: rules.check_day_has_come(event.ends_on, clock.today(event.zone)),
        lambda: rules.check_somebody_there(event.people, len(event.organisations)),
        lambda: rules.check_concerns(event.kind, len(event.microcredential_links)),
        lambda: check_place(event, needs_link=False),
    ]

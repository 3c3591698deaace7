"""What may happen to events: planned or logged, edited, moved from state to state, cancelled; drafts deleted."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.core import clock
from app.core.access import Actor, Permission
from app.core.errors import Refused, StillReferred, expect_version
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.search_key import search_key
from app.core.states import moves_of
from app.events import guards, queries, rules, spans
from app.events.facts import COUNTS, TIME, WORKED_OUT, EventFacts, check, span_of, tells_otherwise
from app.events.ical_facts import published_part
from app.events.models import (
    OVER,
    Event,
    EventSeries,
    EventState,
    Rescheduling,
)
from app.events.permissions import check_edit, may_edit
from app.events.watching.services import Change, announce
from app.extensions import db

# Called within the transaction, after the flush, for every event that was made, changed, moved or deleted, so that
# whoever keeps something made from events (feeds) never commits without it.
after_change: list[Callable[[Event], None]] = []
# Called after an event got another time, with the day it began on before: what says days of it moves along.
when_moved: list[Callable[[Event, date], None]] = []
# What forbids to change what the minutes of an event say; each raises ``Refused``.
writing_checks: list[Callable[[Event], None]] = []
# Whether something is cited by an event's number: its decisions and actions.
cited_by_number: list[Callable[[Event], bool]] = []


def check_writing(event: Event) -> None:
    """Raise ``Refused`` where what the minutes of an event say must stay as it is."""
    for asked in writing_checks:
        asked(event)


def plan(actor: Actor, facts: EventFacts, state: EventState = EventState.PLANNED, **marks: Any) -> Event:
    """Enter an event that is to come, as planned, confirmed or a draft.

    ``marks`` are what no form says: ``is_example``, and of an action what set it and its number there. Raises
    ``Refused`` for facts that break a rule and ``NotAllowed`` outside the actor's countries.
    """
    event = _new(actor, facts, marks, going_to=state)
    if state is not EventState.DRAFT:
        guards.check_move(event, state)
        event.move_to(state, actor)
    return _changed(event)


def log(actor: Actor, facts: EventFacts, **marks: Any) -> Event:
    """Enter something that has taken place; a link may stay unknown.

    Raises ``Refused`` also when its day has not come, when nobody took part, and when a consultation or round table
    concerns no micro-credential; ``NotAllowed`` as for planning.
    """
    event = _new(actor, facts, marks, going_to=EventState.HELD)
    event.move_to(EventState.HELD, actor)
    return _changed(event)


def edit(actor: Actor, event: Event, version: int | None, facts: EventFacts) -> None:
    """Change an event; what was published counts its sequence up, a new time is kept as a rescheduling.

    Raises ``EditConflict`` when somebody saved in between, ``Refused`` and ``NotAllowed`` as for planning.
    """
    check_edit(actor, event)
    queries.lock(event)
    expect_version(event, version)
    rules.check_not_closed(event.state)
    _check(facts, event, event.state)
    if tells_otherwise(facts, event):
        check_writing(event)
    before, former_time, former_number = published_part(event), _time_of(event), (event.series_id, event.number)
    if facts.number != event.number and event.set_by_id is None and any(asked(event) for asked in cited_by_number):
        raise Refused(number=_("Its decisions and actions are cited by this number. Leave it as it is."))
    if event.by_country:
        rules.check_countries(sum(number or 0 for number in facts.counts) or facts.total or 0, event.by_country)
    if event.state is EventState.MINUTED:
        rules.check_minutes(facts.summary, is_written_of=guards.is_written_of(event))
    with db.session.no_autoflush:
        _fill(event, facts)
        is_renumbered = (event.series.id if event.series else None, event.number) != former_number
        if is_renumbered and event.state is not EventState.CANCELLED:
            guards.check_number(event)
    moved = _reschedule(actor, event, former_time, facts.reason) if former_time != _time_of(event) else None
    _let_follow(event, former_time)
    if not may_edit(actor, event):
        raise Refused(
            organiser=_("Then you could not change it any more; leave the organiser or the country as it is.")
        )
    _count_up(event, before)
    event.updated_at = clock.now()
    _changed(event)
    if moved is not None:
        announce(event, Change.MOVED, moved)


def put_off(actor: Actor, event: Event, span: spans.Span, reason: str, swapped_with: Event | None = None) -> None:
    """Give an event another time that holds, and keep the one before with the reason.

    The caller has checked who acts and that both are to come.
    """
    before, former = published_part(event), _time_of(event)
    for name in TIME:
        setattr(event, name, getattr(span, name))
    moved = _reschedule(actor, event, former, reason)
    if moved is not None and swapped_with is not None:
        moved.swapped_with_id = swapped_with.id
    _let_follow(event, former)
    _count_up(event, before)
    event.updated_at = clock.now()
    _changed(event)
    if moved is not None:
        announce(event, Change.MOVED, moved)


def count(
    actor: Actor, event: Event, version: int | None, counts: Mapping[str, int | None], by_country: Mapping[str, int]
) -> None:
    """Write down how many were there: by gender (the names of the four columns) and by country, without a name.

    Raises ``CountsWrong`` where they do not add up, ``NobodyThere`` for nobody at what took place, ``EditConflict`` and
    ``NotAllowed``.
    """
    check_edit(actor, event)
    queries.lock(event)
    expect_version(event, version)
    rules.check_not_closed(event.state)
    made = sum(number or 0 for number in counts.values())
    rules.check_counts([counts.get(name) for name in COUNTS], None)
    rules.check_countries(made, by_country)
    if event.state in OVER:
        rules.check_somebody_there(made, len(event.organisations))
    for name in COUNTS:
        setattr(event, name, counts.get(name))
    event.by_country = dict(by_country) or None
    event.updated_at = clock.now()
    _changed(event)


def move(actor: Actor, event: Event, version: int | None, state: EventState, reason: str | None = None) -> None:
    """Confirm, hold, minute, close, finish, put off or reopen an event.

    Raises ``StateTransitionError`` when the table of moves has no such move, ``Refused`` when something is missing for
    it, ``EditConflict`` when somebody changed the event in between, and ``NotAllowed``.
    """
    check_edit(actor, event)
    queries.lock(event)
    expect_version(event, version)
    if state is EventState.CANCELLED and not reason:
        raise Refused(reason=_("Say why; those who wanted to come will ask."))
    before, former = published_part(event), event.state
    if event.moves.allows(event.state, state):
        if event.state is EventState.CANCELLED and not reason:
            raise Refused(reason=_("Say why; those who were told that it is cancelled will ask."))
        guards.check_move(event, state)
    event.move_to(state, actor, reason)
    if EventState.CANCELLED in (former, state):
        event.change_reason = reason
    _count_up(event, before)
    event.updated_at = clock.now()
    _changed(event)
    if EventState.CANCELLED in (former, state):
        announce(event, Change.CANCELLED if state is EventState.CANCELLED else Change.RESTORED)


def cancel(actor: Actor, event: Event, version: int | None, reason: str | None) -> None:
    """Call an event off; it keeps its date and says why. Raises as ``move``."""
    move(actor, event, version, EventState.CANCELLED, reason)


def restore(actor: Actor, event: Event, version: int | None, reason: str | None) -> None:
    """Let what was called off take place after all, as certain as it was before. Raises as ``move``."""
    before = [step.old for step in moves_of(db.session, event) if step.new == EventState.CANCELLED]
    move(actor, event, version, EventState(before[-1]) if before else EventState.PLANNED, reason)


def delete(actor: Actor, event: Event, version: int | None) -> None:
    """Delete a draft that nothing refers to; what was published is cancelled instead.

    Raises ``Refused`` for what is no draft, ``StillReferred``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, event)
    queries.lock(event)
    expect_version(event, version)
    if event.is_published:
        raise Refused(_("Only drafts can be deleted. Cancel this event instead: calendars then say so."))
    referrers = queries.referrers(event)
    if referrers:
        raise StillReferred(_("Other records refer to this draft."), referrers)
    db.session.delete(event)
    _changed(event)


def _new(actor: Actor, facts: EventFacts, marks: dict[str, Any], going_to: EventState = EventState.DRAFT) -> Event:
    event = Event(created_by_id=actor.user_id, state=EventState.DRAFT, sequence=0, **marks)
    _check(facts, event, going_to)
    with db.session.no_autoflush:
        _fill(event, facts)
        guards.check_number(event)
    if event.set_by is None:  # Of an action, the event that sets it says who may.
        actor.check(Permission.EVENT_CREATE, event, at="country")
    db.session.add(event)
    db.session.flush()
    return event


def _check(facts: EventFacts, event: Event, state: EventState) -> None:
    """Raise ``Refused`` for everything wrong at once, a number among it that the series has already."""
    checks: list[Callable[[], object]] = [lambda: check(facts, state)]
    with db.session.no_autoflush:
        series = _there(event, facts.series) if facts.number is not None else None
        is_new = series is not None and (series.id, facts.number) != (event.series_id, event.number)
        if is_new and event.state is not EventState.CANCELLED:
            checks.append(lambda: guards.check_number_free(event, facts.number, series))
        rules.all_of(*checks)


def _changed(event: Event) -> Event:
    db.session.flush()
    for told in after_change:
        told(event)
    db.session.flush()
    return event


def _fill(event: Event, facts: EventFacts) -> None:
    """Put facts that hold into the event."""
    event.series = _series(event, facts.series)  # First: beginning one flushes, and what is half filled must not be.
    _set_time(event, facts)
    for entry in fields(facts):
        if entry.name not in WORKED_OUT and not (entry.name == "number" and event.set_by):
            value = getattr(facts, entry.name)
            setattr(event, entry.name, list(value) if isinstance(value, (list, tuple)) else value)
    # The key too: rights are judged by it before the flush.
    event.organiser_id = facts.organiser.id if facts.organiser else None
    event.cluster_id = facts.cluster.id if facts.cluster else None
    event.work_packages = list(facts.work_packages or ()) or None
    event.concern(facts.microcredentials)
    if facts.total is not None and all(count is None for count in facts.counts):
        event.undisclosed = facts.total
    texts = (*facts.title.values(), facts.city or "", facts.venue or "")
    event.search_key = " | ".join(dict.fromkeys(filter(None, map(search_key, texts))))


def _series(event: Event, name: dict[str, str] | None) -> EventSeries | None:
    """The series of this name, begun where there is none."""
    return (_there(event, name) or _begun(name, is_example=event.is_example)) if name else None


def _there(event: Event, name: dict[str, str] | None) -> EventSeries | None:
    """The series there is of this name; a name in other languages, too, stays with it, and so does an event of two."""
    if not name:
        return None
    if event.series is not None and set(name.items()) <= set(event.series.name.items()):
        return event.series
    return queries.series_named(name)


def _begun(name: dict[str, str], *, is_example: bool) -> EventSeries | None:
    """A new series; where somebody else has begun it in the same moment, that one."""
    reading = read_in(name, SOURCE_LANGUAGE)
    key = queries.series_key(reading.text) if reading else ""
    try:
        with db.session.begin_nested():
            made = EventSeries(name=name, name_key=key, is_example=is_example)
            db.session.add(made)
    except IntegrityError:
        if not queries.is_series_key_taken(key):
            raise
        return queries.series_named(name)
    return made


def _set_time(event: Event, facts: EventFacts) -> None:
    span = span_of(facts)
    for name in TIME:
        setattr(event, name, getattr(span, name))


def _let_follow(event: Event, former: dict[str, Any]) -> None:
    for follows in when_moved if former["starts_on"] != event.starts_on else ():
        follows(event, former["starts_on"])


def _time_of(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in TIME}


def _reschedule(actor: Actor, event: Event, former: dict[str, Any], reason: str | None) -> Rescheduling | None:
    """Keep the time that an event was announced for; of a draft, and of what is over, nobody waited for it."""
    if event.state is EventState.CANCELLED:
        raise Refused(starts_on=_("It was cancelled and keeps its date. Reopen it to give it another one."))
    if not event.is_published or event.state in OVER:
        return None
    event.change_reason = reason
    moved = Rescheduling(event_id=event.id, reason=reason, actor_id=actor.user_id, actor_name=actor.name, **former)
    db.session.add(moved)
    return moved


def _count_up(event: Event, before: Any) -> None:
    if before is not None and before != published_part(event):
        event.sequence += 1

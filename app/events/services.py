"""What may happen to events: planned or logged, edited, moved from state to state, cancelled; drafts deleted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, time
from typing import Any

from flask_babel import gettext as _

from app.clusters.models import Cluster
from app.core import clock
from app.core.access import Actor, Permission
from app.core.errors import Refused, StillReferred, expect_version
from app.core.search_key import search_key
from app.events import queries, rules
from app.events.ical_facts import published_part
from app.events.models import (
    OVER,
    ConsultationType,
    Event,
    EventKind,
    EventSeries,
    EventState,
    Format,
    MeetingType,
    Rescheduling,
    Visibility,
)
from app.events.permissions import check_edit, may_edit
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation

# Called within the transaction, after the flush, for every event that was made, changed, moved or deleted, so that
# whoever keeps something made from events (feeds) never commits without it.
after_change: list[Callable[[Event], None]] = []
# Whether something was written of an event besides its summary: minutes of its agenda, decisions.
minutes_sources: list[Callable[[Event], bool]] = []

TIME = ("zone", "all_day", "starts_on", "ends_on", "starts_at", "ends_at")
# Facts that are not simply put into the attribute of their name.
WORKED_OUT = frozenset(
    {*TIME, "starts_time", "ends_time", "total", "reason", "link_follows", "microcredentials", "series"}
)


@dataclass(frozen=True, kw_only=True)
class EventFacts:
    """What an event is, as somebody filled it in.

    Times are those on the clock of ``zone``; none means whole days. ``link_follows`` allows an online event whose link
    is not known yet. ``total`` checks the counts; alone it counts as not stated. ``reason`` says why a time changed.
    ``series`` is the name of what the event continues.
    """

    kind: EventKind
    title: dict[str, str]
    zone: str
    starts_on: date
    ends_on: date | None = None
    starts_time: time | None = None
    ends_time: time | None = None
    reason: str | None = None
    visibility: Visibility = Visibility.CONSORTIUM
    meeting_type: MeetingType | None = None
    consultation_type: ConsultationType | None = None
    number: int | None = None
    description: dict[str, str] | None = None
    format: Format | None = None
    venue: str | None = None
    address: str | None = None
    city: str | None = None
    country: str | None = None
    region: str | None = None
    link: str | None = None
    link_follows: bool = False
    organiser: Organisation | None = None
    cluster: Cluster | None = None
    series: dict[str, str] | None = None
    responsible: dict[str, str] | None = None
    organisations: Sequence[Organisation] = field(default=())
    microcredentials: Sequence[MicroCredential] = field(default=())
    summary: dict[str, str] | None = None
    women: int | None = None
    men: int | None = None
    nonbinary: int | None = None
    undisclosed: int | None = None
    total: int | None = None

    @property
    def counts(self) -> tuple[int | None, ...]:
        """How many women, men, non-binary people and others there were."""
        return (self.women, self.men, self.nonbinary, self.undisclosed)


def check(facts: EventFacts, state: EventState) -> None:
    """Check facts against every rule that holds of an event in ``state``.

    Raises ``Refused`` for everything wrong with them at once, or ``StateUnfit``.
    """
    rules.check_state(facts.kind, state)
    checks: list[Callable[[], object]] = [
        lambda: rules.check_title(facts.title),
        lambda: _check_time(facts, is_over=state in OVER),
        lambda: rules.check_link(facts.link),
        lambda: rules.check_counts(facts.counts, facts.total),
        lambda: rules.check_number(facts.number),
    ]
    if facts.kind is not EventKind.DEADLINE and facts.consultation_type not in rules.WITHOUT_PLACE:
        needs_link = state not in OVER and not facts.link_follows
        place = facts.venue or facts.city
        checks.append(lambda: rules.check_place(facts.format, place, facts.link, needs_link=needs_link))
    if state in OVER:
        people = sum(count or 0 for count in facts.counts) or facts.total
        checks.append(lambda: rules.check_somebody_there(people, len(facts.organisations)))
        checks.append(lambda: rules.check_concerns(facts.kind, len(facts.microcredentials)))
    rules.all_of(*checks)


def plan(actor: Actor, facts: EventFacts, state: EventState = EventState.PLANNED, **marks: Any) -> Event:
    """Enter an event that is to come, as planned, confirmed or a draft.

    ``marks`` are what no form says: ``is_example``, and of an action what set it and its number there. Raises
    ``Refused`` for facts that break a rule and ``NotAllowed`` outside the actor's countries.
    """
    event = _new(actor, facts, marks)
    if state is not EventState.DRAFT:
        _check_move(event, state)
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
    expect_version(event, version)
    if event.state is EventState.CLOSED:
        raise Refused(_("This event is closed. Reopen it to change it."))
    before, former_time = published_part(event), _time_of(event)
    check(facts, event.state)
    if event.state is EventState.MINUTED:
        rules.check_minutes(facts.summary, is_written_of=_is_written_of(event))
    with db.session.no_autoflush:
        _fill(event, facts)
    if former_time != _time_of(event):
        _reschedule(actor, event, former_time, facts.reason)
    if not may_edit(actor, event):
        raise Refused(
            organiser=_("Then you could not change it any more; leave the organiser or the country as it is.")
        )
    _count_up(event, before)
    event.updated_at = clock.now()
    _changed(event)


def move(actor: Actor, event: Event, version: int | None, state: EventState, reason: str | None = None) -> None:
    """Confirm, hold, minute, close, finish, put off or reopen an event.

    Raises ``StateTransitionError`` when the table of moves has no such move, ``Refused`` when something is missing for
    it, ``EditConflict`` when somebody changed the event in between, and ``NotAllowed``.
    """
    check_edit(actor, event)
    expect_version(event, version)
    if state is EventState.CANCELLED and not reason:
        raise Refused(reason=_("Say why; those who wanted to come will ask."))
    before, former = published_part(event), event.state
    if event.moves.allows(event.state, state):
        _check_move(event, state)
    event.move_to(state, actor, reason)
    if EventState.CANCELLED in (former, state):
        event.change_reason = reason
    _count_up(event, before)
    event.updated_at = clock.now()
    _changed(event)


def cancel(actor: Actor, event: Event, version: int | None, reason: str | None) -> None:
    """Call an event off; it keeps its date and says why. Raises as ``move``."""
    move(actor, event, version, EventState.CANCELLED, reason)


def delete(actor: Actor, event: Event, version: int | None) -> None:
    """Delete a draft that nothing refers to; what was published is cancelled instead.

    Raises ``Refused`` for what is no draft, ``StillReferred``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, event)
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
    check(facts, going_to)
    with db.session.no_autoflush:
        _fill(event, facts)
    if event.set_by is None:  # Of an action, the event that sets it says who may.
        actor.check(Permission.EVENT_CREATE, event, at="country")
    db.session.add(event)
    db.session.flush()
    return event


def _changed(event: Event) -> Event:
    db.session.flush()
    for told in after_change:
        told(event)
    db.session.flush()
    return event


def _fill(event: Event, facts: EventFacts) -> None:
    """Put facts that hold into the event."""
    _set_time(event, facts)
    for entry in fields(facts):
        if entry.name not in WORKED_OUT and not (entry.name == "number" and event.set_by):
            value = getattr(facts, entry.name)
            setattr(event, entry.name, list(value) if isinstance(value, (list, tuple)) else value)
    # The key too: rights are judged by it before the flush.
    event.organiser_id = facts.organiser.id if facts.organiser else None
    event.cluster_id = facts.cluster.id if facts.cluster else None
    event.series = _series(event, facts.series)
    event.concern(facts.microcredentials)
    if facts.total is not None and all(count is None for count in facts.counts):
        event.undisclosed = facts.total
    texts = (*facts.title.values(), facts.city or "", facts.venue or "")
    event.search_key = " | ".join(dict.fromkeys(filter(None, map(search_key, texts))))


def _series(event: Event, name: dict[str, str] | None) -> EventSeries | None:
    """The series of this name, begun where there is none; a name in other languages, too, stays with it."""
    if not name:
        return None
    if event.series is not None and set(name.items()) <= set(event.series.name.items()):
        return event.series
    return queries.series_named(name) or EventSeries(name=name, is_example=event.is_example)


def _span(facts: EventFacts) -> rules.Span:
    return rules.span(facts.zone, facts.starts_on, facts.ends_on, facts.starts_time, facts.ends_time)


def _check_time(facts: EventFacts, *, is_over: bool) -> None:
    span = _span(facts)
    if is_over:
        rules.check_day_has_come(span.ends_on, clock.today(span.zone))


def _set_time(event: Event, facts: EventFacts) -> None:
    span = _span(facts)
    for name in TIME:
        setattr(event, name, getattr(span, name))


def _time_of(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in TIME}


def _reschedule(actor: Actor, event: Event, former: dict[str, Any], reason: str | None) -> None:
    if event.state is EventState.CANCELLED:
        raise Refused(starts_on=_("It was cancelled and keeps its date. Reopen it to give it another one."))
    if event.is_published and event.state not in OVER:  # Of what is over, a time is put right; nobody waited for it.
        event.change_reason = reason
        db.session.add(
            Rescheduling(event_id=event.id, reason=reason, actor_id=actor.user_id, actor_name=actor.name, **former)
        )


def _check_move(event: Event, state: EventState) -> None:
    """Check what a state asks of an event that is about to go there."""
    rules.check_state(event.kind, state)
    checks = _held(event) if state in OVER else []
    if state is EventState.MINUTED:
        checks.append(lambda: rules.check_minutes(event.summary, is_written_of=_is_written_of(event)))
    rules.all_of(*checks)


def _is_written_of(event: Event) -> bool:
    return any(asked(event) for asked in minutes_sources)


def _held(event: Event) -> list[Callable[[], object]]:
    return [
        lambda: rules.check_day_has_come(event.ends_on, clock.today(event.zone)),
        lambda: rules.check_somebody_there(event.people, len(event.organisations)),
        lambda: rules.check_concerns(event.kind, len(event.microcredential_links)),
    ]


def _count_up(event: Event, before: Any) -> None:
    if before is not None and before != published_part(event):
        event.sequence += 1

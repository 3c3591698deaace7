"""What an event is, as somebody filled it in, and the rules that hold of it in each state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from app.clusters.models import Cluster
from app.core import clock
from app.events import rules, spans
from app.events.models import (
    OVER,
    ConsultationType,
    Event,
    EventKind,
    EventState,
    Format,
    MeetingType,
    Visibility,
)
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation

COUNTS = ("women", "men", "nonbinary", "undisclosed")
TIME = ("zone", "all_day", "starts_on", "ends_on", "starts_at", "ends_at")
# What minutes say of an event, beside its title and its time.
_MINUTED = ("summary", "number", "format", "venue", "address", "city", "country")
# Facts that are not simply put into the attribute of their name.
_ELSEWHERE = ("total", "reason", "link_follows", "microcredentials", "series", "work_packages")
WORKED_OUT = frozenset({*TIME, "starts_time", "ends_time", *_ELSEWHERE})


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
    hosts: Sequence[Organisation] = field(default=())
    work_packages: Sequence[str] | None = None
    onsite_seats: int | None = None
    online_seats: int | None = None
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
        lambda: rules.check_no_link(venue=facts.venue, address=facts.address, city=facts.city),
        lambda: rules.check_counts(facts.counts, facts.total),
        lambda: rules.check_number(facts.number),
        lambda: rules.check_seats(facts.format, facts.onsite_seats, facts.online_seats),
    ]
    if state is not EventState.DRAFT:  # A draft may be incomplete; what it lacks is asked for when it moves on.
        needs_link = state not in OVER and not facts.link_follows
        checks.append(lambda: check_place(facts, needs_link=needs_link))
    if state in OVER:
        people = sum(count or 0 for count in facts.counts) or facts.total
        checks.append(lambda: rules.check_somebody_there(people, len(facts.organisations)))
        checks.append(lambda: rules.check_concerns(facts.kind, len(facts.microcredentials)))
    rules.all_of(*checks)


def tells_otherwise(facts: EventFacts, event: Event) -> bool:
    """Whether facts that hold tell of an event what its minutes say of it in another way."""
    span = span_of(facts)
    title = {language: text for language, text in facts.title.items() if text}
    told = any((getattr(facts, name) or None) != (getattr(event, name) or None) for name in _MINUTED)
    return told or title != dict(event.title) or any(getattr(span, name) != getattr(event, name) for name in TIME)


def check_place(about: EventFacts | Event, *, needs_link: bool) -> None:
    """A place or a link, where the kind of event has one. Raises ``PlaceMissing``."""
    if about.kind is not EventKind.DEADLINE and about.consultation_type not in rules.WITHOUT_PLACE:
        rules.check_place(about.format, about.venue or about.city, about.link, needs_link=needs_link)


def span_of(facts: EventFacts) -> spans.Span:
    """When the event is, on the clock of its zone. Raises ``Refused`` for times that do not exist there."""
    return spans.span(facts.zone, facts.starts_on, facts.ends_on, facts.starts_time, facts.ends_time)


def _check_time(facts: EventFacts, *, is_over: bool) -> None:
    span = span_of(facts)
    if is_over:
        rules.check_day_has_come(span.ends_on, clock.today(span.zone))

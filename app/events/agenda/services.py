"""What may happen to an agenda: items are added, changed, put in another place and taken off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, time
from typing import Any

from flask_babel import gettext as _

from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.events import rules as event_rules
from app.events import services as events
from app.events.agenda import queries, rules
from app.events.agenda.models import AgendaItem, AgendaKind
from app.events.lines import lines_of
from app.events.models import Event
from app.events.permissions import check_edit
from app.events.queries import lock
from app.extensions import db
from app.stakeholders.models import Person

MOST_ITEMS = 200


@dataclass(frozen=True, kw_only=True)
class ItemFacts:
    """What an item is, as somebody filled it in; no day means the first, or any, of the event's.

    ``ends`` says the same as ``minutes``. ``people`` are those of the register who present it; ``None`` leaves them.
    """

    title: dict[str, str]
    day: date | None = None
    starts: time | None = None
    minutes: int | None = None
    ends: time | None = None
    room: str | None = None
    people: Sequence[Person] | None = None
    kind: AgendaKind | None = None
    presenters: str | None = None
    work_package: str | None = None


def check(event: Event, facts: ItemFacts) -> None:
    """Check what holds of every item. Raises ``Refused`` with everything that is wrong."""
    checks: list[Callable[[], object]] = [
        lambda: rules.check_title(facts.title),
        lambda: rules.check_day(facts.day, event.starts_on, event.ends_on),
        lambda: rules.check_minutes(facts.minutes),
        lambda: rules.minutes_between(facts.starts, facts.ends, facts.minutes),
    ]
    event_rules.all_of(*checks)


def _values(facts: ItemFacts) -> dict[str, Any]:
    """Facts as the attributes of an item."""
    values = {entry.name: getattr(facts, entry.name) for entry in fields(facts)}
    values["minutes"] = rules.minutes_between(facts.starts, values.pop("ends"), facts.minutes)
    if facts.people is None:
        del values["people"]
    else:
        values["people"] = list(facts.people)
    return values


def add(actor: Actor, event: Event, facts: ItemFacts) -> AgendaItem:
    """Put an item where its time says, or at the end. Raises ``Refused`` and ``NotAllowed``."""
    check_open(actor, event)
    (item,) = _append(event, [facts])
    _place(item, event)
    return item


def _place(item: AgendaItem, event: Event) -> None:
    """Put an item among those of its day by its time; what says no time stays where somebody put it."""
    for position, one in enumerate(rules.place_among(queries.items(event), item, queries.only_day(event)), 1):
        if one.position != position:
            one.position = position
    db.session.flush()


def add_lines(actor: Actor, event: Event, language: str, text: str) -> list[AgendaItem]:
    """Put an item at the end for each line of a text in one language. Raises as ``add``."""
    check_open(actor, event)
    return _append(event, [ItemFacts(title={language: line}) for line in lines_of(text, rules.LONGEST_TITLE)])


def _append(event: Event, wanted: Sequence[ItemFacts]) -> list[AgendaItem]:
    for facts in wanted:
        check(event, facts)
    there = queries.items(event)
    if len(there) + len(wanted) > MOST_ITEMS:
        raise Refused(_("An agenda has at most %(most)s items.", most=MOST_ITEMS))
    first = max((item.position for item in there), default=0) + 1
    made = [
        AgendaItem(event_id=event.id, position=place, **_values(facts)) for place, facts in enumerate(wanted, first)
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def edit(actor: Actor, item: AgendaItem, version: int | None, facts: ItemFacts) -> None:
    """Change an item. Raises ``EditConflict``, ``Refused`` and ``NotAllowed``."""
    check_open(actor, item.event, item)
    expect_version(item, version)
    check(item.event, facts)
    former = (item.day, item.starts)
    for name, value in _values(facts).items():
        setattr(item, name, value)
    db.session.flush()
    if former != (item.day, item.starts):
        _place(item, item.event)


def shift(actor: Actor, item: AgendaItem, *, up: bool) -> None:
    """Let an item change places with the one before it, or after it, on its day; at the end it stays.

    Raises as ``add``.
    """
    check_open(actor, item.event, item)
    items = queries.items(item.event)
    place = items.index(item)
    other = items[place - 1] if up and place else items[place + 1] if not up and place + 1 < len(items) else None
    only_day = queries.only_day(item.event)
    if other is not None and (other.day or only_day) == (item.day or only_day):
        item.position, other.position = other.position, item.position
        db.session.flush()


def follow(event: Event, former: date) -> None:
    """Let the agenda of an event that began on ``former`` move along by as many days as the event did."""
    passed = event.starts_on - former
    for item in queries.items(event) if passed else ():
        if item.day is not None:
            item.day += passed
    db.session.flush()


events.when_moved.append(follow)


def remove(actor: Actor, item: AgendaItem) -> None:
    """Take an item off. Raises ``Refused`` where minutes were written of it, and ``NotAllowed``."""
    check_open(actor, item.event, item)
    if item.said:
        raise Refused(_("Something was written of this item; it stays in the minutes."))
    db.session.delete(item)
    db.session.flush()


def check_open(actor: Actor, event: Event, *parts: AgendaItem) -> None:
    """Hold an event, and whether its agenda and what was said at it may be changed.

    Raises ``Refused`` and ``NotAllowed``.
    """
    check_edit(actor, event)
    lock(event, *parts)
    event_rules.check_not_closed(event.state)
    events.check_writing(event)

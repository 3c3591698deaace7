"""What may happen to an agenda: items are added, changed, put in another place and taken off."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, time

from flask_babel import gettext as _

from app.core import clock
from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.events import rules as event_rules
from app.events.agenda import queries, rules
from app.events.agenda.models import AgendaItem, AgendaKind
from app.events.lines import lines_of
from app.events.models import Event, EventState
from app.events.permissions import check_edit
from app.extensions import db

MOST_ITEMS = 200


@dataclass(frozen=True, kw_only=True)
class ItemFacts:
    """What an item is, as somebody filled it in; no day means the first, or any, of the event's."""

    title: dict[str, str]
    day: date | None = None
    starts: time | None = None
    minutes: int | None = None
    kind: AgendaKind | None = None
    presenters: str | None = None
    work_package: str | None = None


def check(event: Event, facts: ItemFacts) -> None:
    """Check what holds of every item. Raises ``Refused`` with everything that is wrong."""
    checks: list[Callable[[], object]] = [
        lambda: rules.check_title(facts.title),
        lambda: rules.check_day(facts.day, event.starts_on, event.ends_on),
        lambda: rules.check_minutes(facts.minutes),
    ]
    event_rules.all_of(*checks)


def add(actor: Actor, event: Event, facts: ItemFacts) -> AgendaItem:
    """Put an item at the end. Raises ``Refused`` and ``NotAllowed``."""
    _check_open(actor, event)
    return _append(event, [facts])[0]


def add_lines(actor: Actor, event: Event, language: str, text: str) -> list[AgendaItem]:
    """Put an item at the end for each line of a text in one language. Raises as ``add``."""
    _check_open(actor, event)
    return _append(event, [ItemFacts(title={language: line}) for line in lines_of(text, rules.LONGEST_TITLE)])


def _append(event: Event, wanted: Sequence[ItemFacts]) -> list[AgendaItem]:
    for facts in wanted:
        check(event, facts)
    there = queries.items(event)
    if len(there) + len(wanted) > MOST_ITEMS:
        raise Refused(_("An agenda has at most %(most)s items.", most=MOST_ITEMS))
    first = there[-1].position + 1 if there else 1
    made = [AgendaItem(event_id=event.id, position=place, **asdict(facts)) for place, facts in enumerate(wanted, first)]
    db.session.add_all(made)
    db.session.flush()
    return made


def edit(actor: Actor, item: AgendaItem, version: int | None, facts: ItemFacts) -> None:
    """Change an item. Raises ``EditConflict``, ``Refused`` and ``NotAllowed``."""
    _check_open(actor, item.event)
    expect_version(item, version)
    check(item.event, facts)
    for name, value in asdict(facts).items():
        setattr(item, name, value)
    db.session.flush()


def write(actor: Actor, item: AgendaItem, version: int | None, said: dict[str, str] | None) -> None:
    """Write what was said at an item; what stood there before stays in the audit.

    Raises ``EditConflict`` when somebody else wrote in between, ``Refused`` before the event has begun, ``NotAllowed``.
    """
    _check_open(actor, item.event)
    expect_version(item, version)
    if item.event.starts_on > clock.today(item.event.zone):
        begins = event_rules.words(item.event.starts_on)
        raise Refused(said=_("Nothing has been said yet: it begins on %(day)s.", day=begins))
    item.said = said or None
    db.session.flush()


def shift(actor: Actor, item: AgendaItem, *, up: bool) -> None:
    """Let an item change places with the one before it, or the one after it; at the end it stays. Raises as ``add``."""
    _check_open(actor, item.event)
    items = queries.items(item.event)
    place = items.index(item)
    other = items[place - 1] if up and place else items[place + 1] if not up and place + 1 < len(items) else None
    if other is not None:
        item.position, other.position = other.position, item.position
        db.session.flush()


def remove(actor: Actor, item: AgendaItem) -> None:
    """Take an item off. Raises ``Refused`` where minutes were written of it, and ``NotAllowed``."""
    _check_open(actor, item.event)
    if item.said:
        raise Refused(_("Something was written of this item; it stays in the minutes."))
    db.session.delete(item)
    db.session.flush()


def _check_open(actor: Actor, event: Event) -> None:
    check_edit(actor, event)
    if event.state is EventState.CLOSED:
        raise Refused(_("This event is closed. Reopen it to change it."))

"""The consultation report: what was held with whom about what, and what was said, over many events.

It follows R13 of the project's reports. Nobody is named in it but organisers: organisations are counted by category,
people as they were counted.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from app.core.access import Actor
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.events.feedback.models import ANSWERED, Disposition, FeedbackPoint, Stance
from app.events.models import OVER, Event, event_organisation
from app.events.queries import visible_to as events_visible_to
from app.events.rules import ABOUT_MICROCREDENTIALS
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import visible_to as microcredentials_visible_to
from app.stakeholders.models import Category, Organisation

COUNTS = ("women", "men", "nonbinary", "undisclosed")
COLUMNS = (
    *("event", "date", "end", "title", "place", "country", "kind", "type", "organiser", "organisations", "categories"),
    *(*COUNTS, "microcredentials", *(stance.value for stance in Stance), "points", "disposed", "disposed_percent"),
    "example",
)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a report is about; what is ``None`` narrows nothing. ``code`` names a micro-credential."""

    code: str | None = None
    country: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Said:
    """What was said at one event, or at several, in figures; what was withdrawn is not counted."""

    stances: Mapping[Stance, int] = field(default_factory=dict)
    disposed: int = 0

    @property
    def points(self) -> int:
        """How many points there are."""
        return sum(self.stances.values())

    @property
    def percent(self) -> int | None:
        """The share that has an answer, in whole percent rounded down; ``None`` where nothing was said."""
        return self.disposed * 100 // self.points if self.points else None


@dataclass(frozen=True)
class Held:
    """One event of the report: its row with plain facts, organisations by category, codes and what was said."""

    event: Row[*tuple[Any, ...]]
    categories: Sequence[tuple[Category, int]]
    codes: Sequence[str]
    said: Said

    @property
    def people(self) -> int | None:
        """How many people took part; ``None`` where nobody counted."""
        known = [count for count in (getattr(self.event, name) for name in COUNTS) if count is not None]
        return sum(known) if known else None

    @property
    def place(self) -> str:
        """Where it was; nothing of a survey."""
        return ", ".join(filter(None, (self.event.venue, self.event.city)))


@dataclass(frozen=True)
class Report:
    """The events of a scope, the earliest first, and their sums."""

    events: Sequence[Held]

    @property
    def said(self) -> Said:
        """What was said at all of them."""
        stances: Counter[Stance] = Counter()
        for held in self.events:
            stances.update(held.said.stances)
        return Said(stances, sum(held.said.disposed for held in self.events))

    @property
    def categories(self) -> list[tuple[Category, int]]:
        """Parts that organisations took, by category, the most first; one that came twice counts twice."""
        parts: Counter[Category] = Counter()
        for held in self.events:
            parts.update(dict(held.categories))
        return parts.most_common()

    @property
    def codes(self) -> list[str]:
        """The micro-credentials that were talked about."""
        return sorted({code for held in self.events for code in held.codes})

    def counted(self, name: str) -> int:
        """How many people of one of ``COUNTS`` took part altogether."""
        return sum(getattr(held.event, name) or 0 for held in self.events)


def made(actor: Actor, scope: Scope) -> Report:
    """The report of a scope, of events the actor may see: four statements, however many events there are."""
    wanted = _wanted(actor, scope)
    keys = select(Event.id).where(wanted)
    categories, codes, said = _categories(keys), _codes(actor, keys), _said(keys)
    rows = db.session.execute(
        select(
            *(Event.id, Event.title, Event.kind, Event.consultation_type, Event.starts_on, Event.ends_on),
            *(Event.venue, Event.city, Event.country, Event.is_example),
            *(getattr(Event, name) for name in COUNTS),
            Organisation.name.label("organiser"),
        )
        .outerjoin(Organisation, Organisation.id == Event.organiser_id)
        .where(wanted)
        .order_by(Event.starts_on, Event.id)
    )
    return Report([Held(row, categories[row.id], codes[row.id], said.get(row.id, Said())) for row in rows])


def _wanted(actor: Actor, scope: Scope) -> ColumnElement[bool]:
    """Consultations and round tables that were held, and whatever else brought feedback."""
    brought = select(FeedbackPoint.event_id)
    found = (
        events_visible_to(actor)
        & Event.state.in_(OVER)
        & or_(Event.kind.in_(ABOUT_MICROCREDENTIALS), Event.id.in_(brought))
    )
    if scope.code is not None:
        found &= Event.concerns(scope.code)
    if scope.country is not None:
        found &= Event.country == scope.country
    if scope.since is not None:
        found &= Event.ends_on >= scope.since
    if scope.until is not None:
        found &= Event.starts_on <= scope.until
    return found


def _categories(keys: Select[Any]) -> Mapping[int, list[tuple[Category, int]]]:
    parts = event_organisation.c
    count = func.count().label("parts")
    rows = db.session.execute(
        select(parts.event_id, Organisation.category, count)
        .join(Organisation, Organisation.id == parts.organisation_id)
        .where(parts.event_id.in_(keys))
        .group_by(parts.event_id, Organisation.category)
        .order_by(count.desc(), Organisation.category)
    )
    found: dict[int, list[tuple[Category, int]]] = defaultdict(list)
    for event_id, category, number in rows:
        found[event_id].append((category, number))
    return found


def _codes(actor: Actor, keys: Select[Any]) -> Mapping[int, list[str]]:
    link = Event.link_model
    rows = db.session.execute(
        select(link.record_id, MicroCredential.code)
        .join(MicroCredential, MicroCredential.id == link.microcredential_id)
        .where(link.record_id.in_(keys), microcredentials_visible_to(actor))
        .order_by(MicroCredential.code)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for event_id, code in rows:
        found[event_id].append(code)
    return found


def _said(keys: Select[Any]) -> dict[int, Said]:
    point = FeedbackPoint
    rows = db.session.execute(
        select(point.event_id, point.stance, point.state, func.count())
        .where(point.event_id.in_(keys), point.state != Disposition.WITHDRAWN)
        .group_by(point.event_id, point.stance, point.state)
    )
    stances: dict[int, Counter[Stance]] = defaultdict(Counter)
    disposed: Counter[int] = Counter()
    for event_id, stance, state, number in rows:
        stances[event_id][stance] += number
        disposed[event_id] += number if state in ANSWERED else 0
    return {event_id: Said(counted, disposed[event_id]) for event_id, counted in stances.items()}


def cells(held: Held) -> list[Any]:
    """The plain values of one event for a file, in the order of ``COLUMNS``."""
    event, said = held.event, held.said
    title = read_in(event.title, SOURCE_LANGUAGE)
    return [
        *(event.id, event.starts_on, event.ends_on, title.text if title else "", held.place, event.country),
        *(event.kind.value, event.consultation_type.value if event.consultation_type else "", event.organiser),
        sum(number for _category, number in held.categories),
        [f"{category.value} {number}" for category, number in held.categories],
        *(getattr(event, name) for name in COUNTS),
        held.codes,
        *(said.stances.get(stance, 0) for stance in Stance),
        *(said.points, said.disposed, said.percent),
        "yes" if event.is_example else "",
    ]

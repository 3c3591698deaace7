"""Decisions and points of feedback as what something came from: found by words, and told to whoever may read them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, literal_column, select

from app.core.access import ANYBODY, Actor
from app.core.options import Option
from app.core.ranking import FoundBy
from app.core.search_key import search_key
from app.core.templating import day, plain_tr
from app.events.codes import begins_so, code_of, is_called
from app.events.feedback.models import Disposition, FeedbackPoint
from app.events.feedback.models import path_of as point_path
from app.events.feedback.queries import visible_to as points_visible_to
from app.events.models import Event
from app.events.outcomes.models import Decision, DecisionState
from app.events.outcomes.models import path_of as decision_path
from app.events.outcomes.queries import visible_to as decisions_visible_to
from app.events.queries import visible_to as events_visible_to
from app.extensions import db
from app.valorisation.origins.models import Origin, SourceKind

MOST_OF_A_KIND = 10
# A picker has one number for each record: its key and, in the last place, what it is.
_KINDS = tuple(SourceKind)
_PLACES = len(_KINDS)


@dataclass(frozen=True)
class Source:
    """A decision or a point of feedback, as it stands now; ``event`` is the title of where it was taken or said.

    ``public_text`` is what the public may read of it: of a decision nothing where the event ``is_open`` to some alone,
    of a point nothing unless somebody wrote it for the public, and no more than is published of it.
    """

    kind: SourceKind
    key: int
    code: str
    text: dict[str, str]
    url: str
    dated: date
    state: Any
    event: dict[str, str]
    is_open: bool
    is_example: bool
    public_text: dict[str, str] | None


@dataclass(frozen=True)
class _Kind:
    """How records of one kind are asked for: how codes begin, columns, who sees them, which can still be chosen."""

    letter: str
    model: Any
    columns: Sequence[Any]
    visible: Callable[[Actor], ColumnElement[bool]]
    chosen_from: Callable[[], ColumnElement[bool]]
    tell: Callable[[Any], Source]


def _point(row: Any) -> Source:
    code, url = code_of("F", row.meeting, row.event_id, row.number), point_path(row.event_id, row.number)
    told = (SourceKind.POINT, row.id, code, row.text, url, row.dated, row.state, row.event)
    return Source(*told, row.is_open, row.is_example, row.public_text)


def _decision(row: Any) -> Source:
    code, url = code_of("D", row.meeting, row.event_id, row.number), decision_path(row.event_id, row.number)
    told = (SourceKind.DECISION, row.id, code, row.text, url, row.dated, row.state, row.event)
    return Source(*told, row.is_open, row.is_example, row.text if row.is_open else None)


_MEETING = (
    Event.number.label("meeting"),
    Event.title.label("event"),
    events_visible_to(ANYBODY).label("is_open"),
)
P, D = FeedbackPoint, Decision
KINDS: Mapping[SourceKind, _Kind] = {
    SourceKind.POINT: _Kind(
        "F",
        P,
        (P.id, P.event_id, P.number, P.text, P.public_text, P.state, P.said_on.label("dated"), P.is_example, *_MEETING),
        points_visible_to,
        lambda: P.state != Disposition.WITHDRAWN,
        _point,
    ),
    SourceKind.DECISION: _Kind(
        "D",
        D,
        (D.id, D.event_id, D.number, D.text, D.state, D.decided_on.label("dated"), D.is_example, *_MEETING),
        decisions_visible_to,
        lambda: D.state.in_((DecisionState.PROPOSED, DecisionState.ADOPTED)),
        _decision,
    ),
}


def statement(actor: Actor, kind: SourceKind) -> Select[*tuple[Any, ...]]:
    """Rows of one kind that the actor may read, as ``tell`` takes them."""
    asked = KINDS[kind]
    return select(*asked.columns).join(Event, Event.id == asked.model.event_id).where(asked.visible(actor))


def tell(kind: SourceKind, row: Any) -> Source:
    """One row of ``statement`` as a source."""
    return KINDS[kind].tell(row)


def told(actor: Actor, origins: Iterable[Origin]) -> list[Source]:
    """What records came from, as far as the actor may read it, the oldest first: a statement for each kind."""
    found = read_of(actor, (one.source for one in origins))
    return sorted(found, key=lambda one: (one.dated, _KINDS.index(one.kind), one.key))


def read_of(actor: Actor, named: Iterable[tuple[SourceKind, int]]) -> list[Source]:
    """The sources with these kinds and keys that the actor may read: a statement for each kind there is any of."""
    found: list[Source] = []
    for kind, keys in _by_kind(named).items():
        rows = db.session.execute(statement(actor, kind).where(KINDS[kind].model.id.in_(keys)))
        found += [tell(kind, row) for row in rows]
    return found


def owners_of(keys: Collection[int]) -> dict[int, tuple[str, int]]:
    """What came from something, as the part of an address and a key, by the keys of the origins."""
    rows = db.session.execute(select(Origin.id, Origin.item_id, Origin.recommendation_id).where(Origin.id.in_(keys)))
    return {
        row.id: ("items", row.item_id) if row.item_id else ("recommendations", row.recommendation_id) for row in rows
    }


def picked(kind: SourceKind, key: int) -> int:
    """The number by which a picker names a record."""
    return key * _PLACES + _KINDS.index(kind)


def read(value: int) -> tuple[SourceKind, int]:
    """Which record a number of a picker names."""
    key, place = divmod(value, _PLACES)
    return _KINDS[place], key


def find_options(actor: Actor, query: str) -> list[Option]:
    """What something can have come from, found by its words, its meeting or its code.

    The latest of each kind come first. A code may be the beginning that all of an event have.
    """
    found: list[Option] = []
    for kind, asked in KINDS.items():
        wanted = statement(actor, kind).where(asked.chosen_from())
        if search_key(query):
            words = FoundBy((asked.model.text,), asked.model.search_key)
            meeting = FoundBy((Event.title,), Event.search_key)
            named = is_called(query, asked.letter, asked.model) | begins_so(query, asked.letter, asked.model)
            wanted = wanted.where(words.holds(query) | meeting.holds(query) | named)
        newest = wanted.order_by(literal_column("dated").desc(), asked.model.id.desc()).limit(MOST_OF_A_KIND)
        found += [_option(tell(kind, row)) for row in db.session.execute(newest)]
    return found


def options_of(actor: Actor, values: Sequence[int]) -> list[Option]:
    """The records with these numbers that the actor may read, for a picker."""
    return [_option(source) for source in read_of(actor, map(read, values))]


def _option(source: Source) -> Option:
    where = _("%(event)s, %(day)s", event=plain_tr(source.event), day=day(source.dated))
    return Option(
        picked(source.kind, source.key),
        plain_tr(source.text),
        code=source.code,
        note=f"{source.kind.label} · {where}",
        is_example=source.is_example,
    )


def _by_kind(named: Iterable[tuple[SourceKind, int]]) -> dict[SourceKind, list[int]]:
    found: dict[SourceKind, list[int]] = {}
    for kind, key in named:
        found.setdefault(kind, []).append(key)
    return found

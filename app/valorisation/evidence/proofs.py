"""What the portal has that can prove something: found by words, and told with what it is worth now.

A record that the actor may not see is told without its name, and without why it no longer holds: what counts must be
known, whoever looks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, func, select

from app.core.access import Actor, Permission
from app.core.database import plain_rows
from app.core.files import StoredFile
from app.core.options import Option
from app.core.ranking import FoundBy
from app.core.search_key import search_key
from app.core.templating import day, plain_tr
from app.events.documents.models import EventDocument
from app.events.documents.queries import named_to as documents_named_to
from app.events.documents.queries import visible_to as documents_visible_to
from app.events.minutes.models import Minutes as EventMinutes
from app.events.minutes.models import MinutesApproval, MinutesVersion
from app.events.models import Event, EventState
from app.events.outcomes.models import Decision, path_of
from app.events.queries import visible_to as events_visible_to
from app.extensions import db
from app.mou.models import Mou
from app.mou.queries import visible_to as memoranda_visible_to
from app.stakeholders.exposure import is_veiled_from
from app.valorisation.evidence.holding import DECISIONS, EVENTS, MEMORANDA
from app.valorisation.evidence.models import NamesRecord, ProofKind

MOST_OF_A_KIND = 6
# Rows of records as evidence, kind by kind.
Records = Sequence[tuple[ProofKind, Sequence[Row[*tuple[Any, ...]]]]]
# A picker has one number for each record: its key and, in the last place, what it is.
_KINDS = tuple(ProofKind)
_PLACES = 8


@dataclass(frozen=True)
class Proof:
    """A record as evidence: ``holds`` is whether it proves anything now, ``why_not`` the reason where it does not.

    ``url`` is empty where the actor may not open it. ``doubts`` are what a reader has to know of it beside.
    """

    kind: ProofKind
    title: str
    url: str
    dated: date | None
    holds: bool
    why_not: str = ""
    is_example: bool = False
    doubts: Sequence[str] = ()


@dataclass(frozen=True)
class _Source:
    """How records of one kind are asked for: the columns, the join, who sees them, how a row becomes a proof."""

    key: Any
    rows: Callable[[], Select[*tuple[Any, ...]]]
    visible: Callable[[Actor], ColumnElement[bool]]
    usable: Callable[[], ColumnElement[bool]]
    found_by: FoundBy
    tell: Callable[[Any], Proof]
    # Who reads its name where it is evidence, and why it no longer holds; those who see it, unless said otherwise.
    named: Callable[[Actor], ColumnElement[bool]] | None = None


def _event(row: Any) -> Proof:
    holds = row.state in EVENTS
    return _proof(ProofKind.EVENT, row, f"/events/{row.id}", holds, str(row.state.label))


def _minutes(row: Any) -> Proof:
    title = _("Minutes of %(event)s, version %(number)s", event=plain_tr(row.title), number=row.number)
    told = f"/events/{row.event_id}/minutes/versions/{row.number}"
    holds = row.approved is not None
    why = "" if holds else _("not approved")
    return Proof(ProofKind.MINUTES, title, told, row.dated, holds, why, row.is_example)


def _memorandum(row: Any) -> Proof:
    return _proof(ProofKind.MOU, row, f"/mou/{row.id}", row.state in MEMORANDA, str(row.state.label))


def _decision(row: Any) -> Proof:
    holds = row.state in DECISIONS
    return _proof(ProofKind.DECISION, row, path_of(row.event_id, row.number), holds, str(row.state.label))


def _document(row: Any) -> Proof:
    holds = row.withdrawn_at is None
    why = "" if holds else _("withdrawn on %(day)s: %(reason)s", day=day(row.withdrawn_at), reason=row.reason or "")
    url = f"/events/{row.event_id}#documents" if holds else f"/events/{row.event_id}"
    return Proof(ProofKind.DOCUMENT, row.title, url, row.dated, holds, why, row.is_example)


def _proof(kind: ProofKind, row: Any, url: str, holds: bool, standing: str) -> Proof:
    return Proof(kind, plain_tr(row.title), url, row.dated, holds, "" if holds else standing, row.is_example)


def _of_events() -> Select[*tuple[Any, ...]]:
    return select(Event.id, Event.title, Event.state, Event.ends_on.label("dated"), Event.is_example)


def _of_minutes() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(MinutesVersion.id, MinutesVersion.number, Event.id.label("event_id"), Event.title, Event.is_example),
            *(Event.ends_on.label("dated"), MinutesApproval.id.label("approved")),
        )
        .join(EventMinutes, EventMinutes.id == MinutesVersion.minutes_id)
        .join(Event, Event.id == EventMinutes.event_id)
        .outerjoin(MinutesApproval, MinutesApproval.version_id == MinutesVersion.id)
    )


def _of_memoranda() -> Select[*tuple[Any, ...]]:
    dated = func.coalesce(Mou.signed_on, Mou.effective_from).label("dated")
    return select(Mou.id, Mou.title, Mou.state, dated, Mou.is_example)


def _of_decisions() -> Select[*tuple[Any, ...]]:
    return select(
        *(Decision.id, Decision.event_id, Decision.number, Decision.text.label("title"), Decision.state),
        *(Decision.decided_on.label("dated"), Decision.is_example),
    )


def _of_documents() -> Select[*tuple[Any, ...]]:
    return select(
        *(EventDocument.id, EventDocument.event_id, EventDocument.title, EventDocument.withdrawn_at),
        *(EventDocument.withdrawal_reason.label("reason"), Event.ends_on.label("dated"), EventDocument.is_example),
    ).join(Event, Event.id == EventDocument.event_id)


_SOURCES: Mapping[ProofKind, _Source] = {
    ProofKind.EVENT: _Source(
        Event.id,
        _of_events,
        events_visible_to,
        lambda: Event.state.not_in((EventState.DRAFT, EventState.CANCELLED)),
        FoundBy((Event.title,), Event.search_key),
        _event,
    ),
    ProofKind.MINUTES: _Source(
        MinutesVersion.id,
        _of_minutes,
        events_visible_to,
        lambda: MinutesApproval.id.is_not(None),
        FoundBy((Event.title,), Event.search_key),
        _minutes,
    ),
    ProofKind.MOU: _Source(
        Mou.id,
        _of_memoranda,
        memoranda_visible_to,
        lambda: Mou.state.in_(MEMORANDA),
        FoundBy((Mou.title,), Mou.search_key),
        _memorandum,
    ),
    ProofKind.DECISION: _Source(
        Decision.id,
        _of_decisions,
        lambda actor: Decision.event_id.in_(select(Event.id).where(events_visible_to(actor))),
        lambda: Decision.state.in_(DECISIONS),
        FoundBy((Decision.text,), Decision.search_key),
        _decision,
    ),
    ProofKind.DOCUMENT: _Source(
        EventDocument.id,
        _of_documents,
        lambda actor: documents_visible_to(actor) & events_visible_to(actor),
        lambda: EventDocument.withdrawn_at.is_(None),
        FoundBy((EventDocument.title,), Event.search_key),
        _document,
        lambda actor: documents_named_to(actor) & events_visible_to(actor),
    ),
}


def picked(kind: ProofKind, key: int) -> int:
    """The number by which a picker names a record."""
    return key * _PLACES + _KINDS.index(kind)


def read(value: int) -> tuple[ProofKind, int] | None:
    """Which record a number of a picker names; ``None`` where it names none."""
    key, place = divmod(value, _PLACES)
    return (_KINDS[place], key) if place < len(_KINDS) and _KINDS[place] in _SOURCES else None


def find_options(actor: Actor, query: str) -> list[Option]:
    """What could prove something and is found by words, the newest of each kind first, for a picker."""
    found: list[Option] = []
    for kind, source in _SOURCES.items():
        statement = source.rows().where(source.visible(actor), source.usable())
        if search_key(query):
            statement = statement.where(source.found_by.holds(query))
        rows = db.session.execute(statement.order_by(source.key.desc()).limit(MOST_OF_A_KIND))
        found += [_option(kind, row.id, source.tell(row)) for row in rows]
    return found


def options_of(actor: Actor, values: Sequence[int]) -> list[Option]:
    """The records with these numbers that the actor may see and that can prove something, for a picker."""
    found: list[Option] = []
    for kind, keys in _by_kind(filter(None, map(read, values))).items():
        source = _SOURCES[kind]
        statement = source.rows().where(source.key.in_(keys), source.visible(actor), source.usable())
        found += [_option(kind, row.id, source.tell(row)) for row in db.session.execute(statement)]
    return found


def proofs_of(actor: Actor, evidence: Iterable[NamesRecord]) -> dict[int, Proof]:
    """What each piece of evidence is worth now, by its key: a statement for each kind there is any of.

    What is not open to the actor is told without its name and address.
    """
    pieces = list(evidence)
    return told(actor, pieces, records_of(actor, pieces))


def records_of(actor: Actor, evidence: Iterable[NamesRecord]) -> Records:
    """The records and files that evidence names, kind by kind: what ``told`` follows from, besides the reader."""
    named = _by_kind((piece.kind, piece.key) for piece in evidence)
    return [(kind, plain_rows(db.session, _records(actor, kind), {"keys": keys})) for kind, keys in named.items()]


def told(actor: Actor, evidence: Iterable[NamesRecord], records: Records) -> dict[int, Proof]:
    """What each piece of evidence is worth, by its key, as the records that it names are."""
    found = {(kind, row.id): _told(kind, row) for kind, rows in records for row in rows}
    opens = actor.is_internal and (actor.may(Permission.PERSON_READ) or is_veiled_from(actor))
    return {
        piece.id: replace(proof, url=f"/valorisation/evidence/{piece.id}/file") if piece.file_id and opens else proof
        for piece in evidence
        if (proof := found.get((piece.kind, piece.key))) is not None
    }


@lru_cache(maxsize=512)
def _records(actor: Actor, kind: ProofKind) -> Select[*tuple[Any, ...]]:
    keys: BindParameter[Any] = bindparam("keys", expanding=True)
    if kind is ProofKind.FILE:
        return select(StoredFile.id, StoredFile.name, StoredFile.uploaded_at).where(StoredFile.id.in_(keys))
    source = _SOURCES[kind]
    is_open = (source.named or source.visible)(actor).label("is_open")
    return source.rows().add_columns(is_open).where(source.key.in_(keys))


def _told(kind: ProofKind, row: Any) -> Proof:
    if kind is ProofKind.FILE:
        return Proof(kind, row.name, "", row.uploaded_at.date(), holds=True)
    proof = _SOURCES[kind].tell(row)
    if row.is_open:
        return proof
    return replace(proof, title=_("not open to you"), url="", why_not="" if proof.holds else _("proves nothing now"))


def _option(kind: ProofKind, key: int, proof: Proof) -> Option:
    note = " · ".join(filter(None, (str(kind.label), day(proof.dated), proof.why_not)))
    return Option(picked(kind, key), proof.title, note=note, is_example=proof.is_example)


def _by_kind(named: Iterable[tuple[ProofKind, int]]) -> dict[ProofKind, list[int]]:
    found: dict[ProofKind, list[int]] = {}
    for kind, key in named:
        found.setdefault(kind, []).append(key)
    return found

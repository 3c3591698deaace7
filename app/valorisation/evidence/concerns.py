"""Evidence of milestones that a reader doubts: it concerns others, or is later than what it proves."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from app.events.documents.models import EventDocument
from app.events.minutes.models import Minutes, MinutesVersion
from app.events.models import Event
from app.events.outcomes.models import Decision
from app.events.outcomes.services import OF_ALL
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.mou.models import Mou
from app.valorisation.evidence.holding import holding
from app.valorisation.evidence.models import Evidence
from app.valorisation.evidence.proofs import Proof
from app.valorisation.tracks.models import Milestone


def names_others() -> ColumnElement[bool]:
    """Whether the record of evidence names micro-credentials and not that of its milestone, which is joined to it.

    A record that names none, such as a general meeting, may concern any; what a file is about nobody knows.
    """
    return or_(*(_named(link, key) & ~_named(link, key, here=True) for link, key in _records()))


def of_another_country() -> ColumnElement[bool]:
    """Whether it took place in, or was agreed for, another country, and does not name the micro-credential either.

    Meetings of the whole consortium concern every country, wherever they were held.
    """
    home = select(MicroCredential.country).where(MicroCredential.id == Milestone.microcredential_id)
    event, memorandum, decision = aliased(Event), aliased(Mou), aliased(Decision)
    of_decision = select(decision.event_id).where(decision.id == Evidence.decision_id)
    events = (Evidence.event_id, *(_key(one) for one in (_of_minutes(), _of_document(), of_decision)))
    elsewhere = (
        select(event.id)
        .where(or_(*(event.id == key for key in events)), event.country != _key(home, Milestone))
        .where(or_(event.meeting_type.is_(None), event.meeting_type.not_in(OF_ALL)))
    )
    agreed_elsewhere = select(memorandum.id).where(
        memorandum.id == Evidence.mou_id, memorandum.country != _key(home, Milestone)
    )
    names_it = or_(*(_named(link, key, here=True) for link, key in _records()))
    return and_(or_(_exists(elsewhere), _exists(agreed_elsewhere)), ~names_it)


def concerns_others() -> ColumnElement[bool]:
    """Whether evidence concerns other micro-credentials, or another country, and so proves nothing of its milestone."""
    return or_(names_others(), of_another_country())


def _of_minutes() -> Any:
    return (
        select(Minutes.event_id)
        .join(MinutesVersion, MinutesVersion.minutes_id == Minutes.id)
        .where(MinutesVersion.id == Evidence.minutes_version_id)
    )


def _of_document() -> Any:
    return select(EventDocument.event_id).where(EventDocument.id == Evidence.document_id)


def _key(of: Any, *to: Any) -> Any:
    return of.correlate(*(to or (Evidence,))).scalar_subquery()


def _records() -> Sequence[tuple[Any, Any]]:
    """The links to micro-credentials of each kind of record, with the key that evidence has of it."""
    return (
        (Event.link_model, Evidence.event_id),
        (Event.link_model, _key(_of_minutes())),
        (Event.link_model, _key(_of_document())),
        (Mou.link_model, Evidence.mou_id),
        (Decision.link_model, Evidence.decision_id),
    )


def _named(link: Any, key: Any, *, here: bool = False) -> ColumnElement[bool]:
    named = select(link.id).where(link.record_id == key)
    return _exists(named.where(link.microcredential_id == Milestone.microcredential_id) if here else named)


def _exists(named: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = named.correlate(Evidence, Milestone).exists()
    return found


def of_others(milestones: Collection[int]) -> frozenset[int]:
    """Keys of the evidence of milestones that concerns others, as ``concerns_others``; one statement."""
    wanted = select(Evidence.id).join(Milestone, Milestone.id == Evidence.milestone_id)
    return frozenset(db.session.scalars(wanted.where(Milestone.id.in_(milestones), concerns_others())))


def doubtful(milestones: Collection[int]) -> frozenset[int]:
    """Those of these milestones, by their keys, all of whose evidence that holds concerns others; one statement.

    They could not be reached today. One that was reached before this was asked still counts, and is marked, so that
    figures which were told do not become others by themselves: somebody adds evidence, or withdraws it.
    """
    if not milestones:
        return frozenset()
    rows = db.session.execute(
        holding(Evidence.milestone_id, concerns_others())
        .join(Milestone, Milestone.id == Evidence.milestone_id)
        .where(Evidence.milestone_id.in_(milestones))
    )
    found: dict[int, bool] = {}
    for key, is_of_others in rows:
        found[key] = found.get(key, True) and is_of_others
    return frozenset(key for key, are_of_others in found.items() if are_of_others)


def doubted(proof: Proof, reached_on: date | None, *, is_of_others: bool, is_foreign: bool = False) -> Proof:
    """A piece of evidence with what a reader has to know of it; pure.

    A later record can tell of what happened before, as minutes do, so it is marked and counts.
    """
    doubts = []
    if is_of_others:
        doubts.append(_("does not name this micro-credential, but others"))
    elif is_foreign:
        doubts.append(_("of another country, and does not name this micro-credential"))
    if reached_on is not None and proof.dated is not None and proof.dated > reached_on:
        doubts.append(_("later than the day it was reached"))
    return replace(proof, doubts=tuple(doubts))

"""Evidence of milestones that a reader doubts: it names other micro-credentials, or is later than what it proves."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select

from app.events.documents.models import EventDocument
from app.events.minutes.models import Minutes, MinutesVersion
from app.events.models import Event
from app.events.outcomes.models import Decision
from app.extensions import db
from app.mou.models import Mou
from app.valorisation.evidence.models import Evidence
from app.valorisation.evidence.proofs import Proof
from app.valorisation.tracks.models import Milestone


def concerns_others() -> ColumnElement[bool]:
    """Whether the record of evidence names micro-credentials and not that of its milestone, which is joined to it.

    A record that names none, such as a general meeting, may concern any; what a file is about nobody knows.
    """
    of_minutes = (
        select(Minutes.event_id)
        .join(MinutesVersion, MinutesVersion.minutes_id == Minutes.id)
        .where(MinutesVersion.id == Evidence.minutes_version_id)
    )
    of_document = select(EventDocument.event_id).where(EventDocument.id == Evidence.document_id)
    records = (
        (Event.link_model, Evidence.event_id),
        (Event.link_model, of_minutes.correlate(Evidence).scalar_subquery()),
        (Event.link_model, of_document.correlate(Evidence).scalar_subquery()),
        (Mou.link_model, Evidence.mou_id),
        (Decision.link_model, Evidence.decision_id),
    )
    return or_(*(_names_others(link, key) for link, key in records))


def _names_others(link: Any, key: Any) -> ColumnElement[bool]:
    named = select(link.id).where(link.record_id == key)
    here = link.microcredential_id == Milestone.microcredential_id
    return and_(_exists(named), ~_exists(named.where(here)))


def _exists(named: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = named.correlate(Evidence, Milestone).exists()
    return found


def of_others(milestones: Collection[int]) -> frozenset[int]:
    """Keys of the evidence of milestones that concerns other micro-credentials; one statement."""
    wanted = select(Evidence.id).join(Milestone, Milestone.id == Evidence.milestone_id)
    return frozenset(db.session.scalars(wanted.where(Milestone.id.in_(milestones), concerns_others())))


def doubted(proof: Proof, reached_on: date | None, *, is_of_others: bool) -> Proof:
    """A piece of evidence with what a reader has to know of it; pure.

    A later record can tell of what happened before, as minutes do, so it is marked and counts.
    """
    doubts = []
    if is_of_others:
        doubts.append(_("does not name this micro-credential, but others"))
    if reached_on is not None and proof.dated is not None and proof.dated > reached_on:
        doubts.append(_("later than the day it was reached"))
    return replace(proof, doubts=tuple(doubts))

"""What may happen to mapping entries: made, described, judged anew. Nothing removes one; what is over is dormant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.clusters.models import Cluster
from app.core import clock
from app.core.access import Actor, Permission
from app.core.errors import Refused, expect_version
from app.engagement import rules
from app.engagement.models import Attitude, Engagement, Judgement, MappingEntry
from app.events.models import Event
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation

STATE = ("influence", "interest", "attitude", "engagement", "judged_on")


@dataclass(frozen=True, kw_only=True)
class JudgementFacts:
    """What somebody judges, from which day, why, and which event moved it."""

    influence: int
    interest: int
    attitude: Attitude
    engagement: Engagement
    judged_on: date
    reason: str
    event: Event | None = None


@dataclass(frozen=True, kw_only=True)
class EntryFacts:
    """Who is mapped for what: a country, a cluster or micro-credentials; what it expects, and who keeps in touch."""

    organisation: Organisation
    country: str | None = None
    cluster: Cluster | None = None
    microcredentials: Sequence[MicroCredential] = ()
    responsible: Organisation | None = None
    expectations: str | None = None


def map_organisation(actor: Actor, facts: EntryFacts, judgement: JudgementFacts, **marks: Any) -> MappingEntry:
    """Map an organisation within a scope, with the first judgement.

    ``marks`` are what only the consortium's own files say: ``is_example``. Raises ``Refused`` for an unclear scope, a
    scope in which it is mapped already, and a judgement that breaks a rule; ``NotAllowed`` outside the actor's
    countries.
    """
    rules.check_scope(facts.country, facts.microcredentials, facts.cluster)
    _check(judgement)
    entry = MappingEntry(organisation=facts.organisation, country=facts.country, cluster=facts.cluster, **marks)
    with db.session.no_autoflush:
        actor.check(Permission.MAPPING_EDIT, entry)
        _describe(entry, facts.microcredentials, facts.responsible, facts.expectations)
        _take_over(entry, judgement)
    db.session.add(entry)
    db.session.flush()
    db.session.add(_judgement(actor, entry, judgement))
    db.session.flush()
    return entry


def describe(
    actor: Actor,
    entry: MappingEntry,
    version: int | None,
    *,
    microcredentials: Sequence[MicroCredential],
    responsible: Organisation | None,
    expectations: str | None,
) -> None:
    """Change what surrounds the judgements; organisation, country and cluster stay, or they would judge somebody else.

    Raises ``Refused``, ``EditConflict`` and ``NotAllowed``.
    """
    actor.check(Permission.MAPPING_EDIT, entry)
    expect_version(entry, version)
    rules.check_scope(entry.country, microcredentials, entry.cluster)
    with db.session.no_autoflush:
        _describe(entry, microcredentials, responsible, expectations)
    entry.updated_at = clock.now()
    db.session.flush()


def judge(actor: Actor, entry: MappingEntry, version: int | None, judgement: JudgementFacts) -> None:
    """Add a judgement; the entry shows the one of the latest day, so one may be added for a day before it.

    Raises ``Refused`` for a judgement that breaks a rule, ``EditConflict`` when somebody judged in between, and
    ``NotAllowed``.
    """
    actor.check(Permission.MAPPING_EDIT, entry)
    expect_version(entry, version)
    _check(judgement)
    if judgement.judged_on >= entry.judged_on:
        _take_over(entry, judgement)
    entry.updated_at = clock.now()
    db.session.add(_judgement(actor, entry, judgement))
    db.session.flush()


def _check(judgement: JudgementFacts) -> None:
    rules.check_levels(judgement.influence, judgement.interest)
    rules.check_reason(judgement.reason)
    rules.check_day(judgement.judged_on, clock.today())
    rules.check_moved_by(judgement.event.starts_on if judgement.event else None, judgement.judged_on)


def _take_over(entry: MappingEntry, judgement: JudgementFacts) -> None:
    for name in STATE:
        setattr(entry, name, getattr(judgement, name))


def _judgement(actor: Actor, entry: MappingEntry, facts: JudgementFacts) -> Judgement:
    return Judgement(
        entry=entry,
        reason=facts.reason.strip(),
        event=facts.event,
        author_id=actor.user_id,
        author_name=actor.name,
        **{name: getattr(facts, name) for name in STATE},
    )


def _describe(
    entry: MappingEntry,
    microcredentials: Sequence[MicroCredential],
    responsible: Organisation | None,
    expectations: str | None,
) -> None:
    if responsible is not None and not responsible.is_partner:
        raise Refused(responsible=_("Only a partner of the project keeps in touch for it."))
    _refuse_second(entry, [microcredential.id for microcredential in microcredentials])
    entry.concern(microcredentials)
    entry.responsible, entry.expectations = responsible, expectations


def _refuse_second(entry: MappingEntry, microcredentials: Sequence[int]) -> None:
    """One organisation has one place in a picture: raise ``Refused`` where it is mapped for the same already."""
    others = select(MappingEntry.id).where(MappingEntry.organisation_id == entry.organisation.id)
    if entry.id is not None:
        others = others.where(MappingEntry.id != entry.id)
    if entry.country:
        if db.session.scalar(others.where(MappingEntry.country == entry.country).limit(1)) is not None:
            raise Refused(organisation=_("This organisation is mapped for this country already."))
        return
    if entry.cluster is not None:
        if db.session.scalar(others.where(MappingEntry.cluster_id == entry.cluster.id).limit(1)) is not None:
            raise Refused(organisation=_("This organisation is mapped for this cluster already."))
        return
    link = MappingEntry.link_model
    same = (
        select(MicroCredential.code)
        .join(link, link.microcredential_id == MicroCredential.id)
        .where(link.record_id.in_(others), link.microcredential_id.in_(microcredentials))
        .order_by(MicroCredential.code)
    )
    codes = list(db.session.scalars(same))
    if codes:
        raise Refused(microcredentials=_("This organisation is mapped for %(codes)s already.", codes=", ".join(codes)))

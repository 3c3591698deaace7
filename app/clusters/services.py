"""What may happen to clusters: proposed, edited, published, moved on, checked, deleted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.clusters import doors, queries, readiness, rules
from app.clusters.doors import Door
from app.clusters.models import WORKING, Cluster, ClusterScope, ClusterState, ClusterType, MembershipState
from app.clusters.permissions import check_edit, may_edit, may_propose
from app.clusters.self_checks import GROUPS, SCORES, ClusterAssessment
from app.core import clock
from app.core.access import Actor
from app.core.consortium import ClusterNeeds, Consortium
from app.core.database import hold
from app.core.errors import Refused, StillReferred, expect_version
from app.core.search_key import search_key
from app.extensions import db
from app.microcredentials.models import MicroCredential

# Called within the transaction, after the flush, for every cluster that was made, changed, moved or deleted, with what
# stood above it before, so that whoever keeps something made from clusters (feeds) never commits without it.
after_change: list[Callable[[Cluster, int | None], None]] = []

NEEDS_REASON = frozenset({ClusterState.DORMANT, ClusterState.DISSOLVED})


@dataclass(frozen=True, kw_only=True)
class ClusterFacts:
    """What a cluster is, as somebody filled it in; codes of countries, regions, ISCED-F and NACE."""

    name: dict[str, str]
    type: ClusterType
    scope: ClusterScope
    acronym: str | None = None
    countries: Sequence[str] = ()
    regions: Sequence[str] = ()
    isced_f: Sequence[str] = ()
    nace: Sequence[str] = ()
    mission: dict[str, str] | None = None
    services: dict[str, str] | None = None
    website: str | None = None
    sustainability_note: dict[str, str] | None = None
    founded_on: date | None = None
    parent: Cluster | None = None
    microcredentials: Sequence[MicroCredential] = field(default=())


def check(facts: ClusterFacts, consortium: Consortium) -> None:
    """Check what holds of every cluster. Raises ``Refused`` with everything that is wrong."""
    places, theme = (facts.countries, facts.regions), (facts.isced_f, facts.nace)
    wrong = rules.faults(facts.name, facts.type, facts.scope, places, theme, consortium=consortium)
    if facts.founded_on is not None and facts.founded_on > clock.today():
        wrong["founded_on"] = _("This day has not come yet.")
    if wrong:
        raise Refused(**wrong)


def create(actor: Actor, facts: ClusterFacts, consortium: Consortium, **marks: Any) -> Cluster:
    """Propose a cluster.

    ``marks`` are what only the consortium's own files say: ``is_example``. Raises ``Refused`` for facts that break a
    rule, also for countries in none of which the actor may propose one.
    """
    cluster = Cluster(created_by_id=actor.user_id, **marks)
    with db.session.no_autoflush:
        _fill(cluster, facts, consortium)
    if not may_propose(actor, facts.countries):
        raise Refused(countries=_("You can propose clusters in your own country; choose it, too."))
    db.session.add(cluster)
    return _changed(cluster, None)


def edit(actor: Actor, cluster: Cluster, version: int | None, facts: ClusterFacts, consortium: Consortium) -> None:
    """Change a cluster.

    Raises ``EditConflict`` when somebody saved in between, ``Refused`` and ``NotAllowed`` as for proposing.
    """
    check_edit(actor, cluster)
    hold(cluster)
    expect_version(cluster, version)
    former = cluster.parent_id
    if facts.founded_on != cluster.founded_on:
        rules.check_founded(facts.founded_on, [entry.joined_on for entry in cluster.memberships if entry.joined_on])
    with db.session.no_autoflush:
        _fill(cluster, facts, consortium)
    if not may_edit(actor, cluster):
        raise Refused(countries=_("Then you could not change it any more; leave the countries as they are."))
    cluster.updated_at = clock.now()
    _changed(cluster, former)


def publish(actor: Actor, cluster: Cluster, version: int | None, published: bool) -> None:
    """Show a cluster to everybody, or no longer. Raises ``Refused`` without an English name and mission."""
    check_edit(actor, cluster)
    hold(cluster)
    expect_version(cluster, version)
    if published and not (cluster.name.get("en") and (cluster.mission or {}).get("en")):
        raise Refused(_("Before everybody sees it, write its name and its mission in English."))
    cluster.is_published = published
    cluster.updated_at = clock.now()
    _changed(cluster, cluster.parent_id)


def move(
    actor: Actor,
    cluster: Cluster,
    version: int | None,
    state: ClusterState,
    *,
    needs: ClusterNeeds,
    reason: str | None = None,
) -> None:
    """Move a cluster on: form it, call it active or consolidated, let it rest, dissolve it.

    Dissolving ends all memberships with the day. Raises ``StateTransitionError`` for a move that the table does not
    have, ``NotReadyToWork`` for what is missing, ``Refused`` without a reason, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, cluster)
    hold(cluster)
    expect_version(cluster, version)
    if cluster.moves.allows(cluster.state, state):
        if state in NEEDS_REASON and not reason:
            raise Refused(reason=_("Write why, in a few words."))
        if state in WORKING:
            members = [entry for entry in cluster.memberships if entry.state is MembershipState.ACTIVE]
            categories = [entry.organisation.category for entry in members]
            beyond = _lacking_to_last(cluster, needs) if state is ClusterState.CONSOLIDATED else []
            rules.check_work(categories, cluster.coordinator is not None, needs, beyond)
    cluster.move_to(state, actor, reason)
    if state is ClusterState.DISSOLVED:
        _end_memberships(actor, cluster)
    cluster.updated_at = clock.now()
    _changed(cluster, cluster.parent_id)


def _lacking_to_last(cluster: Cluster, needs: ClusterNeeds) -> list[str]:
    """What does not hang on who its members are: how many they are does not stand in the way."""
    today = clock.today()
    latest = readiness.last_activity(list(db.session.scalars(queries.beneath(cluster.id))), today)
    found = readiness.checks([], latest, bool(cluster.sustainability_note), today, needs)
    return readiness.lacking_to_last(found)


def assess(
    actor: Actor, cluster: Cluster, day: date, scores: Mapping[str, int], notes: Mapping[str, str]
) -> ClusterAssessment:
    """Keep a self-check of a day: 0 to 3 for each group of indicators. What was checked before stays as it was."""
    check_edit(actor, cluster)
    hold(cluster)
    doors.check(Door.ASSESS, cluster)
    wrong = {group: _("Choose from 0 to 3.") for group in GROUPS if scores.get(group) not in SCORES}
    if day > clock.today():
        wrong["assessed_on"] = _("This day has not come yet.")
    if wrong:
        raise Refused(**wrong)
    assessment = ClusterAssessment(
        cluster_id=cluster.id,
        assessed_on=day,
        **{group: scores[group] for group in GROUPS},
        notes={group: text for group, text in notes.items() if group in GROUPS and text},
        actor_id=actor.user_id,
        actor_name=actor.name,
    )
    db.session.add(assessment)
    db.session.flush()
    return assessment


def delete(actor: Actor, cluster: Cluster, version: int | None) -> None:
    """Delete a cluster that nothing refers to. Raises ``StillReferred``, ``EditConflict`` and ``NotAllowed``."""
    check_edit(actor, cluster)
    hold(cluster)
    expect_version(cluster, version)
    referrers = queries.referrers(cluster)
    if referrers:
        raise StillReferred(_("Other records refer to this cluster. Dissolve it instead."), referrers)
    former = cluster.parent_id
    db.session.delete(cluster)
    _changed(cluster, former)


def _changed(cluster: Cluster, former_parent: int | None) -> Cluster:
    db.session.flush()
    for told in after_change:
        told(cluster, former_parent)
    db.session.flush()
    return cluster


def _fill(cluster: Cluster, facts: ClusterFacts, consortium: Consortium) -> None:
    check(facts, consortium)
    if facts.parent is not None and cluster.id in queries.above(facts.parent.id):
        raise rules.Circle
    if facts.parent is not None and facts.parent.id != cluster.parent_id:
        rules.check_above(facts.parent.state)
    for entry in fields(facts):
        if entry.name not in ("microcredentials", "parent"):
            value = getattr(facts, entry.name)
            setattr(cluster, entry.name, list(value) if isinstance(value, (list, tuple)) else value)
    cluster.parent = facts.parent
    cluster.parent_id = facts.parent.id if facts.parent else None
    cluster.concern(facts.microcredentials)
    names = (*facts.name.values(), facts.acronym or "")
    cluster.name_key = search_key(facts.name.get("en") or next(iter(facts.name.values())))
    cluster.search_key = queries.NAME_BREAK.join(dict.fromkeys(filter(None, map(search_key, names))))


def _end_memberships(actor: Actor, cluster: Cluster) -> None:
    reason, today = _("The cluster was dissolved."), clock.today()
    for entry in cluster.memberships:
        if entry.state is MembershipState.ACTIVE:
            entry.left_on, entry.leaving_reason = max(today, entry.joined_on or today), reason
            entry.move_to(MembershipState.LEFT, actor, reason)
        elif entry.state is MembershipState.INVITED:
            entry.leaving_reason = reason
            entry.move_to(MembershipState.WITHDRAWN, actor, reason)

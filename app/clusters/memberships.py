"""What may happen to memberships: entered, changed, handed over, ended."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.clusters import doors, member_roles, rules, services
from app.clusters.doors import Door
from app.clusters.models import (
    OPEN,
    WAS_MEMBER,
    WORKING,
    Cluster,
    ClusterMembership,
    MemberRole,
    MembershipState,
)
from app.clusters.permissions import check_edit
from app.core import clock
from app.core.access import Actor
from app.core.consortium import Consortium
from app.core.database import hold
from app.core.errors import Refused, expect_version
from app.core.files import StoredFile
from app.extensions import db
from app.stakeholders.models import Organisation


@dataclass(frozen=True, kw_only=True)
class MemberFacts:
    """What a membership is, as somebody filled it in; without a new letter the one that is there stays.

    ``left_on`` puts the day right on which a member left; of who is a member it says nothing. ``role_since`` is the
    day from which it has this role: of a new member the day it joined, else today, unless told.
    """

    role: MemberRole
    joined_on: date
    left_on: date | None = None
    role_since: date | None = None
    letter: StoredFile | None = None
    may_be_named: bool = False


def found(
    actor: Actor, facts: services.ClusterFacts, coordinator: Organisation | None, consortium: Consortium, **marks: Any
) -> Cluster:
    """Propose a cluster together with the organisation that coordinates it. Raises as ``services.create``."""
    cluster = services.create(actor, facts, consortium, **marks)
    if coordinator is not None:
        since = facts.founded_on or clock.today()
        add(actor, cluster, coordinator, MemberFacts(role=MemberRole.COORDINATOR, joined_on=since))
    return cluster


def add(actor: Actor, cluster: Cluster, organisation: Organisation, facts: MemberFacts) -> ClusterMembership:
    """Enter an organisation that agreed already.

    A new coordinator takes over: the one before becomes an ordinary member. Raises ``Closed``, ``Overlap``,
    ``Refused``, ``NotAllowed``.
    """
    check_edit(actor, cluster)
    hold(cluster)
    doors.check(Door.ADD, cluster)
    rules.check_days(facts.joined_on, None, clock.today())
    rules.check_joined(facts.joined_on, cluster.founded_on)
    check_stay(cluster, organisation, rules.Stay(facts.joined_on))
    membership = new(cluster, organisation, facts.role)
    membership.joined_on, membership.letter = facts.joined_on, facts.letter
    membership.may_be_named = facts.may_be_named
    since = facts.role_since or _from(cluster, facts)
    _make_room(actor, cluster, facts.role, membership, since)
    membership.move_to(MembershipState.ACTIVE, actor)
    db.session.flush()
    member_roles.give(actor, membership, facts.role, since)
    return membership


def edit(actor: Actor, membership: ClusterMembership, version: int | None, facts: MemberFacts) -> None:
    """Change a membership. A working cluster keeps its coordinator until another member takes over.

    Raises ``EditConflict`` when somebody saved in between, and as ``add``.
    """
    cluster = membership.cluster
    check_edit(actor, cluster)
    hold(cluster, membership)
    expect_version(membership, version)
    doors.check(Door.EDIT_MEMBER, cluster, membership)
    left_on = membership.left_on and (facts.left_on or membership.left_on)
    rules.check_days(facts.joined_on, left_on, clock.today())
    rules.check_joined(facts.joined_on, cluster.founded_on, membership.joined_on)
    check_stay(cluster, membership.organisation, rules.Stay(facts.joined_on, left_on), membership)
    if membership.state is MembershipState.ACTIVE and facts.role is not membership.role:
        rules.check_coordinator_stays(membership.role, cluster.state in WORKING)
        _make_room(actor, cluster, facts.role, membership, facts.role_since or clock.today())
    changed = facts.role is not membership.role
    membership.joined_on, membership.left_on = facts.joined_on, left_on
    if changed:
        member_roles.give(actor, membership, facts.role, facts.role_since or _until(membership))
    membership.letter = facts.letter or membership.letter
    membership.may_be_named = facts.may_be_named
    membership.updated_at = clock.now()
    db.session.flush()


def end(actor: Actor, membership: ClusterMembership, version: int | None, left_on: date, reason: str | None) -> None:
    """Say that a member left, when and why; it stays in the reports of the days before.

    Raises ``CoordinatorNeeded`` for the coordinator of a working cluster, ``Closed`` for who is no member, and as
    ``edit``.
    """
    cluster = membership.cluster
    check_edit(actor, cluster)
    hold(cluster, membership)
    expect_version(membership, version)
    doors.check(Door.LEAVE, cluster, membership)
    if not reason:
        raise Refused(reason=_("Write why, in a few words."))
    rules.check_coordinator_stays(membership.role, cluster.state in WORKING)
    rules.check_days(membership.joined_on or left_on, left_on, clock.today())
    membership.left_on, membership.leaving_reason = left_on, reason
    membership.move_to(MembershipState.LEFT, actor, reason)
    db.session.flush()


def new(cluster: Cluster, organisation: Organisation, role: MemberRole) -> ClusterMembership:
    """A membership that is to begin; it has no day yet."""
    membership = ClusterMembership(cluster=cluster, organisation=organisation, role=role)
    db.session.add(membership)
    return membership


def check_stay(
    cluster: Cluster, organisation: Organisation, wanted: rules.Stay, itself: ClusterMembership | None = None
) -> None:
    """Raise ``Overlap`` where the organisation is invited or a member on one of the days; ``itself`` does not count."""
    others = db.session.scalars(
        select(ClusterMembership).where(
            ClusterMembership.cluster_id == cluster.id, ClusterMembership.organisation_id == organisation.id
        )
    )
    kept = [entry for entry in others if entry is not itself]
    if wanted.left is None and any(entry.state in OPEN for entry in kept):
        raise rules.Overlap(organisation.name)
    stays = (
        rules.Stay(entry.joined_on, entry.left_on) for entry in kept if entry.state in WAS_MEMBER and entry.joined_on
    )
    rules.check_stay(organisation.name, wanted, stays)


def _from(cluster: Cluster, facts: MemberFacts) -> date:
    """Since when a new member has its role, unless told: it takes over after the coordinator before began."""
    former = cluster.coordinator if facts.role is MemberRole.COORDINATOR else None
    return max(facts.joined_on, (member_roles.began(former) if former else None) or facts.joined_on)


def _until(membership: ClusterMembership) -> date:
    """Since when a member has another role, unless told; of one that left it is put right for all of its days."""
    if membership.left_on is None:
        return clock.today()
    return member_roles.began(membership) or membership.left_on


def _make_room(actor: Actor, cluster: Cluster, role: MemberRole, newcomer: ClusterMembership, since: date) -> None:
    """Let the coordinator before become an ordinary member, first: the databases know one at a time."""
    former = cluster.coordinator
    if role is MemberRole.COORDINATOR and former is not None and former is not newcomer:
        with db.session.no_autoflush:
            member_roles.give(actor, former, MemberRole.MEMBER, since)

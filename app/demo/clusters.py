"""Reads a consortium's clusters, with their members, invitations and self-checks."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from app.clusters import invitations, memberships, services
from app.clusters.models import Cluster, ClusterScope, ClusterState, ClusterType, MemberRole
from app.clusters.rules import NotReadyToWork
from app.clusters.self_checks import GROUPS
from app.clusters.services import ClusterFacts
from app.core.access import SYSTEM, Actor
from app.core.consortium import Consortium
from app.demo.days import day_of
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation

S = ClusterState
# The usual way; a dormant cluster was active before, a consolidated one waits for its events.
WAY = (S.FORMING, S.ACTIVE)
WAYS = {S.PROPOSED: (), S.DORMANT: (*WAY, S.DORMANT), S.CONSOLIDATED: WAY}


def load_clusters(
    entries: list[dict[str, Any]],
    organisations: Mapping[str, Organisation],
    designs: Mapping[str, MicroCredential],
    consortium: Consortium,
) -> dict[str, Cluster]:
    """Enter the clusters and move each to its state, so that every move is on record; answers them by key.

    ``consolidate`` takes the last step with those that are consolidated.
    """
    clusters: dict[str, Cluster] = {}
    for entry in entries:
        facts = _facts(entry, designs, clusters.get(entry.get("parent", "")))
        cluster = services.create(SYSTEM, facts, consortium, is_example=entry["is_example"])
        clusters[entry["key"]] = cluster
        _members(entry, cluster, organisations)
        db.session.refresh(cluster)
        state = ClusterState(entry["state"])
        for step in WAYS.get(state, WAY[: WAY.index(state) + 1] if state in WAY else ()):
            services.move(SYSTEM, cluster, cluster.version, step, needs=consortium.clusters, reason=entry.get("reason"))
        if entry["published"]:
            services.publish(SYSTEM, cluster, cluster.version, published=True)
        _checks(entry, cluster)
    return clusters


def consolidate(entries: list[dict[str, Any]], clusters: Mapping[str, Cluster], consortium: Consortium) -> None:
    """Call those clusters consolidated that the file says are; their events, which it takes, are entered by now."""
    for cluster in (clusters[entry["key"]] for entry in entries if entry["state"] == S.CONSOLIDATED.value):
        # On a day long after the file's events nothing happened within a year, and the cluster stays active.
        with suppress(NotReadyToWork):
            services.move(SYSTEM, cluster, cluster.version, S.CONSOLIDATED, needs=consortium.clusters)


def _facts(entry: dict[str, Any], designs: Mapping[str, MicroCredential], parent: Cluster | None) -> ClusterFacts:
    same = ("name", "acronym", "countries", "regions", "isced_f", "nace", "mission", "services", "sustainability_note")
    return ClusterFacts(
        **{name: entry[name] for name in same},
        type=ClusterType(entry["type"]),
        scope=ClusterScope(entry["scope"]),
        founded_on=day_of(entry["founded_on"]),
        parent=parent,
        microcredentials=[designs[code] for code in entry["microcredentials"]],
    )


def _members(entry: dict[str, Any], cluster: Cluster, organisations: Mapping[str, Organisation]) -> None:
    for member in entry["members"]:
        facts = memberships.MemberFacts(
            role=MemberRole(member["role"]), joined_on=day_of(member["from"]), may_be_named=member.get("named", False)
        )
        made = memberships.add(SYSTEM, cluster, organisations[member["organisation"]], facts)
        if member.get("to"):
            memberships.end(SYSTEM, made, made.version, day_of(member["to"]), member["reason"])
    coordinator = organisations[entry["members"][0]["organisation"]]
    inviting = Actor(name=coordinator.name, grants=SYSTEM.grants)
    for key in entry["invited"]:
        _invite(inviting, cluster, organisations[key])
    for answer in entry.get("declined", ()):
        invitation = _invite(inviting, cluster, organisations[answer["organisation"]])
        words = {name: answer[name] for name in ("name", "function", "reason")}
        invitations.answer(invitation, accepted=False, **words)


def _invite(actor: Actor, cluster: Cluster, organisation: Organisation) -> Any:
    role, email = MemberRole.MEMBER, organisation.email
    return invitations.invite(actor, cluster, organisation, role=role, email=email, language="en")[0]


def _checks(entry: dict[str, Any], cluster: Cluster) -> None:
    for check in entry["checks"]:
        scores = dict(zip(GROUPS, check["scores"], strict=True))
        services.assess(SYSTEM, cluster, day_of(check["day"]), scores, check["notes"])

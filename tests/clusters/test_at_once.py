"""Two work at one cluster in the same moment: what is checked is checked of what stands when it is one's turn.

On PostgreSQL: SQLite lets the second begin only once the first has done.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.clusters import invitations, memberships
from app.clusters.doors import Closed
from app.clusters.models import Cluster, ClusterMembership, ClusterState, MemberRole
from app.core.access import SYSTEM
from app.core.errors import EditConflict
from app.microcredentials import services as designs
from app.microcredentials.models import MicroCredential, MicroCredentialState
from tests.accounts.people import work
from tests.clusters.conftest import NOW, Made, join, member, move, organisation
from tests.events.world import World

pytestmark = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


@pytest.mark.parametrize(
    "late",
    [
        join,
        lambda cluster, key: invitations.invite(
            SYSTEM, cluster, organisation(key), role=MemberRole.MEMBER, email="ana@example.org", language="en"
        ),
    ],
    ids=["member", "invitation"],
)
def test_nobody_joins_a_cluster_that_was_dissolved_meanwhile(
    app: Flask, world: World, made: Made, late: Callable[[Cluster, int], Any]
) -> None:
    key = made(working=True)
    with work(app) as session:
        cluster = session.get_one(Cluster, key)
        assert cluster.state is ClusterState.ACTIVE
        with work(app) as other:
            move(other.get_one(Cluster, key), ClusterState.DORMANT, ClusterState.DISSOLVED)
        with pytest.raises(Closed):
            late(cluster, world.coordinator)
        session.rollback()


def test_a_member_that_left_meanwhile_does_not_leave_again(app: Flask, world: World, made: Made) -> None:
    left = member(app, made(working=True), world.company)
    with work(app) as session:
        entry = session.get_one(ClusterMembership, left)
        version = entry.version
        with work(app) as other:
            memberships.end(SYSTEM, other.get_one(ClusterMembership, left), version, NOW, "Moved away")
        with pytest.raises(EditConflict):
            memberships.end(SYSTEM, entry, version, NOW, "Gone")
        session.rollback()


def test_a_design_that_was_moved_meanwhile_is_compared_with_what_stands(app: Flask, world: World) -> None:
    with work(app) as session:
        design = session.get_one(MicroCredential, world.pattern)
        version = design.version
        with work(app) as other:
            theirs = other.get_one(MicroCredential, world.pattern)
            designs.move(SYSTEM, theirs, MicroCredentialState.RETIRED, version, "Nobody asked for it")
        with pytest.raises(EditConflict):
            designs.move(SYSTEM, design, MicroCredentialState.RETIRED, version, "Double")
        assert design.state is MicroCredentialState.RETIRED
        session.rollback()

"""Two organisations of one cluster become one, with all that hangs on their memberships, and two again."""

from datetime import date
from typing import Any, cast

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.clusters import invitations, memberships
from app.clusters.models import (
    Cluster,
    ClusterAnswer,
    ClusterInvitation,
    ClusterMembership,
    MemberRole,
    MembershipState,
)
from app.core.access import SYSTEM
from app.extensions import db
from app.stakeholders import merging
from app.stakeholders.merging import Versions
from app.stakeholders.models import Organisation
from tests.clusters.conftest import S, join, make, move
from tests.events.world import build
from tests.stakeholders.register import name, organisation
from tests.stakeholders.test_merging import dump

M, R = MembershipState, MemberRole


@pytest.fixture(autouse=True)
def as_served(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Know of indexes what a portal knows that makes no tables; making them tells SQLAlchemy more."""
    told = f"{session.get_bind().dialect.name}_where"
    for index in cast(sa.Table, ClusterMembership.__table__).indexes:
        if index.unique:
            monkeypatch.delitem(index.dialect_kwargs, told)


@pytest.fixture
def cluster(app: Flask) -> Cluster:
    """A working cluster that the school coordinates."""
    world = build()
    made = make(app)
    join(made, world.school, R.COORDINATOR)
    join(made, world.company)
    join(made, world.agency)
    move(made, S.FORMING, S.ACTIVE)
    return made


def invite(cluster: Cluster, body: Organisation) -> ClusterMembership:
    asked: Any = {"role": R.MEMBER, "email": "office@example.org", "language": "en"}
    return invitations.invite(SYSTEM, cluster, body, **asked)[0].membership


def stand(how: str, cluster: Cluster, body: Organisation) -> ClusterMembership:
    """Have an organisation stand to a cluster in one of the ways there are."""
    if how == "coordinates":
        return join(cluster, body.id, R.COORDINATOR, date(2025, 2, 1))
    if how in ("invited", "declined", "accepted"):
        made = invite(cluster, body)
        if how != "invited":
            sent = db.session.scalars(sa.select(ClusterInvitation).filter_by(membership_id=made.id)).one()
            said = {"name": "Ana", "function": "Head", "reason": None if how == "accepted" else "No time"}
            invitations.answer(sent, accepted=how == "accepted", **said)
        return made
    since = date(2024, 9, 1) if how == "left" else date(2025, 1, 1)
    made = join(cluster, body.id, R.MEMBER, since)
    if how == "left":
        memberships.end(SYSTEM, made, made.version, date(2025, 3, 1), "Moved away")
    if how == "changed":
        changed = memberships.MemberFacts(role=R.STEERING, joined_on=since, role_since=date(2025, 3, 1))
        memberships.edit(SYSTEM, made, made.version, changed)
    return made


WAYS = ("coordinates", "member", "changed", "left", "invited", "accepted", "declined")


@pytest.mark.parametrize(("mine", "theirs"), [(one, other) for one in WAYS for other in WAYS if one <= other])
def test_two_of_one_cluster_become_one_and_two_again(
    session: Session, cluster: Cluster, mine: str, theirs: str
) -> None:
    bodies = organisation(name("Vanadzor College"), country="AM"), organisation(name("The double"), country="AM")
    for how, body in zip((mine, theirs), bodies, strict=True):
        stand(how, cluster, body)
    session.expire_all()
    for survivor, absorbed in (bodies, bodies[::-1]):
        before, answers = dump(), session.query(ClusterAnswer).count()
        record = merging.merge(SYSTEM, survivor, absorbed, Versions(survivor.version, absorbed.version), set())
        stays = session.query(ClusterMembership).filter_by(cluster_id=cluster.id, organisation_id=survivor.id).all()
        assert len(stays) == 2
        assert sum(stay.state in (M.INVITED, M.ACTIVE) for stay in stays) <= 1
        assert session.query(ClusterMembership).filter_by(organisation_id=absorbed.id).count() == 0
        assert session.query(ClusterAnswer).count() == answers
        merging.undo(SYSTEM, record)
        after = dump()
        assert {table for table in before if before[table] != after[table]} == set()

"""Organisations that become one and are mapped for the same, or belong to the same cluster: each place is left once."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clusters import invitations, member_queries, memberships
from app.clusters.models import Cluster, ClusterMembership, MemberRole, MembershipState
from app.core.access import SYSTEM
from app.engagement import queries
from app.engagement.models import Attitude, MappingEntry
from app.engagement.queries import Scope
from app.engagement.services import EntryFacts, map_organisation
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders import merging
from app.stakeholders.merge_records import OrganisationMerge
from app.stakeholders.merging import Versions
from app.stakeholders.models import Organisation
from tests.clusters.conftest import join, make
from tests.engagement.conftest import judgement
from tests.events.world import World, build
from tests.stakeholders.register import name, organisation
from tests.stakeholders.test_merging import dump

Pair = tuple[World, Organisation, Organisation]
S = MembershipState


@pytest.fixture
def pair(session: Session) -> Pair:
    """A college and its double."""
    return build(), organisation(name("Vanadzor College"), country="AM"), organisation(name("Its double"), country="AM")


def merge(mine: Organisation, double: Organisation) -> OrganisationMerge:
    return merging.merge(SYSTEM, mine, double, Versions(mine.version, double.version), set())


def mapped(
    who: Organisation, *, codes: tuple[str, ...] = (), cluster: Cluster | None = None, **changes
) -> MappingEntry:
    concerned = list(db.session.scalars(select(MicroCredential).where(MicroCredential.code.in_(codes))))
    country = None if codes or cluster else "AM"
    facts = EntryFacts(organisation=who, country=country, microcredentials=concerned, cluster=cluster)
    return map_organisation(SYSTEM, facts, judgement(**changes))


def test_both_mapped_for_a_country_stand_there_once_with_every_judgement(pair: Pair) -> None:
    _world, mine, double = pair
    kept = mapped(mine, influence=2, reason="Small.")
    mapped(double, influence=5, judged_on=date(2025, 3, 1), reason="Grown.", attitude=Attitude.SUPPORTER)
    before = dump()
    record = merge(mine, double)

    rows = queries.of_scope(SYSTEM, Scope(country="AM"))
    assert [(row.organisation_id, row.influence, row.attitude) for row in rows] == [(mine.id, 5, Attitude.SUPPORTER)]
    told = queries.judgements(SYSTEM, queries.entry(SYSTEM, kept.id))
    assert [row.reason for row in told] == ["Grown.", "Small."]

    merging.undo(SYSTEM, record)
    assert dump() == before
    assert len(queries.of_scope(SYSTEM, Scope(country="AM"))) == 2


def test_both_mapped_for_a_microcredential_stand_there_once(pair: Pair) -> None:
    _world, mine, double = pair
    mapped(mine, codes=("AM-03",))
    mapped(double, codes=("AM-03", "GE-01"))
    before = dump()
    record = merge(mine, double)

    for code in ("AM-03", "GE-01"):
        assert [row.organisation_id for row in queries.of_scope(SYSTEM, Scope(code=code))] == [mine.id]

    merging.undo(SYSTEM, record)
    assert dump() == before


def test_an_entry_for_the_same_microcredentials_goes_up_in_the_other(pair: Pair) -> None:
    _world, mine, double = pair
    kept = mapped(mine, codes=("AM-03", "GE-01"))
    gone = mapped(double, codes=("AM-03",), reason="Asked again.")
    merge(mine, double)

    assert [row.id for row in queries.of_scope(SYSTEM, Scope(code="AM-03"))] == [kept.id]
    assert len(queries.judgements(SYSTEM, kept)) == 2
    assert queries.entry(SYSTEM, gone.id) is kept


def test_two_mapped_for_a_cluster_are_one(pair: Pair, app: Flask) -> None:
    _world, mine, double = pair
    cluster = make(app)
    mapped(mine, cluster=cluster)
    mapped(double, cluster=cluster)
    merge(mine, double)

    assert [row.organisation_id for row in queries.of_scope(SYSTEM, Scope(cluster=cluster.id))] == [mine.id]


def members_of(cluster: Cluster, day: date) -> list[tuple[int, str]]:
    return [(row.organisation_id, row.role) for row in member_queries.members(SYSTEM, [cluster.id], day)]


def test_two_members_of_a_cluster_are_one_who_still_coordinates_it(pair: Pair, app: Flask) -> None:
    _world, mine, double = pair
    cluster = make(app)
    join(cluster, mine.id, since=date(2025, 2, 1))
    join(cluster, double.id, MemberRole.COORDINATOR, since=date(2024, 6, 1))
    before = dump()
    record = merge(mine, double)

    assert members_of(cluster, date(2025, 5, 1)) == [(mine.id, MemberRole.COORDINATOR)]
    assert members_of(cluster, date(2024, 7, 1)) == [(mine.id, MemberRole.COORDINATOR)]

    merging.undo(SYSTEM, record)
    assert dump() == before


def test_an_invitation_gives_way_to_a_membership_and_keeps_its_link(pair: Pair, app: Flask) -> None:
    _world, mine, double = pair
    cluster = make(app)
    join(cluster, mine.id)
    letter: dict[str, Any] = {"role": MemberRole.MEMBER, "email": "office@college.example.org", "language": "en"}
    invitation, _path = invitations.invite(SYSTEM, cluster, double, **letter)
    before = dump()
    record = merge(mine, double)

    states = select(ClusterMembership.state).where(ClusterMembership.organisation_id == mine.id)
    assert sorted(db.session.scalars(states)) == [S.ACTIVE, S.WITHDRAWN]
    assert not invitations.is_open(invitation)

    merging.undo(SYSTEM, record)
    assert dump() == before
    assert invitations.is_open(invitation)


def test_stays_that_meet_become_one_and_those_apart_stay_two(pair: Pair, app: Flask) -> None:
    _world, mine, double = pair
    meeting, apart = make(app), make(app, name={"en": "Another"})
    for cluster, until in ((meeting, date(2025, 3, 1)), (apart, date(2024, 12, 1))):
        join(cluster, mine.id, since=date(2025, 1, 1))
        stay = join(cluster, double.id, since=date(2024, 6, 1))
        memberships.end(SYSTEM, stay, stay.version, until, "Moved")
    merge(mine, double)

    assert members_of(meeting, date(2025, 2, 1)) == [(mine.id, MemberRole.MEMBER)]
    assert members_of(meeting, date(2024, 7, 1)) == [(mine.id, MemberRole.MEMBER)]
    assert members_of(apart, date(2024, 12, 15)) == []
    assert members_of(apart, date(2024, 7, 1)) == [(mine.id, MemberRole.MEMBER)]

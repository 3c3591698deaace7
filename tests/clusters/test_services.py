"""What may happen to clusters and memberships."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.accounts.services import scope_of
from app.clusters import invitations, member_queries, memberships, partners, queries, rules, services
from app.clusters.doors import Closed
from app.clusters.models import Cluster, ClusterMembership, ClusterScope, ClusterState, MemberRole, MembershipState
from app.clusters.self_checks import ClusterAssessment
from app.core import clock
from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.audit import EvidenceError
from app.core.errors import EditConflict, NotAllowed, Refused, StillReferred
from app.core.search_key import search_key
from app.core.states import StateTransitionError, moves_of
from app.events import services as events
from app.microcredentials import links
from app.microcredentials.models import MicroCredential
from app.microcredentials.services import delete as delete_design
from tests.clusters.conftest import NOW, facts, join, make, move, organisation
from tests.events.world import World, build

S, M, R = ClusterState, MembershipState, MemberRole
CHECKED = {"structure": 1, "governance": 2, "financing": 0, "services": 3, "contacts": 1, "achievements": 0}


@pytest.fixture
def world(session: Session) -> World:
    """The small consortium, within the test's transaction."""
    return build()


@pytest.fixture
def working(app: Flask, session: Session, world: World) -> Cluster:
    """An active cluster of a school that coordinates, a company and an agency."""
    cluster = make(app)
    join(cluster, world.school, R.COORDINATOR)
    join(cluster, world.company)
    join(cluster, world.agency)
    move(cluster, S.FORMING, S.ACTIVE)
    return cluster


def member_of(cluster: Cluster, key: int) -> ClusterMembership:
    return next(entry for entry in cluster.memberships if entry.organisation_id == key)


def test_a_cluster_that_lacks_members_is_told_what(app: Flask, session: Session, world: World):
    cluster = make(app)
    join(cluster, world.company)
    move(cluster, S.FORMING)
    with pytest.raises(rules.NotReadyToWork) as refused:
        move(cluster, S.ACTIVE)
    assert len(refused.value.missing) == 3
    assert cluster.state is S.FORMING


@pytest.mark.parametrize("state", [S.DORMANT, S.DISSOLVED])
def test_letting_rest_and_dissolving_say_why(working: Cluster, state: ClusterState):
    with pytest.raises(Refused) as refused:
        move(working, state, reason=None)
    assert set(refused.value.messages) == {"reason"}
    move(working, state, reason="No money")
    assert working.state is state


def test_a_dormant_cluster_wakes_only_with_what_an_active_one_has(session: Session, world: World, working: Cluster):
    move(working, S.DORMANT)
    school = member_of(working, world.school)
    memberships.end(SYSTEM, school, school.version, NOW, "Closed")
    with pytest.raises(rules.NotReadyToWork):
        move(working, S.ACTIVE)


def test_a_cluster_is_consolidated_only_with_activity_and_a_note(session: Session, world: World, working: Cluster):
    with pytest.raises(rules.NotReadyToWork) as refused:
        move(working, S.CONSOLIDATED)
    assert len(refused.value.missing) == 2
    assert working.state is S.ACTIVE
    working.sustainability_note = {"en": "The college pays."}
    events.log(SYSTEM, world.consultation(cluster=working))
    move(working, S.CONSOLIDATED)


def test_every_move_is_on_record_and_no_other_is_possible(session: Session, world: World, working: Cluster):
    working.sustainability_note = {"en": "The college pays."}
    events.log(SYSTEM, world.consultation(cluster=working))
    move(working, S.CONSOLIDATED, S.DORMANT, S.ACTIVE)
    assert [step.new for step in moves_of(session, working)] == [
        *("forming", "active", "consolidated", "dormant", "active"),
    ]
    with pytest.raises(StateTransitionError):
        move(working, S.PROPOSED)


def test_dissolving_ends_what_is_open(session: Session, world: World, working: Cluster):
    invitation, _path = invitations.invite(
        SYSTEM, working, organisation(world.coordinator), role=R.MEMBER, email="a@example.org", language="en"
    )
    move(working, S.DISSOLVED)
    assert {entry.state for entry in working.memberships} == {M.LEFT, M.WITHDRAWN}
    assert {entry.left_on for entry in working.memberships if entry.state is M.LEFT} == {NOW}
    assert not invitations.is_open(invitation)
    with pytest.raises(Refused):
        join(working, world.school)


def test_a_cluster_does_not_stand_above_itself(app: Flask, session: Session, world: World):
    top = make(app)
    middle = make(app, parent=top)
    low = make(app, parent=middle)
    for above in (low, middle, top):
        with pytest.raises(rules.Circle):
            services.edit(SYSTEM, top, top.version, facts(parent=above), app.config["CONSORTIUM"])
        session.refresh(top)
    assert next(row.id for row in queries.family(SYSTEM, top.id)) == top.id
    assert {row.id for row in queries.family(SYSTEM, top.id)} == {top.id, middle.id, low.id}
    assert set(queries.above(low.id)) == {top.id, middle.id, low.id}


def test_an_organisation_is_in_a_cluster_once_at_a_time_and_in_many_clusters(
    app: Flask, session: Session, world: World, working: Cluster
):
    with pytest.raises(rules.Overlap):
        join(working, world.company)
    with pytest.raises(rules.Overlap):
        invitations.invite(
            SYSTEM, working, organisation(world.company), role=R.MEMBER, email="a@example.org", language="en"
        )
    join(make(app), world.company)
    assert len(member_queries.memberships_of(SYSTEM, world.company)) == 2


def test_who_left_comes_back_but_not_into_the_days_before(session: Session, world: World, working: Cluster):
    company = member_of(working, world.company)
    memberships.end(SYSTEM, company, company.version, date(2025, 5, 1), "Sold")
    with pytest.raises(rules.Overlap):
        join(working, world.company, since=date(2025, 4, 30))
    again = join(working, world.company, since=date(2025, 5, 1))
    with pytest.raises(rules.Overlap):
        memberships.edit(
            SYSTEM, again, again.version, memberships.MemberFacts(role=R.MEMBER, joined_on=date(2025, 3, 1))
        )


def test_the_databases_refuse_two_open_memberships_and_two_coordinators(
    session: Session, world: World, working: Cluster
):
    row = {"cluster_id": working.id, "joined_on": NOW, "may_be_named": False, "version": 1, "state": M.ACTIVE}
    row |= {"created_at": clock.now(), "updated_at": clock.now()}
    again = {"organisation_id": world.company, "role": R.MEMBER}
    another = {"organisation_id": world.coordinator, "role": R.COORDINATOR}
    for forged in (again, another):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.connection().execute(insert(ClusterMembership), row | forged)


def test_a_member_who_left_in_may_is_in_the_report_of_march(session: Session, world: World, working: Cluster):
    company = member_of(working, world.company)
    memberships.end(SYSTEM, company, company.version, date(2025, 5, 6), "Sold")

    def on(day: date) -> set[int]:
        return {row.organisation_id for row in member_queries.members(SYSTEM, [working.id], day)}

    assert world.company in on(date(2025, 3, 10))
    assert world.company in on(date(2025, 5, 5))
    assert world.company not in on(date(2025, 5, 6))
    assert on(date(2024, 12, 31)) == set()


def test_a_new_coordinator_takes_over_and_there_is_one_all_the_time(session: Session, world: World, working: Cluster):
    school, company = member_of(working, world.school), member_of(working, world.company)
    facts_of = lambda role: memberships.MemberFacts(role=role, joined_on=date(2025, 1, 1))  # noqa: E731
    with pytest.raises(rules.CoordinatorNeeded):
        memberships.edit(SYSTEM, school, school.version, facts_of(R.MEMBER))
    with pytest.raises(rules.CoordinatorNeeded):
        memberships.end(SYSTEM, school, school.version, NOW, "Closed")
    memberships.edit(SYSTEM, company, company.version, facts_of(R.COORDINATOR))
    assert (school.role, company.role) == (R.MEMBER, R.COORDINATOR)
    memberships.end(SYSTEM, school, school.version, NOW, "Closed")
    assert working.coordinator is company


def test_stale_versions_are_conflicts(app: Flask, session: Session, world: World, working: Cluster):
    company = member_of(working, world.company)
    entry = memberships.MemberFacts(role=R.DEPUTY, joined_on=NOW)
    for call in (
        lambda: services.edit(SYSTEM, working, 0, facts(), app.config["CONSORTIUM"]),
        lambda: services.publish(SYSTEM, working, 0, published=True),
        lambda: services.delete(SYSTEM, working, None),
        lambda: memberships.edit(SYSTEM, company, 0, entry),
        lambda: memberships.end(SYSTEM, company, 0, NOW, "Sold"),
    ):
        with pytest.raises(EditConflict):
            call()


def test_ending_needs_a_reason_and_a_member(session: Session, world: World, working: Cluster):
    company = member_of(working, world.company)
    with pytest.raises(Refused):
        memberships.end(SYSTEM, company, company.version, NOW, "")
    memberships.end(SYSTEM, company, company.version, NOW, "Sold")
    with pytest.raises(Closed):
        memberships.end(SYSTEM, company, company.version, NOW, "Sold again")


def test_only_what_says_enough_in_english_is_published(app: Flask, session: Session, world: World):
    cluster = make(app, mission=None)
    with pytest.raises(Refused):
        services.publish(SYSTEM, cluster, cluster.version, published=True)


def test_what_is_referred_to_is_not_deleted(app: Flask, session: Session, world: World):
    pattern = session.get_one(MicroCredential, world.pattern)
    empty, parent = make(app, microcredentials=[pattern]), make(app)
    child = make(app, parent=parent)
    with pytest.raises(StillReferred) as refused:
        services.delete(SYSTEM, parent, parent.version)
    assert refused.value.referrers == ["Cluster"]
    join(child, world.school)
    with pytest.raises(StillReferred):
        services.delete(SYSTEM, child, child.version)
    services.delete(SYSTEM, empty, empty.version)
    assert session.get(Cluster, empty.id) is None


def test_a_cluster_stands_on_the_pages_of_its_microcredentials(app: Flask, session: Session, world: World):
    pattern = session.get_one(MicroCredential, world.pattern)
    cluster = make(app, microcredentials=[pattern], founded_on=date(2024, 10, 1))
    concern = next(
        entry for entry in links.everything_concerning(session, SYSTEM, pattern.id) if entry.kind.name == "cluster"
    )
    assert [(record.url, record.dated) for record in concern.records] == [
        (f"/clusters/{cluster.id}", date(2024, 10, 1))
    ]
    with pytest.raises(StillReferred):
        delete_design(SYSTEM, pattern)
    services.edit(
        SYSTEM, cluster, cluster.version, facts(microcredentials=[pattern], acronym="TC"), app.config["CONSORTIUM"]
    )
    assert [entry.code for entry in cluster.microcredentials] == ["AM-03"]


def test_self_checks_only_grow(session: Session, working: Cluster):
    services.assess(SYSTEM, working, NOW, CHECKED, {"financing": "Nothing yet", "nonsense": "x"})
    kept = session.scalars(select(ClusterAssessment)).one()
    assert (kept.services, kept.notes) == (3, {"financing": "Nothing yet"})
    kept.services = 0
    with pytest.raises(EvidenceError):
        session.flush()
    session.expire(kept)
    with pytest.raises(DBAPIError), session.begin_nested():
        session.connection().execute(text("UPDATE cluster_assessment SET services = 0"))
    with pytest.raises(DBAPIError), session.begin_nested():
        session.connection().execute(text("DELETE FROM cluster_assessment"))


@pytest.mark.parametrize("scores", [{}, CHECKED | {"services": 4}, CHECKED | {"services": -1}])
def test_a_self_check_goes_from_0_to_3_in_every_group(session: Session, working: Cluster, scores: dict[str, int]):
    with pytest.raises(Refused):
        services.assess(SYSTEM, working, NOW, scores, {})


def test_a_self_check_of_a_day_to_come_is_refused(session: Session, working: Cluster):
    with pytest.raises(Refused) as refused:
        services.assess(SYSTEM, working, date(2026, 1, 1), CHECKED, {})
    assert "assessed_on" in refused.value.messages


# Who may change a cluster of Armenia that the Armenian school coordinates, and propose one there.
RIGHTS = {
    "admin": (True, True),
    "coordinator": (True, True),
    "lead": (True, True),
    "foreign lead": (False, False),
    "editor": (True, True),
    "foreign editor": (False, False),
    "cluster": (False, True),
    "expert": (False, False),
    "auditor": (False, False),
    "guest": (False, False),
    "public": (False, False),
}


@pytest.mark.parametrize("who", list(RIGHTS))
def test_each_role_changes_and_proposes_what_the_table_says(
    app: Flask, session: Session, world: World, working: Cluster, who: str
):
    actor, (changes, proposes) = world.actors[who], RIGHTS[who]
    if changes:
        services.edit(actor, working, working.version, facts(acronym="TC"), app.config["CONSORTIUM"])
    else:
        with pytest.raises(NotAllowed):
            services.edit(actor, working, working.version, facts(), app.config["CONSORTIUM"])
    if proposes:
        mine = make(app, actor=actor)
        services.edit(actor, mine, mine.version, facts(acronym="MINE"), app.config["CONSORTIUM"])
    else:
        with pytest.raises(Refused):
            make(app, actor=actor)


def test_a_cluster_across_borders_belongs_to_the_leads_of_both_countries(app: Flask, session: Session, world: World):
    cluster = make(app, scope=ClusterScope.CROSS_BORDER, countries=["AM", "GE"])
    for who in ("lead", "foreign lead"):
        services.publish(world.actors[who], cluster, cluster.version, published=True)


def test_nobody_edits_a_cluster_out_of_reach(app: Flask, session: Session, world: World):
    cluster = make(app)
    changed = facts(countries=["GE"], regions=["GE-KA"])
    with pytest.raises(Refused) as refused:
        services.edit(world.actors["lead"], cluster, cluster.version, changed, app.config["CONSORTIUM"])
    assert "countries" in refused.value.messages


# What each sees: a published cluster, and one that is not, in which the Armenian company is invited.
SEEN = {
    "admin": 2,
    "auditor": 2,
    "foreign editor": 2,
    "expert": 2,
    "guest": 2,
    "public": 1,
}


@pytest.mark.parametrize("who", list(SEEN))
def test_each_role_sees_what_is_open_to_it(app: Flask, session: Session, world: World, who: str):
    open_, closed = make(app), make(app)
    services.publish(SYSTEM, open_, open_.version, published=True)
    invitations.invite(SYSTEM, closed, organisation(world.company), role=R.MEMBER, email="a@example.org", language="en")
    found = session.scalars(select(Cluster.id).where(queries.visible_to(world.actors[who]))).all()
    assert len(found) == SEEN[who]
    assert open_.id in found


def test_who_declined_does_not_see_what_is_not_published(app: Flask, session: Session, world: World):
    cluster = make(app)
    invitation, _path = invitations.invite(
        SYSTEM, cluster, organisation(world.company), role=R.MEMBER, email="a@example.org", language="en"
    )
    invitations.answer(invitation, accepted=False, name="Ani", function="Owner")
    assert session.scalars(select(Cluster.id).where(queries.visible_to(world.actors["guest"]))).all() == []


def test_a_cluster_coordinator_changes_the_clusters_of_the_own_organisation(
    app: Flask, session: Session, world: World, working: Cluster
):
    grant = scope_of(SYSTEM, Role.CLUSTER_COORDINATOR, "AM", world.school)
    assert grant == Grant(Role.CLUSTER_COORDINATOR, "AM", world.school)
    assert scope_of(SYSTEM, Role.CLUSTER_COORDINATOR, "AM", world.agency).organisation_id is None
    coordinator = Actor(20, "Lusine", (grant,))
    services.publish(coordinator, working, working.version, published=True)
    with pytest.raises(NotAllowed):
        services.publish(coordinator, make(app), 1, published=True)


def test_the_nearest_partners_come_first_also_those_whose_region_nobody_knows(
    app: Flask, session: Session, world: World
):
    pattern = session.get_one(MicroCredential, world.pattern)
    pattern.developers = [organisation(world.agency)]
    places = {world.school: ("AM", "AM-LO"), world.company: ("AM", None), world.agency: ("GE", None)}
    for key, place in places.items():
        organisation(key).country, organisation(key).region = place
    cluster = make(app, microcredentials=[pattern])
    found = partners.suggestions(SYSTEM, cluster, partners.Wish())
    assert [row.id for row in found] == [world.school, world.company, world.agency]


@pytest.mark.parametrize("words", ["Լոռ", "Lori textile", "tekstil lori"])
def test_partners_are_found_as_in_every_list(app: Flask, session: Session, world: World, words: str):
    company = organisation(world.company)
    company.name, company.native_name = "Textile Lori", "Տեքստիլ Լոռի"
    company.search_key = " | ".join(map(search_key, (company.name, company.native_name)))
    found = partners.suggestions(SYSTEM, make(app), partners.Wish(words=words))
    assert world.company in [row.id for row in found]

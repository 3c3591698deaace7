"""Members of clusters have their roles from day to day."""

# ruff: noqa: F811 - the fixtures of the services' tests

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.clusters import member_queries, member_roles, memberships, role_corrections, services
from app.clusters.models import Cluster
from app.clusters.role_corrections import TrueDay
from app.clusters.roster import roster
from app.core.access import SYSTEM
from app.core.errors import EditConflict, Refused
from tests.clusters.conftest import NOW, facts, join, make, organisation
from tests.clusters.test_services import R, member_of, working, world  # noqa: F401 - fixtures
from tests.events.world import World


def roles_on(working: Cluster, day: date) -> dict[int, str]:
    """The role of each member on a day."""
    rows = member_queries.members(SYSTEM, [working.id], day)
    return {row.organisation_id: row.role.value for row in rows}


def test_who_coordinated_on_a_day_stays_known_after_somebody_took_over(
    session: Session, world: World, working: Cluster
):
    school, company = member_of(working, world.school), member_of(working, world.company)
    takes_over = memberships.MemberFacts(role=R.COORDINATOR, joined_on=date(2025, 1, 1), role_since=date(2025, 5, 1))
    memberships.edit(SYSTEM, company, company.version, takes_over)
    before = {world.school: "coordinator", world.company: "member", world.agency: "member"}
    after = {world.school: "member", world.company: "coordinator", world.agency: "member"}
    assert roles_on(working, date(2025, 3, 1)) == roles_on(working, date(2025, 4, 30)) == before
    assert roles_on(working, date(2025, 5, 1)) == roles_on(working, NOW) == after
    told = [(row.role, row.since) for row in member_roles.history(company)]
    assert told == [(R.COORDINATOR, date(2025, 5, 1)), (R.MEMBER, date(2025, 1, 1))]
    memberships.end(SYSTEM, school, school.version, date(2025, 5, 6), "Closed")
    assert roles_on(working, date(2025, 3, 1)) == before


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2025, 5, 31)])
def test_a_role_has_its_days_within_the_membership(session: Session, world: World, working: Cluster, day: date):
    company = member_of(working, world.company)
    entry = memberships.MemberFacts(role=R.DEPUTY, joined_on=date(2025, 1, 1), role_since=day)
    with pytest.raises(Refused) as refused:
        memberships.edit(SYSTEM, company, company.version, entry)
    assert set(refused.value.messages) == {"role_since"}


def test_who_came_and_left_on_one_day_gives_a_later_stay_no_role(session: Session, world: World, working: Cluster):
    company = member_of(working, world.company)
    was = memberships.MemberFacts(role=R.DEPUTY, joined_on=date(2025, 1, 1), role_since=date(2025, 1, 1))
    memberships.edit(SYSTEM, company, company.version, was)
    memberships.end(SYSTEM, company, company.version, date(2025, 1, 1), "By mistake")
    later = memberships.MemberFacts(role=R.MEMBER, joined_on=date(2025, 2, 1))
    memberships.add(SYSTEM, working, company.organisation, later)
    assert roles_on(working, date(2025, 3, 1))[world.company] == "member"


def test_nobody_takes_over_before_the_one_before_began(session: Session, world: World, working: Cluster):
    school, company = member_of(working, world.school), member_of(working, world.company)
    facts_of = lambda role, since: memberships.MemberFacts(role=role, joined_on=date(2025, 1, 1), role_since=since)  # noqa: E731
    memberships.edit(SYSTEM, company, company.version, facts_of(R.COORDINATOR, date(2025, 5, 1)))
    with pytest.raises(Refused):
        memberships.edit(SYSTEM, school, school.version, facts_of(R.COORDINATOR, date(2025, 4, 1)))


def test_a_day_that_was_entered_wrong_is_put_right_and_what_was_entered_stays(
    session: Session, world: World, working: Cluster
):
    school, company = member_of(working, world.school), member_of(working, world.company)
    takes_over = memberships.MemberFacts(role=R.COORDINATOR, joined_on=date(2025, 1, 1), role_since=date(2025, 5, 1))
    memberships.edit(SYSTEM, company, company.version, takes_over)
    wrong = member_roles.history(company)[0]
    role_corrections.correct(SYSTEM, company, wrong, company.version, TrueDay(date(2025, 3, 1), "A slip of the pen"))
    assert roles_on(working, date(2025, 4, 1)) == {
        world.school: "member",
        world.company: "coordinator",
        world.agency: "member",
    }
    assert roles_on(working, date(2025, 2, 28))[world.school] == "coordinator"
    right = member_roles.history(company)[0]
    assert (right.row.since, right.since) == (date(2025, 5, 1), date(2025, 3, 1))
    assert [one.reason for one in right.corrections] == ["A slip of the pen"]
    assert member_roles.history(school)[0].since == date(2025, 3, 1)
    role_corrections.correct(SYSTEM, company, right, company.version, TrueDay(date(2025, 4, 1), "Looked it up"))
    assert member_roles.began(company) == date(2025, 4, 1)
    assert member_roles.history(school)[0].since == date(2025, 4, 1)


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2025, 1, 1), date(2030, 1, 1)])
def test_a_corrected_day_lies_between_the_roles_before_and_after(
    session: Session, world: World, working: Cluster, day: date
):
    company = member_of(working, world.company)
    facts = memberships.MemberFacts(role=R.DEPUTY, joined_on=date(2025, 1, 1), role_since=date(2025, 2, 1))
    memberships.edit(SYSTEM, company, company.version, facts)
    with pytest.raises(Refused) as refused:
        role_corrections.correct(
            SYSTEM, company, member_roles.history(company)[0], company.version, TrueDay(day, "Wrong")
        )
    assert set(refused.value.messages) == {"since"}


def test_two_who_put_both_halves_of_a_hand_over_right_do_not_part_them(
    session: Session, world: World, working: Cluster
):
    school, company = member_of(working, world.school), member_of(working, world.company)
    takes_over = memberships.MemberFacts(role=R.COORDINATOR, joined_on=date(2025, 1, 1), role_since=date(2025, 5, 1))
    memberships.edit(SYSTEM, company, company.version, takes_over)
    begun, ended = member_roles.history(company)[0], member_roles.history(school)[0]
    seen = school.version
    role_corrections.correct(SYSTEM, company, begun, company.version, TrueDay(date(2025, 3, 1), "A slip of the pen"))
    with pytest.raises(EditConflict):
        role_corrections.correct(SYSTEM, school, ended, seen, TrueDay(date(2025, 4, 1), "Looked it up"))
    role_corrections.correct(SYSTEM, school, ended, school.version, TrueDay(date(2025, 4, 1), "Looked it up"))
    assert member_roles.began(company) == member_roles.began(school) == date(2025, 4, 1)


def test_a_membership_begins_no_earlier_than_the_cluster(app: Flask, session: Session, world: World):
    cluster = make(app, founded_on=date(2025, 1, 1))
    with pytest.raises(Refused) as refused:
        join(cluster, world.school, since=date(2024, 12, 31))
    assert "joined_on" in refused.value.messages
    member = join(cluster, world.school, since=date(2025, 1, 1))
    earlier = memberships.MemberFacts(role=member.role, joined_on=date(2019, 1, 1))
    with pytest.raises(Refused):
        memberships.edit(SYSTEM, member, member.version, earlier)
    with pytest.raises(Refused) as later:
        services.edit(SYSTEM, cluster, cluster.version, facts(founded_on=date(2025, 2, 1)), app.config["CONSORTIUM"])
    assert "founded_on" in later.value.messages


def test_observers_do_not_make_a_cluster_ready(app: Flask, session: Session, world: World):
    cluster = make(app)
    join(cluster, world.school)
    join(cluster, world.company, R.OBSERVER)
    found = roster(SYSTEM, cluster, NOW)
    assert len(found.categories) == 2
    assert found.committed == [organisation(world.school).category]

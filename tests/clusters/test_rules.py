"""What must hold of clusters and memberships."""

from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clusters import nace, rules
from app.clusters.models import (
    MEMBERSHIP_MOVES,
    MOVES,
    ClusterScope,
    ClusterState,
    ClusterType,
    MemberRole,
    MembershipState,
    MemberType,
    member_type,
)
from app.clusters.readiness import checks, lacking_to_last
from app.clusters.rules import Stay
from app.config import ROOT
from app.core.consortium import ClusterNeeds, read_consortium
from app.core.errors import Refused
from app.stakeholders.models import Category

NEEDS = ClusterNeeds()
C, S, M = Category, ClusterState, MembershipState
BEM = read_consortium(ROOT / "consortia" / "bem")
DAY = date(2025, 5, 12)


@pytest.mark.parametrize(
    ("categories", "coordinated", "missing"),
    [
        ([], False, 3),
        ([C.COMPANY], True, 2),
        ([C.COMPANY] * 3, True, 1),
        ([C.COMPANY, C.CHAMBER], True, 1),
        ([C.COMPANY, C.COMPANY, C.CHAMBER], False, 1),
        ([C.COMPANY, C.COMPANY, C.CHAMBER], True, 0),
    ],
)
def test_an_active_cluster_has_a_coordinator_and_three_members_of_two_categories(
    app, categories: list[Category], coordinated: bool, missing: int
):
    with app.test_request_context():
        assert len(rules.missing_for_work(categories, coordinated, NEEDS)) == missing


def test_what_is_asked_is_the_consortiums_to_decide(app):
    with app.test_request_context():
        assert rules.missing_for_work([C.COMPANY], True, ClusterNeeds(active_members=1, active_categories=1)) == []
        with pytest.raises(rules.NotReadyToWork) as refused:
            rules.check_work([C.COMPANY], True, NEEDS)
    assert refused.value.missing == ["2 more active members are needed.", "Members of 1 more category are needed."]


days = st.dates(date(2024, 1, 1), date(2024, 12, 31))
stays = st.builds(
    lambda start, length: Stay(start, None if length is None else start + timedelta(days=length)),
    days,
    st.none() | st.integers(0, 90),
)


def days_of(stay: Stay) -> set[int]:
    last = stay.left or date(2026, 1, 1)
    return set(range(stay.joined.toordinal(), last.toordinal()))


@given(stays, stays)
def test_stays_overlap_exactly_when_they_share_a_day(one: Stay, other: Stay):
    if days_of(one) and days_of(other):
        assert one.overlaps(other) == bool(days_of(one) & days_of(other))
    assert one.overlaps(other) == other.overlaps(one)


def test_who_left_on_a_day_may_come_back_on_it():
    assert not Stay(date(2024, 1, 1), date(2024, 6, 1)).overlaps(Stay(date(2024, 6, 1)))


@pytest.mark.parametrize(
    ("joined", "left", "field"),
    [
        (DAY + timedelta(1), None, "joined_on"),
        (DAY, DAY + timedelta(1), "left_on"),
        (DAY, DAY - timedelta(1), "left_on"),
    ],
)
def test_days_to_come_and_ends_before_beginnings_are_refused(app, joined: date, left: date | None, field: str):
    with app.test_request_context(), pytest.raises(Refused) as refused:
        rules.check_days(joined, left, DAY)
    assert set(refused.value.messages) == {field}


@pytest.mark.parametrize(
    ("joined", "founded", "stands", "is_refused"),
    [
        (DAY - timedelta(1), DAY, None, True),
        (DAY, DAY, None, False),
        (DAY - timedelta(1), None, None, False),
        (DAY - timedelta(1), DAY, DAY - timedelta(1), False),
        (DAY - timedelta(2), DAY, DAY - timedelta(1), True),
    ],
)
def test_nobody_is_a_member_before_there_is_a_cluster(app, joined, founded, stands, is_refused):
    with app.test_request_context(), pytest.raises(Refused) if is_refused else nullcontext() as refused:
        rules.check_joined(joined, founded, stands)
    assert not is_refused or set(refused.value.messages) == {"joined_on"}


def test_a_cluster_is_founded_no_later_than_its_first_member_joined(app):
    rules.check_founded(DAY, [])
    rules.check_founded(None, [DAY])
    rules.check_founded(DAY, [DAY, DAY + timedelta(1)])
    with app.test_request_context(), pytest.raises(Refused) as refused:
        rules.check_founded(DAY, [DAY, DAY - timedelta(1)])
    assert set(refused.value.messages) == {"founded_on"}


def test_a_coordinator_of_a_working_cluster_cannot_just_go(app):
    with app.test_request_context(), pytest.raises(rules.CoordinatorNeeded):
        rules.check_coordinator_stays(MemberRole.COORDINATOR, works=True)
    rules.check_coordinator_stays(MemberRole.COORDINATOR, works=False)
    rules.check_coordinator_stays(MemberRole.MEMBER, works=True)


@pytest.mark.parametrize(
    ("scope", "places", "theme", "fields"),
    [
        (ClusterScope.REGIONAL, (["AM"], ["AM-LO"]), (["0723"], ["13"]), set()),
        (ClusterScope.CROSS_BORDER, (["AM", "GE"], ["GE-KA"]), ([], []), set()),
        (ClusterScope.CROSS_BORDER, (["AM"], []), ([], []), {"countries", "regions"}),
        (ClusterScope.NATIONAL, (["AM", "GE"], []), ([], []), {"countries", "regions"}),
        (ClusterScope.NATIONAL, ([], []), ([], []), {"countries"}),
        (ClusterScope.NATIONAL, (["XX"], []), ([], []), {"countries"}),
        (ClusterScope.NATIONAL, (["AM"], ["GE-KA"]), ([], []), {"regions"}),
        (ClusterScope.NATIONAL, (["AM"], ["nowhere"]), ([], []), {"regions"}),
        (ClusterScope.NATIONAL, (["AM"], []), (["1234"], ["00"]), {"isced_f", "nace", "regions"}),
    ],
)
def test_places_and_themes_must_fit(app, scope, places, theme, fields):
    with app.test_request_context():
        found = rules.faults({"en": "A"}, ClusterType.REGIONAL, scope, places, theme, consortium=BEM)
        assert set(found) == fields
        assert "name" in rules.faults({}, ClusterType.REGIONAL, scope, places, theme, consortium=BEM)


@pytest.mark.parametrize(
    ("kind", "theme", "is_refused"),
    [
        (ClusterType.REGIONAL, ([], []), False),
        *((kind, ([], []), True) for kind in (ClusterType.THEMATIC, ClusterType.MIXED)),
        (ClusterType.THEMATIC, (["0723"], []), False),
        (ClusterType.MIXED, ([], ["13"]), False),
    ],
)
def test_a_cluster_held_together_by_a_theme_has_one(app, kind, theme, is_refused):
    with app.test_request_context():
        found = rules.faults({"en": "A"}, kind, ClusterScope.NATIONAL, (["AM"], []), theme, consortium=BEM)
    assert ("isced_f" in found) is is_refused


@pytest.mark.parametrize(
    ("kind", "regions", "is_refused"),
    [
        *((kind, [], True) for kind in (ClusterType.REGIONAL, ClusterType.MIXED)),
        (ClusterType.REGIONAL, ["AM-LO"], False),
        (ClusterType.THEMATIC, [], False),
    ],
)
def test_a_cluster_held_together_by_where_it_is_has_a_region(app, kind, regions, is_refused):
    with app.test_request_context():
        found = rules.faults(
            {"en": "A"}, kind, ClusterScope.NATIONAL, (["AM"], regions), (["0723"], []), consortium=BEM
        )
    assert ("regions" in found) is is_refused


@pytest.mark.parametrize("code", ["9901", "9912", "990", "991", "9998", "0", "07230"])
def test_a_code_that_isced_does_not_have_is_no_theme(app, code: str):
    with app.test_request_context():
        found = rules.faults(
            {"en": "A"}, ClusterType.THEMATIC, ClusterScope.NATIONAL, (["AM"], []), ([code], []), consortium=BEM
        )
    assert code in found["isced_f"]


@pytest.mark.parametrize("code", ["99", "999", "9999", "00", "0723"])
def test_what_isced_has_is_a_theme(app, code: str):
    with app.test_request_context():
        place = ["AM"], ["AM-LO"]
        assert (
            rules.faults({"en": "A"}, ClusterType.MIXED, ClusterScope.NATIONAL, place, ([code], []), consortium=BEM)
            == {}
        )


def test_nace_has_its_88_divisions_in_two_languages():
    assert len(nace.divisions()) == 88
    assert all(names["en"] and names["de"] for names in nace.divisions().values())
    assert nace.name("13", "de") == "Textilien"
    assert nace.name("13", "hy") == "Textiles"
    assert nace.unknown(["13", "04", "x"]) == ["04", "x"]


# ---- States: everything the tables allow, and nothing else ----

ALLOWED = {
    S.PROPOSED: {S.FORMING, S.DISSOLVED},
    S.FORMING: {S.ACTIVE, S.DISSOLVED},
    S.ACTIVE: {S.CONSOLIDATED, S.DORMANT, S.DISSOLVED},
    S.CONSOLIDATED: {S.DORMANT, S.DISSOLVED},
    S.DORMANT: {S.ACTIVE, S.DISSOLVED},
    S.DISSOLVED: set(),
}
ALLOWED_OF_MEMBERS = {
    M.INVITED: {M.ACTIVE, M.DECLINED, M.WITHDRAWN},
    M.ACTIVE: {M.LEFT},
    M.LEFT: set(),
    M.DECLINED: set(),
    M.WITHDRAWN: set(),
}


@pytest.mark.parametrize("old", list(S))
@pytest.mark.parametrize("new", list(S))
def test_a_cluster_moves_as_the_table_says(old: ClusterState, new: ClusterState):
    assert MOVES.allows(old, new) == (new in ALLOWED[old])


@pytest.mark.parametrize("old", list(M))
@pytest.mark.parametrize("new", list(M))
def test_a_membership_moves_as_the_table_says(old: MembershipState, new: MembershipState):
    assert MEMBERSHIP_MOVES.allows(old, new) == (new in ALLOWED_OF_MEMBERS[old])


# ---- Readiness ----


@pytest.mark.parametrize("category", list(Category))
def test_every_category_stands_on_a_side(category: Category):
    assert member_type(category) in MemberType


def there(categories, latest=None, note=False) -> list[bool]:
    return [check.is_there for check in checks(categories, latest, note, DAY, NEEDS)]


def test_a_ready_cluster_has_all_five(app):
    with app.test_request_context():
        assert there([C.COMPANY] * 14 + [C.PES], date(2025, 1, 1), True) == [True] * 5
        assert there([]) == [False] * 5
        assert there([C.COMPANY] * 15) == [True, False, False, False, False]
        assert there([C.VET_PROVIDER, C.MINISTRY]) == [False, True, True, False, False]


@pytest.mark.parametrize(("days_ago", "recent"), [(0, True), (364, True), (365, False)])
def test_activity_counts_for_a_year(app, days_ago: int, recent: bool):
    with app.test_request_context():
        assert there([], DAY - timedelta(days=days_ago))[3] is recent


def test_what_lacks_says_what_to_do(app):
    with app.test_request_context():
        found = checks([C.COMPANY] * 13, None, False, DAY, NEEDS)
    assert (found[0].found, found[0].advice) == ("13 members", "Win 2 more members.")


def test_a_consolidated_cluster_has_activity_and_a_note_and_the_rest_does_not_stand_in_its_way(app):
    with app.test_request_context():
        assert lacking_to_last(checks([], DAY, True, DAY, NEEDS)) == []
        assert len(lacking_to_last(checks([], None, True, DAY, NEEDS))) == 1
        assert len(lacking_to_last(checks([], DAY - timedelta(days=365), False, DAY, NEEDS))) == 2

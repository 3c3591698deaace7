"""Every form of a cluster in every one of its states, and of a membership in every one of that: open, or a way on."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.clusters import doors, invitations, memberships, rules, services
from app.clusters.doors import Closed, Door
from app.clusters.models import Cluster, ClusterMembership, ClusterState, MemberRole, MembershipState
from app.clusters.self_checks import GROUPS
from app.core.access import SYSTEM
from app.core.errors import Refused
from app.extensions import db
from tests.accounts.people import work
from tests.clusters.conftest import NOW, Made, join, member, move, organisation
from tests.events.world import World
from tests.page import Page, open_page

pytestmark = pytest.mark.usefixtures("tokens")

S, M = ClusterState, MembershipState
WAY = {
    S.PROPOSED: (),
    S.FORMING: (S.FORMING,),
    S.ACTIVE: (S.FORMING, S.ACTIVE),
    S.DORMANT: (S.FORMING, S.ACTIVE, S.DORMANT),
    S.DISSOLVED: (S.FORMING, S.ACTIVE, S.DISSOLVED),
}
# Each form, its address, and the states of a cluster in which it says why it is closed.
FORMS = {
    "members/invite": {S.DISSOLVED},
    "members/new": {S.DISSOLVED},
    "partners": {S.DISSOLVED},
    "assess": {S.DISSOLVED},
    "edit": set(),
    "delete": set(),
}
# The same of a membership, by what has become of it.
MEMBER_FORMS = {
    "edit": {M.INVITED, M.DECLINED, M.WITHDRAWN},
    "leave": {M.INVITED, M.LEFT, M.DECLINED, M.WITHDRAWN},
    "withdraw": {M.ACTIVE, M.LEFT, M.DECLINED, M.WITHDRAWN},
}


def bring(app: Flask, key: int, state: ClusterState) -> None:
    """Move a cluster with three members to a state."""
    with work(app):
        cluster = db.session.get_one(Cluster, key)
        for number, role in ((1, MemberRole.COORDINATOR), (2, MemberRole.MEMBER), (3, MemberRole.MEMBER)):
            join(cluster, number, role)
        move(cluster, *WAY[state])


def ways(page: Page) -> list[str]:
    """Where a page that says no leads."""
    return [str(link["href"]) for link in page.select("main .actions a")]


@pytest.mark.parametrize("state", WAY)
def test_every_form_is_open_or_says_why_and_the_way_on(
    app: Flask, lead: FlaskClient, world: World, made: Made, state: ClusterState
):
    key = made()
    bring(app, key, state)
    for form, closed_in in FORMS.items():
        answer = lead.get(f"/clusters/{key}/{form}")
        assert answer.status_code == (409 if state in closed_in else 200), form
        if state in closed_in:
            page = Page(answer)
            assert "This cluster is dissolved" in page.text
            assert ways(page) == ["/clusters/new", f"/clusters/{key}"]
    links = {str(link["href"]).partition("?")[0] for link in open_page(lead, f"/clusters/{key}").select("main a[href]")}
    closed = {f"/clusters/{key}/{form}" for form, closed_in in FORMS.items() if state in closed_in}
    assert not links & closed, "the page leads to a form that is closed"


def test_what_was_filled_in_while_somebody_dissolved_the_cluster_is_kept(
    app: Flask, lead: FlaskClient, world: World, made: Made
):
    key = made()
    form = open_page(lead, f"/clusters/{key}/members/invite?organisation={world.company}").form("Send the invitation")
    bring(app, key, S.DISSOLVED)
    page = Page(form.submit(lead, email="a@example.org", message="Come"))
    assert page.status == 422
    assert "This cluster is dissolved" in page.errors[0]
    assert page.form("Send the invitation").values["message"] == ["Come"]


def stand(app: Flask, key: int, world: World, state: MembershipState) -> int:
    """A membership in a state; answers its key."""
    with work(app):
        cluster = db.session.get_one(Cluster, key)
        if state in (M.INVITED, M.DECLINED, M.WITHDRAWN):
            invitation, _path = invitations.invite(
                SYSTEM, cluster, organisation(world.company), role=MemberRole.MEMBER, email="a@b.org", language="en"
            )
            if state is M.WITHDRAWN:
                invitations.withdraw(SYSTEM, invitation.membership, invitation)
            elif state is M.DECLINED:
                invitations.answer(invitation, accepted=False, name="Ana", function="Head")
        else:
            one = join(cluster, world.company)
            if state is M.LEFT:
                memberships.end(SYSTEM, one, one.version, NOW, "Sold")
    return member(app, key, world.company)


@pytest.mark.parametrize("state", MembershipState)
def test_every_form_of_a_membership_is_open_or_says_the_way_on(
    app: Flask, lead: FlaskClient, world: World, made: Made, state: MembershipState
):
    key = made()
    one = stand(app, key, world, state)
    here = f"/clusters/{key}/members/{one}"
    for form, closed_to in MEMBER_FORMS.items():
        answer = lead.get(f"{here}/{form}")
        assert answer.status_code == (409 if state in closed_to else 200), form
        if state in closed_to:
            on = {
                M.INVITED: f"{here}/withdraw",
                M.ACTIVE: f"{here}/leave",
                M.LEFT: f"{here}/edit",
                M.DECLINED: f"/clusters/{key}/members/invite?organisation={world.company}",
                M.WITHDRAWN: f"/clusters/{key}/members/invite?organisation={world.company}",
            }
            assert ways(Page(answer))[0] == on[state]
            assert lead.get(ways(Page(answer))[0]).status_code == 200
    buttons = [tag.get_text(" ", strip=True) for tag in open_page(lead, here).select("main a.btn, main button")]
    assert ("It leaves" in buttons) is (state is M.ACTIVE)
    assert ("Withdraw invitation" in buttons) is (state is M.INVITED)


def test_an_invitation_is_withdrawn_and_the_organisation_can_be_invited_again(
    app: Flask, lead: FlaskClient, world: World, made: Made
):
    key = made()
    one = stand(app, key, world, M.INVITED)
    form = open_page(lead, f"/clusters/{key}/members/{one}/withdraw").form("Withdraw invitation")
    assert form.submit(lead).location.endswith("#invited")
    assert form.submit(lead).status_code == 409, "a second press finds it withdrawn"
    with work(app):
        stands = db.session.get_one(ClusterMembership, one)
        assert (stands.state, stands.joined_on, stands.left_on) == (M.WITHDRAWN, None, None)
    stand(app, key, world, M.INVITED)
    with work(app) as session:
        assert sorted(session.scalars(select(ClusterMembership.state))) == [M.INVITED, M.WITHDRAWN]


def test_a_dissolved_cluster_offers_nothing_to_begin_with(app: Flask, lead: FlaskClient, made: Made):
    key = made(mission=None)
    offers = ("Write the mission", "Plan an event", "Map an organisation", "A cluster begins with")
    assert all(offer in open_page(lead, f"/clusters/{key}").text for offer in offers[:3])
    bring(app, key, S.DISSOLVED)
    page = open_page(lead, f"/clusters/{key}")
    assert [offer for offer in offers if offer in page.text] == []
    assert "its memberships ended with it" in page.text


@pytest.mark.parametrize("state", ClusterState)
def test_only_what_has_ended_closes_forms(state: ClusterState):
    assert {door for door in Door if not doors.is_open(door, state)} == (
        {Door.INVITE, Door.ADD, Door.PARTNERS, Door.ASSESS, Door.RESEND} if state is S.DISSOLVED else set()
    )


def test_a_dissolved_cluster_takes_nobody_in_and_gathers_no_other(app: Flask, world: World, made: Made):
    key = made()
    bring(app, key, S.DISSOLVED)
    with app.test_request_context(), work(app):
        cluster = db.session.get_one(Cluster, key)
        with pytest.raises(Closed):
            join(cluster, world.company)
        with pytest.raises(Closed):
            invitations.invite(
                SYSTEM, cluster, organisation(world.company), role=MemberRole.MEMBER, email="a@b.org", language="en"
            )
        with pytest.raises(Closed):
            services.assess(SYSTEM, cluster, NOW, dict.fromkeys(GROUPS, 1), {})
        with pytest.raises(Refused) as refused:
            rules.check_above(cluster.state)
        assert "parent" in refused.value.messages

"""Which forms of a cluster are open in which of its states, and in which of a membership's: two tables.

A form that is closed says why instead of opening, and the page that says so has the way on (``closed.html``).
Services ask the same.
"""

from collections.abc import Mapping
from enum import Enum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.clusters.models import Cluster, ClusterMembership, ClusterState, MembershipState
from app.core.errors import Refused


class Door(Enum):
    """A form of a cluster or of one of its memberships."""

    INVITE = "invite"
    ADD = "add"
    PARTNERS = "partners"
    ASSESS = "assess"
    EDIT = "edit"
    DELETE = "delete"
    EDIT_MEMBER = "edit_member"
    LEAVE = "leave"
    WITHDRAW = "withdraw"
    RESEND = "resend"


D, M = Door, MembershipState
# Closed for good; texts and days of what was can still be put right.
CLOSED_IN: Mapping[ClusterState, frozenset[Door]] = {
    ClusterState.DISSOLVED: frozenset({D.INVITE, D.ADD, D.PARTNERS, D.ASSESS, D.RESEND}),
}
OPEN_TO: Mapping[Door, frozenset[MembershipState]] = {
    D.EDIT_MEMBER: frozenset({M.ACTIVE, M.LEFT}),
    D.LEAVE: frozenset({M.ACTIVE}),
    D.WITHDRAW: frozenset({M.INVITED}),
    D.RESEND: frozenset({M.INVITED}),
}
_STANDS = {
    M.INVITED: _l("%(name)s was invited and has not answered yet, so it is no member."),
    M.ACTIVE: _l("%(name)s is a member; its invitation is answered."),
    M.LEFT: _l("%(name)s left already."),
    M.DECLINED: _l("%(name)s never became a member: the invitation was declined."),
    M.WITHDRAWN: _l("%(name)s never became a member: the invitation was withdrawn."),
}


class Closed(Refused):
    """A form that cannot be used in this state of the cluster, or of the membership."""

    def __init__(self, reason: str, cluster: Cluster, member: ClusterMembership | None = None) -> None:
        self.cluster, self.member = cluster, member
        super().__init__(reason)


def is_open(door: Door, state: ClusterState, member: MembershipState | None = None) -> bool:
    """Whether a form can be used in a state of the cluster and, where it is about one, of a membership."""
    return door not in CLOSED_IN.get(state, ()) and (member is None or member in OPEN_TO.get(door, M))


def check(door: Door, cluster: Cluster, member: ClusterMembership | None = None) -> None:
    """Raise ``Closed`` where a form cannot be used."""
    if member is not None and not is_open(door, cluster.state, member.state):
        raise Closed(str(_STANDS[member.state]) % {"name": member.organisation.name}, cluster, member)
    if not is_open(door, cluster.state):
        raise Closed(_("This cluster is dissolved: nobody can join it or check it any more."), cluster)

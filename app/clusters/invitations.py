"""What may happen to invitations to clusters: sent, sent again, withdrawn, answered by whoever has the link."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts.models import User
from app.accounts.tokens import new_token
from app.clusters import doors, member_roles, memberships, rules
from app.clusters.doors import Door
from app.clusters.models import (
    INVITATION_LIFETIME,
    Cluster,
    ClusterAnswer,
    ClusterInvitation,
    ClusterMembership,
    InvitationState,
    MemberRole,
    MembershipState,
)
from app.clusters.permissions import check_edit
from app.core import clock, mail
from app.core.access import SYSTEM, Actor
from app.core.database import hold
from app.core.errors import Refused
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.marks import PLACEHOLDER
from app.extensions import db
from app.stakeholders.models import Organisation

PATH = "/cluster-invitation/{token}"
MEMBER_PATH = "/clusters/{cluster}/members/{member}"


def invite(
    actor: Actor,
    cluster: Cluster,
    organisation: Organisation,
    *,
    role: MemberRole,
    email: str | None,
    language: str,
    message: str | None = None,
) -> tuple[ClusterInvitation, str]:
    """Invite an organisation by a link to a mailbox; answers the invitation and the path of its link.

    Nobody becomes coordinator by a link: that role is given to a member. Raises ``Overlap``, ``Refused`` and
    ``NotAllowed``.
    """
    check_edit(actor, cluster)
    hold(cluster)
    doors.check(Door.INVITE, cluster)
    if role is MemberRole.COORDINATOR:
        raise Refused(role=_("Invite it as a member; who coordinates is decided among members."))
    try:
        address = mail.normal_email(email or "")
    except ValueError:
        raise Refused(email=_("Write an address like name@example.org.")) from None
    memberships.check_stay(cluster, organisation, rules.Stay(clock.today()))
    membership = memberships.new(cluster, organisation, role)
    token, token_hash = new_token()
    invitation = ClusterInvitation(
        membership=membership,
        email=address,
        language=language,
        message=message,
        token_hash=token_hash,
        invited_by_id=actor.user_id,
        invited_by_name=actor.name,
    )
    db.session.add(invitation)
    db.session.flush()
    _send(invitation, token)
    return invitation, PATH.format(token=token)


def resend(actor: Actor, invitation: ClusterInvitation) -> str:
    """Send an open or expired invitation again; the link before ends. Answers the path of the new one."""
    cluster = invitation.membership.cluster
    check_edit(actor, cluster)
    _hold(invitation)
    doors.check(Door.RESEND, cluster, invitation.membership)
    if invitation.state not in (InvitationState.OPEN, InvitationState.EXPIRED):
        raise Refused(_("This invitation is settled; it cannot be sent again."))
    if invitation.email == PLACEHOLDER:
        raise Refused(_("Whom it was sent to was erased. Withdraw it and invite the organisation anew."))
    return _send_anew(invitation)


def _hold(invitation: ClusterInvitation) -> None:
    hold(invitation.membership.cluster, invitation.membership, invitation)


def is_renewable(invitation: ClusterInvitation) -> bool:
    """Whether nothing but time keeps it from being answered, and there is a mailbox to send it to."""
    waits = invitation.membership.state is MembershipState.INVITED
    return waits and invitation.state is InvitationState.EXPIRED and invitation.email != PLACEHOLDER


def renew(invitation: ClusterInvitation) -> None:
    """Send an invitation whose time ran out again, as whoever has the old link asks; it goes where that one went.

    Raises ``Refused``.
    """
    _hold(invitation)
    if not is_renewable(invitation):
        raise Refused(_("This invitation can no longer be used."))
    _send_anew(invitation)


def _send_anew(invitation: ClusterInvitation) -> str:
    token, invitation.token_hash = new_token()
    invitation.sent_at = clock.now()
    invitation.expires_at = invitation.sent_at + INVITATION_LIFETIME
    db.session.flush()
    _send(invitation, token)
    return PATH.format(token=token)


def withdraw(actor: Actor, membership: ClusterMembership, invitation: ClusterInvitation | None) -> None:
    """Take back that an organisation was invited, before it answers; the link, if one was sent, then says so."""
    check_edit(actor, membership.cluster)
    hold(membership.cluster, membership)
    doors.check(Door.WITHDRAW, membership.cluster, membership)
    if invitation is not None:
        invitation.revoked_at = clock.now()
    membership.leaving_reason = _("The invitation was withdrawn.")
    membership.move_to(MembershipState.WITHDRAWN, actor, membership.leaving_reason)
    db.session.flush()


def is_open(invitation: ClusterInvitation) -> bool:
    """Whether the link can still be answered: also a cluster that was dissolved takes nobody in."""
    return invitation.state is InvitationState.OPEN and invitation.membership.state is MembershipState.INVITED


def answer(
    invitation: ClusterInvitation, *, accepted: bool, name: str | None, function: str | None, **more: Any
) -> None:
    """Take up or decline an invitation, as whoever holds the link says, and tell who invited.

    ``more`` may have ``reason`` and ``may_be_named``. Name and function are kept as typed. Raises ``Refused``, also for
    the second of two answers at once.
    """
    _hold(invitation)
    if not is_open(invitation):
        raise Refused(_("This invitation can no longer be used."))
    missing = {"name": name, "function": function}
    wrong = {field: _("Write this, please; it stays with the answer.") for field, text in missing.items() if not text}
    if wrong:
        raise Refused(**wrong)
    membership, reason = invitation.membership, more.get("reason")
    named = accepted and bool(more.get("may_be_named"))
    db.session.add(
        ClusterAnswer(
            invitation=invitation,
            membership_id=membership.id,
            accepted=accepted,
            name=name,
            function=function,
            reason=reason,
            may_be_named=named,
            email=invitation.email,
        )
    )
    db.session.flush()
    if accepted:
        membership.joined_on, membership.may_be_named = clock.today(), named
        membership.move_to(MembershipState.ACTIVE, SYSTEM)
        member_roles.give(SYSTEM, membership, membership.role, clock.today())
    else:
        membership.leaving_reason = reason
        membership.move_to(MembershipState.DECLINED, SYSTEM, reason)
    db.session.flush()
    _tell_inviter(invitation)


def _tell_inviter(invitation: ClusterInvitation) -> None:
    """Write to whoever invited, while that account is in use; the answer itself stays on the page it leads to."""
    inviter = db.session.get(User, invitation.invited_by_id) if invitation.invited_by_id else None
    if inviter is None or not inviter.active:
        return
    membership, language = invitation.membership, inviter.language or SOURCE_LANGUAGE
    reading = read_in(membership.cluster.name, language)
    mail.send(
        db.session,
        inviter.email,
        _l("Your invitation to a cluster was answered"),
        "clusters/answered",
        language,
        accepted=membership.state is MembershipState.ACTIVE,
        cluster_name=reading.text if reading else "",
        organisation=membership.organisation,
        path=MEMBER_PATH.format(cluster=membership.cluster_id, member=membership.id),
    )


def _send(invitation: ClusterInvitation, token: str) -> None:
    cluster = invitation.membership.cluster
    reading = read_in(cluster.name, invitation.language)
    mail.send(
        db.session,
        invitation.email,
        _l("An invitation to a cluster"),
        "clusters/invitation",
        invitation.language,
        is_outside=True,
        invitation=invitation,
        cluster=cluster,
        cluster_name=reading.text if reading else "",
        organisation=invitation.membership.organisation,
        path=PATH.format(token=token),
    )

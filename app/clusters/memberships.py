"""What may happen to memberships: entered, invited and answered, changed, handed over, ended."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.models import normal_email
from app.accounts.tokens import digest, new_token
from app.clusters import rules, services
from app.clusters.models import (
    INVITATION_LIFETIME,
    OPEN,
    WAS_MEMBER,
    WORKING,
    Cluster,
    ClusterAnswer,
    ClusterInvitation,
    ClusterMembership,
    ClusterState,
    InvitationState,
    MemberRole,
    MembershipState,
)
from app.clusters.permissions import check_edit
from app.core import clock, mail
from app.core.access import SYSTEM, Actor
from app.core.consortium import Consortium
from app.core.errors import Refused, expect_version
from app.core.files import StoredFile
from app.core.i18n import read_in
from app.extensions import db
from app.stakeholders.models import Organisation

PATH = "/cluster-invitation/{token}"


@dataclass(frozen=True, kw_only=True)
class MemberFacts:
    """What a membership is, as somebody filled it in; without a new letter the one that is there stays.

    ``left_on`` puts the day right on which a member left; of who is a member it says nothing.
    """

    role: MemberRole
    joined_on: date
    left_on: date | None = None
    letter: StoredFile | None = None
    may_be_named: bool = False


def found(
    actor: Actor, facts: services.ClusterFacts, coordinator: Organisation | None, consortium: Consortium, **marks: Any
) -> Cluster:
    """Propose a cluster together with the organisation that coordinates it. Raises as ``services.create``."""
    cluster = services.create(actor, facts, consortium, **marks)
    if coordinator is not None:
        since = facts.founded_on or clock.today()
        add(actor, cluster, coordinator, MemberFacts(role=MemberRole.COORDINATOR, joined_on=since))
    return cluster


def add(actor: Actor, cluster: Cluster, organisation: Organisation, facts: MemberFacts) -> ClusterMembership:
    """Enter an organisation that agreed already.

    A new coordinator takes over: the one before becomes an ordinary member. Raises ``Overlap``, ``Refused``,
    ``NotAllowed``.
    """
    check_edit(actor, cluster)
    _check_open(cluster)
    rules.check_days(facts.joined_on, None, clock.today())
    _check_stay(cluster, organisation, rules.Stay(facts.joined_on))
    membership = _new(cluster, organisation, facts.role)
    membership.joined_on, membership.letter = facts.joined_on, facts.letter
    membership.may_be_named = facts.may_be_named
    _make_room(cluster, facts.role, membership)
    membership.move_to(MembershipState.ACTIVE, actor)
    db.session.flush()
    return membership


def edit(actor: Actor, membership: ClusterMembership, version: int | None, facts: MemberFacts) -> None:
    """Change a membership. A working cluster keeps its coordinator until another member takes over.

    Raises ``EditConflict`` when somebody saved in between, and as ``add``.
    """
    cluster = membership.cluster
    check_edit(actor, cluster)
    expect_version(membership, version)
    if membership.state not in WAS_MEMBER:
        raise Refused(_("Only members have days and a letter; this one is no member."))
    left_on = membership.left_on and (facts.left_on or membership.left_on)
    rules.check_days(facts.joined_on, left_on, clock.today())
    _check_stay(cluster, membership.organisation, rules.Stay(facts.joined_on, left_on), membership)
    if membership.state is MembershipState.ACTIVE and facts.role is not membership.role:
        rules.check_coordinator_stays(membership.role, cluster.state in WORKING)
        _make_room(cluster, facts.role, membership)
    membership.role, membership.joined_on, membership.left_on = facts.role, facts.joined_on, left_on
    membership.letter = facts.letter or membership.letter
    membership.may_be_named = facts.may_be_named
    membership.updated_at = clock.now()
    db.session.flush()


def end(actor: Actor, membership: ClusterMembership, version: int | None, left_on: date, reason: str | None) -> None:
    """Say that a member left, when and why; it stays in the reports of the days before.

    Raises ``CoordinatorNeeded`` for the coordinator of a working cluster, ``StateTransitionError`` for who is no
    member, and as ``edit``.
    """
    cluster = membership.cluster
    check_edit(actor, cluster)
    expect_version(membership, version)
    if not reason:
        raise Refused(reason=_("Write why, in a few words."))
    if membership.state is MembershipState.ACTIVE:
        rules.check_coordinator_stays(membership.role, cluster.state in WORKING)
        rules.check_days(membership.joined_on or left_on, left_on, clock.today())
        membership.left_on, membership.leaving_reason = left_on, reason
    membership.move_to(MembershipState.LEFT, actor, reason)
    db.session.flush()


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
    _check_open(cluster)
    if role is MemberRole.COORDINATOR:
        raise Refused(role=_("Invite it as a member; who coordinates is decided among members."))
    try:
        address = normal_email(email or "")
    except ValueError:
        raise Refused(email=_("Write an address like name@example.org.")) from None
    _check_stay(cluster, organisation, rules.Stay(clock.today()))
    membership = _new(cluster, organisation, role)
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
    check_edit(actor, invitation.membership.cluster)
    sent_again = invitation.state in (InvitationState.OPEN, InvitationState.EXPIRED)
    if not sent_again or invitation.membership.state is not MembershipState.INVITED:
        raise Refused(_("This invitation is settled; it cannot be sent again."))
    token, invitation.token_hash = new_token()
    invitation.sent_at = clock.now()
    invitation.expires_at = invitation.sent_at + INVITATION_LIFETIME
    db.session.flush()
    _send(invitation, token)
    return PATH.format(token=token)


def withdraw(actor: Actor, invitation: ClusterInvitation) -> None:
    """Take an unanswered invitation back; its link then says so."""
    membership = invitation.membership
    check_edit(actor, membership.cluster)
    if invitation.state is InvitationState.ANSWERED or membership.state is not MembershipState.INVITED:
        raise Refused(_("This invitation was answered already."))
    invitation.revoked_at = clock.now()
    membership.leaving_reason = _("The invitation was withdrawn.")
    membership.move_to(MembershipState.DECLINED, actor, membership.leaving_reason)
    db.session.flush()


def invitation_of(token: str) -> ClusterInvitation | None:
    """The invitation with this link, whatever its state."""
    return db.session.scalar(select(ClusterInvitation).where(ClusterInvitation.token_hash == digest(token)))


def is_open(invitation: ClusterInvitation) -> bool:
    """Whether the link can still be answered: also a cluster that was dissolved takes nobody in."""
    return invitation.state is InvitationState.OPEN and invitation.membership.state is MembershipState.INVITED


def answer(
    invitation: ClusterInvitation, *, accepted: bool, name: str | None, function: str | None, **more: Any
) -> None:
    """Take up or decline an invitation, as whoever holds the link says.

    ``more`` may have ``reason`` and ``may_be_named``. Name and function are kept as typed. Two answers at once: the
    second breaks a constraint. Raises ``Refused``.
    """
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
        membership.move_to(MembershipState.ACTIVE, SYSTEM, _("Accepted by link"))
    else:
        membership.leaving_reason = reason
        membership.move_to(MembershipState.DECLINED, SYSTEM, reason or _("Declined by link"))
    db.session.flush()


def _new(cluster: Cluster, organisation: Organisation, role: MemberRole) -> ClusterMembership:
    membership = ClusterMembership(cluster=cluster, organisation=organisation, role=role)
    db.session.add(membership)
    return membership


def _check_open(cluster: Cluster) -> None:
    if cluster.state is ClusterState.DISSOLVED:
        raise Refused(_("This cluster is dissolved; nobody can join it."))


def _check_stay(
    cluster: Cluster, organisation: Organisation, wanted: rules.Stay, itself: ClusterMembership | None = None
) -> None:
    others = db.session.scalars(
        select(ClusterMembership).where(
            ClusterMembership.cluster_id == cluster.id, ClusterMembership.organisation_id == organisation.id
        )
    )
    kept = [entry for entry in others if entry is not itself]
    if wanted.left is None and any(entry.state in OPEN for entry in kept):
        raise rules.Overlap(organisation.name)
    stays = (
        rules.Stay(entry.joined_on, entry.left_on) for entry in kept if entry.state in WAS_MEMBER and entry.joined_on
    )
    rules.check_stay(organisation.name, wanted, stays)


def _make_room(cluster: Cluster, role: MemberRole, newcomer: ClusterMembership) -> None:
    """Let the coordinator before become an ordinary member, first: the databases know one at a time."""
    former = cluster.coordinator
    if role is MemberRole.COORDINATOR and former is not None and former is not newcomer:
        former.role = MemberRole.MEMBER
        db.session.flush()


def _send(invitation: ClusterInvitation, token: str) -> None:
    cluster = invitation.membership.cluster
    reading = read_in(cluster.name, invitation.language)
    mail.send(
        db.session,
        invitation.email,
        _l("An invitation to a cluster"),
        "clusters/invitation",
        invitation.language,
        invitation=invitation,
        cluster=cluster,
        cluster_name=reading.text if reading else "",
        organisation=invitation.membership.organisation,
        path=PATH.format(token=token),
    )

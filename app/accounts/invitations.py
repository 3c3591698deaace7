"""Inviting people: an offer of an account with one role, sent by e-mail and taken up once.

Whoever invites is not told whether somebody has an account that they may not see: the answer is the same, and a person
who has one is offered the role by mail.
"""

from functools import partial
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts import permissions, queries
from app.accounts.models import (
    INVITATION_LIFETIME,
    Invitation,
    InvitationState,
    RoleGrant,
    User,
)
from app.accounts.services import scope_of
from app.accounts.tokens import new_token
from app.core import clock, mail
from app.core.access import ROLE_LABELS, Actor, Grant, Role
from app.core.errors import NotAllowed, Refused
from app.extensions import db

PATH = "/invitation/{token}"


def invite(
    actor: Actor, *, email: str, role: Role, country: str | None, organisation_id: int | None, language: str
) -> Invitation:
    """Offer somebody an account with a role, or one more role, and send the link.

    Refuses an address whose account or open invitation the actor may see anyway.
    """
    invitation, _path = offer(
        actor, email=email, role=role, country=country, organisation_id=organisation_id, language=language
    )
    return invitation


def offer(
    actor: Actor, *, email: str, role: Role, country: str | None, organisation_id: int | None, language: str
) -> tuple[Invitation, str]:
    """Invite, and answer also the path of the link, for an operator who hands it over where no mail leaves."""
    email, grant = check(actor, email=email, role=role, country=country, organisation_id=organisation_id)
    token, token_hash = new_token()
    invitation = Invitation(
        email=email,
        role=grant.role,
        country=grant.country,
        organisation_id=grant.organisation_id,
        language=language,
        token_hash=token_hash,
        invited_by_id=actor.user_id,
        invited_by_name=actor.name,
    )
    db.session.add(invitation)
    db.session.flush()
    _send(invitation, token)
    return invitation, PATH.format(token=token)


def check(
    actor: Actor, *, email: str, role: Role, country: str | None, organisation_id: int | None
) -> tuple[str, Grant]:
    """The address and the role as they would be kept. Raises ``Refused`` with what is wrong with either."""
    found: list[Any] = []
    faults: dict[str, str] = {}
    for ask in (partial(check_address, actor, email), partial(scope_of, actor, role, country, organisation_id)):
        try:
            found.append(ask())
        except Refused as refused:
            faults.update(refused.messages)
    if faults:
        raise Refused(**faults)
    return found[0], found[1]


def check_address(actor: Actor, email: str) -> str:
    """An address that the actor can invite, normalised. Raises ``Refused``."""
    try:
        email = mail.normal_email(email)
    except ValueError:
        raise Refused(email=_("This is not an e-mail address.")) from None
    if db.session.scalar(select(User.id).where(User.email == email, queries.visible_to(actor))):
        raise Refused(email=_("This address has an account already. Give that account the role instead."))
    own = queries.invitations_visible_to(actor)
    open_ones = db.session.scalars(select(Invitation).where(Invitation.email == email, own).order_by(Invitation.id))
    if any(present.state is InvitationState.OPEN for present in open_ones):
        raise Refused(email=_("This address has an open invitation already. Send that one again, or withdraw it."))
    return email


def resend(actor: Actor, invitation: Invitation) -> None:
    """Send an open or expired invitation again, with a new link and a new term; the old link ends."""
    _check(actor, invitation)
    if invitation.state not in (InvitationState.OPEN, InvitationState.EXPIRED):
        raise Refused(_("This invitation is settled; it cannot be sent again."))
    token, invitation.token_hash = new_token()
    invitation.sent_at = clock.now()
    invitation.expires_at = invitation.sent_at + INVITATION_LIFETIME
    db.session.flush()
    _send(invitation, token)


def revoke(actor: Actor, invitation: Invitation) -> None:
    """Withdraw an invitation that was not accepted."""
    _check(actor, invitation)
    if invitation.state is InvitationState.ACCEPTED:
        raise Refused(_("This invitation was accepted already. Close the account instead."))
    invitation.revoked_at = invitation.revoked_at or clock.now()
    db.session.flush()


def accept(invitation: Invitation, *, name: str, password_hash: str, language: str) -> User:
    """Open the account that was offered. The holder of the link is the owner of the mailbox.

    Two acceptances at once: the version of the invitation lets one through and turns the other away.
    """
    if invitation.state is not InvitationState.OPEN:
        raise Refused(_("This invitation can no longer be used."))
    if db.session.scalar(select(User.id).where(User.email == invitation.email)):
        raise Refused(_("There is an account with this address already. Sign in to it."))
    invitation.accepted_at = clock.now()
    db.session.flush()
    user = User(email=invitation.email, name=name, language=language, password=password_hash)
    scope = {"role": invitation.role, "country": invitation.country, "organisation_id": invitation.organisation_id}
    user.grants.append(RoleGrant(**scope))
    db.session.add(user)
    db.session.flush()
    return user


def take_up(invitation: Invitation, user: User) -> None:
    """Give the offered role to the account that its address has already; the holder of the link owns the mailbox.

    Nobody is signed in by it. Raises ``Refused`` where the invitation is settled or the account is closed.
    """
    if invitation.state is not InvitationState.OPEN:
        raise Refused(_("This invitation can no longer be used."))
    if not user.active:
        raise Refused(_("Your account is closed. Ask the coordinator of the project to open it again."))
    invitation.accepted_at = clock.now()
    db.session.flush()
    if all(present.grant != invitation.grant for present in user.grants):
        scope = {"role": invitation.role, "country": invitation.country, "organisation_id": invitation.organisation_id}
        user.grants.append(RoleGrant(**scope))
        db.session.flush()


def organisation_name(invitation: Invitation) -> str | None:
    """The name of the organisation the offered role belongs to."""
    if invitation.organisation_id is None:
        return None
    return queries.organisation_names([invitation.organisation_id]).get(invitation.organisation_id)


def _check(actor: Actor, invitation: Invitation) -> None:
    if not permissions.may_give(actor, invitation.grant):
        raise NotAllowed(_("Your role does not allow you to change this invitation."))


def _send(invitation: Invitation, token: str) -> None:
    mail.send(
        db.session,
        invitation.email,
        _l("You are invited to the portal"),
        "accounts/invitation",
        invitation.language,
        invitation=invitation,
        role=ROLE_LABELS[invitation.role],
        organisation=organisation_name(invitation),
        path=PATH.format(token=token),
        has_account=queries.account_of(invitation.email) is not None,
    )

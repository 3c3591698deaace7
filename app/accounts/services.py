"""What may happen to accounts, their roles, and the secrets of calendar feeds."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from app.accounts import permissions, queries
from app.accounts.models import COUNTRY_ROLES, ORGANISATION_ROLES, FeedSecret, RoleGrant, User, UserSession
from app.accounts.tokens import new_token
from app.core import clock, mail
from app.core.access import Actor, Grant, Permission, Role
from app.core.errors import NotAllowed, Refused, expect_version
from app.core.i18n import SOURCE_LANGUAGE
from app.extensions import db


def scope_of(actor: Actor, role: Role, country: str | None, organisation_id: int | None) -> Grant:
    """A role with the scope it needs and no more; an organisation's role takes the organisation's country.

    Raises ``Refused`` where something is missing, or where the role is not the actor's to give.
    """
    if role in ORGANISATION_ROLES:
        organisation = queries.organisation(organisation_id) if organisation_id else None
        if organisation is None:
            raise Refused(organisation_id=_("This role belongs to an organisation: choose which."))
        grant = Grant(role, organisation.country, organisation.id)
    elif role in COUNTRY_ROLES:
        if not country:
            raise Refused(country=_("This role belongs to a country: choose which."))
        # A cluster coordinator works for the organisation whose clusters are the coordinator's to change.
        organisation = queries.organisation(organisation_id) if organisation_id else None
        works_there = role is Role.CLUSTER_COORDINATOR and organisation is not None and organisation.country == country
        grant = Grant(role, country, organisation.id if organisation and works_there else None)
    else:
        grant = Grant(role)
    if not permissions.may_give(actor, grant):
        raise Refused(role=_("Your own role does not allow you to give this one here."))
    return grant


def _row(grant: Grant) -> RoleGrant:
    return RoleGrant(role=grant.role, country=grant.country, organisation_id=grant.organisation_id)


def change_profile(actor: Actor, user: User, version: int | None, *, name: str, language: str | None) -> User:
    """Change how a person is called and which language the portal speaks to them; everybody does so for themselves."""
    if actor.user_id != user.id:
        raise NotAllowed(_("Everybody changes their own name."))
    expect_version(user, version)
    user.name, user.language = name, language
    db.session.flush()
    return user


def add_grant(actor: Actor, user: User, *, role: Role, country: str | None, organisation_id: int | None) -> RoleGrant:
    """Give a person one more role."""
    _check_manage(actor, user)
    grant = scope_of(actor, role, country, organisation_id)
    if any(present.grant == grant for present in user.grants):
        raise Refused(role=_("%(name)s has this role already.", name=user.name))
    row = _row(grant)
    user.grants.append(row)
    db.session.flush()
    return row


def remove_grant(actor: Actor, user: User, row: RoleGrant) -> None:
    """Take a role away; the last one cannot go, since an account without a role could not be told from a closed one."""
    _check_manage(actor, user)
    if len(user.grants) == 1:
        raise Refused(_("This is the only role of %(name)s. Close the account instead.", name=user.name))
    user.grants.remove(row)
    db.session.flush()


def close_account(actor: Actor, user: User) -> None:
    """Let nobody sign in with this account any more; whoever is signed in is out at the next request."""
    _check_manage(actor, user)
    user.active = False
    _end_sessions(user)
    db.session.flush()


def reopen_account(actor: Actor, user: User) -> None:
    """Let the person sign in again."""
    _check_manage(actor, user)
    user.active = True
    db.session.flush()


def set_second_factor(actor: Actor, user: User, secret: str) -> None:
    """Ask for a code of an authenticator app from now on; ``secret`` is what it shares with the portal, encrypted."""
    _check_own(actor, user)
    user.tf_primary_method, user.tf_totp_secret = "authenticator", secret
    event = _l("From now on your account asks for a code of your authenticator app when you sign in with a password.")
    notify(user, _l("Your second factor is on"), event)
    db.session.flush()


def drop_second_factor(actor: Actor, user: User) -> None:
    """Do without a second factor again: the authenticator app and the recovery codes are forgotten."""
    _check_own(actor, user)
    _forget_second_factor(user)
    event = _l("Your account no longer asks for a code when you sign in.")
    notify(user, _l("Your second factor was switched off"), event)
    db.session.flush()


def reset_second_factor(actor: Actor, user: User) -> None:
    """Forget a person's authenticator app and recovery codes, for somebody who lost both.

    Whoever did not ask for it has to learn that the password alone opens the account again.
    """
    _check_manage(actor, user)
    if user.tf_totp_secret:
        event = _l("%(name)s switched your second factor off: your account no longer asks for a code.", name=actor.name)
        notify(user, _l("Your second factor was switched off"), event)
    _forget_second_factor(user)
    _end_sessions(user)
    db.session.flush()


def notify(user: User, subject: Any, event: Any) -> None:
    """Tell a person about a change to how they sign in; ``event`` is the sentence that says which."""
    language = user.language or SOURCE_LANGUAGE
    mail.send(db.session, user.email, subject, "accounts/notice", language, user=user, event=event)


def _forget_second_factor(user: User) -> None:
    user.tf_primary_method = user.tf_totp_secret = user.tf_last_counter = user.mf_recovery_codes = None


def _check_own(actor: Actor, user: User) -> None:
    if actor.user_id != user.id:
        raise NotAllowed(_("Everybody decides for themselves how they sign in."))


def _check_manage(actor: Actor, user: User) -> None:
    if not permissions.may_manage(actor, user):
        raise NotAllowed(_("Your role does not allow you to change this account."))


def _end_sessions(user: User) -> None:
    statement = update(UserSession).where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
    db.session.execute(statement.values(ended_at=clock.now()))


def create_feed_secret(actor: Actor, label: str, scope: str | None = None) -> tuple[FeedSecret, str]:
    """A secret for the actor's calendar feed, and its text, which is shown once and not stored.

    With a ``scope`` it opens that choice alone.
    """
    actor.check(Permission.FEED_OWN)
    token, token_hash = new_token()
    secret = FeedSecret(user_id=actor.user_id, token_hash=token_hash, label=label, scope=scope)
    db.session.add(secret)
    db.session.flush()
    return secret, token


def revoke_feed_secret(actor: Actor, secret: FeedSecret) -> None:
    """Close the calendar feed to whoever holds this secret."""
    if secret.user_id != actor.user_id:
        raise NotAllowed(_("This is somebody else's calendar feed."))
    if secret.revoked_at is None:
        secret.revoked_at = clock.now()
        db.session.flush()

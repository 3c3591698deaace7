"""What can be asked about accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, Row, String, column, func, select, table, true
from sqlalchemy.orm import selectinload

from app.accounts.models import FeedSecret, Invitation, RoleGrant, User, UserSession
from app.accounts.tokens import digest
from app.core.access import Actor, Permission
from app.core.options import Option
from app.core.ranking import FoundBy
from app.core.search_key import search_key
from app.extensions import db

MOST_OPTIONS = 20

# Organisations are the floor above; only these columns of theirs are looked at.
organisation_table = table(
    "organisation",
    *(column(name, Integer) for name in ("id", "absorbed_by_id")),
    *(column(name, String) for name in ("name", "native_name", "country", "category", "search_key", "name_key")),
    *(column(name, Boolean) for name in ("is_partner", "is_coordinator", "is_example")),
)
O = organisation_table.c  # noqa: E741 - the columns, named in every line
FOUND_BY = FoundBy((O.name, O.native_name), O.search_key)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Accounts the actor may see: all, those with a role in the actor's countries, or none."""
    countries = actor.countries_for(Permission.ACCOUNT_MANAGE)
    return true() if countries is None else User.grants.any(RoleGrant.country.in_(countries))


def invitations_visible_to(actor: Actor) -> ColumnElement[bool]:
    """Invitations the actor may see, by the same rule."""
    countries = actor.countries_for(Permission.ACCOUNT_MANAGE)
    return true() if countries is None else Invitation.country.in_(countries)


def user(actor: Actor, user_id: int) -> User:
    """One account with its roles. Raises ``NoResultFound`` when it does not exist or is not open to the actor."""
    statement = select(User).where(User.id == user_id, visible_to(actor)).options(selectinload(User.grants))
    return db.session.execute(statement).scalar_one()


def user_by_email(email: str) -> User | None:
    """The active person with this address, which is already normal (``normal_email``)."""
    return db.session.scalar(select(User).where(User.email == email, User.active))


def account_of(email: str) -> User | None:
    """The account with this address, open or closed, with its roles; for whoever holds a link sent to the address."""
    return db.session.scalar(select(User).where(User.email == email).options(selectinload(User.grants)))


def languages_of(emails: Sequence[str]) -> dict[str, str]:
    """The language that the active people with these addresses chose, by their addresses as they are kept."""
    wanted = {email.casefold() for email in emails}
    found = db.session.execute(
        select(User.email, User.language).where(User.email.in_(wanted), User.active, User.language.is_not(None))
    )
    return {email: language for email, language in found if language}


def grants_of(users: Sequence[int]) -> dict[int, list[RoleGrant]]:
    """The roles of several people, by the person's key."""
    found: dict[int, list[RoleGrant]] = {key: [] for key in users}
    for grant in db.session.scalars(select(RoleGrant).where(RoleGrant.user_id.in_(users)).order_by(RoleGrant.id)):
        found[grant.user_id].append(grant)
    return found


def last_sign_ins(users: Sequence[int]) -> dict[int, datetime]:
    """When each of several people signed in last, by the person's key; who never did is missing."""
    statement = (
        select(UserSession.user_id, func.max(UserSession.created_at).label("moment"))
        .where(UserSession.user_id.in_(users))
        .group_by(UserSession.user_id)
    )
    return {row.user_id: row.moment for row in db.session.execute(statement)}


def invitations(actor: Actor) -> list[Invitation]:
    """The invitations the actor may see, the latest first."""
    statement = select(Invitation).where(invitations_visible_to(actor)).order_by(Invitation.id.desc()).limit(500)
    return list(db.session.scalars(statement))


def invitation(actor: Actor, invitation_id: int) -> Invitation:
    """One invitation. Raises ``NoResultFound`` when it does not exist or is not open to the actor."""
    statement = select(Invitation).where(Invitation.id == invitation_id, invitations_visible_to(actor))
    return db.session.execute(statement).scalar_one()


def invitation_of_token(token: str) -> Invitation | None:
    """The invitation a link belongs to, whatever its state."""
    return db.session.scalar(select(Invitation).where(Invitation.token_hash == digest(token)))


def sessions_of(actor: Actor) -> list[UserSession]:
    """Where the actor is signed in, the latest first."""
    statement = (
        select(UserSession)
        .where(UserSession.user_id == actor.user_id, UserSession.is_open())
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
    )
    return list(db.session.scalars(statement))


def feed_secrets_of(actor: Actor) -> list[FeedSecret]:
    """The secrets of the actor's calendar feed that still open it, the oldest first."""
    statement = (
        select(FeedSecret)
        .where(FeedSecret.user_id == actor.user_id, FeedSecret.revoked_at.is_(None))
        .order_by(FeedSecret.id)
    )
    return list(db.session.scalars(statement))


def organisation(organisation_id: int) -> Row[Any, Any, Any] | None:
    """Key, name and country of one organisation."""
    return db.session.execute(select(O.id, O.name, O.country).where(O.id == organisation_id)).one_or_none()


def organisation_names(keys: Sequence[int]) -> dict[int, str]:
    """Names of organisations by key."""
    if not keys:
        return {}
    rows = db.session.execute(select(O.id, O.name).where(O.id.in_(keys)))
    return {row.id: row.name for row in rows}


def find_organisations(actor: Actor, query: str) -> list[Option]:
    """Organisations that a role can be given for, found by name, partners first."""
    return _options(actor, query)


def organisations_of(actor: Actor, keys: Sequence[int]) -> list[Option]:
    """The organisations with these keys that the actor may give a role for."""
    return _options(actor, "", O.id.in_(keys))


def _options(actor: Actor, query: str, *conditions: ColumnElement[bool]) -> list[Option]:
    countries = actor.countries_for(Permission.ACCOUNT_MANAGE)
    where = true() if countries is None else O.country.in_(countries)
    statement = (
        select(O.id, O.name, O.native_name, O.country, O.is_example)
        .where(where, O.absorbed_by_id.is_(None), *conditions)
        .limit(MOST_OPTIONS)
    )
    if search_key(query):
        statement = statement.where(FOUND_BY.holds(query)).order_by(FOUND_BY.nearness(query))
    statement = statement.order_by(O.is_partner.desc(), O.name_key, O.id)
    return [
        Option(row.id, row.name, native=row.native_name or "", note=row.country, is_example=bool(row.is_example))
        for row in db.session.execute(statement)
    ]

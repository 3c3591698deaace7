"""One's own calendar: what concerns a person, opened by a secret address that can be revoked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

from app.accounts.models import FeedSecret, RoleGrant, User
from app.accounts.tokens import digest
from app.core.access import Actor
from app.events.models import Event, event_organisation
from app.events.queries import visible_to
from app.extensions import db
from app.feeds.entries import MEMBERS
from app.feeds.models import FeedVersion


@dataclass(frozen=True)
class Subscriber:
    """Whose feed a secret opens, and the version of everything it depends on.

    ``generation`` changes with the person's roles, ``version`` and ``changed_at`` with any event.
    """

    secret_id: int
    user_id: int
    label: str
    name: str
    version: int
    changed_at: datetime
    generation: str


def subscriber(connection: Connection, secret: str) -> Subscriber | None:
    """The person a secret belongs to, in one statement; nobody when it is unknown or revoked, or the person left."""
    roles = (
        select(func.coalesce(func.sum(RoleGrant.id), 0), func.count(RoleGrant.id))
        .where(RoleGrant.user_id == User.id)
        .correlate(User)
    )
    total, count = (roles.with_only_columns(column).scalar_subquery() for column in roles.selected_columns)
    row = connection.execute(
        select(
            FeedSecret.id,
            User.id,
            FeedSecret.label,
            User.name,
            FeedVersion.version,
            FeedVersion.changed_at,
            FeedSecret.created_at,
            total,
            count,
        )
        .join(User, User.id == FeedSecret.user_id)
        .outerjoin(FeedVersion, FeedVersion.scope == MEMBERS)
        .where(FeedSecret.token_hash == digest(secret), FeedSecret.revoked_at.is_(None), User.active)
    ).one_or_none()
    if row is None:
        return None
    changed_at = row[5] or row[6].replace(microsecond=0)
    return Subscriber(row[0], row[1], row[2] or "", row[3], row[4] or 0, changed_at, f"{row[7]}.{row[8]}")


def actor_of(found: Subscriber) -> Actor:
    """The subscriber as somebody who may see things."""
    user = db.session.get_one(User, found.user_id)
    return user.actor


def concerns(actor: Actor) -> ColumnElement[bool]:
    """Events that concern a person; for whom no country narrows, everything.

    They are those of the roles' countries and organisations, and what the whole consortium shares.
    """
    visible = visible_to(actor)
    if actor.sees_everything:
        return visible
    organisations = actor.organisations
    takes_part = select(event_organisation.c.event_id).where(event_organisation.c.organisation_id.in_(organisations))
    return visible & or_(
        Event.country.is_(None),
        Event.country.in_(actor.countries),
        Event.organiser_id.in_(organisations),
        Event.id.in_(takes_part),
    )

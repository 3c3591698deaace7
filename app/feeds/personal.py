"""One's own calendar: what concerns a person, opened by a secret address that can be revoked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select

from app.accounts.models import FeedSecret, RoleGrant, User
from app.accounts.tokens import digest
from app.core.access import Actor, Grant, Role
from app.events.models import Event, event_organisation
from app.events.queries import visible_to
from app.feeds.entries import MEMBERS
from app.feeds.models import FeedVersion
from app.mou.models import Mou, MouParty
from app.mou.queries import visible_to as memoranda_visible_to
from app.stakeholders.models import Organisation


@dataclass(frozen=True)
class Subscriber:
    """Whose feed a secret opens, and the version of everything it depends on: events, roles, names.

    ``changed_at`` is ``None`` while nothing was ever in a feed.
    """

    secret_id: int
    actor: Actor
    version: int
    changed_at: datetime | None


def subscriber(connection: Connection, secret: str) -> Subscriber | None:
    """The person a secret belongs to, in one statement; nobody when it is unknown or revoked, or the person left."""
    rows = connection.execute(
        select(
            FeedSecret.id,
            FeedSecret.user_id,
            User.name,
            FeedVersion.version,
            FeedVersion.changed_at,
            RoleGrant.role,
            RoleGrant.country,
            RoleGrant.organisation_id,
        )
        .join(User, User.id == FeedSecret.user_id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .outerjoin(FeedVersion, FeedVersion.scope == MEMBERS)
        .where(FeedSecret.token_hash == digest(secret), FeedSecret.revoked_at.is_(None), User.active)
        .order_by(RoleGrant.id)
    ).all()
    if not rows:
        return None
    secret_id, user_id, name, version, changed_at = rows[0][:5]
    actor = Actor(user_id, name, tuple(Grant(*row[5:]) for row in rows))
    return Subscriber(secret_id, actor, version or 0, changed_at)


def ends(actor: Actor) -> ColumnElement[bool]:
    """Memoranda whose last day concerns a person, by the same rule, parties to them included."""
    visible = memoranda_visible_to(actor)
    if actor.sees_everything:
        return visible
    organisations = actor.organisations
    own = select(MouParty.mou_id).where(MouParty.organisation_id.in_(organisations))
    return visible & or_(
        Mou.country.is_(None),
        Mou.country.in_(actor.countries),
        Mou.owner_id.in_(organisations),
        Mou.id.in_(own),
    )


def concerns(actor: Actor) -> ColumnElement[bool]:
    """Events that concern a person; for whom no country narrows, everything.

    They are those of the roles' countries and organisations, what the whole consortium shares, and to a country's lead
    also those elsewhere in which organisations of the country take part.
    """
    visible = visible_to(actor)
    if actor.sees_everything:
        return visible
    organisations = actor.organisations
    led = {grant.country for grant in actor.grants if grant.role is Role.COUNTRY_LEAD}
    own = Organisation.id.in_(organisations) | Organisation.country.in_(led)
    takes_part = select(event_organisation.c.event_id).join(Organisation).where(own)
    return visible & or_(
        Event.country.is_(None),
        Event.country.in_(actor.countries),
        Event.organiser_id.in_(organisations),
        Event.id.in_(takes_part),
    )

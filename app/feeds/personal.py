"""One's own calendar: what concerns a person, opened by a secret address that can be revoked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select

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
from app.valorisation.items.models import PlanItem
from app.valorisation.items.queries import visible_to as items_visible_to
from app.valorisation.models import ActionPlan
from app.valorisation.reminders.queries import theirs


@dataclass(frozen=True)
class Subscriber:
    """Whose feed a secret opens, and the version of everything it depends on: events, roles, names.

    ``changed_at`` is ``None`` while nothing was ever in a feed. ``scope`` is what the secret is narrowed to, if
    anything: then the version is that of this choice alone.
    """

    secret_id: int
    scope: str | None
    actor: Actor
    version: int
    changed_at: datetime | None


def subscriber(connection: Connection, secret: str) -> Subscriber | None:
    """The person a secret belongs to, in one statement; nobody when it is unknown or revoked, or the person left."""
    rows = connection.execute(
        select(
            FeedSecret.id,
            FeedSecret.scope,
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
        .outerjoin(FeedVersion, FeedVersion.scope == func.coalesce(FeedSecret.scope, MEMBERS))
        .where(FeedSecret.token_hash == digest(secret), FeedSecret.revoked_at.is_(None), User.active)
        .order_by(RoleGrant.id)
    ).all()
    if not rows:
        return None
    secret_id, scope, user_id, name, version, changed_at = rows[0][:6]
    actor = Actor(user_id, name, tuple(Grant(*row[6:]) for row in rows))
    return Subscriber(secret_id, scope, actor, version or 0, changed_at)


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


def dues(actor: Actor) -> ColumnElement[bool]:
    """Items of plans that a person answers for: by name, for an organisation, or as the lead of the plan's country.

    Who coordinates all countries answers for none of their items by that: a plan has a feed of its own.
    """
    led = {grant.country for grant in actor.grants if grant.role is Role.COUNTRY_LEAD}
    return items_visible_to(actor) & or_(
        theirs(actor.user_id or 0),
        PlanItem.organisation_id.in_(actor.organisations),
        PlanItem.plan_id.in_(select(ActionPlan.id).where(ActionPlan.country.in_(led))),
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

"""Who may give which role, and to whom.

Nobody gives more than they have: an administrator's role comes from administrators only, and a country lead gives the
roles of the own country.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from app.accounts.models import COUNTRY_ROLES, ORGANISATION_ROLES, User
from app.core.access import Actor, Grant, Permission, Role


@dataclass(frozen=True)
class Reach:
    """Where a role would hold, as a record that rights can be judged against."""

    access_country: str | None
    access_organisations: frozenset[int] = frozenset()


def may_give(actor: Actor, grant: Grant) -> bool:
    """Whether the actor may give this role with this scope, or take it away."""
    if grant.role is Role.ADMIN:
        return actor.has(Role.ADMIN)
    return actor.may(Permission.ACCOUNT_MANAGE, Reach(grant.country))


def roles_to_give(actor: Actor) -> list[Role]:
    """The roles the actor may give somewhere: anywhere for whom no country narrows, else those of a country."""
    if may_give(actor, Grant(Role.COORDINATOR)):
        return [role for role in Role if may_give(actor, Grant(role))]
    return [role for role in Role if role in COUNTRY_ROLES | ORGANISATION_ROLES]


def may_manage(actor: Actor, user: User) -> bool:
    """Whether the actor may change another person's account: all of its roles are the actor's to give."""
    return actor.user_id != user.id and all_to_give(actor, (grant.grant for grant in user.grants))


def all_to_give(actor: Actor, grants: Iterable[Grant]) -> bool:
    """Whether every one of these roles is the actor's to give or take."""
    return all(may_give(actor, grant) for grant in grants)

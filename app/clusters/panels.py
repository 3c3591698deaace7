"""What clusters put on the pages of organisations."""

from collections.abc import Mapping
from typing import Any

from app.clusters import member_queries
from app.core.access import Actor
from app.stakeholders.models import Organisation


def of_organisation(actor: Actor, organisation: Organisation) -> Mapping[str, Any] | None:
    """The clusters an organisation is, was or is invited to be in; nothing where there are none."""
    found = member_queries.memberships_of(actor, organisation.id)
    if not actor.is_internal and organisation.id not in actor.organisations:
        found = [row for row in found if row.state == "active"]
    return {"memberships": found} if found else None

"""Who may change a cluster.

A cluster may belong to several countries, so its rights are judged by its parts: whoever may change one of them may
change the cluster.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from app.clusters.models import Cluster
from app.core.access import Actor, Permission
from app.core.errors import NotAllowed


@dataclass(frozen=True)
class Part:
    """A cluster as one of its countries sees it."""

    access_country: str | None
    access_organisations: Collection[int] = frozenset()


def parts(countries: Collection[str], organisations: Collection[int] = frozenset()) -> Iterator[Part]:
    """A cluster of these countries, country by country; one of no country belongs to the whole consortium."""
    for country in countries or (None,):
        yield Part(country, organisations)


def may_edit(actor: Actor, cluster: Cluster) -> bool:
    """Whether the actor may change the cluster: by role, or because the actor proposed it."""
    if not actor.may(Permission.CLUSTER_EDIT):
        return False
    if actor.user_id is not None and cluster.created_by_id == actor.user_id:
        return True
    return any(
        actor.may(Permission.CLUSTER_EDIT, part) for part in parts(cluster.countries, cluster.access_organisations)
    )


def check_edit(actor: Actor, cluster: Cluster) -> None:
    """Raise ``NotAllowed`` where ``may_edit`` answers no."""
    if not may_edit(actor, cluster):
        raise NotAllowed(_("Your role does not allow you to change this cluster."))


def may_propose(actor: Actor, countries: Collection[str]) -> bool:
    """Whether the actor may propose a cluster of these countries: in one of them is enough."""
    return any(actor.may(Permission.CLUSTER_CREATE, part) for part in parts(countries))

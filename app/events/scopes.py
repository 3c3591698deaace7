"""Choices of events by name, such as ``country:AM``: feeds are called so, and what somebody asks to be told of."""

from collections.abc import Iterable

from app.clusters.queries import above
from app.events.models import Event
from app.microcredentials.models import MicroCredential

EVERYTHING = "all"


def named(sort: str, key: object) -> str:
    """The name of all events of one ``kind``, ``country``, ``cluster``, ``series`` or ``mc``."""
    return f"{sort}:{key}"


def scopes_of(event: Event, concerned: Iterable[MicroCredential]) -> set[str]:
    """Every choice an event is in, as far as micro-credentials among those ``concerned``.

    It is in that of its cluster and of all clusters above that one.
    """
    scopes = {EVERYTHING, named("kind", event.kind.value)}
    if event.country:
        scopes.add(named("country", event.country))
    if event.cluster_id:
        scopes |= {named("cluster", key) for key in above(event.cluster_id)}
    if event.series_id:
        scopes.add(named("series", event.series_id))
    return scopes | {named("mc", entry.code) for entry in concerned}

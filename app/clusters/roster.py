"""Who belongs to a cluster on a day, and what it gathers from the clusters beneath it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from app.clusters import member_queries, queries
from app.clusters.models import Cluster, MemberRole
from app.core.access import Actor
from app.stakeholders.models import Category

FILE_HEAD = ("cluster", "organisation", "category", "country", "role", "member_from", "left_on", "letter", "is_example")
IN_ORDER = {category: place for place, category in enumerate(Category)}


@dataclass(frozen=True)
class Gathered:
    """An organisation that belongs to clusters beneath this one and not to itself."""

    member: Any
    clusters: tuple[Any, ...]


@dataclass(frozen=True)
class Roster:
    """The members of a cluster on a day; panels on the cluster's page get this as their record.

    ``own`` has them by category; ``hidden`` counts those whose name is not open to the actor; ``gathered`` are members
    of clusters beneath; ``categories`` has one category for each organisation of both.
    """

    cluster: Cluster
    day: date
    family: Sequence[Any]
    own: Sequence[tuple[Category, Sequence[Any]]]
    hidden: int
    gathered: Sequence[Gathered]
    categories: Sequence[Category]
    rows: Sequence[Any]

    @property
    def count(self) -> int:
        """How many members the cluster itself has."""
        return sum(len(rows) for _category, rows in self.own) + self.hidden

    @property
    def own_categories(self) -> list[Category]:
        """One category for each member of the cluster itself."""
        return [row.category for row in self.rows if row.cluster_id == self.cluster.id]

    @property
    def committed(self) -> list[Category]:
        """One category for each organisation that is in one of the clusters as more than an observer."""
        rows = (row for row in self.rows if row.role is not MemberRole.OBSERVER)
        return list({row.organisation_id: row.category for row in rows}.values())

    @property
    def keys(self) -> list[int]:
        """The keys of the cluster and of those beneath it."""
        return [row.id for row in self.family]


def roster(actor: Actor, cluster: Cluster, day: date) -> Roster:
    """The members on a day, as the actor may read them; two statements."""
    family = queries.family(actor, cluster.id)
    rows = member_queries.members(actor, [row.id for row in family], day)
    own = [row for row in rows if row.cluster_id == cluster.id]
    named = sorted((row for row in own if row.is_open), key=lambda row: IN_ORDER[row.category])
    own_keys = {row.organisation_id for row in own}
    others = [row for row in rows if row.organisation_id not in own_keys]
    categories = {row.organisation_id: row.category for row in rows}
    return Roster(
        cluster=cluster,
        day=day,
        family=family,
        own=[(category, list(group)) for category, group in groupby(named, key=lambda row: row.category)],
        hidden=len(own) - len(named),
        gathered=list(_gathered(others, {row.id: row for row in family})),
        categories=list(categories.values()),
        rows=rows,
    )


def _gathered(rows: Sequence[Any], family: Mapping[int, Any]) -> Iterator[Gathered]:
    by_organisation: dict[int, list[Any]] = {}
    for row in rows:
        if row.is_open:
            by_organisation.setdefault(row.organisation_id, []).append(row)
    for entries in by_organisation.values():
        yield Gathered(entries[0], tuple(family[entry.cluster_id] for entry in entries))


def file_rows(roster: Roster, names: Mapping[int, str]) -> Iterator[list[Any]]:
    """The members as rows of a file, those of clusters beneath included; ``names`` are the clusters' by key."""
    for row in roster.rows:
        if row.is_open:
            yield [
                names[row.cluster_id],
                row.name,
                row.category.value,
                row.country,
                row.role.value,
                row.joined_on.isoformat(),
                row.left_on.isoformat() if row.left_on else "",
                "yes" if row.letter_id else "",
                "yes" if row.is_example else "",
            ]

"""What the network is made of: kinds of nodes, and what ties them.

The kinds stand in ``NODES`` and ``EDGES``; a further kind of record joins by an entry in each. What concerns
micro-credentials is tied to them by the registry of ``microcredentials.links`` and needs no entry of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, select

from app.clusters import queries as clusters
from app.clusters.models import Cluster, ClusterMembership, MembershipState
from app.core.access import Actor, Permission
from app.core.listing import has_code
from app.core.templating import plain_tr
from app.events import queries as events
from app.events.models import Event, event_organisation
from app.microcredentials import queries as microcredentials
from app.microcredentials.links import kinds as linked_kinds
from app.microcredentials.models import MicroCredential, microcredential_developer
from app.stakeholders import queries as stakeholders
from app.stakeholders.models import Organisation

Key = tuple[str, int]


@dataclass(frozen=True)
class Node:
    """A record of the network: its kind and number, what it is called and what is known of it in a word each."""

    kind: str
    id: int
    label: str
    code: str
    country: str | None
    note: str
    language: str = ""
    is_example: bool = False
    dated: date | None = None

    @property
    def key(self) -> Key:
        """What tells it from all others."""
        return self.kind, self.id


@dataclass(frozen=True, eq=False)
class NodeKind:
    """How one kind of record appears in the network.

    ``columns`` are what ``present`` makes a node of, the number among them as ``id``; ``base`` is the beginning of a
    record's address, which its code ends, and ``opens`` says who may go there; ``shape`` is one that charts/network.js
    draws; ``dated`` is the column that a period narrows; ``lies_in`` says what belongs to a country.
    """

    model: Any
    label: Any
    one: Any
    shape: str
    base: str
    visible_to: Callable[[Actor], Any]
    columns: Sequence[Any]
    present: Callable[[Any], Node]
    opens: Callable[[Actor], bool] = lambda actor: True
    dated: Any = None
    lies_in: Callable[[str], ColumnElement[bool]] | None = None

    def of_country(self, code: str) -> ColumnElement[bool]:
        """Records of a country: of the one they name, unless the kind says otherwise."""
        return self.lies_in(code) if self.lies_in else self.model.country == code

    @property
    def name(self) -> str:
        """What it is called in addresses."""
        return str(self.model.__tablename__)


@dataclass(frozen=True)
class EdgeKind:
    """How records of two kinds are tied; ``pairs`` selects the numbers of both."""

    source: str
    target: str
    label: Any
    pairs: Callable[[], Select[*tuple[Any, ...]]]


O, M, E, K = Organisation, MicroCredential, Event, Cluster  # noqa: E741 - tables, named in every line below
NODES = (
    NodeKind(
        model=O,
        label=_l("Organisations"),
        one=_l("Organisation"),
        shape="circle",
        base="/stakeholders/",
        visible_to=stakeholders.visible_to,
        columns=(O.id, O.name, O.name_language, O.country, O.category, O.is_example),
        present=lambda row: Node(
            "organisation",
            row.id,
            row.name,
            str(row.id),
            row.country,
            str(row.category.label),
            row.name_language,
            row.is_example,
        ),
        opens=lambda actor: actor.may(Permission.STAKEHOLDER_READ),
    ),
    NodeKind(
        model=M,
        label=_l("Micro-credentials"),
        one=_l("Micro-credential"),
        shape="diamond",
        base="/microcredentials/",
        visible_to=microcredentials.visible_to,
        columns=(M.id, M.code, M.title, M.country, M.state, M.is_example),
        present=lambda row: Node(
            "microcredential",
            row.id,
            f"{row.code} {plain_tr(row.title)}",
            row.code,
            row.country,
            str(row.state.label),
            is_example=row.is_example,
        ),
    ),
    NodeKind(
        model=E,
        label=_l("Events"),
        one=_l("Event"),
        shape="square",
        base="/events/",
        visible_to=events.visible_to,
        columns=(E.id, E.title, E.kind, E.country, E.starts_on, E.is_example),
        present=lambda row: Node(
            "event",
            row.id,
            plain_tr(row.title),
            str(row.id),
            row.country,
            str(row.kind.label),
            is_example=row.is_example,
            dated=row.starts_on,
        ),
        dated=E.starts_on,
    ),
    NodeKind(
        model=K,
        label=_l("Clusters"),
        one=_l("Cluster"),
        shape="triangle",
        base="/clusters/",
        visible_to=clusters.visible_to,
        columns=(K.id, K.name, K.type, K.countries, K.is_example),
        present=lambda row: Node(
            "cluster",
            row.id,
            plain_tr(row.name),
            str(row.id),
            row.countries[0] if len(row.countries) == 1 else None,
            str(row.type.label),
            is_example=row.is_example,
        ),
        lies_in=lambda code: has_code(K.countries, code),
    ),
)
_takes_part, _develops = event_organisation.c, microcredential_developer.c
EDGES = (
    EdgeKind(
        "organisation",
        "microcredential",
        _l("develops"),
        lambda: select(_develops.organisation_id, _develops.microcredential_id),
    ),
    EdgeKind(
        "organisation",
        "microcredential",
        _l("awards"),
        lambda: select(M.awarding_body_id, M.id).where(M.awarding_body_id.is_not(None)),
    ),
    EdgeKind(
        "organisation",
        "event",
        _l("organises"),
        lambda: select(E.organiser_id, E.id).where(E.organiser_id.is_not(None)),
    ),
    EdgeKind(
        "organisation",
        "event",
        _l("takes part in"),
        lambda: select(_takes_part.organisation_id, _takes_part.event_id),
    ),
    EdgeKind(
        "organisation",
        "cluster",
        _l("belongs to"),
        lambda: select(ClusterMembership.organisation_id, ClusterMembership.cluster_id).where(
            ClusterMembership.state == MembershipState.ACTIVE
        ),
    ),
    EdgeKind(
        "cluster",
        "cluster",
        _l("stands beneath"),
        lambda: select(K.id, K.parent_id).where(K.parent_id.is_not(None)),
    ),
    EdgeKind("cluster", "event", _l("meets at"), lambda: select(E.cluster_id, E.id).where(E.cluster_id.is_not(None))),
)
BY_NAME = {kind.name: kind for kind in NODES}


def edge_kinds() -> Iterator[EdgeKind]:
    """How nodes are tied: the kinds above, and every kind of node that concerns micro-credentials to these."""
    yield from EDGES
    for kind in linked_kinds():
        if kind.name in BY_NAME:
            yield EdgeKind(kind.name, "microcredential", _l("concerns"), _links_of(kind.model.link_model))


def _links_of(link: Any) -> Callable[[], Select[*tuple[Any, ...]]]:
    return lambda: select(link.record_id, link.microcredential_id)

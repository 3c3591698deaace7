"""Who works with whom on what: organisations, micro-credentials, events, clusters, and what ties them.

The kinds of nodes and edges stand in ``NODES`` and ``EDGES``; a further kind of record joins by an entry in each. What
concerns micro-credentials is tied to them by the registry of ``microcredentials.links`` and needs no entry of its own.
An actor is shown the nodes that each feature's ``visible_to`` opens, and the edges between them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, select

from app.clusters import queries as clusters
from app.clusters.models import Cluster, ClusterMembership, MembershipState
from app.core.access import Actor, Permission
from app.core.database import plain_rows
from app.core.listing import has_code
from app.core.templating import plain_tr
from app.events import queries as events
from app.events.models import Event, event_organisation
from app.extensions import db
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


@dataclass(frozen=True)
class Edge:
    """A tie between two nodes."""

    source: Node
    target: Node
    label: Any


# A tie by the keys of its ends, with its label.
Tie = tuple[Key, Key, Any]


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


@dataclass(frozen=True)
class Wanted:
    """What of the network is asked for.

    ``focus`` leaves one node and its neighbours; ``code`` a micro-credential with what is at most two steps away;
    ``least`` the nodes with so many links or more, counted before; the days narrow events, both inclusive.
    """

    kinds: tuple[str, ...] = tuple(kind.name for kind in NODES)
    country: str = ""
    code: str = ""
    since: date | None = None
    until: date | None = None
    least: int = 1
    focus: Key | None = None


@dataclass
class Network:
    """Keys of nodes, the best connected first, and the ties between them; a node is made when it is shown.

    ``links`` counts the nodes that each node is tied to, before anything but kind, country and period narrowed them.
    """

    keys: list[Key]
    ties: list[Tie]
    links: Mapping[Key, int]
    rows: Mapping[Key, Row[*tuple[Any, ...]]]
    focus: Node | None = None

    def node(self, key: Key) -> Node:
        """The node with this key."""
        return BY_NAME[key[0]].present(self.rows[key])

    def edge(self, tie: Tie) -> Edge:
        """A tie with its nodes."""
        return Edge(self.node(tie[0]), self.node(tie[1]), tie[2])


def network(actor: Actor, wanted: Wanted) -> Network:
    """The network as the actor may see it: a statement for each kind of node and of edge, however many there are.

    Raises ``LookupError`` where the node in focus is not open to the actor.
    """
    rows = {
        (kind.name, row.id): row for kind in NODES if kind.name in wanted.kinds for row in _rows(actor, kind, wanted)
    }
    if wanted.focus and wanted.focus not in rows:
        raise LookupError(wanted.focus)
    ties = [
        ((kind.source, source), (kind.target, target), kind.label)
        for kind in edge_kinds()
        if kind.source in wanted.kinds and kind.target in wanted.kinds
        for source, target in plain_rows(db.session, kind.pairs())
        if (kind.source, source) in rows and (kind.target, target) in rows
    ]
    links = counted(ties)
    kept = _kept(rows, ties, links, wanted)
    keys = sorted(kept, key=lambda key: (-links[key], key))
    found = Network(keys, [tie for tie in ties if tie[0] in kept and tie[1] in kept], links, rows)
    found.focus = found.node(wanted.focus) if wanted.focus else None
    return found


def counted(ties: Iterable[Tie]) -> Counter[Key]:
    """How many nodes each node is tied to; a pair tied in two ways counts once."""
    pairs = {(source, target) for source, target, _label in ties}
    return Counter(chain.from_iterable(pairs))


def _rows(actor: Actor, kind: NodeKind, wanted: Wanted) -> Sequence[Row[*tuple[Any, ...]]]:
    statement = _visible(actor, kind)
    if wanted.country:
        statement = statement.where(kind.of_country(wanted.country))
    if kind.dated is not None and wanted.since:
        statement = statement.where(kind.dated >= wanted.since)
    if kind.dated is not None and wanted.until:
        statement = statement.where(kind.dated <= wanted.until)
    return plain_rows(db.session, statement)


@lru_cache(maxsize=256)
def _visible(actor: Actor, kind: NodeKind) -> Select[*tuple[Any, ...]]:
    return select(*kind.columns).where(kind.visible_to(actor))


def _kept(rows: Mapping[Key, Any], ties: Sequence[Tie], links: Mapping[Key, int], wanted: Wanted) -> set[Key]:
    """The nodes that focus, micro-credential and number of links leave."""
    if wanted.focus:
        return _around({wanted.focus}, ties)
    kept = set(rows)
    if wanted.code:
        named = {key for key, row in rows.items() if key[0] == "microcredential" and row.code == wanted.code}
        kept = _around(_around(named, ties), ties)
    return {key for key in kept if links[key] >= wanted.least}


def _around(keys: set[Key], ties: Sequence[Tie]) -> set[Key]:
    """The nodes of ``keys`` and their neighbours."""
    near = set(keys)
    for source, target, _label in ties:
        if source in keys:
            near.add(target)
        if target in keys:
            near.add(source)
    return near

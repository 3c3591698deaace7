"""Who works with whom on what: organisations, micro-credentials, events, clusters, and what ties them.

An actor is shown the nodes that each feature's ``visible_to`` opens, and the edges between them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Row, Select, select

from app.core.access import Actor
from app.core.database import plain_rows
from app.dashboard.network_kinds import BY_NAME, NODES, Key, Node, NodeKind, edge_kinds
from app.extensions import db
from app.microcredentials.models import MicroCredential

# So many records are read by their numbers; beyond, all of their kind are.
MOST_NAMED = 5_000


@dataclass(frozen=True)
class Edge:
    """A tie between two nodes."""

    source: Node
    target: Node
    label: Any


# A tie by the keys of its ends, with its label.
Tie = tuple[Key, Key, Any]


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
    least: int | None = None
    focus: Key | None = None

    @property
    def least_links(self) -> int:
        """Unless a number is asked for: one link in the network as a whole, none where kinds are chosen to be seen."""
        if self.least is not None:
            return self.least
        return int(len(self.kinds) == len(NODES))


@dataclass
class Network:
    """Keys of nodes, the best connected first, and the ties between them; a node is read when it is shown.

    ``links`` counts the nodes that each node is tied to, before anything but kind, country and period narrowed them.
    """

    actor: Actor
    keys: list[Key]
    ties: list[Tie]
    links: Mapping[Key, int]
    focus: Node | None = None
    _rows: dict[Key, Row[*tuple[Any, ...]]] = field(default_factory=dict)

    def read(self, keys: Iterable[Key]) -> None:
        """Read what is shown of these nodes: a statement for each of their kinds."""
        wanted: dict[str, list[int]] = {}
        for kind, number in dict.fromkeys(keys):
            if (kind, number) not in self._rows:
                wanted.setdefault(kind, []).append(number)
        for kind, numbers in wanted.items():
            statement = _visible(self.actor, BY_NAME[kind])
            if len(numbers) <= MOST_NAMED:
                statement = statement.where(BY_NAME[kind].model.id.in_(numbers))
            self._rows |= {(kind, row.id): row for row in plain_rows(db.session, statement)}

    def nodes(self, keys: Sequence[Key]) -> list[Node]:
        """The nodes with these keys; one that was deleted since they were read is left out."""
        self.read(keys)
        return [BY_NAME[key[0]].present(self._rows[key]) for key in keys if key in self._rows]

    def edges(self, ties: Sequence[Tie]) -> list[Edge]:
        """Ties with their nodes, as ``nodes`` gives them."""
        known = {node.key: node for node in self.nodes(list(dict.fromkeys(key for tie in ties for key in tie[:2])))}
        return [
            Edge(known[source], known[target], label)
            for source, target, label in ties
            if source in known and target in known
        ]


def network(actor: Actor, wanted: Wanted) -> Network:
    """The network as the actor may see it: a statement for each kind of node and of edge, however many there are.

    Raises ``LookupError`` where the node in focus is not open to the actor.
    """
    home: set[Key] = set()
    numbers = {name: _numbers(actor, BY_NAME[name], wanted, home) for name in wanted.kinds}
    if wanted.focus and wanted.focus[1] not in numbers.get(wanted.focus[0], ()):
        raise LookupError(wanted.focus)
    ties = [
        ((kind.source, source), (kind.target, target), kind.label)
        for kind in edge_kinds()
        if kind.source in numbers and kind.target in numbers
        for source, target in plain_rows(db.session, kind.pairs())
        if source in numbers[kind.source] and target in numbers[kind.target]
    ]
    if wanted.country:
        # Whom a country works with may lie elsewhere: what is tied to something of the country is shown with it.
        ties = [tie for tie in ties if tie[0] in home or tie[1] in home]
    links = counted(ties)
    shown = set(links)
    if not wanted.least_links:  # then also what is tied to nothing
        shown |= home if wanted.country else {(name, number) for name in numbers for number in numbers[name]}
    kept = _kept(actor, shown, ties, links, wanted)
    keys = sorted(kept, key=lambda key: (-links[key], key))
    found = Network(actor, keys, [tie for tie in ties if tie[0] in kept and tie[1] in kept], links)
    found.focus = next(iter(found.nodes([wanted.focus])), None) if wanted.focus else None
    return found


def counted(ties: Iterable[Tie]) -> Counter[Key]:
    """How many nodes each node is tied to; a pair tied in two ways counts once."""
    pairs = {(source, target) for source, target, _label in ties}
    return Counter(chain.from_iterable(pairs))


def _numbers(actor: Actor, kind: NodeKind, wanted: Wanted, home: set[Key]) -> set[int]:
    """The numbers of what there is of a kind, and into ``home`` the keys of what belongs to the country asked for.

    Not its rows: of a hundred thousand organisations some hundred are shown.
    """
    statement = _visible(actor, kind).with_only_columns(kind.model.id, maintain_column_froms=True)
    if kind.dated is not None and wanted.since:
        statement = statement.where(kind.dated >= wanted.since)
    if kind.dated is not None and wanted.until:
        statement = statement.where(kind.dated <= wanted.until)
    if not wanted.country:
        return set(db.session.connection().scalars(statement))
    rows = plain_rows(db.session, statement.add_columns(kind.of_country(wanted.country)))
    home |= {(kind.name, number) for number, is_home in rows if is_home}
    return {number for number, _is_home in rows}


@lru_cache(maxsize=256)
def _visible(actor: Actor, kind: NodeKind) -> Select[*tuple[Any, ...]]:
    return select(*kind.columns).where(kind.visible_to(actor))


def _kept(actor: Actor, shown: set[Key], ties: Sequence[Tie], links: Mapping[Key, int], wanted: Wanted) -> set[Key]:
    """The nodes that focus, micro-credential and number of links leave."""
    if wanted.focus:
        return _around({wanted.focus}, ties)
    kept = shown
    if wanted.code:
        named = shown & {("microcredential", row.id) for row in _coded(actor, wanted.code)}
        kept = _around(_around(named, ties), ties)
    least = wanted.least_links
    return {key for key in kept if links[key] >= least}


def _coded(actor: Actor, code: str) -> Sequence[Row[*tuple[Any, ...]]]:
    return plain_rows(db.session, _visible(actor, BY_NAME["microcredential"]).where(MicroCredential.code == code))


def _around(keys: set[Key], ties: Sequence[Tie]) -> set[Key]:
    """The nodes of ``keys`` and their neighbours."""
    near = set(keys)
    for source, target, _label in ties:
        if source in keys:
            near.add(target)
        if target in keys:
            near.add(source)
    return near

"""The network as files in the column form that Kumu and other tools for drawing networks import.

``elements`` has the nodes (Label, Type, Description, Tags), ``connections`` the edges (From, To, Type). Edges name
their ends by label, so no two labels are the same.
"""

from collections import Counter
from collections.abc import Iterator

from flask import Response
from flask_babel import gettext as _

from app.core.export import download
from app.core.templating import country_name
from app.dashboard.network import Network
from app.dashboard.network_kinds import BY_NAME, Key, Node

ELEMENTS = ("Label", "Type", "Description", "Tags")
CONNECTIONS = ("From", "To", "Type")


def network_file(network: Network, which: str) -> Response:
    """One of the two files, ``elements`` or ``connections``, as CSV; no cell is ever a formula."""
    nodes = network.nodes(network.keys)
    labels = distinct_labels(nodes)
    if which == "connections":
        rows = (
            [labels[source], labels[target], str(label)]
            for source, target, label in network.ties
            if source in labels and target in labels
        )
        return download("csv", "network-connections", CONNECTIONS, rows)
    elements = ([labels[node.key], str(BY_NAME[node.kind].one), _description(node), _tags(node)] for node in nodes)
    return download("csv", "network-elements", ELEMENTS, elements)


def distinct_labels(nodes: list[Node]) -> dict[Key, str]:
    """A label for each node that no other has: where several are called the same, each says its kind and number."""
    named = Counter(node.label.casefold() for node in nodes)
    return {
        node.key: node.label if named[node.label.casefold()] == 1 else f"{node.label} ({node.kind} {node.code})"
        for node in nodes
    }


def _description(node: Node) -> str:
    return f"{node.note}, {node.dated.isoformat()}" if node.dated else node.note


def _tags(node: Node) -> str:
    """Tags with the bar between them that Kumu expects."""
    return "|".join(_tag_words(node))


def _tag_words(node: Node) -> Iterator[str]:
    if node.country:
        yield country_name(node.country)
    if node.is_example:
        yield _("example")

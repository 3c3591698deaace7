"""The page of the network."""

from datetime import date
from math import ceil
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.datastructures import MultiDict

from app.core.access import Actor, current_actor, public
from app.core.web import answer
from app.dashboard.network import NODES, Key, Network, Node, Wanted, network
from app.dashboard.network_files import network_file
from app.stakeholders.listing import countries

MOST_DRAWN = 2_000
PER_PAGE = 100
MOST_LINKS = 1_000

bp = Blueprint("network", __name__, url_prefix="/network")


@bp.get("/")
@public("It shows what each feature shows its visitors")
def index() -> Response:
    """Who works with whom on what: as a picture, as tables, and as files."""
    wanted = asked(request.args)
    try:
        found = network(current_actor(), wanted)
    except LookupError:
        abort(404)
    if request.args.get("format") in ("elements", "connections"):
        return network_file(found, request.args["format"])
    return answer(
        "dashboard/network.html",
        network=found,
        wanted=wanted,
        kinds=NODES,
        countries=countries(),
        kind_of={kind.name: kind for kind in NODES},
        opened={kind.name for kind in NODES if kind.opens(current_actor())},
        facts=drawn(found, current_actor()),
        drawn=min(len(found.nodes), MOST_DRAWN),
        node_page=Sheet(found.nodes, "page", request.args),
        edge_page=Sheet(found.edges, "links", request.args),
    )


def asked(args: MultiDict[str, str]) -> Wanted:
    """What the address asks for; what it does not know it leaves aside. A focus that names no kind is 404."""
    known = [kind.name for kind in NODES]
    chosen = tuple(name for name in known if name in args.getlist("kind"))
    country = args.get("country", "")
    return Wanted(
        kinds=chosen or tuple(known),
        country=country if country in dict(countries()) else "",
        code=args.get("mc", "").strip().upper().replace("\0", ""),
        since=_day(args.get("since", "")),
        until=_day(args.get("until", "")),
        least=min(_number(args.get("least", ""), 1), MOST_LINKS),
        focus=_focus(args["focus"]) if args.get("focus") else None,
    )


def drawn(found: Network, actor: Actor) -> dict[str, Any]:
    """What the picture is drawn of: the best connected nodes, and pairs of their places for each tie, once."""
    nodes = found.nodes[:MOST_DRAWN]
    place = {node.key: number for number, node in enumerate(nodes)}
    number = {kind.name: at for at, kind in enumerate(NODES)}
    root = request.script_root
    ends = dict.fromkeys((place.get(edge.source.key), place.get(edge.target.key)) for edge in found.edges)
    return {
        "here": url_for("network.index"),
        "kinds": [
            {
                "kind": kind.name,
                "label": str(kind.one),
                "shape": kind.shape,
                "base": root + kind.base if kind.opens(actor) else None,
            }
            for kind in NODES
        ],
        "nodes": [_drawn_node(node, number[node.kind]) for node in nodes],
        "edges": [end for pair in ends if None not in pair for end in pair],
        "focus": place.get(found.focus.key) if found.focus else None,
    }


def _drawn_node(node: Node, kind: int) -> list[Any]:
    same = node.code == str(node.id)
    return [kind, node.id if same else node.code, node.label, node.country or "", *(() if same else (node.id,))]


def _focus(text: str) -> Key:
    kind, _, number = text.partition(":")
    if kind not in {known.name for known in NODES} or not (number.isascii() and number.isdigit()):
        abort(404)
    return kind, int(number[:18])


def _number(text: str, default: int) -> int:
    return int(text[:9]) if text.isascii() and text.isdigit() else default


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class Sheet:
    """One page of a long table; ``argument`` is the query argument with its number."""

    def __init__(self, rows: list[Any], argument: str, args: MultiDict[str, str]) -> None:
        self.argument = argument
        self.total = len(rows)
        self.last_number = max(1, ceil(len(rows) / PER_PAGE))
        self.number = min(max(_number(args.get(argument, ""), 1), 1), self.last_number)
        self.first = (self.number - 1) * PER_PAGE + 1
        self.rows = rows[self.first - 1 : self.first - 1 + PER_PAGE]
        self.last = self.first + len(self.rows) - 1

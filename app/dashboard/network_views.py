"""The page of the network."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.core.access import Actor, current_actor, public
from app.core.asked import Asked, key_of
from app.core.web import answer
from app.dashboard.network import Network, Wanted, network
from app.dashboard.network_files import network_file
from app.dashboard.network_kinds import BY_NAME, NODES, Key, Node
from app.microcredentials.queries import is_code
from app.stakeholders.listing import countries

# What a browser draws within half a second and moves smoothly.
MOST_DRAWN = 2_000
MOST_LINES = 8_000
PER_PAGE = 100
MOST_LINKS = 1_000

bp = Blueprint("network", __name__, url_prefix="/network")


@bp.get("/")
@public("It shows what each feature shows its visitors")
def index() -> Response:
    """Who works with whom on what: as a picture, as tables, and as files."""
    asked = Asked(request.args)
    wanted = wanted_by(asked, request.args.getlist("kind"))
    try:
        found = network(current_actor(), wanted)
    except LookupError:
        abort(404)
    if request.args.get("format") in ("elements", "connections"):
        asked.expect_all(url_for("network.index"))
        return network_file(found, request.args["format"])
    return answer(
        "dashboard/network.html",
        network=found,
        wanted=wanted,
        left_out=asked.left_out,
        kinds=NODES,
        countries=countries(),
        kind_of=BY_NAME,
        opened={kind.name for kind in NODES if kind.opens(current_actor())},
        facts=drawn(found, current_actor()),
        node_page=Sheet(found.keys, found.nodes, "page", request.args),
        edge_page=Sheet(found.ties, found.edges, "links", request.args),
    )


def wanted_by(asked: Asked, kinds: Sequence[str]) -> Wanted:
    """What the address asks for; ``asked`` tells what it does not know. A focus that names no kind is 404."""
    chosen = {asked.choice(_("Kinds"), name, BY_NAME) for name in kinds}
    asked.only("kind", "country", "mc", "since", "until", "least", "focus", "page", "links", "format")
    focus, code = asked.text("focus"), asked.text("mc").upper()
    if code and not is_code(code):
        asked.miss(_("Around the micro-credential (code)"), code, _("nothing"))
    since, until = asked.day(_("Events from"), "since"), asked.day(_("Events until"), "until")
    if since and until and until < since:
        asked.left_out.append(_("“Events until” lies before “Events from”, so both were left out."))
        since = until = None
    return Wanted(
        kinds=tuple(name for name in BY_NAME if name in chosen) or tuple(BY_NAME),
        country=asked.choice(_("Country"), asked.text("country"), dict(countries())),
        code=code,
        since=since,
        until=until,
        least=asked.number(_("Links, at least"), "least", MOST_LINKS),
        focus=_focus(focus) if focus else None,
    )


def drawn(found: Network, actor: Actor) -> dict[str, Any]:
    """What the picture is drawn of: the best connected nodes, and pairs of their places for each tie, once.

    Where many nodes are tied to many, fewer of them are drawn, so that the lines stay within ``MOST_LINES``.
    """
    place = {key: number for number, key in enumerate(found.keys[:MOST_DRAWN])}
    pairs = dict.fromkeys((place.get(source), place.get(target)) for source, target, _label in found.ties)
    ends = [(source, target) for source, target in pairs if source is not None and target is not None]
    shown = len(place)
    if len(ends) > MOST_LINES:
        shown = sorted(map(max, ends))[MOST_LINES]
        ends = [pair for pair in ends if max(pair) < shown]
    nodes = found.nodes(found.keys[:shown])
    number = {kind.name: at for at, kind in enumerate(NODES)}
    root = request.script_root
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
        "edges": [end for pair in ends for end in pair],
        "focus": place.get(found.focus.key) if found.focus else None,
    }


def _drawn_node(node: Node, kind: int) -> list[Any]:
    same = node.code == str(node.id)
    return [kind, node.id if same else node.code, node.label, node.country or "", *(() if same else (node.id,))]


def _focus(text: str) -> Key:
    kind, _colon, number = text.partition(":")
    key = key_of(number)
    if kind not in BY_NAME or key is None:
        abort(404)
    return kind, key


def _number(text: str, default: int) -> int:
    return int(text[:9]) if text.isascii() and text.isdigit() else default


class Sheet:
    """One page of a long table; ``argument`` is the query argument with its number."""

    def __init__(
        self,
        found: Sequence[Any],
        present: Callable[[Sequence[Any]], list[Any]],
        argument: str,
        args: MultiDict[str, str],
    ) -> None:
        self.argument = argument
        self.total = len(found)
        self.last_number = max(1, ceil(self.total / PER_PAGE))
        self.number = min(max(_number(args.get(argument, ""), 1), 1), self.last_number)
        self.first = (self.number - 1) * PER_PAGE + 1
        self.rows = present(found[self.first - 1 : self.first - 1 + PER_PAGE])
        self.last = self.first + len(self.rows) - 1

"""The network: who is tied to whom, as each reader may see it, narrowed, as a page and as files."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.clusters import services as clusters
from app.core.access import ANYBODY, SYSTEM, Role
from app.core.export import FORMULA_STARTS
from app.dashboard.network import Wanted, network
from app.dashboard.network_files import distinct_labels
from app.dashboard.network_kinds import NODES, Node, edge_kinds
from app.events import services
from app.events.models import Visibility
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from tests.accounts.people import arrive, organisation, statements, work
from tests.clusters.conftest import make
from tests.conftest import AS_OF
from tests.page import Page, open_page, words

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.events.world import World

PATTERN, WINE = "AM-03 Pattern on Fabric", "GE-01 Wine cellar work"


def log(app: Flask, world: World, title: str = "Talk", **changes: Any) -> None:
    """An event of the school with the company about the pattern, unless told otherwise."""
    with work(app):
        changes.setdefault("organisations", [db.session.get_one(Organisation, world.company)])
        changes.setdefault("microcredentials", [db.session.get_one(MicroCredential, world.pattern)])
        services.log(SYSTEM, world.consultation(title={"en": title}, **changes))


@dataclass(frozen=True)
class Seen:
    """The network in words: labels of nodes with their links, the best connected first, and ties."""

    links: dict[str, int]
    ties: set[tuple[str, str, str]]
    focus: str | None

    @property
    def labels(self) -> set[str]:
        """What its nodes are called."""
        return set(self.links)


def seen(app: Flask, actor: Any, **wanted: Any) -> Seen:
    """The network as an actor sees it."""
    with app.test_request_context():
        found = network(actor, Wanted(**wanted))
        edges = found.edges(found.ties)
        return Seen(
            {node.label: found.links[node.key] for node in found.nodes(found.keys)},
            {(edge.source.label, str(edge.label), edge.target.label) for edge in edges},
            found.focus.label if found.focus else None,
        )


def test_events_tie_organisations_and_microcredentials(app: Flask, world: World) -> None:
    log(app, world)
    found = seen(app, world.actors["coordinator"])
    assert found.ties == {
        ("Lori College", "organises", "Talk"),
        ("Tekstil Lori", "takes part in", "Talk"),
        ("Talk", "concerns", "AM-03 Pattern on Fabric"),
    }
    assert next(iter(found.links.items())) == ("Talk", 3)


def test_developers_and_awarding_bodies_are_tied_to_their_microcredential_once(app: Flask, world: World) -> None:
    with work(app) as session:
        design = session.get_one(MicroCredential, world.pattern)
        design.developers = [session.get_one(Organisation, world.school)]
        design.awarding_body = session.get_one(Organisation, world.school)
    found = seen(app, world.actors["coordinator"])
    assert {label for _source, label, _target in found.ties} == {"develops", "awards"}
    assert set(found.links.values()) == {1}


def test_everybody_sees_what_the_features_show_them(app: Flask, world: World) -> None:
    log(app, world, "Public talk", visibility=Visibility.PUBLIC)
    log(app, world, "Our talk")
    log(app, world, "Private talk", visibility=Visibility.PRIVATE)
    assert seen(app, world.actors["foreign lead"]).labels >= {"Public talk", "Our talk", "Tekstil Lori"}
    assert "Private talk" not in seen(app, world.actors["foreign lead"]).labels
    assert "Private talk" in seen(app, world.actors["coordinator"]).labels
    visitor = seen(app, ANYBODY)
    assert visitor.labels == {"Lori College", "Public talk"}
    assert visitor.ties == {("Lori College", "organises", "Public talk")}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, {"Lori College", "Tekstil Lori", "Skills Agency", "Early", "Late", PATTERN, WINE}),
        ({"country": "GE"}, {"Skills Agency", WINE, "Early"}),
        ({"country": "GE", "least": 0}, {"Skills Agency", WINE, "Early"}),
        ({"country": "UA"}, set()),
        ({"kinds": ("microcredential",)}, {PATTERN, WINE}),
        ({"kinds": ("microcredential",), "least": 1}, set()),
        (
            {"kinds": ("organisation", "event"), "least": 1},
            {"Lori College", "Tekstil Lori", "Skills Agency", "Early", "Late"},
        ),
        ({"since": AS_OF - timedelta(days=10)}, {"Lori College", "Tekstil Lori", "Late", PATTERN}),
        ({"until": AS_OF - timedelta(days=10)}, {"Lori College", "Skills Agency", "Early", WINE}),
        ({"least": 2}, {"Lori College", "Early", "Late"}),
        ({"code": "AM-03"}, {"Lori College", "Tekstil Lori", "Late", PATTERN}),
        ({"code": "XX-99"}, set()),
    ],
)
def test_filters_narrow_it(app: Flask, world: World, wanted: dict[str, Any], expected: set[str]) -> None:
    with work(app):
        agency = db.session.get_one(Organisation, world.agency)
        wine = db.session.get_one(MicroCredential, world.wine)
        early = {"starts_on": AS_OF - timedelta(days=40), "organisations": [agency], "microcredentials": [wine]}
        services.log(SYSTEM, world.consultation(title={"en": "Early"}, **early))
    log(app, world, "Late")
    assert seen(app, world.actors["coordinator"], **wanted).labels == expected


def test_focus_leaves_a_node_and_its_neighbours(app: Flask, world: World) -> None:
    log(app, world)
    found = seen(app, world.actors["coordinator"], focus=("organisation", world.company))
    assert found.focus == "Tekstil Lori"
    assert found.labels == {"Tekstil Lori", "Talk"}


def test_a_focus_that_is_not_open_to_the_reader_is_not_found(app: Flask, client: FlaskClient, world: World) -> None:
    assert client.get(f"/network/?focus=organisation:{world.school}").status_code == 200
    for focus in (
        f"organisation:{world.company}",
        "organisation:x",
        "person:1",
        "event:99",
        "organisation:" + "9" * 30,
    ):
        assert client.get(f"/network/?focus={focus}").status_code == 404, focus


def test_the_address_may_ask_anything(app: Flask, client: FlaskClient, world: World) -> None:
    for query in (
        "least=-1&since=x&until=2025-02-30",
        "kind=person&country=XX",
        "page=99&links=0&mc=%00",
        "least=9999999",
    ):
        assert client.get(f"/network/?{query}").status_code == 200, query


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("kind=zzz", "“zzz” was not understood as “Kinds”, so it was left out."),
        ("country=XX", "“XX” was not understood as “Country”, so it was left out."),
        ("since=garbage", "“garbage” was not understood as “Events from”, so it was left out."),
        ("until=2025-02-30", "“2025-02-30” was not understood as “Events until”, so it was left out."),
        (
            "mc=ZZ",
            "“ZZ” was not understood as “Around the micro-credential (code)”, so this is shown instead: nothing.",
        ),
        ("since=2025-02-02&until=2025-02-01", "“Events until” lies before “Events from”, so both were left out."),
        ("least=-1", "“-1” was not understood as “Links, at least”, so it was left out."),
        ("least=9999", "“9999” was not understood as “Links, at least”, so this is shown instead: 1000."),
    ],
)
def test_what_is_not_understood_is_said(client: FlaskClient, world: World, query: str, said: str) -> None:
    assert said in open_page(client, f"/network/?{query}").text
    assert "not understood" not in open_page(client, "/network/?kind=event&country=&since=&least=").text


def test_a_kind_that_is_chosen_is_shown_with_what_has_no_link(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app):
        alone = make(app, name={"en": "Wood"})
        clusters.publish(SYSTEM, alone, alone.version, published=True)
    for query, is_there in (
        ("kind=cluster", True),
        ("kind=cluster&kind=event&least=", True),
        ("kind=cluster&least=1", False),
        ("", False),
        ("least=0", True),
    ):
        page = open_page(client, f"/network/?{query}")
        assert ("Wood" in [words(row) for row in page.select("#nodes tbody th")]) is is_there, query


@pytest.mark.parametrize("role", [None, Role.COORDINATOR])
def test_it_is_the_same_few_statements_however_much_there_is(
    app: Flask, client: FlaskClient, world: World, role: Role | None
) -> None:
    if role:
        arrive(app, client, role)
    log(app, world, visibility=Visibility.PUBLIC)
    client.get("/network/")
    with statements(app) as few:
        assert client.get("/network/").status_code == 200
    for number in range(30):
        log(app, world, f"Talk {number}", visibility=Visibility.PUBLIC)
    with statements(app) as many:
        assert client.get("/network/").status_code == 200
    assert len(many) == len(few) <= 2 * len(NODES) + len(list(edge_kinds())) + 2


def test_two_thousand_nodes_make_a_page_of_300_kilobytes_at_most(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app) as session:
        invited = [organisation(session, f"Միջին մասնագիտական քոլեջ {number}") for number in range(2100)]
        for number in range(30):
            part = invited[number * 70 : number * 70 + 140]
            services.log(SYSTEM, world.consultation(title={"en": f"Talk {number}"}, organisations=part))
    arrive(app, client, Role.COORDINATOR)
    page = open_page(client, "/network/")
    facts = drawn(page)
    assert len(facts["nodes"]) == 2000
    assert max(facts["edges"]) < 2000
    assert len(page.html.encode()) <= 300_000
    assert "2,000 best connected of 2,13" in page.text


def test_where_many_are_tied_to_many_fewer_are_drawn(
    app: Flask, client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.dashboard.network_views.MOST_LINES", 20)
    for number in range(12):
        log(app, world, f"Talk {number}")
    arrive(app, client, Role.COORDINATOR)
    page = open_page(client, "/network/")
    facts = drawn(page)
    assert 15 <= len(facts["edges"]) // 2 <= 20
    assert max(facts["edges"]) < len(facts["nodes"]) < 15
    assert "best connected of 15 nodes" in page.text


def test_picture_and_tables_say_the_same(app: Flask, client: FlaskClient, world: World) -> None:
    arrive(app, client, Role.COORDINATOR)
    log(app, world)
    page = open_page(client, "/network/")
    facts = drawn(page)
    rows = page.select("#nodes tbody tr")
    assert [node[2] for node in facts["nodes"]] == [words(row.select("th a")[0]) for row in rows]
    counts = [sum(place in pair for pair in pairs(facts["edges"])) for place in range(len(rows))]
    assert counts == [int(words(row.select(".num")[0])) for row in rows]
    assert len(facts["edges"]) == 2 * len(page.select("#links tbody tr"))


def drawn(page: Page) -> dict[str, Any]:
    """What the picture is drawn of."""
    facts: dict[str, Any] = json.loads(str(page.select_one(".picture script").string))
    return facts


def pairs(ends: list[int]) -> list[tuple[int, int]]:
    """Ends two by two."""
    return list(zip(ends[::2], ends[1::2], strict=True))


def test_long_tables_have_pages(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app) as session:
        invited = [organisation(session, f"Workshop {number:03}") for number in range(130)]
        services.log(SYSTEM, world.consultation(title={"en": "Fair"}, organisations=invited))
    arrive(app, client, Role.COORDINATOR)
    first, second = (open_page(client, f"/network/?page={number}&links=2") for number in (1, 2))
    rows = [words(row) for page in (first, second) for row in page.select("#nodes tbody th")]
    assert len(rows) == len(set(rows)) == 133
    assert "101–132 of 132" in second.text


def read(client: FlaskClient, which: str) -> list[list[str]]:
    """One of the files."""
    answer = client.get(f"/network/?format={which}")
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_files_have_the_columns_that_kumu_reads_and_no_formulas(app: Flask, client: FlaskClient, world: World) -> None:
    arrive(app, client, Role.COORDINATOR)
    log(app, world, '=HYPERLINK("http://x.example")')
    elements, connections = read(client, "elements"), read(client, "connections")
    assert elements[0] == ["Label", "Type", "Description", "Tags"]
    assert connections[0] == ["From", "To", "Type"]
    assert ["Lori College", "Organisation", "VET provider", "Armenia"] in elements
    known = {row[0] for row in elements[1:]}
    assert {end for row in connections[1:] for end in row[:2]} <= known
    assert not any(cell.startswith(FORMULA_STARTS) for row in elements + connections for cell in row)


def test_no_two_elements_have_the_same_label() -> None:
    nodes = [
        Node("event", number, label, str(number), None, "") for number, label in enumerate(("Talk", "TALK", "Fair"))
    ]
    assert list(distinct_labels(nodes).values()) == ["Talk (event 0)", "TALK (event 1)", "Fair"]


def test_visitors_are_led_to_neighbours_where_records_are_closed(app: Flask, client: FlaskClient, world: World) -> None:
    log(app, world, visibility=Visibility.PUBLIC)
    page = open_page(client, "/network/")
    assert f"/stakeholders/{world.school}" not in page.html
    assert f"/network/?focus=organisation:{world.school}" in page.links.values()
    facts = drawn(page)
    assert [kind["base"] for kind in facts["kinds"]] == [None, "/microcredentials/", "/events/", "/clusters/"]


def test_a_cluster_is_tied_to_the_one_above_it_where_both_are_open(app: Flask, world: World) -> None:
    with work(app):
        parent = make(app, name={"en": "Crafts"})
        child = make(app, name={"en": "Textile"}, parent=parent)
        clusters.publish(SYSTEM, child, child.version, published=True)
    ties = {("Textile", "stands beneath", "Crafts")}
    assert seen(app, SYSTEM, kinds=("cluster",)).ties == ties
    assert seen(app, ANYBODY, kinds=("cluster",)).ties == set()

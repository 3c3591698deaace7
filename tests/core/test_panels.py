"""Features above a record's own put panels on its page."""

from flask import Flask

from app.core import panels
from app.core.access import ANYBODY, SYSTEM, Actor
from app.core.listing import Filter, Listing


def told(actor: Actor, record: str) -> dict[str, str] | None:
    return {"said": record} if actor is SYSTEM else None


def test_a_page_has_the_panels_of_its_kind_in_their_order():
    app = Flask("panels", static_folder=None)
    panels.add(app, panels.Panel("thing", "late.html", told, order=90), panels.Panel("other", "other.html", told))
    panels.add(app, panels.Panel("thing", "soon.html", told), panels.Panel("thing", "do.html", told, place="actions"))
    with app.app_context():
        found = panels.of("thing", SYSTEM, "Niš")

    facts = {"said": "Niš"}
    assert found == {
        "actions": [("do.html", facts)],
        "wide": [],
        "main": [("soon.html", facts), ("late.html", facts)],
        "aside": [],
    }


def test_a_panel_without_facts_is_not_there():
    app = Flask("panels", static_folder=None)
    panels.add(app, panels.Panel("thing", "soon.html", told))
    with app.app_context():
        assert panels.of("thing", ANYBODY, "Niš")["main"] == []


def test_a_page_that_nobody_adds_to_has_no_panels():
    app = Flask("panels", static_folder=None)
    with app.app_context():
        assert panels.of("thing", SYSTEM, "Niš") == {"actions": [], "wide": [], "main": [], "aside": []}


def test_a_filter_is_offered_to_one_list_alone():
    class Above(Listing):
        title = "Above"

    class Below(Listing):
        title = "Below"

    Below.offer(Filter("cluster", "Cluster", lambda statement, value: statement))

    assert [filter_.name for filter_ in Below.filters] == ["cluster"]
    assert Above.filters == Listing.filters == ()

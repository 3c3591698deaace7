"""How organisations stand to the micro-credentials, and when we last spoke with them."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from app.core import clock, panels, records
from app.core.access import Actor, Permission
from app.core.navigation import Entry, add
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Attach the feature: its pages, what it adds to other pages and to the register, its entry in the frame."""
    from app.engagement import (
        contact,
        listing,
        merging,  # noqa: F401 - what happens to entries when organisations become one
        queries,
        register,  # noqa: F401 - it offers filters
        touch_views,
        views,
    )

    def history(actor: Actor, organisation: Any) -> Mapping[str, Any]:
        return {
            "history": contact.history(actor, organisation),
            "organisation": organisation,
            "today": clock.today(),
        }

    def mapped(actor: Actor, organisation: Any) -> Mapping[str, Any] | None:
        if not queries.may_read(actor):
            return None
        return {"entries": queries.of_organisation(actor, organisation), "organisation": organisation}

    def standing(actor: Actor, microcredential: Any) -> Mapping[str, Any] | None:
        if not queries.may_read(actor):
            return None
        return {"standing": queries.standing(actor, microcredential), "mc": microcredential}

    def of_cluster(actor: Actor, roster: Any) -> Mapping[str, Any] | None:
        """Who stands how to a cluster; the record is its roster."""
        if not queries.may_read(actor):
            return None
        entries = queries.of_scope(actor, queries.Scope(cluster=roster.cluster.id))
        return {"entries": entries, "cluster": roster.cluster}

    app.jinja_env.globals.update(
        mapping_quadrant=listing.quadrant_of,
        mapping_scope=listing.scope_of,
        days_ago=listing.days_ago,
    )
    records.add(
        app,
        Kind(
            "mapping_entry",
            _l("Place in the mapping"),
            lambda keys: {key: url_for("engagement.show", entry_id=key) for key in keys},
        ),
        Kind("judgement", _l("Judgement")),
    )
    app.register_blueprint(views.bp)
    app.register_blueprint(touch_views.bp)
    panels.add(
        app,
        panels.Panel("organisation", "engagement/_history.html", history, order=30),
        panels.Panel("organisation", "engagement/_mapped.html", mapped, order=40),
        panels.Panel("cluster", "engagement/_of_cluster.html", of_cluster, order=60),
        panels.Panel("microcredential", "engagement/_standing.html", standing, order=30),
    )
    add(
        app,
        Entry(
            "registers",
            "engagement.index",
            _l("Stakeholder mapping"),
            "bullseye",
            order=47,
            shows=lambda actor: actor.may(Permission.MAPPING_READ),
        ),
        Entry(
            "today",
            "touch.index",
            _l("Losing touch"),
            "telephone-x",
            order=30,
            shows=lambda actor: actor.may(Permission.MAPPING_EDIT),
        ),
    )

"""Clusters: lasting networks around micro-credentials, who belongs to them, and how ready they are."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core.navigation import Entry, add
from app.core.panels import Panel
from app.core.panels import add as add_panels


def init_app(app: Flask) -> None:
    """Attach the feature's pages, its entry in the frame, its part of organisations' pages, and its filter."""
    from app.clusters import (
        invitation_views,
        lifecycle_views,  # noqa: F401 - it puts its pages into the blueprint
        member_views,  # noqa: F401 - as above
        merging,  # noqa: F401 - what happens to memberships when organisations become one
        names,
        panels,
        views,
    )

    app.jinja_env.globals.update(nace_label=names.nace_label, isced_label=names.isced_label)
    app.register_blueprint(views.bp)
    app.register_blueprint(invitation_views.bp)
    add_panels(app, Panel("organisation", "clusters/_of_organisation.html", panels.of_organisation, order=40))
    add(app, Entry("registers", "clusters.index", _l("Clusters"), "diagram-3", order=42))

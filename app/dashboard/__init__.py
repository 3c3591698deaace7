"""The front page: what the project is, what comes next, and what needs whoever is signed in; and the network."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.navigation import Entry, add
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Attach the front page and its entries in the frame."""
    from app.dashboard import network_views, views
    from app.dashboard.digest import (
        jobs,  # noqa: F401 - the worker knows them once they are imported
    )
    from app.dashboard.digest import views as digest_views

    app.register_blueprint(views.bp)
    app.register_blueprint(network_views.bp)
    app.register_blueprint(digest_views.bp)
    records.add(app, Kind("digest_wish", _l("Weekly mail")))
    add(
        app,
        Entry("today", "dashboard.index", _l("Home"), "house", order=10),
        Entry("overview", "network.index", _l("Network"), "diagram-3", order=30),
        Entry("account", "digest.show", _l("Weekly mail and reminders"), "envelope", order=30),
        Entry("tab", "dashboard.index", _l("Home"), "house", order=10),
    )

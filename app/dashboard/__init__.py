"""The front page: what the project is, what comes next, and what needs whoever is signed in."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core.navigation import Entry, add


def init_app(app: Flask) -> None:
    """Attach the front page and its entries in the frame."""
    from app.dashboard import views

    app.register_blueprint(views.bp)
    add(
        app,
        Entry("today", "dashboard.index", _l("Home"), "house", order=10),
        Entry("tab", "dashboard.index", _l("Home"), "house", order=10),
    )

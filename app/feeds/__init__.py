"""Calendar subscriptions across features."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core.navigation import Entry, add
from app.extensions import db


def init_app(app: Flask) -> None:
    """Attach the feeds, keep their entries in step with events, and offer the page in the frame."""
    from app.feeds import entries, page_views, views  # noqa: F401 - entries follow events from when they are imported
    from app.feeds.bodies import Bodies
    from app.feeds.polls import Polls

    app.extensions["feeds"] = Bodies()
    with app.app_context():
        app.wsgi_app = Polls(app, db.engine)  # type: ignore[method-assign]
    app.register_blueprint(views.bp)
    app.register_blueprint(page_views.bp)
    add(app, Entry("overview", "feeds.index", _l("Calendar feeds"), "rss", order=80))

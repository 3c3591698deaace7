"""Calendar subscriptions across features."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import panels, records
from app.core.navigation import Entry, add
from app.core.records import Kind
from app.extensions import db


def init_app(app: Flask) -> None:
    """Attach the feeds, keep their entries in step with events, and offer the page in the frame."""
    from app.feeds import (  # noqa: F401 - some follow events, memoranda and plans or join a blueprint
        check_views,
        dues,
        ends,
        entries,
        page_views,
        plan_views,
        views,
    )
    from app.feeds.bodies import Bodies
    from app.feeds.fetches import EVERY, Fetches
    from app.feeds.polls import Polls

    app.extensions["feeds"] = Bodies()
    # Tests write when they want to.
    app.extensions["feed fetches"] = fetches = Fetches(app, None if app.testing else EVERY)
    with app.app_context():
        app.wsgi_app = Polls(app, db.engine, fetches)  # type: ignore[method-assign]
    app.register_blueprint(views.bp)
    app.register_blueprint(page_views.bp)
    records.add(
        app,
        Kind("calendar_entry", _l("Calendar entry")),
        Kind("calendar_place", _l("Calendar entry")),
        Kind("feed_fetch", _l("Fetches of a calendar feed")),
    )
    panels.add(app, panels.Panel("action_plan", "feeds/_of_plan.html", plan_views.offered, place="actions"))
    add(app, Entry("overview", "feeds.index", _l("Calendar feeds"), "rss", order=80))

"""Being told by mail when events are called off or moved."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Put the room's page into the blueprint of events, and say what its records are called."""
    from app.events.watching import views  # noqa: F401 - it puts a page into the blueprint

    records.add(app, Kind("watch", _l("Mails about changes")))

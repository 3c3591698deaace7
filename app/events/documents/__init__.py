"""Files of an event: invitation, agenda, lists, slides, minutes, photos."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Put the room's pages into the blueprint of events, and say what its records are called."""
    from app.events.documents import views  # noqa: F401 - it puts pages into the blueprint
    from app.events.documents.forms import DescriptionForm

    records.add(
        app,
        Kind("event_document", _l("Document of an event"), form=DescriptionForm),
        Kind("event_document_former", _l("Earlier file of a document")),
    )

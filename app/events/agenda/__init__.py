"""What an event is to go through, item by item."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Put the room's pages into the blueprint of events; say what templates ask and what its records are called."""
    from app.events.agenda import views
    from app.events.agenda.forms import ItemForm

    app.jinja_env.globals.update(agenda_facts=views.facts_of, agenda_remarks=views.remarks_of)
    records.add(
        app,
        Kind("agenda_item", _l("Item of an agenda"), form=ItemForm),
        Kind("agenda_presenter", _l("Who presents an item")),
    )

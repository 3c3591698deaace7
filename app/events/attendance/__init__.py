"""Who was at an event: marked on a phone, signed on paper or a tablet, declared for those online, and counted."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Put the room's pages into the blueprint of events; say what templates ask and what its records are called."""
    from app.events.attendance import erasure, sign_views, views  # noqa: F401 - what an erasure reaches, pages
    from app.events.attendance.listing import address_of

    app.jinja_env.globals.update(attendee_address=address_of)
    records.add(
        app,
        Kind("attendance", _l("Entry of an attendance list")),
        Kind("attendance_signature", _l("Signature on an attendance list")),
        Kind("attendance_declaration", _l("Declaration of attendance")),
    )

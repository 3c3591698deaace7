"""Who is invited to an event and what they answered, by link, by mail or to the organiser; nobody needs an account."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Put the room's pages into the blueprint of events, attach that of answers by link, and name its records."""
    from app.events.invitations import answer_views, erasure, following, reply_views, views  # noqa: F401 - pages of the blueprint  # noqa: F401 - what follows an erasure and a change

    app.register_blueprint(answer_views.bp)
    records.add(
        app,
        Kind("event_invitation", _l("Invitation to an event")),
        Kind("event_answer", _l("Answer to an invitation")),
        Kind("event_reply", _l("Reply by mail")),
    )

"""What an event asked and what people said to it: numbered points, what became of each, and who was told."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.access import Permission
from app.core.navigation import Entry, add
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Put the room's pages into the blueprint of events, register and report into the frame; name its records."""
    from app.events.feedback import listing, queries, question_views, report_views, telling_views, views  # noqa: F401 - pages
    from app.events.feedback.forms import PointForm
    from app.events.feedback.rules import closing_needs

    app.jinja_env.globals.update(
        feedback_code=listing.code_of_row,
        feedback_url=listing.url_of_row,
        feedback_state_label=listing.state_label,
        said_by=listing.said_by,
        closing_needs=closing_needs,
    )
    records.add(
        app,
        Kind("event_question", _l("Question of an event")),
        Kind("feedback_point", _l("Feedback"), queries.point_urls, PointForm),
        Kind("feedback_page", _l("Public page of feedback")),
        Kind("feedback_told", _l("Told what became of feedback")),
    )
    add(
        app,
        Entry(
            "today",
            "events.feedback",
            _l("Feedback"),
            "chat-left-text",
            order=35,
            shows=lambda actor: actor.may(Permission.FEEDBACK_READ),
        ),
        Entry(
            "overview",
            "events.feedback_report",
            _l("Consultation report"),
            "clipboard-data",
            order=50,
            shows=lambda actor: actor.may(Permission.REPORT_READ),
        ),
    )

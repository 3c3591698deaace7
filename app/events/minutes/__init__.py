"""What was said at an event: written item by item, sent to those who were there, commented on, approved, and a PDF."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Put the room's pages into the blueprint of events, attach that of comments by link, and name its records."""
    from app.events.minutes import approval_views, content, erasure, link_views, views  # noqa: F401 - hooks and pages
    from app.events.minutes.forms import AnswerForm, CommentForm, SendForm
    from app.events.minutes.models import MinutesState

    app.register_blueprint(link_views.bp)
    app.jinja_env.globals.update(
        minutes_when=content.when,
        minutes_day=content.day,
        minutes_state_label=lambda code: MinutesState(code).label,
    )
    records.add(
        app,
        Kind("minutes", _l("Minutes")),
        Kind("minutes_version", _l("Version of minutes"), form=SendForm),
        Kind("minutes_recipient", _l("Somebody minutes were sent to")),
        Kind("minutes_comment", _l("Comment on minutes"), form=CommentForm),
        Kind("minutes_answer", _l("Answer to a comment on minutes"), form=AnswerForm),
        Kind("minutes_approval", _l("Approval of minutes")),
        Kind("minutes_document", _l("Document of minutes")),
    )

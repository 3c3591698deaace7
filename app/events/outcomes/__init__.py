"""What comes out of an event: numbered decisions, and actions, which are deadlines that an event set."""

from flask import Flask
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.navigation import Entry, add
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Put the room's pages into the blueprint of events, and the register into the frame; name its records."""
    from app.events.codes import code_of
    from app.events.outcomes import listing, queries, views  # noqa: F401 - it puts pages into the blueprint
    from app.events.outcomes.forms import DecisionForm
    from app.events.outcomes.models import path_of

    app.jinja_env.globals.update(
        action_code=queries.action_code,
        outcome_code=listing.code_of_row,
        outcome_note=listing.note_of_row,
        outcome_owner=listing.owner_of_row,
        outcome_state=listing.state_of_row,
        outcome_url=listing.url_of_row,
        decision_code=code_of,
        decision_path=path_of,
    )
    records.add(
        app,
        Kind("decision", _l("Decision"), queries.decision_urls, DecisionForm),
        Kind("decision_point", _l("Feedback that led to a decision")),
    )
    add(app, Entry("today", "events.register", _l("Decisions and actions"), "check2-square", order=30))

"""Events: meetings, round tables, consultations, workshops and deadlines, planned, logged and written up."""

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.access import Permission
from app.core.navigation import Entry, add
from app.core.panels import Panel
from app.core.panels import add as add_panels
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Attach the feature's pages and its entries in the frame."""
    from app.events import log_views, plan_views  # noqa: F401 - they put their pages into the blueprint
    from app.events.agenda.views import facts_of
    from app.events.clusters import of_cluster
    from app.events.listing import codes_of, shown_state, state_label
    from app.events.outcomes import listing as register
    from app.events.outcomes import queries
    from app.events.outcomes import views as _outcomes  # noqa: F401 - likewise
    from app.events.views import bp
    from app.events.when import said

    app.jinja_env.globals.update(
        event_when=said,
        event_state=shown_state,
        event_codes=codes_of,
        event_state_label=state_label,
        agenda_facts=facts_of,
        action_code=queries.action_code,
        outcome_code=register.code_of_row,
        outcome_codes=register.codes_of_row,
        outcome_state=register.state_of_row,
        outcome_url=register.url_of_row,
    )
    app.register_blueprint(bp)
    add_panels(app, Panel("cluster", "events/_of_cluster.html", of_cluster, order=20))
    records.add(
        app,
        Kind("event", _l("Event"), lambda keys: {key: url_for("events.show", event_id=key) for key in keys}),
        Kind("event_rescheduling", _l("Earlier time of an event")),
        Kind("event_series", _l("Series of events")),
        Kind("agenda_item", _l("Item of an agenda")),
        Kind("decision", _l("Decision"), queries.decision_urls),
    )
    add(
        app,
        Entry("today", "events.index", _l("Events"), "calendar-event", order=20),
        Entry("today", "events.register", _l("Decisions and actions"), "check2-square", order=30),
        Entry(
            "tab",
            "events.log",
            _l("Log"),
            "plus-lg",
            order=30,
            shows=lambda actor: actor.may(Permission.EVENT_CREATE),
            action=_l("Log an event"),
        ),
        Entry("tab", "events.index", _l("Events"), "calendar-event", order=40),
    )

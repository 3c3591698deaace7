"""Events: meetings, round tables, consultations, workshops and deadlines, planned, logged and written up."""

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from app.core import offline, records
from app.core.access import Permission
from app.core.navigation import Entry, add
from app.core.panels import Panel
from app.core.panels import add as add_panels
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Attach the feature's rooms and pages, and its entries in the frame."""
    from app.events import (  # noqa: F401 - they put pages into the blueprint
        agenda,
        attendance,
        calendar_views,
        documents,
        feedback,
        invitations,
        log_views,
        minutes,
        outcomes,
        plan_views,
        results,
        watching,
    )
    from app.events import public_texts as _public_texts  # noqa: F401 - what everybody may read of events
    from app.events.clusters import of_cluster
    from app.events.forms import EventForm
    from app.events.listing import shown_state, state_label
    from app.events.views import bp
    from app.events.when import said

    for room in (agenda, attendance, documents, invitations, minutes, outcomes, watching, feedback):
        room.init_app(app)
    app.register_blueprint(bp)
    add_panels(
        app,
        Panel("cluster", "events/_of_cluster.html", of_cluster, order=20),
        Panel("cluster", "events/_results_of_cluster.html", results.of_cluster, order=25),
    )
    offline.add(app, offline.OfflinePage("events.log", Permission.EVENT_CREATE))
    app.jinja_env.globals.update(
        event_when=said,
        week_entry=calendar_views.week_entry,
        event_state=shown_state,
        event_state_label=state_label,
    )
    records.add(
        app,
        Kind("event", _l("Event"), lambda keys: {key: url_for("events.show", event_id=key) for key in keys}, EventForm),
        Kind("event_rescheduling", _l("Earlier time of an event")),
        Kind("event_series", _l("Series of events")),
        Kind("event_organisation", _l("Part in an event")),
        Kind("event_host", _l("Host of an event")),
    )
    _show_entries(app)


def _show_entries(app: Flask) -> None:
    """Put the list and the short form into the frame."""
    add(
        app,
        Entry("today", "events.index", _l("Events"), "calendar-event", order=20),
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

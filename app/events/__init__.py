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
    """Attach the feature's pages and its entries in the frame."""
    _open_rooms()
    from app.events import calendar_views, log_views, plan_views, results  # noqa: F401 - they put pages into the blueprint
    from app.events.clusters import of_cluster
    from app.events.feedback import question_views, report_views, telling_views, views  # noqa: F401 - likewise
    from app.events.invitations import answer_views, erasure, following, reply_views  # noqa: F401 - likewise
    from app.events.minutes import link_views
    from app.events.views import bp

    app.register_blueprint(bp)
    app.register_blueprint(answer_views.bp)
    app.register_blueprint(link_views.bp)
    add_panels(
        app,
        Panel("cluster", "events/_of_cluster.html", of_cluster, order=20),
        Panel("cluster", "events/_results_of_cluster.html", results.of_cluster, order=25),
    )
    offline.add(app, offline.OfflinePage("events.log", Permission.EVENT_CREATE))
    _tell_templates(app)
    _name_kinds(app)
    _show_entries(app)


def _tell_templates(app: Flask) -> None:
    """Give templates what they say of events."""
    from app.events import calendar_views
    from app.events.agenda.views import facts_of, remarks_of
    from app.events.attendance.listing import address_of
    from app.events.feedback import listing as feedback_register
    from app.events.feedback.rules import closing_needs
    from app.events.listing import codes_of, shown_state, state_label
    from app.events.minutes import content, paper
    from app.events.minutes.models import MinutesState
    from app.events.outcomes import listing as register
    from app.events.outcomes import queries
    from app.events.outcomes.models import code_of, path_of
    from app.events.when import said

    app.jinja_env.globals.update(
        event_when=said,
        decision_code=code_of,
        decision_path=path_of,
        week_entry=calendar_views.week_entry,
        event_state=shown_state,
        event_codes=codes_of,
        event_state_label=state_label,
        agenda_facts=facts_of,
        agenda_remarks=remarks_of,
        attendee_address=address_of,
        action_code=queries.action_code,
        outcome_code=register.code_of_row,
        outcome_codes=register.codes_of_row,
        outcome_state=register.state_of_row,
        outcome_url=register.url_of_row,
        feedback_code=feedback_register.code_of_row,
        feedback_codes=feedback_register.codes_of_row,
        feedback_url=feedback_register.url_of_row,
        feedback_state_label=feedback_register.state_label,
        closing_needs=closing_needs,
        said_by=feedback_register.said_by,
        minutes_when=paper.when,
        minutes_day=content.day,
        minutes_state_label=lambda code: MinutesState(code).label,
    )


def _name_kinds(app: Flask) -> None:
    """Say what the feature's records are called, and which have pages and forms."""
    from app.events.agenda.forms import ItemForm
    from app.events.documents.forms import DescriptionForm
    from app.events.feedback import queries as feedback
    from app.events.feedback.forms import PointForm
    from app.events.forms import EventForm
    from app.events.minutes.forms import AnswerForm, CommentForm, SendForm
    from app.events.outcomes import queries
    from app.events.outcomes.forms import DecisionForm

    records.add(
        app,
        Kind("event", _l("Event"), lambda keys: {key: url_for("events.show", event_id=key) for key in keys}, EventForm),
        Kind("event_rescheduling", _l("Earlier time of an event")),
        Kind("event_series", _l("Series of events")),
        Kind("event_organisation", _l("Part in an event")),
        Kind("event_host", _l("Host of an event")),
        Kind("agenda_item", _l("Item of an agenda"), form=ItemForm),
        Kind("agenda_presenter", _l("Who presents an item")),
        Kind("decision", _l("Decision"), queries.decision_urls, DecisionForm),
        Kind("watch", _l("Mails about changes")),
        Kind("event_question", _l("Question of an event")),
        Kind("feedback_point", _l("Feedback"), feedback.point_urls, PointForm),
        Kind("feedback_page", _l("Public page of feedback")),
        Kind("feedback_told", _l("Told what became of feedback")),
        Kind("event_invitation", _l("Invitation to an event")),
        Kind("event_answer", _l("Answer to an invitation")),
        Kind("event_reply", _l("Reply by mail")),
        Kind("event_document", _l("Document of an event"), form=DescriptionForm),
        Kind("event_document_former", _l("Earlier file of a document")),
        Kind("attendance", _l("Entry of an attendance list")),
        Kind("attendance_signature", _l("Signature on an attendance list")),
        Kind("attendance_declaration", _l("Declaration of attendance")),
        Kind("minutes", _l("Minutes")),
        Kind("minutes_version", _l("Version of minutes"), form=SendForm),
        Kind("minutes_recipient", _l("Somebody minutes were sent to")),
        Kind("minutes_comment", _l("Comment on minutes"), form=CommentForm),
        Kind("minutes_answer", _l("Answer to a comment on minutes"), form=AnswerForm),
        Kind("minutes_approval", _l("Approval of minutes")),
        Kind("minutes_document", _l("Document of minutes")),
    )


def _show_entries(app: Flask) -> None:
    """Put the feature's lists into the frame."""
    add(
        app,
        Entry("today", "events.index", _l("Events"), "calendar-event", order=20),
        Entry("today", "events.register", _l("Decisions and actions"), "check2-square", order=30),
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


def _open_rooms() -> None:
    """Import what puts pages into the blueprint and functions into lists of features below."""
    from app.events import public_texts as _public_texts  # noqa: F401 - imported for what they do
    from app.events.agenda import views as _agenda  # noqa: F401 - likewise
    from app.events.attendance import erasure as _forgetting  # noqa: F401 - likewise
    from app.events.attendance import sign_views as _sign_views  # noqa: F401 - likewise
    from app.events.attendance import views as _attendance  # noqa: F401 - likewise
    from app.events.documents import views as _documents  # noqa: F401 - likewise
    from app.events.invitations import views as _invitations  # noqa: F401 - likewise
    from app.events.minutes import approval_views as _approval  # noqa: F401 - likewise
    from app.events.minutes import erasure as _forgetting_minutes  # noqa: F401 - likewise
    from app.events.minutes import views as _minutes  # noqa: F401 - likewise
    from app.events.outcomes import views as _outcomes  # noqa: F401 - likewise
    from app.events.watching import views as _watching  # noqa: F401 - likewise

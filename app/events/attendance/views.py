"""Pages on which attendance is kept: the list for a phone, walk-ins, counts, the list on paper."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock, documents
from app.core.access import Permission, current_actor, requires
from app.core.errors import Refused
from app.core.export import download
from app.core.web import answer, changed, created, form_page, redirect_to, refusals_at
from app.events import editable
from app.events import queries as events
from app.events.attendance import paper, queries, rules, services
from app.events.attendance.forms import AttendeeForm, counts_form
from app.events.attendance.listing import HEAD, file_rows
from app.events.attendance.models import MARKS, Presence
from app.events.invitations.models import Way
from app.events.models import Event, EventKind
from app.events.permissions import may_edit
from app.events.views import bp

BLANK_ROWS, MOST_BLANK = 8, 60


def list_url(event: Event, **more: Any) -> str:
    """Where the list of an event is."""
    return url_for("events.attendance", event_id=event.id, **more)


def is_open(event: Event) -> bool:
    """Whether the list can still be written on."""
    try:
        rules.check_open(event.kind, event.state)
    except Refused:
        return False
    return True


@bp.get("/<int:event_id>/attendance")
@requires(Permission.PERSON_READ)
def attendance(event_id: int) -> Response:
    """Who is expected and who was there; whoever may change the event taps to mark."""
    actor = current_actor()
    event = events.event(actor, event_id)
    rows = queries.of_event(event)
    declared = queries.declared(event)
    if request.args.get("format") in ("csv", "xlsx"):
        head = [str(name) for name in HEAD]
        return download(request.args["format"], f"attendance-{event.id}", head, file_rows(rows, declared, event.zone))
    edits = actor.is_internal and may_edit(actor, event) and is_open(event)
    told = rules.contradicted(sum(row.is_contradicted(declared) for row in rows))
    facts: dict[str, Any] = {"rows": rows, "declared": declared, "contradicted": told, "edits": edits}
    return answer("events/attendance/list.html", **_facts(event), **facts)


def _facts(event: Event) -> dict[str, Any]:
    has_begun = clock.today(event.zone) >= event.starts_on
    return {
        "event": event,
        "marks": MARKS if has_begun else (Presence.EXCUSED,),
        "has_begun": has_begun,
        "counts": queries.counts(event),
        "faults": services.faults(event),
        "undeclared": len(queries.undeclared(event)) if event.kind is not EventKind.DEADLINE else 0,
    }


@bp.post("/<int:event_id>/attendance/fill")
@requires(Permission.EVENT_EDIT)
def fill_attendance(event_id: int) -> BaseResponse:
    """Put everybody who is invited on the list."""
    event = editable.event(current_actor(), event_id)
    count = services.fill(current_actor(), event)
    return redirect_to(list_url(event), ngettext("%(num)d is put on the list.", "%(num)d are put on the list.", count))


@bp.post("/<int:event_id>/attendance/<int:attendance_id>/mark")
@requires(Permission.EVENT_EDIT)
def mark(event_id: int, attendance_id: int) -> BaseResponse:
    """Mark a row by a tap; script gets the row alone."""
    row = editable.part(current_actor(), queries.attendance(current_actor(), event_id, attendance_id))
    asked, way = request.form.get("state", ""), request.form.get("how", "")
    if asked not in set(MARKS) or (way and way not in set(Way)):
        raise BadRequest
    services.mark(current_actor(), row, Presence(asked), Way(way) if way else None)
    if request.headers.get("HX-Request-Type") != "partial":
        return redirect_to(list_url(row.event, _anchor=f"row-{row.id}"))
    facts: dict[str, Any] = {"event": row.event, "row": row, "marks": MARKS, "has_begun": True, "edits": True}
    return answer("events/attendance/_row.html", **facts, declared=queries.declared(row.event))


@bp.route("/<int:event_id>/attendance/new", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def add_attendance(event_id: int) -> BaseResponse:
    """Put somebody on the list who came without an invitation."""
    event = editable.event(current_actor(), event_id)
    form = AttendeeForm.new(event)
    if form.validate_on_submit():
        with form.refusals():
            row = services.add(current_actor(), event, form.facts_of_row())
            told = _("%(name)s is on the list.", name=row.called)
            return created(form, list_url(event, _anchor=f"row-{row.id}"), told)
    return form_page("events/attendance/form.html", form, event=event, row=None)


@bp.route("/<int:event_id>/attendance/<int:attendance_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def edit_attendance(event_id: int, attendance_id: int) -> BaseResponse:
    """Put right who somebody on the list is."""
    row = editable.part(current_actor(), queries.attendance(current_actor(), event_id, attendance_id))
    form = AttendeeForm.of(row)
    if form.validate_on_submit():
        with form.refusals(row):
            services.edit(current_actor(), row, form.version.data, form.facts_of_row())
            return changed(form, list_url(row.event, _anchor=f"row-{row.id}"), _("Saved."))
    return form_page("events/attendance/form.html", form, event=row.event, row=row)


@bp.get("/<int:event_id>/attendance/list.pdf")
@requires(Permission.PERSON_READ)
def print_attendance(event_id: int) -> Response:
    """The list as a document: to sign on paper before the event, with what was signed and declared after it."""
    event = events.event(current_actor(), event_id)
    asked = request.args.get("blank", BLANK_ROWS if is_open(event) else 0, type=int)
    pdf = paper.attendance_list(event, blank=min(max(asked, 0), MOST_BLANK))
    return documents.shown(pdf, f"attendance-{event.id}")


@bp.route("/<int:event_id>/attendance/counts", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def count_attendance(event_id: int) -> BaseResponse:
    """Write down how many were there, by gender and by country."""
    event = editable.event(current_actor(), event_id)
    form = counts_form(event)
    if form.validate_on_submit():
        with form.refusals():
            told = {"counts": form.counts, "total": form.total.data, "by_country": form.by_country}
            services.count(current_actor(), event, form.version.data, **told)
            return redirect_to(list_url(event), _("Saved."))
    present = queries.present_by_country(event)
    return form_page("events/attendance/counts.html", form, event=event, present=present)


@bp.post("/<int:event_id>/attendance/counts/take")
@requires(Permission.EVENT_EDIT)
def take_counts(event_id: int) -> BaseResponse:
    """Take the counts from the list."""
    event = editable.event(current_actor(), event_id)
    with refusals_at(list_url(event)):
        services.take_counts(current_actor(), event, request.form.get("version", type=int))
    return redirect_to(list_url(event), _("The counts are those of the list."))

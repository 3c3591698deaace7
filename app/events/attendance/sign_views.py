"""Pages on which people sign the list, and the organiser declares who took part online."""

from flask import Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.web import created, form_page, sent
from app.events import editable
from app.events.attendance import queries, services
from app.events.attendance.forms import DeclareForm, SignForm
from app.events.attendance.views import list_url
from app.events.views import bp

DRAWING = "image/svg+xml"


@bp.route("/<int:event_id>/attendance/<int:attendance_id>/sign", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def sign_attendance(event_id: int, attendance_id: int) -> BaseResponse:
    """Hand the tablet over: one person reads what is signed, and signs."""
    row = editable.part(current_actor(), queries.attendance(current_actor(), event_id, attendance_id))
    form = SignForm()
    if form.validate_on_submit():
        with form.refusals():
            services.sign(current_actor(), row, drawing=form.drawing.data, typed=form.typed.data)
            told = _("%(name)s has signed.", name=row.called)
            return created(form, list_url(row.event, _anchor=f"row-{row.id}"), told)
    return form_page("events/attendance/sign.html", form, event=row.event, row=row)


@bp.route("/<int:event_id>/attendance/declare", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def declare_attendance(event_id: int) -> BaseResponse:
    """Declare that those marked as online took part."""
    event = editable.event(current_actor(), event_id)
    form = DeclareForm()
    if form.validate_on_submit():
        with form.refusals():
            facts = {"name": form.name.data, "function": form.function.data, "drawing": form.drawing.data}
            services.declare(current_actor(), event, **facts)
            return created(form, list_url(event), _("The declaration is kept."))
    facts_of_page = {"rows": queries.undeclared(event), "text": services.declaration_text(event)}
    return form_page("events/attendance/declare.html", form, event=event, **facts_of_page)


@bp.get("/<int:event_id>/attendance/<int:attendance_id>/signature.svg")
@requires(Permission.PERSON_READ)
def signature(event_id: int, attendance_id: int) -> Response:
    """A drawn signature, for whoever may read the list."""
    row = queries.attendance(current_actor(), event_id, attendance_id)
    return sent(row.signature.drawing if row.signature else None, "signature.svg", inline=DRAWING)


@bp.get("/<int:event_id>/attendance/declarations/<int:declaration_id>.svg")
@requires(Permission.PERSON_READ)
def declaration_signature(event_id: int, declaration_id: int) -> Response:
    """The signature under a declaration."""
    return sent(queries.declaration(current_actor(), event_id, declaration_id).drawing, "signature.svg", inline=DRAWING)

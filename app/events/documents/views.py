"""Pages on which the files of an event are added, described, replaced, taken off and fetched."""

from flask import Response, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, public, requires
from app.core.web import created, form_page, redirect_to, sent
from app.events import editable, rules
from app.events.documents import queries, services
from app.events.documents.forms import DescriptionForm, RemoveForm, ReplaceForm, UploadForm
from app.events.models import OVER, Event, EventState
from app.events.permissions import check_edit
from app.events.views import bp


def documents_url(event: Event) -> str:
    """The address of the page on which an event's documents are kept."""
    return url_for("events.documents", event_id=event.id)


@bp.route("/<int:event_id>/documents", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def documents(event_id: int) -> BaseResponse:
    """The documents of an event, and more of them, several at once."""
    event, form = editable.event(current_actor(), event_id), UploadForm.new()
    if form.validate_on_submit():
        with form.refusals():
            made = services.add(current_actor(), event, form.document_facts(), form.sent())
            return created(form, documents_url(event), _("%(num)s kept.", num=len(made)))
    closed = rules.CLOSED if event.state is EventState.CLOSED else None
    return form_page("events/documents/list.html", form, event=event, documents=queries.all_of(event), closed=closed)


@bp.route("/<int:event_id>/documents/<int:document_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def edit_document(event_id: int, document_id: int) -> BaseResponse:
    """Change what is said of a document."""
    document = editable.part(current_actor(), queries.document(current_actor(), event_id, document_id))
    form = DescriptionForm.of(document)
    if form.validate_on_submit():
        with form.refusals(document):
            services.describe(current_actor(), document, form.version.data, form.document_facts())
            return redirect_to(documents_url(document.event), _("Saved."))
    return form_page("events/documents/form.html", form, event=document.event, document=document)


@bp.route("/<int:event_id>/documents/<int:document_id>/replace", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def replace_document(event_id: int, document_id: int) -> BaseResponse:
    """Put another file in a document's place."""
    document = editable.part(current_actor(), queries.document(current_actor(), event_id, document_id))
    form = ReplaceForm.of(document)
    if form.validate_on_submit():
        with form.refusals(document):
            services.replace(current_actor(), document, form.version.data, form.sent(), form.reason.data)
            return redirect_to(documents_url(document.event), _("Replaced; the file before stays in its history."))
    return form_page("events/documents/replace.html", form, event=document.event, document=document)


@bp.route("/<int:event_id>/documents/<int:document_id>/remove", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def remove_document(event_id: int, document_id: int) -> BaseResponse:
    """Take a document off, after saying what becomes of it."""
    document = editable.part(current_actor(), queries.document(current_actor(), event_id, document_id))
    event, form = document.event, RemoveForm.of(document)
    if form.validate_on_submit():
        with form.refusals(document):
            version, reason = form.version.data, form.reason.data
            services.remove(current_actor(), document, version, reason, forget=form.forget.data)
            return redirect_to(documents_url(event), _("Taken off."))
    becomes = {"deletes": services.can_delete(document), "is_over": event.state in OVER}
    return form_page("events/documents/remove.html", form, event=event, document=document, **becomes)


@bp.get("/<int:event_id>/documents/<int:document_id>/file")
@public("Documents for everybody belong to public events; others answer 404 to who may not read them")
def document_file(event_id: int, document_id: int) -> Response:
    """A document's file."""
    file, is_public = queries.file(current_actor(), event_id, document_id)
    return sent(file, file.name, as_it_is=is_public)


@bp.get("/<int:event_id>/documents/former/<int:former_id>")
@requires(Permission.EVENT_EDIT)
def former_file(event_id: int, former_id: int) -> Response:
    """A file that was replaced, for who may change the event."""
    event, file = queries.former_file(current_actor(), event_id, former_id)
    check_edit(current_actor(), event)
    return sent(file, file.name)

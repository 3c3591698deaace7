"""Pages on which minutes are written and read, and on which whoever has an account comments."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.exc import NoResultFound
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.core import documents
from app.core.access import Permission, current_actor, requires, signed_in
from app.core.asked import key_of
from app.core.templating import reader_language
from app.core.web import answer, form_page, redirect_to, sent
from app.events import editable
from app.events.agenda import queries as agenda
from app.events.minutes import content, queries, services
from app.events.minutes.forms import CommentForm, SaidForm, comment_form
from app.events.minutes.models import Minutes, MinutesRecipient, MinutesVersion, Verdict
from app.events.models import Event
from app.events.permissions import may_edit
from app.events.views import bp


def approval_url(event: Event, **more: Any) -> str:
    """Where one sees how far the minutes of an event are."""
    return url_for("events.minutes_approval", event_id=event.id, **more)


@bp.get("/<int:event_id>/minutes")
@requires(Permission.EVENT_EDIT)
def minutes(event_id: int) -> BaseResponse:
    """Minutes, written item by item; what is typed is kept as one goes along."""
    event = editable.event(current_actor(), event_id)
    items = agenda.items(event)
    forms = {item.id: SaidForm.of(item, formdata=None) for item in items}
    found = queries.of_event(event)
    said = queries.comments(found.current) if found and found.current else ()
    facts: dict[str, Any] = {"event": event, "items": items, "minutes": found, "comments": said}
    return answer("events/minutes/write.html", forms=forms, **facts)


@bp.post("/<int:event_id>/agenda/<int:item_id>/said")
@requires(Permission.EVENT_EDIT)
def write_item(event_id: int, item_id: int) -> BaseResponse:
    """Keep what was typed at one item; with two writers, the second sees both texts."""
    item = editable.part(current_actor(), agenda.item(current_actor(), event_id, item_id))
    form = SaidForm.of(item)
    if form.validate_on_submit():
        with form.refusals(item):
            services.write(current_actor(), item, form.version.data, form.said.data)
            form = SaidForm.of(item, formdata=None)
            return answer("events/minutes/said.html", "events/minutes/_said.html", form=form, item=item, is_kept=True)
    facts = {"form": form, "item": agenda.item(current_actor(), event_id, item_id), "is_kept": False}
    return answer("events/minutes/said.html", "events/minutes/_said.html", status=form.status, **facts)


@bp.get("/<int:event_id>/minutes/versions/<int:number>")
@signed_in
def minutes_version(event_id: int, number: int) -> Response:
    """A version as it was sent, with what differs from the one before."""
    found = queries.version(current_actor(), event_id, number)
    return answer("events/minutes/version.html", **shown(found))


def shown(version: MinutesVersion) -> dict[str, Any]:
    """What a page shows of a version."""
    minutes = version.minutes
    before = next((one for one in minutes.versions if one.number == version.number - 1), None)
    language = reader_language().code
    return {
        "event": minutes.event,
        "minutes": minutes,
        "version": version,
        "changes": content.changes(before.content, version.content, language) if before else [],
        "may_edit": may_edit(current_actor(), minutes.event),
    }


@bp.get("/<int:event_id>/minutes/versions/<int:number>.pdf")
@signed_in
def minutes_document(event_id: int, number: int) -> Response:
    """The document of an approved version."""
    return document(queries.version(current_actor(), event_id, number))


def document(version: MinutesVersion) -> Response:
    """The PDF of a version as an answer. Raises ``NotFound`` before it is made."""
    made = version.document
    if made is None:
        raise NotFound
    return sent(made.file, f"minutes-{made.sha256[:12]}.pdf", inline=documents.PDF)


@bp.route("/<int:event_id>/minutes/comment", methods=["GET", "POST"])
@signed_in
def comment_minutes(event_id: int) -> BaseResponse:
    """Comment as somebody who was there and has an account at the mailbox the minutes went to."""
    found = queries.sent_to_account(current_actor(), event_id)
    if found is None:
        raise NoResultFound
    return comment_page(found, is_by_link=False)


def comment_page(recipient: MinutesRecipient, *, is_by_link: bool) -> BaseResponse:
    """Read the minutes and say something of them; a GET says nothing."""
    minutes: Minutes = recipient.minutes
    version = minutes.current
    if version is None:
        raise NotFound
    form = comment_form(version)
    if request.method == "POST":
        done = _said(form, recipient, by_link=is_by_link)
        if done is not None:
            return done
    facts = {"recipient": recipient, "mine": queries.said_by(recipient), "is_open": services.is_open(minutes)}
    pdf = url_for("events.minutes_document", event_id=minutes.event_id, number=version.number)
    facts["pdf_url"] = f"{request.path}/pdf" if is_by_link else pdf
    return form_page("events/minutes/comment.html", form, **facts, **shown(version))


def _said(form: CommentForm, recipient: MinutesRecipient, *, by_link: bool) -> BaseResponse | None:
    said = next((one for one in Verdict if one.value == request.form.get("said")), None)
    if said is None:
        form.validate_on_submit()
        form.refuse({"": _("Press one of the buttons.")})
    elif form.validate_on_submit():
        number = key_of(form.number.data) or 0
        with form.refusals():
            services.say(recipient, number, form.remarks(said), by_link=by_link)
            return redirect_to(request.path, _("Thank you. The writers see what you said and answer comments."))
    return None

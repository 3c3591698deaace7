"""Pages on which writers send minutes, answer comments, and see them approved."""

from typing import Any

from flask import Response
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.errors import Refused
from app.core.states import moves_of
from app.core.templating import reader_language
from app.core.web import answer, changed, created, form_page, redirect_to
from app.events import editable
from app.events.minutes import content, queries, rules, services
from app.events.minutes.forms import AnswerForm, ApproveForm, RemindForm, ReopenForm, SendForm
from app.events.minutes.models import Minutes, MinutesState, Taken
from app.events.minutes.views import approval_url
from app.events.models import Event
from app.events.views import bp
from app.extensions import db


def _own_minutes(event_id: int) -> Minutes:
    editable.event(current_actor(), event_id)
    return queries.minutes(current_actor(), event_id)


def missing(event: Event) -> list[str]:
    """What keeps minutes from being sent, a sentence each."""
    try:
        services.check_sendable(event)
    except Refused as refused:
        return list(refused.messages.values())
    return []


@bp.get("/<int:event_id>/minutes/approval")
@requires(Permission.EVENT_EDIT)
def minutes_approval(event_id: int) -> Response:
    """How far the minutes are: versions, who said what, what is open."""
    event = editable.event(current_actor(), event_id)
    found = queries.of_event(event)
    version = found.current if found else None
    facts: dict[str, Any] = {"event": event, "minutes": found, "version": version, "missing": missing(event)}
    if found is not None and version is not None:
        now, is_out = content.frozen(event), found.state is MinutesState.SENT
        facts |= {
            "recipients": queries.recipients(found),
            "comments": queries.comments(version),
            "open_objections": queries.open_objections(version),
            "silent": queries.silent(found),
            "is_open": services.is_open(found),
            "differing": content.differing(version.content, now),
            "changes": content.changes(version.content, now, reader_language().code) if is_out else (),
            "reminds_on": rules.reminds_on(version.comments_until, version.remind_days),
            "moves": moves_of(db.session, found),
        }
    return answer("events/minutes/approval.html", **facts)


@bp.route("/<int:event_id>/minutes/send", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def send_minutes(event_id: int) -> BaseResponse:
    """Send them to those who were there, or send a new version."""
    event = editable.event(current_actor(), event_id)
    form = SendForm.of(current_actor(), event)
    if form.validate_on_submit():
        with form.refusals():
            version = services.send(current_actor(), event, form.send_facts())
            told = _("Version %(number)s is on its way.", number=version.number)
            return created(form, approval_url(event), told)
    found = queries.of_event(event)
    facts = {"event": event, "before": found.current if found else None, "missing": missing(event)}
    return form_page("events/minutes/send.html", form, **facts)


@bp.route("/<int:event_id>/minutes/remind", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def remind_minutes(event_id: int) -> BaseResponse:
    """Remind some or all of those who said nothing."""
    found = _own_minutes(event_id)
    form = RemindForm.of(queries.silent(found))
    if form.validate_on_submit():
        with form.refusals():
            count = services.remind(current_actor(), found.event, form.chosen)
            told = ngettext("%(num)d reminder is on its way.", "%(num)d reminders are on their way.", count)
            return redirect_to(approval_url(found.event), told)
    return form_page("events/minutes/remind.html", form, event=found.event)


@bp.route("/<int:event_id>/minutes/comments/<int:comment_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def answer_comment(event_id: int, comment_id: int) -> BaseResponse:
    """Answer a comment: taken over or not, and why."""
    comment = editable.part(current_actor(), queries.comment(current_actor(), event_id, comment_id))
    event, form = comment.version.minutes.event, AnswerForm()
    if form.validate_on_submit():
        with form.refusals():
            services.answer(current_actor(), comment, Taken(form.taken.data), form.reason.data)
            return created(form, approval_url(event, _anchor="comments"), _("Answered; whoever commented is told."))
    return form_page("events/minutes/answer.html", form, event=event, comment=comment)


@bp.route("/<int:event_id>/minutes/approve", methods=["GET", "POST"])
@requires(Permission.MINUTES_APPROVE)
def approve_minutes(event_id: int) -> BaseResponse:
    """Approve what was sent, with a note."""
    found = _own_minutes(event_id)
    current_actor().check(Permission.MINUTES_APPROVE, found.event)
    form = ApproveForm.of(found)
    if form.validate_on_submit():
        with form.refusals(found):
            services.approve(current_actor(), found, form.version.data, form.note.data)
            return changed(form, approval_url(found.event), _("Approved. The document is being made."))
    return form_page("events/minutes/approve.html", form, event=found.event, version=found.current)


@bp.route("/<int:event_id>/minutes/reopen", methods=["GET", "POST"])
@requires(Permission.MINUTES_APPROVE)
def reopen_minutes(event_id: int) -> BaseResponse:
    """Let approved minutes be changed."""
    found = _own_minutes(event_id)
    current_actor().check(Permission.MINUTES_APPROVE, found.event)
    form = ReopenForm.of(found)
    if form.validate_on_submit():
        with form.refusals(found):
            services.reopen(current_actor(), found, form.version.data, form.reason.data)
            return changed(form, approval_url(found.event), _("Reopened. Change the text and send a new version."))
    return form_page("events/minutes/reopen.html", form, event=found.event, version=found.current)

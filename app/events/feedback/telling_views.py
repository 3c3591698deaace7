"""Pages on which answers are told: to whoever said something, and to the public."""

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, public, requires
from app.core.web import answer, created, form_page, redirect_to, refusals_at
from app.events import editable
from app.events import queries as events
from app.events.feedback import queries, telling
from app.events.feedback.telling_forms import TellForm
from app.events.permissions import may_edit
from app.events.views import bp


@bp.route("/<int:event_id>/feedback/tell", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def tell(event_id: int) -> BaseResponse:
    """Write to those who said something what became of it."""
    event = editable.whole(current_actor(), event_id)
    due = queries.to_tell(event)
    form = TellForm.of(due)
    if form.validate_on_submit():
        with form.refusals():
            count = telling.tell(current_actor(), event, form.languages)
            told = ngettext("One mail is on its way.", "%(num)s mails are on their way.", count)
            return created(form, url_for("events.tell", event_id=event.id), told)
    facts = {"due": due, "told": queries.told(event), "is_published": telling.is_read_by_all(event)}
    return form_page("events/feedback/tell.html", form, event=event, **facts)


@bp.post("/<int:event_id>/feedback/publish")
@requires(Permission.EVENT_EDIT)
def publish_feedback(event_id: int) -> BaseResponse:
    """Let the public read what was said, or no longer."""
    event, wanted = editable.whole(current_actor(), event_id), request.form.get("do") == "publish"
    page = url_for("events.said", event_id=event.id)
    with refusals_at(page):
        telling.publish(current_actor(), event, is_published=wanted, seen=request.form.get("seen"))
    return redirect_to(page, _("Everybody can read it now.") if wanted else _("The public reads it no longer."))


@bp.get("/<int:event_id>/said")
@public("Only what was published of a public event; texts as they were redacted, names only of those who agreed")
def said(event_id: int) -> Response:
    """What was said at an event and what became of it, as the public reads it."""
    event = events.event(current_actor(), event_id)
    edits, is_published = may_edit(current_actor(), event), telling.is_read_by_all(event)
    if not (edits or is_published):
        abort(404)
    points, questions = queries.published(event), queries.questions(event)
    shown = [one for one in telling.shown(event, points) if edits or one.is_public]
    waiting = [one.point.code for one in shown if not one.is_public] if is_published else []
    facts: dict[str, Any] = {"edits": edits, "is_published": is_published, "points": shown, "questions": questions}
    facts |= {"waiting": waiting, "seen": telling.state_of(points)}
    return answer("events/feedback/said.html", event=event, **facts)

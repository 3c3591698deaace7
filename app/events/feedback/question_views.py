"""Pages on which an event's questions are written."""

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.web import changed, created, form_page, redirect_to, refusals_at
from app.events import editable
from app.events.agenda.forms import LinesForm
from app.events.feedback import queries, services
from app.events.feedback.forms import QuestionForm
from app.events.models import Event
from app.events.views import bp


def questions_url(event: Event) -> str:
    """The address of the page on which an event's questions are put together."""
    return url_for("events.questions", event_id=event.id)


@bp.route("/<int:event_id>/questions", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def questions(event_id: int) -> BaseResponse:
    """The questions of an event, and several more at once, one a line."""
    event, form = editable.whole(current_actor(), event_id), LinesForm.new()
    if form.validate_on_submit():
        with form.refusals():
            services.ask_lines(current_actor(), event, form.language.data, form.lines.data)
            return created(form, questions_url(event), _("Added to the questions."))
    return form_page("events/feedback/questions.html", form, event=event, questions=queries.questions(event))


@bp.route("/<int:event_id>/questions/<int:question_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def edit_question(event_id: int, question_id: int) -> BaseResponse:
    """Put a question right, or translate it."""
    question = editable.part(current_actor(), queries.question(current_actor(), event_id, question_id))
    form = QuestionForm(obj=question)
    if form.validate_on_submit():
        with form.refusals(question):
            services.edit_question(current_actor(), question, form.version.data, form.text.data)
            return changed(form, questions_url(question.event), _("Saved."))
    return form_page("events/feedback/question.html", form, event=question.event)


@bp.post("/<int:event_id>/questions/<int:question_id>/remove")
@requires(Permission.EVENT_EDIT)
def remove_question(event_id: int, question_id: int) -> BaseResponse:
    """Take a question away, unless something was said to it."""
    question = editable.part(current_actor(), queries.question(current_actor(), event_id, question_id))
    event = question.event
    with refusals_at(questions_url(event)):
        services.remove_question(current_actor(), question)
    return redirect_to(questions_url(event), _("The question is taken away."))

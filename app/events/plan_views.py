"""Pages on which events are planned, changed, moved on, cancelled and, as drafts, deleted."""

from datetime import date

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core import portal
from app.core.access import Permission, current_actor, requires
from app.core.asked import key_of
from app.core.templating import plain_tr
from app.core.web import answer, changed, created, form_page, redirect_to
from app.events import clashes, editable, queries, rules, services, spans, swapping
from app.events.agenda import queries as agenda
from app.events.forms import EventForm
from app.events.models import Event, EventKind, EventState
from app.events.move_forms import CancelForm, MoveForm, ReopenForm, SwapForm
from app.events.steps import SAID_AFTER
from app.events.views import bp, page_of
from app.events.when import said


def page_url(event: Event) -> str:
    """The address of an event's page."""
    return url_for("events.show", event_id=event.id)


def remark(event: Event, former: date | None = None) -> None:
    """Tell what was accepted and may still surprise: a time shown twice, a day outside the project, a moved agenda.

    ``former`` is the day it began on before.
    """
    consortium = portal.consortium()
    if spans.shown_twice(event.starts_at, event.zone) or spans.shown_twice(event.ends_at, event.zone):
        flash(_("The clocks go back that night and show this time twice; meant is the first of the two."), "attention")
    if spans.outside_project(event.starts_on, event.ends_on, consortium.start, consortium.end):
        flash(_("The day lies outside the run of the project."), "attention")
    passed = (event.starts_on - former).days if former else 0
    if passed and agenda.has_days(event):
        flash(ngettext("The agenda moved along by %(num)d day.", "The agenda moved along by %(num)d days.", passed))


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE)
def create() -> BaseResponse:
    """Plan an event of the kind that the address names."""
    wanted = request.args.get("kind", "")
    kind = EventKind(wanted) if wanted in set(EventKind) else EventKind.MEETING
    form = EventForm.new(kind)
    if form.validate_on_submit():
        with form.refusals():
            event = services.plan(current_actor(), form.event_facts(), form.state)
            remark(event)
            return created(form, page_url(event), _("Saved."))
    return form_page("events/form.html", form, event=None, kind=kind, kinds=EventKind)


@bp.route("/<int:event_id>/edit", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def edit(event_id: int) -> BaseResponse:
    """Change an event."""
    event = editable.whole(current_actor(), event_id)
    if event.state is EventState.CLOSED and request.method != "POST":
        return page_of(event, [rules.CLOSED])
    form, former = EventForm.of(event), event.starts_on
    if form.validate_on_submit():
        with form.refusals(event):
            services.edit(current_actor(), event, form.version.data, form.event_facts())
            remark(event, former)
            return changed(form, page_url(event), _("Saved."))
    return form_page("events/form.html", form, event=event, kind=event.kind, kinds=())


@bp.get("/clashes")
@requires(Permission.EVENT_CREATE)
def clashing() -> BaseResponse:
    """What the time and place that are being typed clash with, for the form."""
    form, key = EventForm(EventKind.MEETING, formdata=request.args), key_of(request.args.get("of"))
    if key is not None:
        editable.whole(current_actor(), key)
    wanted = form.wanted(key)
    found = clashes.with_what(current_actor(), wanted) if wanted else ()
    return answer("events/clashes.html", "events/_clashes_of_form.html", clashes=found)


@bp.post("/<int:event_id>/move")
@requires(Permission.EVENT_EDIT)
def move(event_id: int) -> BaseResponse:
    """Move an event to another state; what is missing for it is told on its page."""
    event, form = editable.event(current_actor(), event_id), MoveForm()
    if form.validate_on_submit():
        with form.refusals():
            state = EventState(form.state.data)
            services.move(current_actor(), event, form.version.data, state)
            return redirect_to(page_url(event), str(SAID_AFTER[state]))
    problems = [str(text) for errors in form.errors.values() for text in errors]
    return page_of(queries.event(current_actor(), event_id), problems)


@bp.route("/<int:event_id>/cancel", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def cancel(event_id: int) -> BaseResponse:
    """Call an event off and say why."""
    event = editable.event(current_actor(), event_id)
    if request.method != "POST" and not event.moves.allows(event.state, EventState.CANCELLED):
        words = {"new": EventState.CANCELLED.label, "old": event.state.label}
        return page_of(event, [_("This cannot become “%(new)s”: it is “%(old)s”.", **words)])
    form = CancelForm(data={"version": event.version})
    if form.validate_on_submit():
        with form.refusals():
            services.cancel(current_actor(), event, form.version.data, form.reason.data)
            return changed(form, page_url(event), _("It is cancelled. Calendars will show it struck out."))
    return form_page("events/cancel.html", form, event=event)


@bp.route("/<int:event_id>/reopen", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def reopen(event_id: int) -> BaseResponse:
    """Let what was called off take place after all and say why."""
    event = editable.event(current_actor(), event_id)
    if request.method != "POST" and event.state is not EventState.CANCELLED:
        return page_of(event, [_("It was not cancelled.")])
    form = ReopenForm(data={"version": event.version})
    if form.validate_on_submit():
        with form.refusals():
            services.restore(current_actor(), event, form.version.data, form.reason.data)
            return changed(form, page_url(event), _("It takes place after all. Those who are invited get a mail."))
    return form_page("events/reopen.html", form, event=event)


@bp.route("/<int:event_id>/swap", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def swap(event_id: int) -> BaseResponse:
    """Let two events exchange their dates."""
    event = editable.event(current_actor(), event_id)
    others = {str(other.id): other for other in swapping.candidates(current_actor(), event)}
    form = SwapForm(data={"version": event.version})
    form.other.choices = [(key, f"{plain_tr(other.title)} · {said(other)}") for key, other in others.items()]
    if form.validate_on_submit():
        with form.refusals():
            other = others.get(form.other.data or "")
            swapping.swap(current_actor(), event, form.version.data, other, form.reason.data)
            return changed(form, page_url(event), _("The two exchanged their dates."))
    return form_page("events/swap.html", form, event=event)


@bp.route("/<int:event_id>/delete", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def delete(event_id: int) -> BaseResponse:
    """Delete a draft, after asking."""
    event = editable.event(current_actor(), event_id)
    if request.method == "POST":
        services.delete(current_actor(), event, request.form.get("version", type=int))
        return redirect_to(url_for("events.index"), _("The draft is deleted."))
    if event.is_published:
        return page_of(event, [_("Only drafts can be deleted. Cancel this event instead: calendars then say so.")])
    return answer("events/delete.html", event=event)

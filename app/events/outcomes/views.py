"""Pages on which decisions are taken and actions set, and the register of both."""

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, public, requires
from app.core.web import answer, changed, created, form_page, redirect_to
from app.events import editable
from app.events.agenda.forms import LinesForm
from app.events.outcomes import queries, services
from app.events.outcomes.forms import ActionForm, DecisionForm, RevokeForm
from app.events.outcomes.listing import RegisterListing
from app.events.outcomes.models import Decision, DecisionState
from app.events.views import bp
from app.extensions import db


def page_url(decision: Decision) -> str:
    """Where a decision stands on its event's page."""
    return url_for("events.show", event_id=decision.event_id, _anchor=f"decision-{decision.number}")


@bp.get("/decisions")
@public("Decisions and actions of public events are for everybody; the register shows what its reader may see")
def register() -> Response:
    """Decisions and actions of all events."""
    listing = RegisterListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("events/outcomes/list.html", "events/outcomes/_results.html", listing=listing.load())


@bp.route("/<int:event_id>/decisions", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def decisions(event_id: int) -> BaseResponse:
    """Write several decisions down at once, one a line."""
    event, form = editable.event(current_actor(), event_id), LinesForm.new()
    if form.validate_on_submit():
        with form.refusals():
            services.add_lines(current_actor(), event, form.language.data, form.lines.data)
            return created(form, url_for("events.show", event_id=event.id, _anchor="decisions"), _("Written down."))
    return form_page("events/outcomes/lines.html", form, event=event)


@bp.route("/<int:event_id>/decisions/new", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def decide(event_id: int) -> BaseResponse:
    """Write a decision down."""
    event = editable.event(current_actor(), event_id)
    form = DecisionForm.new(event, queries.in_force(current_actor(), event))
    if form.validate_on_submit():
        with form.refusals():
            decision = services.decide(current_actor(), event, form.decision_facts())
            return created(form, page_url(decision), _("Decision %(code)s is written down.", code=decision.code))
    return form_page("events/outcomes/decision.html", form, event=event, decision=None)


@bp.route("/<int:event_id>/decisions/<int:decision_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def edit_decision(event_id: int, decision_id: int) -> BaseResponse:
    """Put a decision's wording right."""
    decision = editable.part(current_actor(), queries.decision(current_actor(), event_id, decision_id))
    form = DecisionForm.of(decision)
    if form.validate_on_submit():
        with form.refusals(decision):
            services.edit(current_actor(), decision, form.version.data, form.decision_facts())
            return changed(form, page_url(decision), _("Saved."))
    return form_page("events/outcomes/decision.html", form, event=decision.event, decision=decision)


@bp.post("/<int:event_id>/decisions/<int:decision_id>/adopt")
@requires(Permission.EVENT_EDIT)
def adopt_decision(event_id: int, decision_id: int) -> BaseResponse:
    """Adopt what was proposed."""
    decision = editable.part(current_actor(), queries.decision(current_actor(), event_id, decision_id))
    services.adopt(current_actor(), decision, request.form.get("version", type=int))
    return redirect_to(page_url(decision), _("Decision %(code)s is adopted.", code=decision.code))


@bp.route("/<int:event_id>/decisions/<int:decision_id>/revoke", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def revoke_decision(event_id: int, decision_id: int) -> BaseResponse:
    """Say that a decision no longer holds, and why."""
    decision = editable.part(current_actor(), queries.decision(current_actor(), event_id, decision_id))
    form = RevokeForm(data={"version": decision.version})
    if form.validate_on_submit():
        with form.refusals():
            services.revoke(current_actor(), decision, form.version.data, form.reason.data)
            return redirect_to(page_url(decision), _("Decision %(code)s is revoked.", code=decision.code), "attention")
    lapsing = [one.code for one in queries.replaced_by(decision) if one.state is DecisionState.SUPERSEDED]
    return form_page("events/outcomes/revoke.html", form, event=decision.event, decision=decision, lapsing=lapsing)


@bp.route("/<int:event_id>/actions/new", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def set_action(event_id: int) -> BaseResponse:
    """Set an action with its owner and the day it is due."""
    event = editable.event(current_actor(), event_id)
    form = ActionForm(event)
    if form.validate_on_submit():
        with form.refusals():
            action = services.set_action(current_actor(), event, form.action_facts())
            told = _("Action %(code)s is set.", code=queries.action_code(action))
            return created(form, url_for("events.show", event_id=event.id, _anchor="actions"), told)
    return form_page("events/outcomes/action.html", form, event=event)

"""Pages on which feedback is written down, answered and withdrawn, and the register of it."""

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.options import Offer
from app.core.web import answer, changed, created, form_page, redirect_to
from app.events import editable
from app.events.feedback import queries, services
from app.events.feedback.choosing import find_options
from app.events.feedback.forms import AnswerForm, PointForm, PointsForm, WithdrawForm
from app.events.feedback.listing import FeedbackListing
from app.events.feedback.models import FeedbackPoint
from app.events.views import bp
from app.extensions import db


def point_url(point: FeedbackPoint) -> str:
    """Where a point stands on its event's page."""
    return url_for("events.show", event_id=point.event_id, _anchor=f"feedback-{point.number}")


@bp.get("/feedback")
@requires(Permission.FEEDBACK_READ)
def feedback() -> Response:
    """What was said at all events, and what became of it."""
    listing = FeedbackListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("events/feedback/list.html", "events/feedback/_results.html", listing=listing.load())


@bp.get("/feedback/options")
@requires(Permission.FEEDBACK_READ)
def point_options() -> str:
    """Options of a picker of points of feedback."""
    offer = Offer.asked(lambda query: find_options(current_actor(), query), request.args)
    return render_template("components/_options.html", field=offer)


@bp.route("/<int:event_id>/feedback", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def add_points(event_id: int) -> BaseResponse:
    """Write several points down at once."""
    event = editable.whole(current_actor(), event_id)
    services.check_takes(current_actor(), event)
    form = PointsForm(event)
    if form.validate_on_submit():
        with form.refusals():
            made = services.say(current_actor(), event, form.said())
            told = ngettext("One point is written down.", "%(num)s points are written down.", len(made))
            return created(form, url_for("events.show", event_id=event.id, _anchor="feedback"), told)
    return form_page("events/feedback/points.html", form, event=event)


@bp.route("/<int:event_id>/feedback/new", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def add_point(event_id: int) -> BaseResponse:
    """Write one point down, with all there is to say about it."""
    event = editable.whole(current_actor(), event_id)
    services.check_takes(current_actor(), event)
    form = PointForm.new(event)
    if form.validate_on_submit():
        with form.refusals():
            point = services.say(current_actor(), event, [form.point_facts()])[0]
            return created(form, point_url(point), _("%(code)s is written down.", code=point.code))
    return form_page("events/feedback/point.html", form, event=event, point=None)


def check_opens(point: FeedbackPoint) -> None:
    """Check that a form about a point can be opened; what is sent meets the same in its form. Raises ``Refused``."""
    if request.method != "POST":
        services.check_standing(point)


@bp.route("/<int:event_id>/feedback/<int:point_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def edit_point(event_id: int, point_id: int) -> BaseResponse:
    """Put right what was said, or by whom."""
    point = editable.part(current_actor(), queries.point(current_actor(), event_id, point_id))
    services.check_takes(current_actor(), point.event)
    check_opens(point)
    form = PointForm.of(point)
    if form.validate_on_submit():
        with form.refusals(point):
            services.edit(current_actor(), point, form.version.data, form.point_facts())
            return changed(form, point_url(point), _("Saved."))
    return form_page("events/feedback/point.html", form, event=point.event, point=point)


@bp.route("/<int:event_id>/feedback/<int:point_id>/answer", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def answer_point(event_id: int, point_id: int) -> BaseResponse:
    """Say what becomes of a point."""
    point = editable.part(current_actor(), queries.point(current_actor(), event_id, point_id))
    check_opens(point)
    form = AnswerForm.of(point)
    if form.validate_on_submit():
        with form.refusals(point):
            services.answer(current_actor(), point, form.version.data, form.answer_facts())
            told = _("%(code)s: %(state)s.", code=point.code, state=point.state.label)
            return changed(form, point_url(point), told)
    facts = {"event": point.event, "point": point, "history": queries.moves(point)}
    return form_page("events/feedback/answer.html", form, **facts)


@bp.route("/<int:event_id>/feedback/<int:point_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.EVENT_EDIT)
def withdraw_point(event_id: int, point_id: int) -> BaseResponse:
    """Take a point back and say why."""
    point = editable.part(current_actor(), queries.point(current_actor(), event_id, point_id))
    check_opens(point)
    form = WithdrawForm(data={"version": point.version})
    if form.validate_on_submit():
        with form.refusals():
            services.withdraw(current_actor(), point, form.version.data, form.reason.data)
            return redirect_to(point_url(point), _("%(code)s is withdrawn.", code=point.code), "attention")
    return form_page("events/feedback/withdraw.html", form, event=point.event, point=point)

"""Pages on which recommendations are read, written, sent, answered and withdrawn."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock, portal
from app.core.access import Permission, current_actor, requires
from app.core.web import answer, changed, created, form_page, redirect_to
from app.extensions import db
from app.valorisation.permissions import check_edit, may_edit
from app.valorisation.recommendations import queries, services
from app.valorisation.recommendations.forms import AnswerForm, RecommendationForm, RecommendationMoveForm, SendForm
from app.valorisation.recommendations.listing import RecommendationListing
from app.valorisation.recommendations.models import ANSWERED, Recommendation, RecommendationState
from app.valorisation.views import bp

S = RecommendationState


@bp.get("/recommendations")
@requires(Permission.PLAN_READ)
def recommendations() -> Response:
    """The register of recommendations."""
    listing = RecommendationListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    page, rows = "valorisation/recommendations/list.html", "valorisation/recommendations/_results.html"
    return answer(page, rows, listing=listing.load())


@bp.get("/recommendations/<int:recommendation_id>")
@requires(Permission.PLAN_READ)
def recommendation(recommendation_id: int) -> Response:
    """One recommendation: what is asked of whom, where it came from, what was answered."""
    return page_of(queries.recommendation(current_actor(), recommendation_id), RecommendationMoveForm())


def page_of(found: Recommendation, form: RecommendationMoveForm) -> Response:
    """The page of a recommendation, with the form that takes it back or withdraws it."""
    actor, edits = current_actor(), may_edit(current_actor(), found)
    onwards = [S(state) for state in found.moves.onwards(found.state)] if edits else []
    return answer(
        "valorisation/recommendations/show.html",
        status=form.status,
        recommendation=found,
        form=form,
        origins=queries.origins(actor, found),
        history=queries.history(found),
        states={state.value: state for state in S},
        waits=found.waits(clock.today()),
        may_edit=edits and found.state is not S.WITHDRAWN,
        may_answer=any(state in ANSWERED for state in onwards),
        moves=[state.value for state in onwards],
    )


@bp.route("/recommendations/new", methods=["GET", "POST"])
@requires(Permission.RECOMMENDATION_EDIT)
def write_recommendation() -> BaseResponse:
    """Write a recommendation down."""
    form = RecommendationForm.new(request.args.get("country"))
    if form.validate_on_submit():
        with form.refusals():
            made = services.write(current_actor(), form.recommendation_facts(), portal.consortium())
            return created(form, page_url(made), _("The recommendation is written down, as a draft."))
    return form_page("valorisation/recommendations/form.html", form, recommendation=None)


@bp.route("/recommendations/<int:recommendation_id>/edit", methods=["GET", "POST"])
@requires(Permission.RECOMMENDATION_EDIT)
def edit_recommendation(recommendation_id: int) -> BaseResponse:
    """Change a recommendation; the words of what was sent stay."""
    found = own(recommendation_id)
    form = RecommendationForm(recommendation=found)
    if form.validate_on_submit():
        with form.refusals(found):
            facts = form.recommendation_facts()
            services.edit(current_actor(), found, form.version.data, facts, portal.consortium())
            return changed(form, page_url(found), _("Saved."))
    return form_page("valorisation/recommendations/form.html", form, recommendation=found)


@bp.route("/recommendations/<int:recommendation_id>/send", methods=["GET", "POST"])
@requires(Permission.RECOMMENDATION_EDIT)
def send_recommendation(recommendation_id: int) -> BaseResponse:
    """Say that a recommendation was sent."""
    found = own(recommendation_id)
    form = SendForm.new(found)
    if form.validate_on_submit():
        with form.refusals():
            day = form.sent_on.data or clock.today()
            services.send(current_actor(), found, form.version.data, day, form.reason.data)
            return redirect_to(page_url(found), _("The recommendation is sent; its words stay as they are."))
    return form_page("valorisation/recommendations/send.html", form, recommendation=found)


@bp.route("/recommendations/<int:recommendation_id>/answer", methods=["GET", "POST"])
@requires(Permission.RECOMMENDATION_EDIT)
def answer_recommendation(recommendation_id: int) -> BaseResponse:
    """Write down what was answered."""
    found = own(recommendation_id)
    form = AnswerForm.of(found)
    if form.validate_on_submit():
        with form.refusals(found):
            services.answer(current_actor(), found, form.version.data, form.answer_facts())
            return changed(form, page_url(found), _("The answer is written down."))
    return form_page("valorisation/recommendations/answer.html", form, recommendation=found)


@bp.post("/recommendations/<int:recommendation_id>/move")
@requires(Permission.RECOMMENDATION_EDIT)
def move_recommendation(recommendation_id: int) -> BaseResponse:
    """Take a recommendation back, or withdraw it."""
    found, form = own(recommendation_id), RecommendationMoveForm()
    if form.validate_on_submit():
        with form.refusals():
            state = S(form.state.data)
            services.move(current_actor(), found, form.version.data, state, form.reason.data)
            return redirect_to(page_url(found), _("The recommendation is now: %(state)s.", state=state.label))
    return page_of(queries.recommendation(current_actor(), recommendation_id), form)


def own(recommendation_id: int) -> Recommendation:
    """A recommendation that the actor may change. Raises ``NoResultFound`` and ``NotAllowed``."""
    found = queries.recommendation(current_actor(), recommendation_id)
    check_edit(current_actor(), found)
    return found


def page_url(found: Recommendation, **more: Any) -> str:
    """The address of a recommendation's page."""
    return url_for("valorisation.recommendation", recommendation_id=found.id, **more)

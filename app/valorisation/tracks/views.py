"""Pages on which milestones of micro-credentials are planned, moved, proven, reached and withdrawn."""

from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock
from app.core.access import Permission, current_actor, requires
from app.core.web import answer, changed, created, form_page, redirect_to
from app.microcredentials import queries as microcredentials
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.forms import EvidenceForm
from app.valorisation.evidence.views import place_of
from app.valorisation.permissions import check_edit, may_edit
from app.valorisation.tracks import queries, services
from app.valorisation.tracks.forms import MilestoneForm, MilestoneMoveForm, ReachForm
from app.valorisation.tracks.models import Milestone, MilestoneState
from app.valorisation.views import bp


@bp.get("/milestones/<int:milestone_id>")
@requires(Permission.PLAN_READ)
def milestone(milestone_id: int) -> Response:
    """One milestone: who decides, on what, until when, and what proves it."""
    return milestone_page(queries.milestone(current_actor(), milestone_id), MilestoneMoveForm())


def milestone_page(found: Milestone, form: MilestoneMoveForm) -> Response:
    """The page of a milestone, with the form that moves it."""
    actor, today = current_actor(), clock.today()
    edits = may_edit(actor, found)
    return answer(
        "valorisation/tracks/show.html",
        status=form.status,
        milestone=found,
        mc=found.microcredential,
        form=form,
        today=today,
        is_outside=queries.is_outside_project(found),
        is_doubtful=queries.is_doubtful(found),
        proofs=queries.proofs(actor, [found]).get(found.id, ()),
        slips=queries.slips(found),
        history=queries.history(found),
        states={state.value: state for state in MilestoneState},
        may_edit=edits,
        moves=[MilestoneState(state).value for state in found.moves.onwards(found.state)] if edits else [],
    )


@bp.route("/tracks/<code>/new", methods=["GET", "POST"])
@requires(Permission.MILESTONE_EDIT)
def plan_milestone(code: str) -> BaseResponse:
    """Plan a milestone of a micro-credential."""
    design = microcredentials.by_code(current_actor(), code)
    current_actor().check(Permission.MILESTONE_EDIT, design)
    form = MilestoneForm()
    if form.validate_on_submit():
        with form.refusals():
            made = services.plan(current_actor(), design, form.chosen, form.milestone_facts())
            return created(form, milestone_url(made), _("The milestone is planned."))
    return form_page("valorisation/tracks/form.html", form, mc=design, milestone=None)


@bp.route("/milestones/<int:milestone_id>/edit", methods=["GET", "POST"])
@requires(Permission.MILESTONE_EDIT)
def edit_milestone(milestone_id: int) -> BaseResponse:
    """Change a milestone; a move of its day is kept with its reason."""
    found = own(milestone_id)
    form = MilestoneForm(milestone=found)
    if form.validate_on_submit():
        with form.refusals(found):
            services.edit(current_actor(), found, form.version.data, form.milestone_facts())
            return changed(form, milestone_url(found), _("Saved."))
    return form_page("valorisation/tracks/form.html", form, mc=found.microcredential, milestone=found)


@bp.route("/milestones/<int:milestone_id>/reach", methods=["GET", "POST"])
@requires(Permission.MILESTONE_EDIT)
def reach_milestone(milestone_id: int) -> BaseResponse:
    """Say that a milestone is reached."""
    found = own(milestone_id)
    form = ReachForm.new(found)
    if form.validate_on_submit():
        with form.refusals():
            day = form.reached_on.data or clock.today()
            services.reach(current_actor(), found, form.version.data, day, form.reach_facts())
            return redirect_to(milestone_url(found), _("The milestone is reached."))
    proofs = queries.proofs(current_actor(), [found]).get(found.id, ())
    return form_page("valorisation/tracks/reach.html", form, milestone=found, mc=found.microcredential, proofs=proofs)


@bp.post("/milestones/<int:milestone_id>/move")
@requires(Permission.MILESTONE_EDIT)
def move_milestone(milestone_id: int) -> BaseResponse:
    """Begin a milestone, or withdraw it."""
    found, form = own(milestone_id), MilestoneMoveForm()
    if form.validate_on_submit():
        with form.refusals():
            state = MilestoneState(form.state.data)
            services.move(current_actor(), found, form.version.data, state, form.reason.data)
            return redirect_to(milestone_url(found), _("The milestone is now: %(state)s.", state=state.label))
    return milestone_page(queries.milestone(current_actor(), milestone_id), form)


@bp.route("/milestones/<int:milestone_id>/evidence/new", methods=["GET", "POST"])
@requires(Permission.MILESTONE_EDIT)
def prove_milestone(milestone_id: int) -> BaseResponse:
    """Say what proves a milestone."""
    found, form = own(milestone_id), EvidenceForm()
    if form.validate_on_submit():
        with form.refusals():
            proving.add(current_actor(), found, form.named(), file=form.sent(), note=form.note.data)
            return created(form, milestone_url(found, _anchor="evidence"), _("The evidence is added."))
    return form_page("valorisation/evidence/form.html", form, **place_of(found))


def own(milestone_id: int) -> Milestone:
    """A milestone that the actor may change. Raises ``NoResultFound`` and ``NotAllowed``."""
    found = queries.milestone(current_actor(), milestone_id)
    check_edit(current_actor(), found)
    return found


def milestone_url(found: Milestone, **more: Any) -> str:
    """The address of a milestone's page."""
    return url_for("valorisation.milestone", milestone_id=found.id, **more)

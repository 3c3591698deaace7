"""Pages on which action plans are read, written, moved on and deleted."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock, documents, panels, portal
from app.core.access import Permission, current_actor, requires
from app.core.templating import country_name
from app.core.web import answer, changed, created, form_page, redirect_to
from app.extensions import db
from app.valorisation import content, paper, queries, services
from app.valorisation.deviations import Deviation, approval_deviation, deviations, item_deviations
from app.valorisation.forms import ApproveForm, MoveForm, PlanForm
from app.valorisation.items import lines
from app.valorisation.items import queries as items
from app.valorisation.items.models import ItemLevel
from app.valorisation.listing import PlanListing
from app.valorisation.models import ENDED, SECTIONS, WRITTEN_IN, ActionPlan, PlanState
from app.valorisation.permissions import check_edit, may_edit

bp = Blueprint("valorisation", __name__, url_prefix="/valorisation")


@bp.get("/")
@requires(Permission.PLAN_READ)
def index() -> Response:
    """The list of action plans."""
    listing = PlanListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("valorisation/list.html", "valorisation/_results.html", listing=listing.load())


@bp.get("/<int:plan_id>")
@requires(Permission.PLAN_READ)
def show(plan_id: int) -> Response:
    """One action plan: what it says, where it is otherwise than the template, what was approved."""
    return page_of(queries.plan(current_actor(), plan_id))


def page_of(plan: ActionPlan, refused: MoveForm | None = None) -> Response:
    """The page of a plan, with what keeps it from being approved; ``refused`` is the form that was to move it."""
    actor = current_actor()
    found, first = lines.of_plan(actor, plan, clock.today()), queries.microcredentials_of(actor, plan)
    edits, onwards = may_edit(actor, plan), services.onwards(actor, plan)
    versions = tuple((one.number, one.approved_on, one.actor_name, one.note) for one in plan.versions)
    codes = tuple(row.code for row in first)
    return answer(
        "valorisation/show.html",
        status=refused.status if refused else 200,
        plan=plan,
        form=refused,
        move_form=MoveForm,
        sections=SECTIONS,
        microcredentials=first,
        # Asked for only where a part of the page is not kept.
        deviations=cache(lambda: deviations_of(plan, found.rows)),
        told=(plan.id, plan.version, plan.lead and plan.lead.name, versions, codes, edits, onwards, found.facts),
        items=found,
        is_open=plan.state not in ENDED,
        beside=queries.beside(plan) if plan.is_unpromised else [],
        lacking=services.lacking(plan) if edits and plan.state in WRITTEN_IN else [],
        may_edit=edits,
        is_written=plan.state in WRITTEN_IN,
        onwards=onwards,
        history=queries.history(plan),
        states={state.value: state for state in PlanState},
        panels=panels.of("action_plan", actor, plan),
    )


def deviations_of(plan: ActionPlan, promised: Sequence[Any]) -> list[Deviation]:
    """Where a plan is otherwise than the consortium's template."""
    consortium, said = portal.consortium(), {name: getattr(plan, name) for name in SECTIONS}
    project, period = (consortium.start, consortium.end), (plan.starts_on, plan.ends_on)
    first = plan.versions[0].approved_on if plan.versions else None
    template = consortium.plan.of_period(period, project)
    late = approval_deviation(template, first, clock.today())
    return [
        *([late] if late else ()),
        *item_deviations(template, promised),
        *deviations(template, said, period, project),
    ]


@bp.get("/<int:plan_id>/plan.pdf")
@requires(Permission.PLAN_READ)
def document(plan_id: int) -> Response:
    """The plan as it stands now, on paper."""
    plan = queries.plan(current_actor(), plan_id)
    promised = items.all_of(plan)
    pdf = paper.live_document(plan, promised, deviations_of(plan, promised))
    return documents.shown(pdf, f"action-plan-{plan.country}")


@bp.get("/<int:plan_id>/versions/<int:number>")
@requires(Permission.PLAN_READ)
def version(plan_id: int, number: int) -> Response:
    """What was approved under a number, and how the plan before said it otherwise."""
    found = queries.version(current_actor(), plan_id, number)
    before = queries.version(current_actor(), plan_id, number - 1) if number > 1 else None
    changes = content.changed_sections(before.content, found.content) if before else []
    return answer(
        "valorisation/version.html",
        version=found,
        plan=found.plan,
        sections=SECTIONS,
        changes=changes,
        items=content.items_of(found.content),
        levels={level.value: level for level in ItemLevel},
    )


@bp.get("/<int:plan_id>/versions/<int:number>/plan.pdf")
@requires(Permission.PLAN_READ)
def version_document(plan_id: int, number: int) -> Response:
    """What was approved under a number, on paper."""
    found = queries.version(current_actor(), plan_id, number)
    pdf = paper.plan_document(found.content, paper.approved(found), found.made_at)
    return documents.shown(pdf, f"action-plan-{found.plan.country}-{number}")


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def create() -> BaseResponse:
    """Begin a country's plan from the template."""
    form = PlanForm.new()
    if form.validate_on_submit():
        with form.refusals():
            plan = services.begin(current_actor(), form.plan_facts(), portal.consortium())
            return created(form, page_url(plan), _("The action plan is begun."))
    return form_page("valorisation/form.html", form, plan=None)


@bp.route("/<int:plan_id>/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def edit(plan_id: int) -> BaseResponse:
    """Change what a plan says."""
    plan = own(plan_id)
    if request.method == "GET":
        services.check_written(plan)
    form = PlanForm(plan=plan)
    if form.validate_on_submit():
        with form.refusals(plan):
            services.edit(current_actor(), plan, form.version.data, form.plan_facts(), portal.consortium())
            return changed(form, page_url(plan), _("Saved."))
    return form_page("valorisation/form.html", form, plan=plan)


@bp.post("/<int:plan_id>/move")
@requires(Permission.PLAN_EDIT)
def move(plan_id: int) -> BaseResponse:
    """Move a plan to another state; what is missing for it is told on its page."""
    plan, form = own(plan_id), MoveForm()
    if form.validate_on_submit():
        with form.refusals():
            state = PlanState(form.state.data)
            services.move(current_actor(), plan, form.version.data, state, form.reason.data)
            return redirect_to(page_url(plan), _("The plan is now: %(state)s.", state=state.label))
    return page_of(queries.plan(current_actor(), plan_id), form)


@bp.route("/<int:plan_id>/approve", methods=["GET", "POST"])
@requires(Permission.PLAN_APPROVE)
def approve(plan_id: int) -> BaseResponse:
    """Approve what a plan says now, as its next version."""
    plan = queries.plan(current_actor(), plan_id)
    current_actor().check(Permission.PLAN_APPROVE, plan)
    form = ApproveForm.new(plan)
    if form.validate_on_submit():
        with form.refusals():
            day, note = form.approved_on.data or clock.today(), form.note.data
            made = services.approve(current_actor(), plan, form.version.data, day, note)
            return redirect_to(page_url(plan), _("Version %(number)s is approved.", number=made.number))
    return form_page("valorisation/approve.html", form, plan=plan, lacking=services.lacking(plan))


@bp.route("/<int:plan_id>/delete", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def delete(plan_id: int) -> BaseResponse:
    """Delete a plan that was never approved, after asking."""
    plan = own(plan_id)
    if request.method == "POST":
        name = country_name(plan.country)
        services.delete(current_actor(), plan, request.form.get("version", type=int))
        return redirect_to(url_for("valorisation.index"), _("The plan of %(country)s is deleted.", country=name))
    return answer("valorisation/delete.html", plan=plan, referrers=services.referrers(plan))


def own(plan_id: int) -> ActionPlan:
    """A plan that the actor may change. Raises ``NoResultFound`` and ``NotAllowed``."""
    plan = queries.plan(current_actor(), plan_id)
    check_edit(current_actor(), plan)
    return plan


def page_url(plan: ActionPlan, **more: Any) -> str:
    """The address of a plan's page."""
    return url_for("valorisation.show", plan_id=plan.id, **more)

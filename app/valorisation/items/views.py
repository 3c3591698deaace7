"""Pages on which the items of plans are read, written, moved, proven and finished."""

from typing import Any

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core import clock, panels, portal
from app.core.access import Permission, current_actor, requires
from app.core.templating import plain_tr
from app.core.web import answer, changed, created, form_page, redirect_to, refusals_at
from app.valorisation import queries as plans
from app.valorisation.actuals import Figure, figures
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.forms import EvidenceForm
from app.valorisation.evidence.views import place_of
from app.valorisation.items import queries, services
from app.valorisation.items.forms import DoneForm, ItemForm, ItemMoveForm
from app.valorisation.items.models import ItemState, PlanItem
from app.valorisation.models import ENDED
from app.valorisation.permissions import check_edit, may_edit
from app.valorisation.rules import check_open
from app.valorisation.views import bp


@bp.get("/items/<int:item_id>")
@requires(Permission.PLAN_READ)
def item(item_id: int) -> Response:
    """One item: who does what by when, how it moved, what proves it."""
    return item_page(queries.item(current_actor(), item_id), ItemMoveForm())


def item_page(found: PlanItem, form: ItemMoveForm) -> Response:
    """The page of an item, with the form that moves it."""
    actor = current_actor()
    edits = may_edit(actor, found) and found.plan.state not in ENDED
    onwards = [ItemState(state) for state in found.moves.onwards(found.state)] if edits else []
    return answer(
        "valorisation/items/show.html",
        status=form.status,
        item=found,
        plan=found.plan,
        form=form,
        is_late=found.is_late(clock.today()),
        counted=counted(found),
        proofs=queries.proofs(actor, found),
        origins=queries.origins(actor, found),
        slips=queries.slips(found),
        history=queries.history(found),
        states={state.value: state for state in ItemState},
        is_outside=queries.is_done_outside(found),
        may_edit=edits,
        moves=[state.value for state in onwards],
        panels=panels.of("plan_item", actor, found),
    )


def counted(found: PlanItem) -> Figure | None:
    """What was reached of an item by now, where it is counted from the records."""
    if found.measure is None:
        return None
    plan = found.plan
    return figures(plan.country, plan.starts_on, min(plan.ends_on, clock.today()))[found.measure]


@bp.route("/<int:plan_id>/items/new", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def add_item(plan_id: int) -> BaseResponse:
    """Add an item to a plan."""
    plan = plans.plan(current_actor(), plan_id)
    check_edit(current_actor(), plan)
    if request.method == "GET":
        check_open(plan.state)
    form = ItemForm(data={"organisation": plan.lead_id})
    if form.validate_on_submit():
        with form.refusals():
            made = services.add(current_actor(), plan, form.item_facts(), portal.consortium())
            return created(form, item_url(made), _("Item %(number)s is added.", number=made.number))
    return form_page("valorisation/items/form.html", form, plan=plan, item=None)


@bp.route("/items/<int:item_id>/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def edit_item(item_id: int) -> BaseResponse:
    """Change an item; a move of its day is kept with its reason."""
    found = own(item_id)
    form = ItemForm(item=found)
    if form.validate_on_submit():
        with form.refusals(found):
            facts = form.item_facts()
            services.edit(current_actor(), found, form.version.data, facts, portal.consortium())
            return changed(form, item_url(found), _("Saved."))
    return form_page("valorisation/items/form.html", form, plan=found.plan, item=found)


@bp.post("/items/<int:item_id>/move")
@requires(Permission.PLAN_EDIT)
def move_item(item_id: int) -> BaseResponse:
    """Move an item to another state."""
    found, form = own(item_id), ItemMoveForm()
    if form.validate_on_submit():
        with form.refusals():
            state = ItemState(form.state.data)
            services.move(current_actor(), found, form.version.data, state, form.reason.data)
            return redirect_to(item_url(found), _("The item is now: %(state)s.", state=state.label))
    return item_page(queries.item(current_actor(), item_id), form)


@bp.route("/items/<int:item_id>/done", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def finish_item(item_id: int) -> BaseResponse:
    """Call an item done."""
    found = own(item_id)
    form = DoneForm.new(found)
    if form.validate_on_submit():
        with form.refusals():
            day = form.done_on.data or clock.today()
            services.finish(current_actor(), found, form.version.data, day, form.reason.data)
            return redirect_to(item_url(found), _("The item is done."))
    proofs = queries.proofs(current_actor(), found)
    return form_page("valorisation/items/done.html", form, item=found, plan=found.plan, proofs=proofs)


@bp.route("/items/<int:item_id>/delete", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def delete_item(item_id: int) -> BaseResponse:
    """Delete an item of a plan that was never approved, after asking."""
    found = own(item_id)
    if request.method == "POST":
        title, back = plain_tr(found.title), url_for("valorisation.show", plan_id=found.plan_id, _anchor="items")
        with refusals_at(item_url(found)):
            services.delete(current_actor(), found, request.form.get("version", type=int))
        return redirect_to(back, _("“%(title)s” is deleted.", title=title))
    return answer("valorisation/items/delete.html", item=found, plan=found.plan)


@bp.route("/items/<int:item_id>/evidence/new", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
def add_evidence(item_id: int) -> BaseResponse:
    """Say what proves an item."""
    found, form = own(item_id), EvidenceForm()
    if form.validate_on_submit():
        with form.refusals():
            proving.add(current_actor(), found, form.named(), file=form.sent(), note=form.note.data)
            return created(form, item_url(found, _anchor="evidence"), _("The evidence is added."))
    return form_page("valorisation/evidence/form.html", form, **place_of(found))


def own(item_id: int) -> PlanItem:
    """An item that the actor may change. Raises ``NoResultFound`` and ``NotAllowed``."""
    found = queries.item(current_actor(), item_id)
    check_edit(current_actor(), found)
    return found


def item_url(found: PlanItem, **more: Any) -> str:
    """The address of an item's page."""
    return url_for("valorisation.item", item_id=found.id, **more)

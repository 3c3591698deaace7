"""Pages on which evidence is withdrawn and its files fetched; it is added on the pages of what it proves."""

from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.options import Offer
from app.core.templating import country_name, plain_tr
from app.core.web import form_page, redirect_to, sent
from app.stakeholders.exposure import is_veiled_from
from app.valorisation.evidence import queries, services
from app.valorisation.evidence.forms import WithdrawForm
from app.valorisation.evidence.proofs import find_options
from app.valorisation.items.models import PlanItem
from app.valorisation.permissions import check_edit
from app.valorisation.tracks.models import Milestone
from app.valorisation.views import bp


@bp.route("/evidence/<int:evidence_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.PLAN_READ)
def withdraw_evidence(evidence_id: int) -> BaseResponse:
    """Say that something is no evidence any more, and why."""
    piece = queries.piece(current_actor(), evidence_id)
    check_edit(current_actor(), piece.owner)
    form, place = WithdrawForm(data={"version": piece.version}), place_of(piece.owner)
    if form.validate_on_submit():
        with form.refusals():
            services.withdraw(current_actor(), piece, form.version.data, form.reason.data)
            return redirect_to(place["back"] + "#evidence", _("It is withdrawn."), "attention")
    return form_page("valorisation/evidence/withdraw.html", form, **place)


@bp.get("/evidence/<int:evidence_id>/file")
@requires(Permission.PLAN_READ)
def evidence_file(evidence_id: int) -> Response:
    """A file that is evidence; such as a signed list, it may name people."""
    file = queries.piece(current_actor(), evidence_id).file
    if not is_veiled_from(current_actor()):
        current_actor().check(Permission.PERSON_READ)
    return sent(file, file.name if file else "")


@bp.get("/proofs")
@requires(Permission.PLAN_READ)
def proofs() -> str:
    """Options of a picker of what can prove something."""
    offer = Offer.asked(lambda query: find_options(current_actor(), query), request.args)
    return render_template("components/_options.html", field=offer)


def place_of(owner: PlanItem | Milestone) -> dict[str, Any]:
    """What the pages of its evidence say of what is proven: what it is called, where it stands, what is above it."""
    if isinstance(owner, PlanItem):
        back = url_for("valorisation.item", item_id=owner.id)
        plan = url_for("valorisation.show", plan_id=owner.plan_id, _anchor="items")
        crumbs = [(country_name(owner.plan.country), plan), (_("Item %(number)s", number=owner.number), back)]
        return {"subject": plain_tr(owner.title), "back": back, "crumbs": crumbs}
    code, back = owner.microcredential.code, url_for("valorisation.milestone", milestone_id=owner.id)
    design = url_for("microcredentials.show", code=code, _anchor="tracks")
    return {"subject": f"{code} {owner.kind.label}", "back": back, "crumbs": [(code, design), (owner.kind.label, back)]}

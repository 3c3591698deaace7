"""Pages on which two organisations become one, and one becomes two again."""

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.core.access import Permission, current_actor, requires
from app.core.web import form_page, redirect_to
from app.stakeholders import lookalikes, merging, queries
from app.stakeholders.forms import ChooseOtherForm
from app.stakeholders.merge_forms import MergeForm
from app.stakeholders.views import bp


@bp.route("/<int:organisation_id>/merge", methods=["GET", "POST"])
@requires(Permission.STAKEHOLDER_MERGE)
def choose_other(organisation_id: int) -> BaseResponse:
    """Choose which organisation is the same as this one."""
    actor = current_actor()
    organisation = queries.organisation(actor, organisation_id)
    actor.check(Permission.STAKEHOLDER_MERGE, organisation)
    form = ChooseOtherForm()
    if form.validate_on_submit():
        with form.refusals():
            merging.check(actor, organisation, queries.organisation(actor, int(form.other.data)))
            return redirect_to(url_for("stakeholders.merge", survivor_id=organisation.id, absorbed_id=form.other.data))
    names = [name.text for name in organisation.names] or [organisation.name]
    alike = lookalikes.similar(actor, names, organisation.country, without=organisation.id)
    return form_page("stakeholders/choose_other.html", form, organisation=organisation, alike=alike)


@bp.route("/<int:survivor_id>/merge/<int:absorbed_id>", methods=["GET", "POST"])
@requires(Permission.STAKEHOLDER_MERGE)
def merge(survivor_id: int, absorbed_id: int) -> BaseResponse:
    """Look at two organisations side by side, choose of each field whose it is to be, and make them one."""
    actor = current_actor()
    survivor, absorbed = queries.organisation(actor, survivor_id), queries.organisation(actor, absorbed_id)
    merging.check(actor, survivor, absorbed)
    form = MergeForm.of(survivor, absorbed)
    if form.validate_on_submit():
        with form.refusals():
            merging.merge(actor, survivor, absorbed, form.versions, form.chosen)
            return redirect_to(
                url_for("stakeholders.show", organisation_id=survivor_id),
                _("They are one now. You can undo this for %(count)s days.", count=merging.UNDO_DAYS),
            )
    moving = queries.moving_along(merging.ORGANISATIONS, absorbed_id, survivor_id)
    return form_page("stakeholders/merge.html", form, survivor=survivor, absorbed=absorbed, moving=moving)


@bp.post("/merges/<int:merge_id>/undo")
@requires(Permission.STAKEHOLDER_MERGE)
def undo_merge(merge_id: int) -> BaseResponse:
    """Make two of one again."""
    actor = current_actor()
    absorbed = merging.undo(actor, queries.merge(actor, merge_id))
    message = _("“%(name)s” stands by itself again.", name=absorbed.name)
    return redirect_to(url_for("stakeholders.show", organisation_id=absorbed.id), message)

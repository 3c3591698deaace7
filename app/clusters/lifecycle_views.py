"""Moving a cluster on, publishing it, and its self-check."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.clusters import queries, services
from app.clusters.forms import AssessForm, MoveForm
from app.clusters.models import ClusterState
from app.clusters.permissions import check_edit
from app.clusters.self_checks import GROUPS
from app.clusters.views import bp, page_of, page_url
from app.core import portal
from app.core.access import Permission, current_actor, requires
from app.core.errors import Refused
from app.core.web import created, form_page, redirect_to
from app.extensions import db


@bp.post("/<int:cluster_id>/move")
@requires(Permission.CLUSTER_EDIT)
def move(cluster_id: int) -> BaseResponse:
    """Move a cluster to another state; what is missing for it is told on its page."""
    cluster = queries.cluster(current_actor(), cluster_id)
    check_edit(current_actor(), cluster)
    form = MoveForm()
    if not form.validate_on_submit():
        return page_of(cluster, form)
    state, needs = ClusterState(form.state.data), portal.consortium().clusters
    try:
        services.move(current_actor(), cluster, form.version.data, state, needs=needs, reason=form.reason.data)
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.messages)
        return page_of(queries.cluster(current_actor(), cluster_id), form)
    return redirect_to(page_url(cluster), _("The cluster is now: %(state)s.", state=state.label))


@bp.post("/<int:cluster_id>/publish")
@requires(Permission.CLUSTER_EDIT)
def publish(cluster_id: int) -> BaseResponse:
    """Show a cluster to everybody, or no longer."""
    cluster = queries.cluster(current_actor(), cluster_id)
    check_edit(current_actor(), cluster)
    wanted, version = request.form.get("published") == "yes", request.form.get("version", type=int)
    try:
        services.publish(current_actor(), cluster, version, wanted)
    except Refused as refused:
        db.session.rollback()
        form = MoveForm()
        form.refuse(refused.messages)
        return page_of(queries.cluster(current_actor(), cluster_id), form)
    return redirect_to(page_url(cluster), _("Everybody can see it now.") if wanted else _("Visitors see it no longer."))


@bp.route("/<int:cluster_id>/assess", methods=["GET", "POST"])
@requires(Permission.CLUSTER_EDIT)
def assess(cluster_id: int) -> BaseResponse:
    """Check oneself in six groups of indicators; each check is kept as it was."""
    cluster = queries.cluster(current_actor(), cluster_id)
    check_edit(current_actor(), cluster)
    form = AssessForm.new()
    if form.validate_on_submit():
        with form.refusals():
            services.assess(current_actor(), cluster, form.day, form.scores, form.notes)
            return created(form, page_url(cluster, _anchor="self-check"), _("The self-check is kept."))
    return form_page("clusters/assess.html", form, cluster=cluster, groups=GROUPS)

"""Moving a cluster on, publishing it, and its self-check."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.clusters import queries, services
from app.clusters.doors import Door
from app.clusters.forms import AssessForm, MoveForm
from app.clusters.models import ClusterState
from app.clusters.permissions import check_edit
from app.clusters.self_checks import GROUPS
from app.clusters.views import bp, page_of, page_url, show_only_if_open
from app.core import portal
from app.core.access import Permission, current_actor, requires
from app.core.web import created, form_page, redirect_to


@bp.post("/<int:cluster_id>/move")
@requires(Permission.CLUSTER_EDIT)
def move(cluster_id: int) -> BaseResponse:
    """Move a cluster to another state; what is missing for it is told on its page."""
    cluster = queries.cluster(current_actor(), cluster_id)
    check_edit(current_actor(), cluster)
    form = MoveForm()
    if form.validate_on_submit():
        with form.refusals():
            state, needs = ClusterState(form.state.data), portal.consortium().clusters
            services.move(current_actor(), cluster, form.version.data, state, needs=needs, reason=form.reason.data)
            return redirect_to(page_url(cluster), _("The cluster is now: %(state)s.", state=state.label))
    return page_of(queries.cluster(current_actor(), cluster_id), form)


@bp.post("/<int:cluster_id>/publish")
@requires(Permission.CLUSTER_EDIT)
def publish(cluster_id: int) -> BaseResponse:
    """Show a cluster to everybody, or no longer."""
    cluster = queries.cluster(current_actor(), cluster_id)
    check_edit(current_actor(), cluster)
    form, wanted = MoveForm(), request.form.get("published") == "yes"
    with form.refusals():
        services.publish(current_actor(), cluster, request.form.get("version", type=int), wanted)
    if form.errors:
        return page_of(queries.cluster(current_actor(), cluster_id), form)
    return redirect_to(page_url(cluster), _("Everybody can see it now.") if wanted else _("Visitors see it no longer."))


@bp.route("/<int:cluster_id>/assess", methods=["GET", "POST"])
@requires(Permission.CLUSTER_EDIT)
def assess(cluster_id: int) -> BaseResponse:
    """Check oneself in six groups of indicators; each check is kept as it was."""
    cluster = queries.cluster(current_actor(), cluster_id)
    check_edit(current_actor(), cluster)
    show_only_if_open(Door.ASSESS, cluster)
    form = AssessForm.new()
    if form.validate_on_submit():
        with form.refusals():
            services.assess(current_actor(), cluster, form.day, form.scores, form.notes)
            return created(form, page_url(cluster, _anchor="self-check"), _("The self-check is kept."))
    return form_page("clusters/assess.html", form, cluster=cluster, groups=GROUPS)

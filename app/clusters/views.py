"""Pages on which clusters are read, proposed, edited and deleted."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from app.clusters import doors, member_queries, memberships, queries, readiness, rules, services
from app.clusters.doors import Closed, Door
from app.clusters.forms import NAME_LENGTH, ClusterForm, MoveForm
from app.clusters.listing import ClusterListing, name_of
from app.clusters.models import Cluster, ClusterMembership, ClusterState
from app.clusters.names import nace_choices
from app.clusters.permissions import check_edit, may_edit
from app.clusters.roster import FILE_HEAD, Roster, file_rows, roster
from app.clusters.self_checks import GROUPS, SCORES
from app.core import clock, panels, portal
from app.core.access import Actor, Permission, current_actor, public, requires
from app.core.asked import Asked, key_of
from app.core.export import download
from app.core.options import Offer
from app.core.places import Located, spread
from app.core.templating import day as said_day
from app.core.templating import plain_tr, reader_language
from app.core.web import answer, changed, created, form_page, redirect_to
from app.extensions import db
from app.microcredentials.names import isced_suggestions

bp = Blueprint("clusters", __name__, url_prefix="/clusters")
MOST_TYPED = 20
AS_OF = _l("Members on another day")


@bp.get("/")
@public("What is published is there for everybody; the list shows what its reader may see")
def index() -> Response:
    """The list of clusters."""
    listing = ClusterListing().page(db.session, current_actor(), request.path, request.args)
    if request.args.get("format") in ("csv", "xlsx"):
        return listing.export(request.args["format"])
    return answer("clusters/list.html", "clusters/_results.html", listing=listing.load())


@bp.get("/<int:cluster_id>")
@public("Published clusters are for everybody; others answer 404 to who may not see them")
def show(cluster_id: int) -> Response:
    """One cluster: who belongs to it, what it concerns, how ready it is; its members also as a file."""
    cluster = queries.cluster(current_actor(), cluster_id)
    if request.args.get("format") in ("csv", "xlsx"):
        return _file(cluster, request.args["format"])
    return page_of(cluster, MoveForm())


def _located(actor: Actor, members: Roster) -> list[Located]:
    """The members whose names the actor may read, those of clusters beneath included, each once."""
    opens = actor.may(Permission.STAKEHOLDER_READ)
    return [
        Located(
            country=row.country,
            region=row.region,
            city=row.city,
            label=row.name,
            url=url_for("stakeholders.show", organisation_id=key) if opens and row.is_listed else None,
            category=str(row.category.label),
            language=row.name_language,
            is_example=row.is_example,
        )
        for key, row in {row.organisation_id: row for row in members.rows if row.is_open}.items()
    ]


def page_of(cluster: Cluster, form: MoveForm) -> Response:
    """The page of a cluster, with the form that moves it and what keeps it from moving."""
    actor, today, args = current_actor(), clock.today(), Asked(request.args)
    args.only("as_of", "format")
    asked = args.day(AS_OF, "as_of", said_day(today))
    members = roster(actor, cluster, asked or today)
    edits, checks = may_edit(actor, cluster), _checks(cluster, members)
    onwards = [ClusterState(state) for state in cluster.moves.onwards(cluster.state)] if edits else []
    return answer(
        "clusters/show.html",
        status=form.status,
        cluster=cluster,
        form=form,
        as_of_day=asked,
        left_out=args.left_out,
        roster=members,
        spread=spread(portal.consortium(), _located(actor, members), reader_language().code),
        parent=queries.named(actor, cluster.parent_id),
        coordinator=next((row for _c, rows in members.own for row in rows if row.role == "coordinator"), None),
        lacks=[] if asked else _lacks(actor, members),
        lacks_to_last=[] if asked else _lacks_to_last(actor, cluster, checks),
        checks=checks,
        microcredentials=queries.microcredentials_of(actor, members.keys),
        may_edit=edits,
        moves=[state for state in onwards if state not in services.NEEDS_REASON],
        endings=[state for state in onwards if state in services.NEEDS_REASON],
        pending=member_queries.pending(cluster) if actor.is_internal else [],
        assessments=queries.assessments(cluster, members.day) if actor.is_internal else [],
        groups=GROUPS,
        scores=SCORES,
        history=queries.history(actor, cluster),
        states={state.value: state for state in ClusterState},
        calendar_url=calendar_url(cluster),
        root=portal.settings().public_url,
        panels=panels.of("cluster", actor, members),
    )


def _lacks(actor: Actor, members: Roster) -> list[str]:
    """What the cluster needs to be called active, or lacks while it is: for those who can do something about it."""
    cluster, needs = members.cluster, portal.consortium().clusters
    if not actor.is_internal or cluster.state in (ClusterState.PROPOSED, ClusterState.DISSOLVED):
        return []
    return rules.missing_for_work(members.own_categories, cluster.coordinator is not None, needs)


def _lacks_to_last(actor: Actor, cluster: Cluster, checks: Sequence[readiness.Check]) -> list[str]:
    """What an active cluster needs to be called consolidated: for those who can do something about it."""
    is_before = actor.is_internal and cluster.moves.allows(cluster.state, ClusterState.CONSOLIDATED)
    return readiness.lacking_to_last(checks) if is_before else []


def _checks(cluster: Cluster, members: Roster) -> list[readiness.Check]:
    latest = readiness.last_activity(members.keys, members.day)
    needs = portal.consortium().clusters
    return readiness.checks(members.committed, latest, bool(cluster.sustainability_note), members.day, needs)


def calendar_url(cluster: Cluster) -> str | None:
    """Where the cluster's calendar feed is; ``None`` while the cluster is not published."""
    if not cluster.is_published or "calendars.cluster" not in current_app.view_functions:
        return None
    return url_for("calendars.cluster", cluster_id=cluster.id)


def _file(cluster: Cluster, kind: str) -> Response:
    asked = Asked(request.args)
    asked.only("as_of", "format")
    day = asked.day(AS_OF, "as_of")
    asked.expect_all(page_url(cluster))
    day = day or clock.today()
    members = roster(current_actor(), cluster, day)
    names = {row.id: name_of(row) for row in members.family}
    return download(kind, f"cluster-{cluster.id}-members-{day}", FILE_HEAD, file_rows(members, names))


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.CLUSTER_CREATE)
def create() -> BaseResponse:
    """Propose a cluster."""
    form = ClusterForm(data={"countries": sorted(current_actor().countries)})
    if form.validate_on_submit():
        with form.refusals():
            facts, consortium, alike = form.cluster_facts(), portal.consortium(), form.alike
            cluster = memberships.found(current_actor(), facts, form.coordinating, consortium)
            _tell_of(alike)
            return created(form, page_url(cluster), _("The cluster is proposed."))
    return _form(form, None)


@bp.route("/<int:cluster_id>/edit", methods=["GET", "POST"])
@requires(Permission.CLUSTER_EDIT)
def edit(cluster_id: int) -> BaseResponse:
    """Change a cluster."""
    cluster = queries.cluster(current_actor(), cluster_id)
    check_edit(current_actor(), cluster)
    form = ClusterForm(cluster=cluster)
    if form.validate_on_submit():
        with form.refusals(cluster):
            facts, consortium = form.cluster_facts(), portal.consortium()
            services.edit(current_actor(), cluster, form.version.data, facts, consortium)
            _tell_of(form.alike)
            return changed(form, page_url(cluster), _("Saved."))
    return _form(form, cluster)


def _tell_of(alike: Sequence[Any]) -> None:
    """Tell whoever saved a cluster which others are called like it; without script nobody saw it while typing."""
    if alike:
        names = ", ".join(plain_tr(row.name) for row in alike)
        told = _(
            "Other clusters are called like this one: %(names)s. If it is the same, delete one of them.", names=names
        )
        flash(told, "attention")


def _form(form: ClusterForm, cluster: Cluster | None) -> BaseResponse:
    return form_page("clusters/form.html", form, cluster=cluster, isced=isced_suggestions(), nace=nace_choices())


@bp.route("/<int:cluster_id>/delete", methods=["GET", "POST"])
@requires(Permission.CLUSTER_EDIT)
def delete(cluster_id: int) -> BaseResponse:
    """Delete a cluster that nothing refers to, after asking."""
    cluster = queries.cluster(current_actor(), cluster_id)
    check_edit(current_actor(), cluster)
    if request.method == "POST":
        name = plain_tr(cluster.name)
        services.delete(current_actor(), cluster, request.form.get("version", type=int))
        return redirect_to(url_for("clusters.index"), _("%(name)s is deleted.", name=name))
    return answer("clusters/delete.html", cluster=cluster, referrers=queries.referrers(cluster))


@bp.get("/alike")
@requires(Permission.CLUSTER_EDIT)
def alike() -> Response:
    """Clusters that are called like the one whose names are being written."""
    names = [value[:NAME_LENGTH] for field, value in request.args.items() if field.startswith("name-")]
    found = queries.namesakes(current_actor(), names[:MOST_TYPED], key_of(request.args.get("without")))
    return answer("clusters/alike.html", "clusters/_alike.html", alike=found)


@bp.get("/options")
@public("Pickers ask it; it answers what the actor may see")
def options() -> str:
    """Options of a picker of clusters."""
    actor, language = current_actor(), reader_language().code
    offer = Offer.asked(lambda query: queries.find_options(actor, query, language), request.args)
    return render_template("components/_options.html", field=offer)


def show_only_if_open(door: Door, cluster: Cluster, member: ClusterMembership | None = None) -> None:
    """Refuse to show a form that cannot be used. One that was filled in meanwhile is refused in its own place.

    Raises ``Closed``.
    """
    if request.method != "POST":
        doors.check(door, cluster, member)


@bp.errorhandler(Closed)
def closed(error: Closed) -> Response:
    """Why a form cannot be used, and the way on."""
    return answer("clusters/closed.html", status=409, error=error, cluster=error.cluster, member=error.member)


def page_url(cluster: Cluster, **more: Any) -> str:
    """The address of a cluster's page."""
    return url_for("clusters.show", cluster_id=cluster.id, **more)

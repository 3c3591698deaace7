"""Clusters: lasting networks around micro-credentials, who belongs to them, and how ready they are."""

from collections.abc import Mapping, Sequence

from flask import Flask, url_for
from flask_babel import lazy_gettext as _l

from app.core import records
from app.core.navigation import Entry, add
from app.core.panels import Panel
from app.core.panels import add as add_panels
from app.core.records import Kind


def init_app(app: Flask) -> None:
    """Attach the feature's pages, its entry in the frame, its part of organisations' pages, and its filter."""
    from app.clusters import (
        erasure,  # noqa: F401 - what is emptied when a person is erased
        invitation_views,
        lifecycle_views,  # noqa: F401 - it puts its pages into the blueprint
        member_views,  # noqa: F401 - as above
        merging,  # noqa: F401 - what happens to memberships when organisations become one
        names,
        panels,
        public_texts,  # noqa: F401 - what privacy looks through
        views,
    )
    from app.clusters.forms import ClusterForm

    app.jinja_env.globals.update(nace_label=names.nace_label, isced_label=names.isced_label)
    app.register_blueprint(views.bp)
    app.register_blueprint(invitation_views.bp)
    add_panels(app, Panel("organisation", "clusters/_of_organisation.html", panels.of_organisation, order=40))
    records.add(
        app,
        Kind("cluster", _l("Cluster"), _pages, ClusterForm),
        Kind("cluster_membership", _l("Membership"), _pages_of_members),
        Kind("cluster_role", _l("Role in a cluster")),
        Kind("cluster_role_correction", _l("Day of a role in a cluster, put right")),
        Kind("cluster_invitation", _l("Invitation to a cluster")),
        Kind("cluster_answer", _l("Answer to an invitation")),
        Kind("cluster_assessment", _l("Self-check")),
    )
    add(app, Entry("registers", "clusters.index", _l("Clusters"), "diagram-3", order=42))


def _pages(keys: Sequence[int]) -> Mapping[int, str]:
    return {key: url_for("clusters.show", cluster_id=key) for key in keys}


def _pages_of_members(keys: Sequence[int]) -> Mapping[int, str]:
    from app.clusters import member_queries

    found = member_queries.clusters_of(keys).items()
    return {key: url_for("clusters.member", cluster_id=cluster_id, member_id=key) for key, cluster_id in found}

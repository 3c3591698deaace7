"""The list of clusters, and the filter by cluster that other lists offer."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, SQLColumnExpression, String, case, cast, func, select
from sqlalchemy.orm import Session

from app.clusters import queries
from app.clusters.models import (
    Cluster,
    ClusterMembership,
    ClusterScope,
    ClusterState,
    ClusterType,
    MemberRole,
    MembershipState,
)
from app.clusters.names import isced_label, nace_label
from app.core.access import Actor, current_actor
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.listing import Column, Filter, Listing, Rows
from app.core.templating import reader_language
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import is_code
from app.microcredentials.queries import visible_to as microcredentials_visible_to
from app.stakeholders.listing import OrganisationListing, countries
from app.stakeholders.models import Organisation
from app.stakeholders.queries import visible_to as organisations_visible_to

K = Cluster
LINK = Cluster.link_model
IN_ORDER = {state.value: place for place, state in enumerate(ClusterState)}


def name_of(row: Any) -> str:
    """The name for a file: English where there is one."""
    reading = read_in(row.name, SOURCE_LANGUAGE)
    return reading.text if reading else ""


def choices() -> list[tuple[str, str]]:
    """The clusters the actor may see, for a filter."""
    return queries.choices(current_actor(), reader_language().code)


def _concerning(statement: Rows, code: str) -> Rows:
    return statement.where(Cluster.concerns(code))


def _members_of(statement: Rows, value: str) -> Rows:
    members = select(ClusterMembership.organisation_id).where(
        ClusterMembership.cluster_id == int(value), ClusterMembership.state == MembershipState.ACTIVE
    )
    return statement.where(Organisation.id.in_(members))


def _of_member(column: Any, *conditions: Any) -> Any:
    return (
        select(column)
        .select_from(ClusterMembership)
        .join(Organisation, Organisation.id == ClusterMembership.organisation_id)
        .where(ClusterMembership.cluster_id == K.id, ClusterMembership.state == MembershipState.ACTIVE, *conditions)
        .correlate(K)
        .scalar_subquery()
    )


class ClusterListing(Listing):
    """Clusters, by name."""

    title = _l("Clusters")
    filename = "clusters"
    default_sort = "name"
    found_by = queries.FOUND_BY
    columns = (
        Column("id", _l("Number"), lambda row: row.id, in_page=False),
        Column("name", _l("Name"), name_of, sort=K.name_key),
        Column("acronym", _l("Acronym"), lambda row: row.acronym, in_page=False),
        Column("countries", _l("Countries"), lambda row: " ".join(row.countries)),
        Column("type", _l("Type"), lambda row: row.type.value, sort=(K.type, K.name_key)),
        Column("scope", _l("Scope"), lambda row: row.scope.value, in_page=False),
        Column("coordinator", _l("Coordinator"), lambda row: row.coordinator, css="fold"),
        Column("members", _l("Members"), lambda row: row.members, css="num"),
        Column("isced_f", _l("Field (ISCED-F)"), lambda row: " ".join(row.isced_f), in_page=False),
        Column("nace", _l("Branch (NACE)"), lambda row: " ".join(row.nace), in_page=False),
        Column("founded_on", _l("Founded"), lambda row: row.founded_on, sort=(K.founded_on, K.name_key), in_page=False),
        Column(
            "state",
            _l("State"),
            lambda row: row.state.value,
            sort=(case(IN_ORDER, value=cast(K.state, String)), K.name_key),
        ),
        Column("published", _l("Published"), lambda row: "yes" if row.is_published else "", in_page=False),
        Column("is_example", _l("Example"), lambda row: "yes" if row.is_example else "", in_page=False),
    )
    filters = (
        Filter("country", _l("Country"), lambda s, v: s.where(queries.lists(K.countries, v)), countries),
        Filter("type", _l("Type"), lambda s, v: s.where(K.type == v), ClusterType.choices),
        Filter("scope", _l("Scope"), lambda s, v: s.where(K.scope == v), ClusterScope.choices),
        Filter("state", _l("State"), lambda s, v: s.where(K.state == v), ClusterState.choices),
        Filter("theme", _l("Theme"), lambda s, v: s.where(_of_theme(v)), lambda: themes(current_actor()), varies=True),
        Filter("mc", _l("Micro-credential"), _concerning, kind="text", varies=True, accepts=is_code),
    )

    def statement(self, actor: Actor) -> Rows:
        """Rows of clusters the actor may see."""
        leads = ClusterMembership.role == MemberRole.COORDINATOR
        return select(
            *(K.id, K.name, K.acronym, K.type, K.scope, K.countries, K.isced_f, K.nace, K.founded_on, K.state),
            *(K.is_published, K.is_example),
            _of_member(func.count()).label("members"),
            _of_member(func.max(Organisation.name), leads, _named(actor)).label("coordinator"),
        ).where(queries.visible_to(actor))

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The cluster's number."""
        return K.id

    def complete(self, session: Session, rows: Sequence[Row[Any]]) -> Mapping[str, Any]:
        """The codes of the micro-credentials of what stands on the page, by cluster."""
        found = session.execute(
            select(LINK.record_id, MicroCredential.code)
            .join(MicroCredential, MicroCredential.id == LINK.microcredential_id)
            .where(LINK.record_id.in_([row.id for row in rows]), microcredentials_visible_to(current_actor()))
            .order_by(MicroCredential.code)
        )
        codes: dict[int, list[str]] = {}
        for key, code in found:
            codes.setdefault(key, []).append(code)
        return {"codes": codes}


def _named(actor: Actor) -> Any:
    return ClusterMembership.may_be_named.is_(True) | organisations_visible_to(actor)


def _of_theme(value: str) -> Any:
    scheme, _colon, code = value.partition(":")
    return queries.lists(K.nace if scheme == "nace" else K.isced_f, code)


def themes(actor: Actor) -> list[tuple[str, str]]:
    """The themes of the clusters the actor may see, ISCED-F before NACE, for a filter."""
    rows = queries.themes(actor)
    fields = sorted({code for row in rows for code in row.isced_f})
    branches = sorted({code for row in rows for code in row.nace})
    return [
        *((f"isced:{code}", isced_label(code)) for code in fields),
        *((f"nace:{code}", nace_label(code)) for code in branches),
    ]


OrganisationListing.offer(Filter("cluster", _l("Cluster"), _members_of, choices, varies=True))

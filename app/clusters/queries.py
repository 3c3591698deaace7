"""What can be asked about clusters."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, String, and_, bindparam, cast, or_, select, true
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.clusters.models import (
    GROUPS,
    WAS_MEMBER,
    Cluster,
    ClusterAssessment,
    ClusterInvitation,
    ClusterMembership,
    MemberRole,
    MembershipState,
)
from app.core import records
from app.core.access import Actor
from app.core.database import plain_rows
from app.core.fields import Option
from app.core.i18n import read_in
from app.core.ranking import FoundBy
from app.core.search_key import search_key
from app.core.states import moves_of
from app.extensions import db
from app.microcredentials.links import LinkedRecord, LinkKind, register
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import visible_to as microcredentials_visible_to
from app.stakeholders.models import Organisation
from app.stakeholders.queries import visible_to as organisations_visible_to

# A row of some columns of a query below.
Found = Row[*tuple[Any, ...]]
MOST_OPTIONS = 20
MOST_ASSESSMENTS = 12
# Tables whose rows are part of a cluster rather than records that refer to it.
OWN_TABLES = frozenset({Cluster.link_model.__tablename__})

K, M = Cluster, ClusterMembership
FOUND_BY = FoundBy((K.name, K.acronym), K.search_key)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Clusters the actor may see: the consortium all, everybody what is published, members also their own."""
    if actor.is_internal:
        return true()
    published = K.is_published.is_(True)
    if not actor.organisations:
        return published
    own = select(M.cluster_id).where(
        M.organisation_id.in_(actor.organisations), M.state.in_((MembershipState.INVITED, MembershipState.ACTIVE))
    )
    return or_(published, K.id.in_(own))


def lists(column: Any, code: str) -> ColumnElement[bool]:
    """Whether a JSON array of codes has one: codes are plain words, so their quoted form is found in the text."""
    return cast(column, String).contains(f'"{code}"', autoescape=True)


def members_on(day: date) -> ColumnElement[bool]:
    """Memberships that held on a day: from the day of joining to the one before leaving."""
    return and_(M.state.in_(WAS_MEMBER), M.joined_on <= day, or_(M.left_on.is_(None), M.left_on > day))


def cluster(actor: Actor, cluster_id: int) -> Cluster:
    """One cluster with its memberships. Raises ``NoResultFound`` when there is none, or it is not open to the actor."""
    return db.session.execute(_one(actor), {"key": cluster_id}).scalar_one()


@lru_cache(maxsize=256)
def _one(actor: Actor) -> Select[Cluster]:
    return select(K).where(K.id == bindparam("key"), visible_to(actor)).options(selectinload(K.memberships))


def membership(actor: Actor, cluster_id: int, membership_id: int) -> ClusterMembership:
    """One membership of a cluster that is open to the actor. Raises ``NoResultFound`` as ``cluster``."""
    return db.session.execute(
        select(M)
        .join(M.cluster)
        .where(M.id == membership_id, M.cluster_id == cluster_id, visible_to(actor))
        .options(joinedload(M.organisation), joinedload(M.cluster).selectinload(K.memberships))
    ).scalar_one()


def clusters_of(keys: Collection[int]) -> dict[int, int]:
    """The cluster of each of some memberships, by their keys."""
    rows = db.session.execute(select(M.id, M.cluster_id).where(M.id.in_(keys)))
    return {row.id: row.cluster_id for row in rows}


def invitation_for(membership: ClusterMembership) -> ClusterInvitation | None:
    """The latest invitation by which a membership began, with its answer."""
    return db.session.scalar(
        select(ClusterInvitation)
        .where(ClusterInvitation.membership_id == membership.id)
        .options(joinedload(ClusterInvitation.answer))
        .order_by(ClusterInvitation.id.desc())
        .limit(1)
    )


def family(actor: Actor, cluster_id: int) -> list[Found]:
    """A cluster and every one beneath it that the actor may see, itself first: rows of key, name, state and parent."""
    within = beneath(cluster_id)
    rows = db.session.execute(
        select(K.id, K.name, K.state, K.parent_id, K.is_example)
        .where(K.id.in_(within), visible_to(actor))
        .order_by(K.id != cluster_id, K.name_key, K.id)
    ).all()
    return list(rows)


def beneath(cluster_id: int) -> Select[int]:
    """The keys of a cluster and of all that stand beneath it."""
    tree = select(K.id).where(K.id == cluster_id).cte("beneath", recursive=True)
    child = aliased(K)
    tree = tree.union(select(child.id).join(tree, child.parent_id == tree.c.id))
    return select(tree.c.id)


def above(cluster_id: int) -> list[int]:
    """The keys of a cluster and of all that stand above it."""
    line = select(K.id, K.parent_id).where(K.id == cluster_id).cte("above", recursive=True)
    parent = aliased(K)
    line = line.union(select(parent.id, parent.parent_id).join(line, parent.id == line.c.parent_id))
    return list(db.session.scalars(select(line.c.id)))


def members(actor: Actor, keys: Sequence[int], day: date) -> list[Found]:
    """Memberships of clusters on a day, by category and name; ``is_open`` says whether the actor may read the name.

    The consortium reads all names; others those of partners, of who agreed to be named, and their own organisation's.
    """
    return list(db.session.execute(_members(actor), {"keys": list(keys), "day": day}).all())


@lru_cache(maxsize=256)
def _members(actor: Actor) -> Select[*tuple[Any, ...]]:
    open_to_actor = or_(M.may_be_named.is_(True), organisations_visible_to(actor))
    day: Any = bindparam("day")
    return (
        select(
            *(M.id, M.cluster_id, M.role, M.state, M.joined_on, M.left_on, M.leaving_reason, M.letter_id),
            M.may_be_named,
            Organisation.id.label("organisation_id"),
            *(Organisation.name, Organisation.name_language, Organisation.native_name, Organisation.native_language),
            *(Organisation.category, Organisation.country, Organisation.region, Organisation.city),
            Organisation.is_example,
            open_to_actor.label("is_open"),
            organisations_visible_to(actor).label("is_listed"),
        )
        .join(Organisation, Organisation.id == M.organisation_id)
        .where(M.cluster_id.in_(bindparam("keys", expanding=True)), members_on(day))
        .order_by(Organisation.category, Organisation.name_key, M.id)
    )


def pending(cluster: Cluster) -> list[Found]:
    """Who is invited and has not answered, and who declined or left: rows for those who look after the cluster."""
    latest = (
        select(ClusterInvitation.id)
        .where(ClusterInvitation.membership_id == M.id)
        .order_by(ClusterInvitation.id.desc())
        .limit(1)
        .correlate(M)
        .scalar_subquery()
    )
    return list(
        db.session.execute(
            select(
                *(M.id, M.role, M.state, M.joined_on, M.left_on, M.leaving_reason),
                Organisation.id.label("organisation_id"),
                *(Organisation.name, Organisation.name_language, Organisation.country, Organisation.is_example),
                *(ClusterInvitation.sent_at, ClusterInvitation.expires_at),
            )
            .join(Organisation, Organisation.id == M.organisation_id)
            .outerjoin(ClusterInvitation, ClusterInvitation.id == latest)
            .where(M.cluster_id == cluster.id, M.state != MembershipState.ACTIVE)
            .order_by(M.state != MembershipState.INVITED, M.left_on.desc(), Organisation.name_key)
        ).all()
    )


def microcredentials_of(actor: Actor, keys: Sequence[int]) -> Sequence[Found]:
    """The micro-credentials that clusters concern and the actor may see, each once, by code."""
    link = K.link_model
    concerned = select(link.microcredential_id).where(link.record_id.in_(keys))
    return db.session.execute(
        select(MicroCredential.id, MicroCredential.code, MicroCredential.title, MicroCredential.is_example)
        .where(MicroCredential.id.in_(concerned), microcredentials_visible_to(actor))
        .order_by(MicroCredential.code)
    ).all()


def memberships_of(actor: Actor, organisation_id: int) -> list[Found]:
    """The clusters an organisation is, was or is invited to be in, as the actor may see them, the open ones first."""
    rows = plain_rows(db.session, _memberships_of(actor), {"key": organisation_id})
    return list(rows)


@lru_cache(maxsize=256)
def _memberships_of(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(K.id, K.name, K.is_example, M.role, M.state, M.joined_on, M.left_on),
        )
        .join(M, M.cluster_id == K.id)
        .where(M.organisation_id == bindparam("key"), visible_to(actor))
        .order_by(M.left_on.is_not(None), M.joined_on.desc(), M.id)
    )


def assessments(cluster: Cluster, day: date) -> list[Found]:
    """The latest self-checks of a cluster until a day, newest first."""
    return list(
        plain_rows(
            db.session,
            select(
                ClusterAssessment.id,
                ClusterAssessment.assessed_on,
                *(getattr(ClusterAssessment, group) for group in GROUPS),
                ClusterAssessment.notes,
                ClusterAssessment.actor_name,
            )
            .where(ClusterAssessment.cluster_id == cluster.id, ClusterAssessment.assessed_on <= day)
            .order_by(ClusterAssessment.assessed_on.desc(), ClusterAssessment.id.desc())
            .limit(MOST_ASSESSMENTS),
        )
    )


def history(actor: Actor, cluster: Cluster) -> Sequence[Found]:
    """How it came to its state, oldest first; who moved it is the consortium's own business."""
    return moves_of(db.session, cluster) if actor.is_internal else []


def moves_of_member(membership: ClusterMembership) -> Sequence[Found]:
    """How a membership came to its state, oldest first."""
    return moves_of(db.session, membership)


def choices(actor: Actor, language: str) -> list[tuple[str, str]]:
    """Key and name of the clusters the actor may see, for a filter."""
    rows = db.session.execute(select(K.id, K.name).where(visible_to(actor)).order_by(K.name_key, K.id))
    return [(str(row.id), reading.text) for row in rows if (reading := read_in(row.name, language))]


def themes(actor: Actor) -> Sequence[Found]:
    """The codes of ISCED-F and NACE of the clusters the actor may see, a row each."""
    return db.session.execute(select(K.isced_f, K.nace).where(visible_to(actor))).all()


def named(actor: Actor, cluster_id: int | None) -> Found | None:
    """Key, name and example mark of a cluster, where the actor may see it."""
    if cluster_id is None:
        return None
    statement = select(K.id, K.name, K.is_example).where(K.id == cluster_id, visible_to(actor))
    return db.session.execute(statement).one_or_none()


def find_options(actor: Actor, query: str, language: str) -> list[Option]:
    """Clusters found by name or acronym in any script, for a picker."""
    statement = select(K).where(visible_to(actor))
    if search_key(query):
        statement = statement.where(FOUND_BY.holds(query)).order_by(FOUND_BY.nearness(query))
    found = db.session.scalars(statement.order_by(K.name_key, K.id).limit(MOST_OPTIONS))
    return [_option(entry, language) for entry in found]


def options_of(actor: Actor, keys: Sequence[int], language: str) -> list[Option]:
    """The clusters with these keys that the actor may see, for a picker."""
    return [_option(entry, language) for entry in by_keys(actor, keys)]


def by_keys(actor: Actor, keys: Collection[int]) -> list[Cluster]:
    """The clusters with these keys that the actor may see."""
    return list(db.session.scalars(select(K).where(K.id.in_(keys), visible_to(actor)).order_by(K.name_key)))


def coordinators(keys: Sequence[int]) -> dict[int, Found]:
    """Who coordinates which cluster: rows of key, name and country by the cluster's key."""
    rows = db.session.execute(
        select(M.cluster_id, Organisation.id, Organisation.name, Organisation.country)
        .join(Organisation, Organisation.id == M.organisation_id)
        .where(M.cluster_id.in_(keys), M.state == MembershipState.ACTIVE, M.role == MemberRole.COORDINATOR)
    )
    return {row.cluster_id: row for row in rows}


def referrers(cluster: Cluster) -> list[str]:
    """What the records are called that refer to the cluster and are no part of it."""
    return records.referrers(db.session, cluster, OWN_TABLES)


def _option(entry: Cluster, language: str) -> Option:
    reading = read_in(entry.name, language)
    return Option(
        value=entry.id,
        label=reading.text if reading else "",
        code=entry.acronym or "",
        note=str(entry.state.label),
        is_example=entry.is_example,
    )


def _linked(row: Found) -> LinkedRecord:
    return LinkedRecord(
        dated=row.dated,
        title=row.name,
        url=f"/clusters/{row.id}",
        state=row.state,
        note=str(row.type.label),
        is_example=row.is_example,
    )


register(
    LinkKind(
        model=Cluster,
        label=_l("Clusters"),
        icon="diagram-3",
        visible_to=visible_to,
        columns=(Cluster.id, Cluster.name, Cluster.type, Cluster.state, Cluster.is_example),
        present=_linked,
    )
)

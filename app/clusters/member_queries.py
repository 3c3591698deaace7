"""What can be asked about who belongs to clusters, and who is invited to them."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import joinedload

from app.clusters.member_roles import role_on_day
from app.clusters.models import WAS_MEMBER, Cluster, ClusterInvitation, ClusterMembership, MembershipState
from app.clusters.queries import Found, visible_to
from app.core import clock
from app.core.access import Actor
from app.core.database import plain_rows
from app.core.states import moves_of
from app.extensions import db
from app.stakeholders.models import Organisation
from app.stakeholders.queries import visible_to as organisations_visible_to

K, M = Cluster, ClusterMembership


def members_on(day: date) -> ColumnElement[bool]:
    """Memberships that held on a day: from the day of joining to the one before leaving."""
    return and_(M.state.in_(WAS_MEMBER), M.joined_on <= day, or_(M.left_on.is_(None), M.left_on > day))


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


def members(actor: Actor, keys: Sequence[int], day: date) -> list[Found]:
    """Memberships of clusters on a day, by category and name; ``is_open`` says whether the actor may read the name.

    The role is the one of that day. The consortium reads all names; others those of partners, of who agreed to be
    named, and their own organisation's.
    """
    return list(db.session.execute(_members(actor), {"keys": list(keys), "day": day, "today": clock.today()}).all())


@lru_cache(maxsize=256)
def _members(actor: Actor) -> Select[*tuple[Any, ...]]:
    open_to_actor = or_(M.may_be_named.is_(True), organisations_visible_to(actor))
    day: Any = bindparam("day")
    return (
        select(
            *(M.id, M.cluster_id, M.state, M.joined_on, M.left_on, M.leaving_reason, M.letter_id),
            role_on_day().label("role"),
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
        # A stay that ends on the day it began was none: it went up in another when two organisations became one.
        .where(or_(M.left_on.is_(None), M.left_on > M.joined_on))
        .order_by(M.left_on.is_not(None), M.joined_on.desc(), M.id)
    )


def moves_of_member(membership: ClusterMembership) -> Sequence[Found]:
    """How a membership came to its state, oldest first."""
    return moves_of(db.session, membership)

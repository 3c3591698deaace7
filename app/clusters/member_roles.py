"""What an organisation was in a cluster on which day: dated rows that only grow, so that any day can be asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Date, ForeignKey, Index, and_, bindparam, case, func, or_, select, type_coerce
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.clusters.models import ClusterMembership, MemberRole, MembershipState
from app.core import clock
from app.core.access import Actor
from app.core.audit import AppendOnly
from app.core.database import Base
from app.core.errors import Refused
from app.extensions import db

M = ClusterMembership


class ClusterRole(AppendOnly, Base):
    """That a member had a role from a day on, until another row says otherwise; of one day, the later row holds."""

    __tablename__ = "cluster_role"
    __table_args__ = (Index("ix_cluster_role_membership", "membership_id", "since", "id"),)

    membership_id: Mapped[int] = mapped_column(ForeignKey("cluster_membership.id"))
    role: Mapped[MemberRole]
    since: Mapped[date]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)


class RoleCorrection(AppendOnly, Base):
    """From which day on a role was held in truth, and why the day that stands there was wrong; the last one counts."""

    __tablename__ = "cluster_role_correction"
    __table_args__ = (Index("ix_cluster_role_correction_role", "role_id", "id"),)

    role_id: Mapped[int] = mapped_column(ForeignKey("cluster_role.id"))
    since: Mapped[date]
    reason: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)


@dataclass(frozen=True)
class Held:
    """A role that a member had ``since`` a day; ``corrections`` say how that day was put right, the latest last."""

    row: ClusterRole
    since: date
    corrections: Sequence[RoleCorrection]

    id = property(lambda self: self.row.id)
    role = property(lambda self: self.row.role)
    recorded_at = property(lambda self: self.row.recorded_at)
    actor_name = property(lambda self: self.row.actor_name)


def begins() -> ColumnElement[date]:
    """The day a role is held from, in a statement about ``ClusterRole``: as it was entered, or put right."""
    right = select(RoleCorrection.since).where(RoleCorrection.role_id == ClusterRole.id)
    latest = right.order_by(RoleCorrection.id.desc()).limit(1).correlate(ClusterRole).scalar_subquery()
    return func.coalesce(latest, ClusterRole.since)


def give(actor: Actor, membership: ClusterMembership, role: MemberRole, since: date) -> None:
    """Write down which role a member has from a day on.

    Raises ``Refused`` for a day to come, before the member joined, or before its present role began.
    """
    if since > clock.today():
        raise Refused(role_since=_("This day has not come yet."))
    if membership.joined_on and since < membership.joined_on:
        raise Refused(
            role_since=_("It joined later, on %(day)s.", day=format_date(membership.joined_on, "long", rebase=False))
        )
    latest = began(membership)
    if latest is not None and since < latest:
        raise Refused(
            role_since=_(
                "%(name)s has its present role since %(day)s. Choose that day or a later one, or put that day right on "
                "the page of the membership.",
                name=membership.organisation.name,
                day=format_date(latest, "long", rebase=False),
            )
        )
    db.session.add(
        ClusterRole(membership_id=membership.id, role=role, since=since, actor_id=actor.user_id, actor_name=actor.name)
    )
    membership.role = role
    db.session.flush()


def began(membership: ClusterMembership) -> date | None:
    """The day on which a member's present role began; ``None`` where none is written down."""
    latest = select(func.max(begins())).where(ClusterRole.membership_id == membership.id)
    found: date | None = db.session.scalar(latest)
    return found


def history(membership: ClusterMembership) -> Sequence[Held]:
    """The roles of a member, the latest first."""
    own = ClusterRole.membership_id == membership.id
    rows = db.session.execute(select(ClusterRole, begins()).where(own).order_by(begins().desc(), ClusterRole.id.desc()))
    told: dict[int, list[RoleCorrection]] = {}
    found = select(RoleCorrection).join(ClusterRole, ClusterRole.id == RoleCorrection.role_id).where(own)
    for correction in db.session.scalars(found.order_by(RoleCorrection.id)):
        told.setdefault(correction.role_id, []).append(correction)
    return [Held(row, since, told.get(row.id, ())) for row, since in rows]


def held(membership: ClusterMembership, role_id: int) -> Held:
    """One of a member's roles; raises ``NoResultFound`` for another's."""
    for one in history(membership):
        if one.id == role_id:
            return one
    raise NoResultFound


def role_on_day() -> ColumnElement[MemberRole]:
    """A membership's role on the day that the statement gets as ``day``; ``today`` is the present one.

    A day before the first that is written down has that one's. A membership that went up in another, when two
    organisations became one, ends on the day it began and keeps its rows: of both, the higher role counts.
    """
    day, today = bindparam("day", type_=Date), bindparam("today", type_=Date)
    part = aliased(M)
    of_part = select(ClusterRole.role).where(ClusterRole.membership_id == part.id).correlate(part).limit(1)
    then = of_part.where(begins() <= day)
    said: Any = then.order_by(begins().desc(), ClusterRole.id.desc()).scalar_subquery()
    went_up = and_(
        *(part.state == MembershipState.LEFT, part.left_on == part.joined_on),
        part.joined_on >= M.joined_on,  # Who came and left on a day before did not go up in this one.
    )
    highest = (
        select(said)
        .where(part.cluster_id == M.cluster_id, part.organisation_id == M.organisation_id, said.is_not(None))
        .where(or_(part.id == M.id, went_up))
        .order_by(case(*((said == role, rank) for rank, role in enumerate(MemberRole))))
        .limit(1)
        .correlate(M)
        .scalar_subquery()
    )
    first = select(ClusterRole.role).where(ClusterRole.membership_id == M.id).correlate(M).limit(1)
    earliest = first.order_by(begins(), ClusterRole.id).scalar_subquery()
    past: Any = func.coalesce(highest, earliest, M.role)
    return type_coerce(case((day >= today, M.role), else_=past), M.role.type)

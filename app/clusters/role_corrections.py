"""Days of roles that were entered wrong, put right: earlier or later, with a reason, and nothing is overwritten."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app.clusters import doors, rules
from app.clusters.doors import Door
from app.clusters.member_roles import ClusterRole, Held, RoleCorrection, begins, held, history
from app.clusters.models import ClusterMembership, MemberRole
from app.clusters.permissions import check_edit
from app.core import clock
from app.core.access import Actor
from app.core.database import hold
from app.core.errors import expect_version
from app.extensions import db


@dataclass(frozen=True)
class TrueDay:
    """Since when a role was held in truth, and why another day stood there."""

    since: date
    reason: str


def correct(actor: Actor, membership: ClusterMembership, wrong: Held, version: int | None, true: TrueDay) -> None:
    """Put right since when a member had a role, of which somebody entered a wrong day. What was entered stays.

    Where the coordination was handed over on that day, the other's role begins with the new day, too. Raises
    ``Refused`` for a day that does not lie between the role before and the one after, ``EditConflict`` when somebody
    saved in between, and ``Closed`` for who was no member.
    """
    check_edit(actor, membership.cluster)
    hold(membership.cluster, membership)
    expect_version(membership, version)
    doors.check(Door.EDIT_MEMBER, membership.cluster, membership)
    wrong = held(membership, wrong.id)  # As it stands now: the other half may have been put right meanwhile.
    for stay, one in ((membership, wrong), *_handed_over(membership, wrong)):
        _check_day(stay, one, true.since)
        db.session.add(
            RoleCorrection(
                role_id=one.id,
                since=true.since,
                reason=true.reason,
                actor_id=actor.user_id,
                actor_name=actor.name,
            )
        )
        stay.updated_at = clock.now()  # Whoever has the form of either half open meets a conflict.
    db.session.flush()


def _check_day(membership: ClusterMembership, wrong: Held, since: date) -> None:
    steps = history(membership)
    place = [one.id for one in steps].index(wrong.id)
    after, before = steps[:place], steps[place + 1 :]
    rules.check_role_day(
        since,
        joined_on=membership.joined_on,
        before=before[0].since if before else None,
        until=after[-1].since if after else membership.left_on or clock.today(),
    )


def _handed_over(membership: ClusterMembership, wrong: Held) -> list[tuple[ClusterMembership, Held]]:
    """The other half of a hand-over of the coordination: of two members, one begins to coordinate as the other ends."""
    same_day = select(ClusterMembership).join(ClusterRole, ClusterRole.membership_id == ClusterMembership.id)
    same_day = same_day.where(
        ClusterMembership.cluster_id == membership.cluster_id,
        ClusterMembership.id != membership.id,
        begins() == wrong.since,
    )
    mine = _coordination(membership, wrong)
    return [
        (stay, one)
        for stay in db.session.scalars(same_day.distinct().order_by(ClusterMembership.id))
        for one in history(stay)
        if one.since == wrong.since and mine and _coordination(stay, one) == mine[::-1]
    ]


def _coordination(membership: ClusterMembership, step: Held) -> tuple[bool, bool] | None:
    """Whether a member coordinated before a role began and does with it; ``None`` where nothing of that changes."""
    earlier = [one for one in history(membership) if (one.since, one.id) < (step.since, step.id)]
    did = bool(earlier) and earlier[0].role is MemberRole.COORDINATOR
    does = step.role is MemberRole.COORDINATOR
    return (did, does) if did is not does else None

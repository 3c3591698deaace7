"""Two organisations that become one and belong to the same cluster: of stays that meet, one is left."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clusters.models import NEVER_MEMBER, OPEN, ClusterMembership, MemberRole, MembershipState
from app.core.merging import Step, Values, change_row, settles

S = MembershipState
TABLE: Any = ClusterMembership.__table__
RANKS = tuple(MemberRole)


@settles(
    "cluster_membership",
    "organisation_id",
    _l("Where both belong to the same cluster in the same days, one membership is left, with the days of both."),
)
def one_stay(session: Session, row: Values, organisation_id: int) -> tuple[list[Step], bool]:
    """Let the organisation that stays belong to the cluster once on every day.

    What was an invitation gives way to a membership. Of two memberships that meet, the one that is there takes over
    the days, the higher role, the letter and the word that it may be named; the other is closed on the day it began
    and moves along, so that invitations and answers stay with it.
    """
    if row["state"] in NEVER_MEMBER:
        return [], False
    for other in _others(session, row["cluster_id"], organisation_id):
        if {row["state"], other["state"]} <= OPEN and S.INVITED in (row["state"], other["state"]):
            gone = row if row["state"] is S.INVITED else other
            return [change_row(session, TABLE, gone, {"state": S.WITHDRAWN, "leaving_reason": _why()})], False
        if _meet(row, other):
            closed = {"state": S.LEFT, "left_on": row["joined_on"], "leaving_reason": _why()}
            steps = [change_row(session, TABLE, row, closed)]
            changed = {name: value for name, value in _joined(other, row).items() if other[name] != value}
            return [*steps, *([change_row(session, TABLE, other, changed)] if changed else [])], False
    return [], False


def _others(session: Session, cluster_id: int, organisation_id: int) -> Sequence[Values]:
    statement = select(TABLE).where(
        TABLE.c.cluster_id == cluster_id,
        TABLE.c.organisation_id == organisation_id,
        TABLE.c.state.not_in(NEVER_MEMBER),
    )
    # Those that are open first: no two of them may be.
    rows = session.connection().execute(statement.order_by(TABLE.c.id)).mappings().all()
    return sorted(rows, key=lambda row: row["state"] not in OPEN)


def _meet(one: Values, other: Values) -> bool:
    """Whether both were members on some day."""
    if S.INVITED in (one["state"], other["state"]):
        return False
    first, second = sorted((one, other), key=lambda row: (row["joined_on"], row["id"]))
    return first["left_on"] is None or first["left_on"] > second["joined_on"]


def _joined(kept: Values, gone: Values) -> dict[str, Any]:
    """What the membership that is kept says of both."""
    lasting = [row for row in (kept, gone) if row["state"] is S.ACTIVE]
    return {
        "role": min((row["role"] for row in lasting or (kept, gone)), key=RANKS.index),
        "state": S.ACTIVE if lasting else S.LEFT,
        "joined_on": min(kept["joined_on"], gone["joined_on"]),
        "left_on": None if lasting else max(kept["left_on"], gone["left_on"]),
        "leaving_reason": None if lasting else kept["leaving_reason"],
        "letter_id": kept["letter_id"] or gone["letter_id"],
        "may_be_named": kept["may_be_named"] or gone["may_be_named"],
    }


def _why() -> str:
    return _("The organisation was in this cluster under two entries, which were merged.")

"""What memoranda put on the pages of organisations and clusters."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from app.clusters.models import Cluster
from app.clusters.roster import Roster
from app.core.access import Actor
from app.extensions import db
from app.mou.listing import days_left
from app.mou.models import OPEN, OUT, RUNNING, Mou, MouParty, MouState
from app.mou.queries import reference_of, visible_to
from app.stakeholders.models import Organisation

MOST = 20
# What is in force stands before what is drafted, and what is over comes last.
BY_STATE = case((Mou.state.in_(RUNNING), 0), (Mou.state.in_(OPEN | OUT), 1), else_=2)


def of_organisation(actor: Actor, organisation: Organisation) -> Mapping[str, Any] | None:
    """The memoranda an organisation is a party to, as the actor may see them; nothing where there are none."""
    own = select(MouParty.mou_id).where(MouParty.organisation_id == organisation.id)
    return _shown(actor, Mou.id.in_(own))


def of_cluster(actor: Actor, roster: Roster) -> Mapping[str, Any] | None:
    """The memoranda of a cluster's members, as far as one may read who they are, on its micro-credentials."""
    members = {row.organisation_id for row in roster.rows if row.is_open}
    if not members:
        return None
    own, theirs = Mou.link_model, Cluster.link_model
    of_members = select(MouParty.mou_id).where(MouParty.organisation_id.in_(members))
    designs = select(theirs.microcredential_id).where(theirs.record_id.in_(roster.keys))
    on_designs = select(own.record_id).where(own.microcredential_id.in_(designs))
    return _shown(actor, Mou.id.in_(of_members) & Mou.id.in_(on_designs))


def _shown(actor: Actor, criterion: ColumnElement[bool]) -> Mapping[str, Any] | None:
    """The first memoranda of a choice with the days they are still in force, and how many there are."""
    statement = (
        select(*(Mou.id, Mou.title, Mou.state, Mou.last_day, Mou.amends_id, Mou.is_example), _counted())
        .where(criterion, visible_to(actor), Mou.state != MouState.WITHDRAWN)
        .order_by(BY_STATE, Mou.last_day, Mou.id.desc())
        .limit(MOST)
    )
    rows: Sequence[Any] = db.session.execute(statement).all()
    if not rows:
        return None
    shown = [(row, reference_of(row.id), days_left(row.last_day, row.state)) for row in rows]
    return {"rows": shown, "counted": rows[0].counted}


def _counted() -> Any:
    return func.count().over().label("counted")

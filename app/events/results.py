"""What came of a cluster: what its events decided, minutes that were approved, micro-credentials that are published."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from app.clusters.models import Cluster
from app.clusters.roster import Roster
from app.core.access import Actor
from app.events.minutes.models import Minutes, MinutesState
from app.events.models import Event
from app.events.outcomes.models import Decision, DecisionState
from app.events.queries import visible_to
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.microcredentials.queries import visible_to as designs_visible_to

MOST = 10


def of_cluster(actor: Actor, roster: Roster) -> Mapping[str, Any] | None:
    """The results of a cluster and of those beneath it until the day of the roster, the newest first.

    Decisions in force, approved minutes for the consortium, whose minutes they are, and published micro-credentials;
    ``None`` where there are none. Three statements.
    """
    of_it = (Event.cluster_id.in_(roster.keys), visible_to(actor))
    decided = (
        select(
            *(Decision.id, Decision.number, Decision.text, Decision.decided_on, Decision.is_example),
            *(Event.id.label("event_id"), Event.number.label("meeting"), Event.title),
            func.count().over().label("counted"),
        )
        .join(Event, Event.id == Decision.event_id)
        .where(*of_it, Decision.state == DecisionState.ADOPTED, Decision.decided_on <= roster.day)
        .order_by(Decision.decided_on.desc(), Decision.id.desc())
        .limit(MOST)
    )
    approved = (
        select(Event.id, Event.title, Event.starts_on, Minutes.is_example)
        .join(Minutes, Minutes.event_id == Event.id)
        .where(*of_it, Minutes.state == MinutesState.APPROVED, Event.starts_on <= roster.day)
        .order_by(Event.starts_on.desc(), Event.id.desc())
        .limit(MOST)
    )
    link = Cluster.link_model
    designs = (
        select(MicroCredential.id, MicroCredential.code, MicroCredential.title, MicroCredential.is_example)
        .where(
            MicroCredential.id.in_(select(link.microcredential_id).where(link.record_id.in_(roster.keys))),
            MicroCredential.state == MicroCredentialState.PUBLISHED,
            designs_visible_to(actor),
        )
        .order_by(MicroCredential.code)
    )
    decisions, published = db.session.execute(decided).all(), db.session.execute(designs).all()
    minutes = db.session.execute(approved).all() if actor.is_internal else []
    found = {"decisions": decisions, "minutes": minutes, "microcredentials": published, "cluster": roster.cluster}
    return found if decisions or minutes or published else None

"""What events put on clusters' pages, and what they tell clusters: when one was last active, who took part."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from app.clusters.partners import involvement
from app.clusters.readiness import activity_sources
from app.clusters.roster import Roster
from app.core.access import Actor
from app.events.models import OVER, Event, EventState, event_organisation
from app.events.queries import visible_to
from app.extensions import db

MOST = 6
SHOWN = (Event.id, Event.kind, Event.title, Event.state, Event.starts_on, Event.ends_on, Event.zone, Event.is_example)


def of_cluster(actor: Actor, roster: Roster) -> Mapping[str, Any]:
    """The next and the latest events of a cluster and of those beneath it, as the actor may see them."""
    mine = select(*SHOWN, Event.cluster_id, func.count().over().label("counted")).where(
        Event.cluster_id.in_(roster.keys), visible_to(actor), Event.state != EventState.DRAFT
    )
    to_come = mine.where(Event.ends_on >= roster.day).order_by(Event.starts_on, Event.id).limit(MOST)
    past = mine.where(Event.ends_on < roster.day).order_by(Event.starts_on.desc(), Event.id.desc()).limit(MOST)
    coming, gone = db.session.execute(to_come).all(), db.session.execute(past).all()
    counted = sum(rows[0].counted for rows in (coming, gone) if rows)
    names = {row.id: row.name for row in roster.family[1:]}
    return {"cluster": roster.cluster, "coming": coming, "gone": gone, "counted": counted, "names": names}


def last_held(clusters: Sequence[int], day: date) -> date | None:
    """The latest day until ``day`` on which an event of the clusters was held."""
    return db.session.scalar(
        select(func.max(Event.ends_on)).where(
            Event.cluster_id.in_(clusters), Event.state.in_(OVER), Event.ends_on <= day
        )
    )


def took_part(designs: Select[int], actor: Actor) -> Select[int]:
    """Organisations that took part in events about micro-credentials, as far as the actor may see them."""
    link = Event.link_model
    about = (
        select(Event.id)
        .join(link, link.record_id == Event.id)
        .where(link.microcredential_id.in_(designs), visible_to(actor))
    )
    return select(event_organisation.c.organisation_id).where(event_organisation.c.event_id.in_(about))


activity_sources.append(last_held)
involvement.append(took_part)

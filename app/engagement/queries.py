"""What can be asked about mapping entries.

What the consortium thinks of organisations is its own business: whoever may read the mapping sees all of it, in every
country; an invited stakeholder and the public see nothing of it, not even what is thought of their own organisation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, false, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from app.clusters.member_queries import members_on
from app.clusters.models import Cluster, ClusterMembership
from app.clusters.queries import visible_to as clusters_visible_to
from app.core.access import Actor, Permission
from app.core.database import plain_rows
from app.engagement.models import HIGH, Attitude, Engagement, Judgement, MappingEntry, Quadrant
from app.events.models import Event
from app.events.queries import visible_to as events_visible_to
from app.extensions import db
from app.microcredentials.links import LinkedRecord, LinkKind, register
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import codes_beside
from app.stakeholders.models import Organisation

Found = Row[*tuple[Any, ...]]
M = MappingEntry
LINK = MappingEntry.link_model
MOST_ENTRIES = 300


def may_read(actor: Actor) -> bool:
    """Whether the mapping is open to the actor."""
    return actor.may(Permission.MAPPING_READ)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Mapping entries the actor may see: the consortium's people all that stand, everybody else none."""
    return M.absorbed_by_id.is_(None) if may_read(actor) else false()


def in_quadrant(quadrant: str) -> ColumnElement[bool]:
    """Whether an entry lies in a quadrant."""
    influential, interested = M.influence >= HIGH, M.interest >= HIGH
    return {
        Quadrant.MANAGE_CLOSELY: and_(influential, interested),
        Quadrant.KEEP_SATISFIED: and_(influential, ~interested),
        Quadrant.KEEP_INFORMED: and_(~influential, interested),
        Quadrant.MONITOR: and_(~influential, ~interested),
    }[Quadrant(quadrant)]


def at_stake() -> ColumnElement[bool]:
    """Whether it would cost us something to lose touch: drawn in already, or to be managed closely."""
    return or_(M.engagement.in_((Engagement.ENGAGED, Engagement.COMMITTED)), in_quadrant(Quadrant.MANAGE_CLOSELY))


def of_cluster(cluster_id: int, day: date) -> ColumnElement[bool]:
    """Whether an entry is for a cluster, or for an organisation that belonged to it on ``day``."""
    belonging = select(ClusterMembership.organisation_id).where(
        ClusterMembership.cluster_id == cluster_id, members_on(day)
    )
    return or_(M.cluster_id == cluster_id, M.organisation_id.in_(belonging))


def entry(actor: Actor, entry_id: int) -> MappingEntry:
    """One entry with its organisations and micro-credentials, or the one in which it went up.

    Raises ``NoResultFound`` where it is not open.
    """
    asked = aliased(M)
    stands = select(func.coalesce(asked.absorbed_by_id, asked.id)).where(asked.id == entry_id).scalar_subquery()
    return db.session.execute(
        select(M)
        .where(M.id == stands, visible_to(actor))
        .options(
            *(joinedload(M.organisation), joinedload(M.responsible), joinedload(M.cluster)),
            selectinload(M.microcredential_links),
        )
    ).scalar_one()


def judgements(actor: Actor, entry: MappingEntry) -> Sequence[Found]:
    """An entry's judgements, the latest first, with the event that moved each, where that is open to the actor.

    Those of entries that went up in it, when two organisations became one, are among them.
    """
    joined = select(M.id).where(M.absorbed_by_id == entry.id)
    moved_by = and_(Event.id == Judgement.event_id, events_visible_to(actor))
    return db.session.execute(
        select(
            *(Judgement.id, Judgement.influence, Judgement.interest, Judgement.attitude, Judgement.engagement),
            *(Judgement.judged_on, Judgement.reason, Judgement.author_name, Judgement.written_at),
            Event.id.label("event_id"),
            Event.title.label("event_title"),
            Event.starts_on.label("event_day"),
        )
        .outerjoin(Event, moved_by)
        .where(or_(Judgement.entry_id == entry.id, Judgement.entry_id.in_(joined)))
        .order_by(Judgement.judged_on.desc(), Judgement.id.desc())
    ).all()


@dataclass(frozen=True)
class Scope:
    """What a picture is of: a country, a cluster by its key, or a micro-credential by its code."""

    country: str = ""
    cluster: int | None = None
    code: str | None = None

    @property
    def within(self) -> ColumnElement[bool]:
        """Whether an entry is for it."""
        if self.country:
            return M.country == self.country
        return M.cluster_id == self.cluster if self.cluster else M.concerns(self.code or "")


def of_scope(actor: Actor, scope: Scope) -> Sequence[Found]:
    """The entries of a picture, the most influential and interested first: one statement, at most 300 rows."""
    return plain_rows(
        db.session,
        select(
            *(M.id, M.version, M.influence, M.interest, M.attitude, M.engagement, M.judged_on, M.country),
            *(M.is_example, M.organisation_id),
            Organisation.name,
            Organisation.name_language,
            Organisation.country.label("home"),
        )
        .join(Organisation, Organisation.id == M.organisation_id)
        .where(visible_to(actor), scope.within)
        .order_by(M.influence.desc(), M.interest.desc(), Organisation.name_key, M.id)
        .limit(MOST_ENTRIES),
    )


def of_organisation(actor: Actor, organisation: Organisation) -> Sequence[Found]:
    """What an organisation is mapped for, the country first, then clusters."""
    return plain_rows(
        db.session,
        select(
            *(M.id, M.country, M.influence, M.interest, M.attitude, M.engagement, M.judged_on, M.is_example),
            *(M.cluster_id, Cluster.name.label("cluster_name")),
            codes_beside(actor, LINK, M.id).label("codes"),
        )
        .outerjoin(Cluster, Cluster.id == M.cluster_id)
        .where(M.organisation_id == organisation.id, visible_to(actor))
        .order_by(M.country.is_(None), M.cluster_id.is_(None), M.id),
    )


@dataclass(frozen=True)
class Standing:
    """Who stands how to a micro-credential: entries by attitude."""

    by_attitude: dict[Attitude, list[Found]]
    count: int


def standing(actor: Actor, microcredential: MicroCredential) -> Standing:
    """Supporters, sceptics and the others of a micro-credential, the most influential first; one statement."""
    rows = plain_rows(db.session, _standing(actor), {"microcredential": microcredential.id})
    return Standing({attitude: [row for row in rows if row.attitude is attitude] for attitude in Attitude}, len(rows))


@lru_cache(maxsize=256)
def _standing(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(M.id, M.attitude, M.influence, M.is_example, Organisation.name, Organisation.name_language)
        .join(LINK, LINK.record_id == M.id)
        .join(Organisation, Organisation.id == M.organisation_id)
        .where(LINK.microcredential_id == bindparam("microcredential"), visible_to(actor))
        .order_by(M.influence.desc(), Organisation.name_key, M.id)
        .limit(MOST_ENTRIES)
    )


def countries_mapped(actor: Actor) -> dict[str, int]:
    """How many organisations are mapped for each country."""
    counted = select(M.country, func.count()).where(M.country.is_not(None), visible_to(actor)).group_by(M.country)
    return {row[0]: row[1] for row in plain_rows(db.session, counted)}


def clusters_mapped(actor: Actor) -> Sequence[Found]:
    """Key and name of the clusters somebody is mapped for."""
    mapped = select(M.cluster_id).where(M.cluster_id.is_not(None), visible_to(actor))
    return plain_rows(
        db.session,
        select(Cluster.id, Cluster.name)
        .where(Cluster.id.in_(mapped), clusters_visible_to(actor))
        .order_by(Cluster.name_key, Cluster.id),
    )


def microcredentials_mapped(actor: Actor) -> Sequence[Found]:
    """Code and title of the micro-credentials somebody is mapped for."""
    mapped = select(LINK.microcredential_id).join(M, M.id == LINK.record_id).where(visible_to(actor))
    return plain_rows(
        db.session,
        select(MicroCredential.code, MicroCredential.title)
        .where(MicroCredential.id.in_(mapped))
        .order_by(MicroCredential.code),
    )


@dataclass(frozen=True)
class Reach:
    """Where an entry's row belongs, for judging rights by it without reading the entry."""

    access_country: str
    access_organisations: frozenset[int] = frozenset()


def may_judge(actor: Actor, row: Found) -> bool:
    """Whether the actor may judge the entry of a row with ``country`` and ``home``."""
    return actor.may(Permission.MAPPING_EDIT, Reach(row.country or row.home))


def _linked(row: Found) -> LinkedRecord:
    return LinkedRecord(
        dated=row.dated,
        title={row.name_language: row.name},
        url=f"/engagement/{row.id}",
        state=row.attitude,
        is_name=True,
        is_example=row.is_example,
    )


def _column_of_organisation(column: Any) -> Any:
    return select(column).where(Organisation.id == M.organisation_id).correlate(M).scalar_subquery().label(column.key)


register(
    LinkKind(
        model=MappingEntry,
        label=_l("Stakeholder mapping"),
        icon="bullseye",
        visible_to=visible_to,
        columns=(
            M.id,
            M.attitude,
            M.is_example,
            _column_of_organisation(Organisation.name),
            _column_of_organisation(Organisation.name_language),
        ),
        present=_linked,
        open_to=may_read,
    )
)

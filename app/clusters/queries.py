"""What can be asked about clusters."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, Select, String, bindparam, cast, literal, or_, select, true
from sqlalchemy.orm import aliased, selectinload

from app.clusters.models import Cluster, ClusterMembership, MembershipState
from app.clusters.self_checks import GROUPS, ClusterAssessment
from app.core import records
from app.core.access import Actor
from app.core.database import plain_rows
from app.core.i18n import read_in
from app.core.options import Option
from app.core.ranking import FoundBy
from app.core.search_key import search_key
from app.core.sheets import LONGEST_LINE
from app.core.states import moves_of
from app.extensions import db
from app.microcredentials.links import LinkedRecord, LinkKind, register
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import visible_to as microcredentials_visible_to

# A row of some columns of a query below.
Found = Row[*tuple[Any, ...]]
MOST_OPTIONS = 20
MOST_ASSESSMENTS = 12
MOST_WARNED = 3
# What stands between the names in a cluster's search key; no key of a name has it.
NAME_BREAK = " | "
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


def cluster(actor: Actor, cluster_id: int) -> Cluster:
    """One cluster with its memberships. Raises ``NoResultFound`` when there is none, or it is not open to the actor."""
    return db.session.execute(_one(actor), {"key": cluster_id}).scalar_one()


@lru_cache(maxsize=256)
def _one(actor: Actor) -> Select[Cluster]:
    return select(K).where(K.id == bindparam("key"), visible_to(actor)).options(selectinload(K.memberships))


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


def microcredentials_of(actor: Actor, keys: Sequence[int]) -> Sequence[Found]:
    """The micro-credentials that clusters concern and the actor may see, each once, by code."""
    link = K.link_model
    concerned = select(link.microcredential_id).where(link.record_id.in_(keys))
    return db.session.execute(
        select(MicroCredential.id, MicroCredential.code, MicroCredential.title, MicroCredential.is_example)
        .where(MicroCredential.id.in_(concerned), microcredentials_visible_to(actor))
        .order_by(MicroCredential.code)
    ).all()


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


@lru_cache(maxsize=256)
def _choices(actor: Actor) -> Select[*tuple[int, dict[str, str]]]:
    return select(K.id, K.name).where(visible_to(actor)).order_by(K.name_key, K.id)


def choices(actor: Actor, language: str) -> list[tuple[str, str]]:
    """Key and name of the clusters the actor may see, for a filter."""
    rows = plain_rows(db.session, _choices(actor))
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


def namesakes(actor: Actor, names: Collection[str], without: int | None = None) -> Sequence[Found]:
    """Clusters that the actor may see and that are called like one of ``names``, in any language and script.

    ``without`` is the key of the cluster that the names belong to, if there is one already.
    """
    # What is longer than a name may be is refused elsewhere, and no database looks for it.
    keys = {key for name in names if len(name) <= LONGEST_LINE and (key := search_key(name))}
    if not keys:
        return []
    called = literal(NAME_BREAK) + K.search_key + NAME_BREAK
    alike = or_(*(called.contains(f"{NAME_BREAK}{key}{NAME_BREAK}", autoescape=True) for key in keys))
    rows = db.session.execute(
        select(K.id, K.name, K.acronym, K.state, K.is_example)
        .where(alike, visible_to(actor))
        .order_by(K.name_key, K.id)
        .limit(MOST_WARNED + 1)
    )
    return [row for row in rows if row.id != without][:MOST_WARNED]


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

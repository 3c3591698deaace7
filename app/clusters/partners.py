"""Finding partners: organisations near a cluster's region, theme or countries that have no part in it yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, cast, func, or_, select

from app.clusters.models import OPEN, Cluster, ClusterMembership
from app.clusters.queries import lists
from app.core.access import Actor
from app.core.listing import Rows
from app.extensions import db
from app.microcredentials.models import MicroCredential, microcredential_developer
from app.stakeholders.models import Organisation
from app.stakeholders.queries import FOUND_BY, visible_to

MOST = 60
O = Organisation  # noqa: E741 - the table of this module, named in every line

# Features above say which organisations had to do with micro-credentials: they know meetings and agreements. Each takes
# a selection of micro-credentials' keys and the actor, and answers one of organisations' keys.
involvement: list[Callable[[Select[int], Actor], Select[int]]] = []


@dataclass(frozen=True)
class Wish:
    """What somebody looks for: words, a country, a category, only those of the region, only those of the theme."""

    words: str = ""
    country: str = ""
    category: str = ""
    in_region: bool = False
    in_theme: bool = False


def suggestions(actor: Actor, cluster: Cluster, wish: Wish) -> Sequence[Row[*tuple[Any, ...]]]:
    """Organisations that fit, the nearest first, with why: ``in_region``, ``designs``, ``took_part``, ``in_country``.

    Those that are invited or members are left out; others may have left or declined before (``was_asked``). What is
    called just so as the words say comes first, as in every list.
    """
    designs = _designs(cluster)
    in_region = O.region.in_(cluster.regions)
    develops = or_(
        O.id.in_(
            select(microcredential_developer.c.organisation_id).where(
                microcredential_developer.c.microcredential_id.in_(designs)
            )
        ),
        O.id.in_(select(MicroCredential.awarding_body_id).where(MicroCredential.id.in_(designs))),
    )
    ways = [O.id.in_(way(designs, actor)) for way in involvement]
    took_part = or_(*ways) if ways else O.id.is_(None)
    in_country = O.country.in_(cluster.countries)
    nearness = _number(in_country) * 3 + _number(in_region) * 2 + _number(develops) * 2 + _number(took_part)
    statement: Rows = (
        select(
            *(O.id, O.name, O.name_language, O.native_name, O.native_language, O.category, O.country, O.region),
            *(O.city, O.email, O.is_example),
            in_region.label("in_region"),
            develops.label("designs"),
            took_part.label("took_part"),
            in_country.label("in_country"),
            O.id.in_(_memberships(cluster)).label("was_asked"),
        )
        .where(visible_to(actor), O.id.not_in(_memberships(cluster).where(ClusterMembership.state.in_(OPEN))))
        .where(or_(in_region, develops, took_part, in_country))
    )
    found = _narrowed(statement, wish, in_region, or_(develops, took_part))
    return db.session.execute(found.order_by(nearness.desc(), O.name_key, O.id).limit(MOST)).all()


def _narrowed(statement: Rows, wish: Wish, in_region: ColumnElement[bool], in_theme: ColumnElement[bool]) -> Rows:
    if wish.words:
        statement = statement.where(FOUND_BY.holds(wish.words)).order_by(FOUND_BY.nearness(wish.words))
    if wish.country:
        statement = statement.where(O.country == wish.country)
    if wish.category:
        statement = statement.where(O.category == wish.category)
    if wish.in_region:
        statement = statement.where(in_region)
    return statement.where(in_theme) if wish.in_theme else statement


def _designs(cluster: Cluster) -> Select[int]:
    """The micro-credentials of the cluster, and those of its fields of education."""
    link = Cluster.link_model
    own = select(link.microcredential_id).where(link.record_id == cluster.id)
    of_theme = [lists(MicroCredential.isced_f, code) for code in cluster.isced_f]
    return select(MicroCredential.id).where(or_(MicroCredential.id.in_(own), *of_theme))


def _memberships(cluster: Cluster) -> Select[int]:
    return select(ClusterMembership.organisation_id).where(ClusterMembership.cluster_id == cluster.id)


def _number(condition: ColumnElement[bool]) -> Any:
    # Of an organisation without a region it is unknown, not false, whether it lies in one; a sum with it would be, too.
    return func.coalesce(cast(condition, Integer), 0)

"""The lists of the mapping: who is mapped, and with whom we are losing touch."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import SQLColumnExpression, and_, or_, select
from sqlalchemy.orm import aliased

from app.clusters.models import Cluster
from app.clusters.queries import choices as cluster_choices
from app.core import clock
from app.core.access import Actor, current_actor
from app.core.listing import Column, Filter, Listing, Rows
from app.core.templating import country_name, plain_tr, reader_language
from app.engagement import contact, queries
from app.engagement.models import Attitude, Engagement, MappingEntry, Quadrant, quadrant
from app.microcredentials.queries import codes_beside, codes_in, is_code
from app.stakeholders.listing import countries
from app.stakeholders.models import Organisation
from app.stakeholders.queries import FOUND_BY

M, O = MappingEntry, Organisation  # noqa: E741 - the tables of this module, named in every line
LONGEST = 9999


def quadrant_of(row: Any) -> Quadrant:
    """The quadrant a row lies in."""
    return quadrant(row.influence, row.interest)


def scope_of(row: Any) -> str:
    """What an entry holds for, in words: a country, a cluster, or codes."""
    if row.cluster_id:
        return plain_tr(row.cluster_name)
    return country_name(row.country) if row.country else ", ".join(codes_in(row.codes))


def _scope_in_file(row: Any) -> str:
    return str(row.country or (plain_tr(row.cluster_name) if row.cluster_id else " ".join(codes_in(row.codes))))


def days_ago(days: int | None) -> str:
    """How long ago something was: "today", "12 days ago", or "never"."""
    if days is None:
        return _("never")
    return _("today") if days == 0 else ngettext("%(num)s day ago", "%(num)s days ago", days)


def _of_country(statement: Rows, code: str) -> Rows:
    return statement.where(or_(M.country == code, and_(M.country.is_(None), O.country == code)))


def _is_period(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text[:6]) <= LONGEST


def _silent_for(statement: Rows, days: str) -> Rows:
    cutoff = clock.today() - timedelta(days=int(days))
    return statement.where(contact.out_of_touch(statement.selected_columns["last_contact"], cutoff))


def _of_cluster(statement: Rows, key: str) -> Rows:
    return statement.where(queries.of_cluster(int(key), clock.today()))


_CLUSTER = Filter(
    "cluster",
    _l("Cluster"),
    _of_cluster,
    lambda: cluster_choices(current_actor(), reader_language().code),
    varies=True,
)
_COUNTRY = Filter("country", _l("Country"), _of_country, countries)
_MC = Filter(
    "mc", _l("Micro-credential"), lambda s, v: s.where(M.concerns(v)), kind="text", varies=True, accepts=is_code
)


class MappingListing(Listing):
    """Mapped organisations with what is thought of them, the most influential first."""

    found_by = FOUND_BY
    title = _l("Stakeholder mapping")
    filename = "mapping"
    default_sort = "-influence"
    columns = (
        Column("id", _l("Number"), lambda row: row.id, in_page=False),
        Column("name", _l("Organisation"), lambda row: row.name, sort=O.name_key),
        Column("scope", _l("For"), _scope_in_file, sort=(M.country, O.name_key)),
        Column("influence", _l("Influence"), lambda row: row.influence, sort=(M.influence, M.interest), css="num"),
        Column("interest", _l("Interest"), lambda row: row.interest, sort=(M.interest, M.influence), css="num"),
        Column("quadrant", _l("Quadrant"), lambda row: quadrant_of(row).value),
        Column("attitude", _l("Attitude"), lambda row: row.attitude.value, sort=(M.attitude, O.name_key)),
        Column("engagement", _l("Engagement"), lambda row: row.engagement.value, sort=(M.engagement, O.name_key)),
        Column("responsible", _l("In touch"), lambda row: row.responsible, css="fold"),
        Column("judged_on", _l("As of"), lambda row: row.judged_on, sort=M.judged_on),
        Column("is_example", _l("Example"), lambda row: "yes" if row.is_example else "", in_page=False),
    )
    filters = (
        _COUNTRY,
        _CLUSTER,
        _MC,
        Filter("quadrant", _l("Quadrant"), lambda s, v: s.where(queries.in_quadrant(v)), Quadrant.choices),
        Filter("attitude", _l("Attitude"), lambda s, v: s.where(M.attitude == v), Attitude.choices),
        Filter("engagement", _l("Engagement"), lambda s, v: s.where(M.engagement == v), Engagement.choices),
    )

    def statement(self, actor: Actor) -> Rows:
        """Rows of entries the actor may see."""
        responsible = aliased(Organisation)
        return (
            select(
                *(M.id, M.country, M.influence, M.interest, M.attitude, M.engagement, M.judged_on, M.is_example),
                *(O.name, O.name_language, O.country.label("home")),
                *(M.cluster_id, Cluster.name.label("cluster_name"), responsible.name.label("responsible")),
                codes_beside(actor, M.link_model, M.id).label("codes"),
            )
            .join(O, O.id == M.organisation_id)
            .outerjoin(Cluster, Cluster.id == M.cluster_id)
            .outerjoin(responsible, responsible.id == M.responsible_id)
            .where(queries.visible_to(actor))
        )

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The entry's number."""
        return M.id


class TouchListing(Listing):
    """Entries with whom it would cost us something to lose touch, those we last spoke with longest ago first."""

    found_by = FOUND_BY
    title = _l("Losing touch")
    filename = "losing-touch"
    default_sort = "last_contact"
    columns = (
        Column("name", _l("Organisation"), lambda row: row.name, sort=O.name_key),
        Column("scope", _l("For"), _scope_in_file),
        Column("quadrant", _l("Quadrant"), lambda row: quadrant_of(row).value),
        Column("attitude", _l("Attitude"), lambda row: row.attitude.value, in_page=False),
        Column("engagement", _l("Engagement"), lambda row: row.engagement.value, sort=(M.engagement, O.name_key)),
        Column("last_contact", _l("Last contact"), lambda row: row.last_contact),
        Column("step", _l("Next step"), css="last"),
    )
    filters = (
        Filter("days", _l("Days without contact"), _silent_for, kind="number", accepts=_is_period),
        _COUNTRY,
        _CLUSTER,
        _MC,
    )

    def statement(self, actor: Actor) -> Rows:
        """Rows of entries at stake the actor may see, with their organisations' last contact."""
        last = contact.last_contacts(actor)
        return (
            select(
                *(M.id, M.country, M.influence, M.interest, M.attitude, M.engagement, M.is_example),
                *(O.id.label("organisation_id"), O.name, O.name_language, O.country.label("home")),
                *(M.cluster_id, Cluster.name.label("cluster_name"), last.c.last_contact),
                codes_beside(actor, M.link_model, M.id).label("codes"),
            )
            .join(O, O.id == M.organisation_id)
            .outerjoin(Cluster, Cluster.id == M.cluster_id)
            .outerjoin(last, last.c.organisation_id == O.id)
            .where(queries.visible_to(actor), queries.at_stake())
        )

    def ordered(self, statement: Rows, sort: str, query: str = "", *, of_many: bool = False) -> Rows:
        """Whom we never spoke with first, then by how long ago it was; the column comes with the statement."""
        if query or sort.removeprefix("-") != "last_contact":
            sort = sort if sort.removeprefix("-") != "last_contact" else "name"
            return super().ordered(statement, sort, query, of_many=of_many)
        last = statement.selected_columns["last_contact"]
        return statement.order_by(last.is_not(None), last, M.id)

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The entry's number."""
        return M.id

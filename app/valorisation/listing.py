"""The list of action plans."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import SQLColumnExpression, String, case, cast, func, select

from app.core.access import Actor
from app.core.listing import Column, Filter, Listing, Rows
from app.core.ranking import FoundBy
from app.microcredentials.names import credential_countries
from app.microcredentials.queries import codes_beside, codes_in, is_code
from app.stakeholders.models import Organisation
from app.valorisation import queries
from app.valorisation.models import ActionPlan, PlanState, PlanVersion

K = ActionPlan
IN_ORDER = {state.value: place for place, state in enumerate(PlanState)}


def _of_versions(column: Any) -> Any:
    return select(column).where(PlanVersion.plan_id == K.id).correlate(K).scalar_subquery()


class PlanListing(Listing):
    """Action plans, by country."""

    title = _l("Action plans")
    filename = "valorisation"
    default_sort = "country"
    found_by = FoundBy((Organisation.name,), K.search_key)
    columns = (
        Column("id", _l("Number"), lambda row: row.id, in_page=False),
        Column("country", _l("Country"), lambda row: row.country, sort=(K.country, K.starts_on)),
        Column("lead", _l("Answers for it"), lambda row: row.lead),
        Column("starts_on", _l("From"), lambda row: row.starts_on, in_page=False),
        Column("ends_on", _l("Until"), lambda row: row.ends_on, in_page=False),
        Column("version", _l("Version"), lambda row: row.number, css="num"),
        Column("approved_on", _l("Approved on"), lambda row: row.approved_on),
        Column(
            "microcredentials", _l("Priority micro-credentials"), lambda row: " ".join(codes_in(row.codes)), css="fold"
        ),
        Column(
            "state",
            _l("State"),
            lambda row: row.state.value,
            sort=(case(IN_ORDER, value=cast(K.state, String)), K.country),
        ),
        Column("is_example", _l("Example"), lambda row: "yes" if row.is_example else "", in_page=False),
    )
    filters = (
        Filter("country", _l("Country"), lambda s, v: s.where(K.country == v), credential_countries),
        Filter("state", _l("State"), lambda s, v: s.where(K.state == v), PlanState.choices),
        Filter(
            "mc", _l("Micro-credential"), lambda s, v: s.where(K.concerns(v)), kind="text", varies=True, accepts=is_code
        ),
    )

    def statement(self, actor: Actor) -> Rows:
        """Rows of plans the actor may see."""
        return (
            select(
                *(K.id, K.country, K.starts_on, K.ends_on, K.state, K.is_example),
                Organisation.name.label("lead"),
                _of_versions(func.max(PlanVersion.number)).label("number"),
                _of_versions(func.max(PlanVersion.approved_on)).label("approved_on"),
                codes_beside(actor, K.link_model, K.id).label("codes"),
            )
            .outerjoin(Organisation, Organisation.id == K.lead_id)
            .where(queries.visible_to(actor))
        )

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The plan's number."""
        return K.id

"""The register of recommendations."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import SQLColumnExpression, String, case, cast, or_, select

from app.core.access import Actor, current_actor
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.listing import Column, Filter, Listing, Rows
from app.core.ranking import FoundBy
from app.microcredentials.names import credential_countries
from app.microcredentials.queries import codes_beside, codes_in, is_code
from app.stakeholders.models import Organisation
from app.valorisation.recommendations import queries
from app.valorisation.recommendations.models import Recommendation, RecommendationState

R = Recommendation
IN_ORDER = {state.value: place for place, state in enumerate(RecommendationState)}


def _text(value: Any) -> str:
    reading = read_in(value, SOURCE_LANGUAGE)
    return reading.text if reading else ""


def _to(statement: Rows, name: str) -> Rows:
    called = select(Organisation.id).where(Organisation.name == name)
    return statement.where(or_(R.body == name, R.addressee_id.in_(called)))


def addressees() -> list[tuple[str, str]]:
    """Whom recommendations go to that the actor may see, for a filter."""
    return [(name, name) for name in queries.addressees(current_actor())]


class RecommendationListing(Listing):
    """Recommendations, the latest first."""

    title = _l("Recommendations")
    filename = "recommendations"
    default_sort = "-written_on"
    found_by = FoundBy((R.text,), R.search_key)
    columns = (
        Column("id", _l("Number"), lambda row: row.id, in_page=False),
        Column("text", _l("What is recommended"), lambda row: _text(row.text)),
        Column("addressee", _l("To whom"), lambda row: row.addressee or row.body, css="full"),
        Column("country", _l("Country"), lambda row: row.country, sort=(R.country, R.written_on)),
        Column("microcredentials", _l("Micro-credentials"), lambda row: " ".join(codes_in(row.codes)), css="fold"),
        Column("written_on", _l("Written on"), lambda row: row.written_on, sort=R.written_on, in_page=False),
        Column("sent_on", _l("Sent on"), lambda row: row.sent_on, sort=(R.sent_on, R.id)),
        Column("answered_on", _l("Answered on"), lambda row: row.answered_on, in_page=False),
        Column("answer", _l("Answer"), lambda row: _text(row.answer), in_page=False),
        Column("follow_up_on", _l("Ask again on"), lambda row: row.follow_up_on, in_page=False),
        Column(
            "state",
            _l("State"),
            lambda row: row.state.value,
            sort=(case(IN_ORDER, value=cast(R.state, String)), R.id),
        ),
        Column("is_example", _l("Example"), lambda row: "yes" if row.is_example else "", in_page=False),
    )
    filters = (
        Filter("country", _l("Country"), lambda s, v: s.where(R.country == v), credential_countries),
        Filter("state", _l("State"), lambda s, v: s.where(R.state == v), RecommendationState.choices),
        Filter("addressee", _l("To whom"), _to, addressees, varies=True),
        Filter(
            "mc", _l("Micro-credential"), lambda s, v: s.where(R.concerns(v)), kind="text", varies=True, accepts=is_code
        ),
    )

    def statement(self, actor: Actor) -> Rows:
        """Rows of recommendations the actor may see."""
        return (
            select(
                *(R.id, R.text, R.body, R.country, R.state, R.written_on, R.sent_on, R.answered_on, R.answer),
                *(R.follow_up_on, R.is_example),
                Organisation.name.label("addressee"),
                codes_beside(actor, R.link_model, R.id).label("codes"),
            )
            .outerjoin(Organisation, Organisation.id == R.addressee_id)
            .where(queries.visible_to(actor))
        )

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The recommendation's key."""
        return R.id

"""The register of memoranda."""

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import SQLColumnExpression, String, case, cast, func, select

from app.core import clock
from app.core.access import Actor, current_actor
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.listing import Column, Filter, Listing, Rows
from app.core.ranking import FoundBy
from app.core.templating import plain_tr
from app.extensions import db
from app.microcredentials.queries import codes_beside, codes_in, is_code
from app.mou import queries
from app.mou.models import Instrument, Mou, MouParty, MouState
from app.stakeholders.listing import OrganisationListing, countries
from app.stakeholders.models import Organisation

IN_ORDER = {state.value: place for place, state in enumerate(MouState)}
SOON = (30, 90, 365)


def title_of(row: Any) -> str:
    """The title for a file: English where there is one."""
    reading = read_in(row.title, SOURCE_LANGUAGE)
    return reading.text if reading else ""


def called(keys: list[int]) -> dict[int, str]:
    """The titles of those of some memoranda that the reader may see, by their keys."""
    titles = select(Mou.id, Mou.title).where(Mou.id.in_(keys), queries.visible_to(current_actor()))
    return {row.id: plain_tr(row.title) for row in db.session.execute(titles)}


def days_left(last_day: date | None, state: MouState) -> int | None:
    """How many days it is still in force, counting from today; ``None`` where that means nothing."""
    if last_day is None or state not in (MouState.IN_FORCE, MouState.SIGNED):
        return None
    return max(0, (last_day - clock.today()).days)


def _ending_within(statement: Rows, days: str) -> Rows:
    today = clock.today()
    running = Mou.state.in_((MouState.IN_FORCE, MouState.SIGNED))
    return statement.where(running, Mou.last_day.between(today, today + timedelta(days=int(days))))


def _of_party(statement: Rows, key: str) -> Rows:
    organisation = select(MouParty.organisation_id).join(Mou).where(queries.visible_to(current_actor()))
    return statement.where(Organisation.id.in_(organisation.where(Mou.state == key)))


def _names() -> Any:
    """The names of the parties, in one text."""
    return (
        select(func.aggregate_strings(Organisation.name, "; "))
        .select_from(MouParty)
        .join(Organisation, Organisation.id == MouParty.organisation_id)
        .where(MouParty.mou_id == Mou.id)
        .correlate(Mou)
        .scalar_subquery()
    )


def parties_of(row: Any) -> str:
    """The names of the parties, in the order of the alphabet."""
    return "; ".join(sorted((row.names or "").split("; ")))


class MouListing(Listing):
    """Memoranda, newest first."""

    title = _l("Memoranda")
    filename = "mou"
    default_sort = "-id"
    found_by = FoundBy((Mou.title,), Mou.search_key)
    columns = (
        Column("id", _l("Number"), lambda row: queries.reference_of(row.id), sort=Mou.id, in_page=False),
        Column("title", _l("Title"), title_of),
        Column("parties", _l("Parties"), parties_of),
        Column("country", _l("Country"), lambda row: row.country),
        Column("instrument", _l("Kind"), lambda row: row.instrument.value, in_page=False),
        Column("microcredentials", _l("Micro-credentials"), lambda row: " ".join(codes_in(row.codes)), in_page=False),
        Column("signed_on", _l("Signed on"), lambda row: row.signed_on, sort=(Mou.signed_on, Mou.id), in_page=False),
        Column("in_force_from", _l("In force from"), lambda row: row.in_force_from, in_page=False),
        Column("last_day", _l("Ends on"), lambda row: row.last_day, sort=(Mou.last_day, Mou.id), css="fold"),
        Column("days_left", _l("Days left"), lambda row: days_left(row.last_day, row.state), in_page=False),
        Column(
            "state",
            _l("State"),
            lambda row: row.state.value,
            sort=(case(IN_ORDER, value=cast(Mou.state, String)), Mou.id),
        ),
        Column("is_example", _l("Example"), lambda row: "yes" if row.is_example else "", in_page=False),
    )
    filters = (
        Filter("country", _l("Country"), lambda s, v: s.where(Mou.country == v), countries),
        Filter("state", _l("State"), lambda s, v: s.where(Mou.state == v), MouState.choices),
        Filter("instrument", _l("Kind"), lambda s, v: s.where(Mou.instrument == v), Instrument.choices),
        Filter(
            "ends",
            _l("Ends within"),
            _ending_within,
            lambda: [(str(days), _l("%(days)s days", days=days)) for days in SOON],
        ),
        Filter(
            "mc",
            _l("Micro-credential"),
            lambda s, v: s.where(Mou.concerns(v)),
            kind="text",
            varies=True,
            accepts=is_code,
        ),
    )

    def statement(self, actor: Actor) -> Rows:
        """Rows of memoranda the actor may see."""
        return select(
            *(Mou.id, Mou.title, Mou.country, Mou.instrument, Mou.state, Mou.signed_on, Mou.in_force_from),
            *(
                Mou.last_day,
                Mou.is_example,
                _names().label("names"),
                codes_beside(actor, Mou.link_model, Mou.id).label("codes"),
            ),
        ).where(queries.visible_to(actor))

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The memorandum's number."""
        return Mou.id


OrganisationListing.offer(Filter("mou", _l("Memorandum"), _of_party, MouState.choices))

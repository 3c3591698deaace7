"""The list of events."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import SQLColumnExpression, String, cast, func, or_, select

from app.clusters.listing import choices as clusters
from app.clusters.queries import beneath
from app.core import clock
from app.core.access import Actor, current_actor
from app.core.asked import is_day
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.listing import Column, Filter, Listing, Rows
from app.core.ranking import FoundBy
from app.core.templating import plain_tr
from app.events import queries, work_packages
from app.events.models import Event, EventKind, EventState, event_host, event_organisation
from app.microcredentials.queries import codes_beside, codes_in, is_code
from app.stakeholders.listing import countries
from app.stakeholders.models import Organisation

# Filters that say which days are shown; a calendar page does so by itself.
WHEN = frozenset({"period", "day"})
E = Event
PERIODS = (("upcoming", _l("To come")), ("past", _l("Past")))
OPEN = (EventState.PLANNED, EventState.CONFIRMED)


def state_label(code: str) -> Any:
    """The word for a state that a move stored by its code."""
    return EventState(code).label


def shown_state(row: Any) -> tuple[str, Any]:
    """Shape and word for how an event stands; to the signed-in, one that is past and still planned says so."""
    if row.state in OPEN and current_actor().is_authenticated and row.ends_on < clock.today(row.zone):
        return ("late", _l("Late")) if row.kind is EventKind.DEADLINE else ("attention", _l("Was it held?"))
    return row.state.shape, row.state.label


def title_of(row: Any) -> str:
    """The title for a file: English where there is one."""
    reading = read_in(row.title, SOURCE_LANGUAGE)
    return reading.text if reading else ""


def local_time(row: Any, name: str) -> str:
    """The start or the end with its offset, ISO 8601; the day alone for whole days."""
    moment = getattr(row, f"{name}_at")
    return str(moment.astimezone(ZoneInfo(row.zone)).isoformat() if moment else getattr(row, f"{name}_on").isoformat())


def organisers() -> list[tuple[str, str]]:
    """Organisations that organise or host something the actor may see, for a filter."""
    return [(str(row.id), row.name) for row in queries.organisers(current_actor())]


def series() -> list[tuple[str, str]]:
    """Series with an event that the actor may see, for a filter."""
    return [(str(row.id), plain_tr(row.name)) for row in queries.series_of(current_actor())]


def _arranged_by(statement: Rows, key: str) -> Rows:
    """Events that an organisation organises or hosts."""
    hosted = select(event_host.c.event_id).where(event_host.c.organisation_id == int(key))
    return statement.where(or_(E.organiser_id == int(key), E.id.in_(hosted)))


def _of_work_package(statement: Rows, number: str) -> Rows:
    """Events of a work package; its number stands in a JSON list, which both databases can read as text."""
    return statement.where(cast(E.work_packages, String).contains(f'"{number}"', autoescape=True))


def _host_names() -> Any:
    return (
        select(func.aggregate_strings(Organisation.name, "; "))
        .join(event_host, event_host.c.organisation_id == Organisation.id)
        .where(event_host.c.event_id == E.id)
        .correlate(E)
        .scalar_subquery()
    )


def _in_period(statement: Rows, period: str) -> Rows:
    today = clock.today()
    return statement.where(E.ends_on >= today if period == "upcoming" else E.ends_on < today)


def _from_day(statement: Rows, day: str) -> Rows:
    return statement.where(E.ends_on >= date.fromisoformat(day))


def _of_cluster(statement: Rows, key: str) -> Rows:
    """Events of a cluster and of those beneath it."""
    return statement.where(E.cluster_id.in_(beneath(int(key))))


def _concerning(statement: Rows, code: str) -> Rows:
    return statement.where(Event.concerns(code))


class EventListing(Listing):
    """Events, the latest first."""

    title = _l("Events")
    filename = "events"
    default_sort = "-date"
    found_by = FoundBy((E.title, E.city), E.search_key)
    columns = (
        Column("id", _l("Number"), lambda row: row.id, in_page=False),
        Column("date", _l("Date"), lambda row: local_time(row, "starts"), sort=E.starts_on),
        Column("end", _l("End"), lambda row: local_time(row, "ends"), in_page=False),
        Column("zone", _l("Time zone"), lambda row: row.zone, in_page=False),
        Column("title", _l("Title"), title_of),
        Column("kind", _l("Kind"), lambda row: row.kind.value, sort=(E.kind, E.starts_on)),
        Column("format", _l("Form"), lambda row: row.format.value if row.format else "", in_page=False),
        Column("place", _l("Place"), lambda row: row.city or row.venue),
        Column("country", _l("Country"), lambda row: row.country, sort=(E.country, E.starts_on), in_page=False),
        Column("organiser", _l("Organiser"), lambda row: row.organiser, in_page=False),
        Column("hosts", _l("Hosts"), lambda row: "; ".join(sorted((row.hosts or "").split("; "))), in_page=False),
        Column("work_packages", _l("Work packages"), lambda row: " ".join(row.work_packages or ()), in_page=False),
        Column("onsite_seats", _l("Seats on site"), lambda row: row.onsite_seats, in_page=False),
        Column("online_seats", _l("Seats online"), lambda row: row.online_seats, in_page=False),
        Column("cluster", _l("Cluster"), lambda row: row.cluster_id, in_page=False),
        Column("organisations", _l("Organisations"), lambda row: row.organisations, in_page=False),
        Column("women", _l("Women"), lambda row: row.women, in_page=False),
        Column("men", _l("Men"), lambda row: row.men, in_page=False),
        Column("nonbinary", _l("Non-binary"), lambda row: row.nonbinary, in_page=False),
        Column("undisclosed", _l("Not stated"), lambda row: row.undisclosed, in_page=False),
        Column("microcredentials", _l("Micro-credentials"), lambda row: codes_in(row.codes)),
        Column("state", _l("State"), lambda row: row.state.value, sort=(E.state, E.starts_on)),
        Column("visibility", _l("Who may see it"), lambda row: row.visibility.value, in_page=False),
        Column("is_example", _l("Example"), lambda row: "yes" if row.is_example else "", in_page=False),
    )
    filters = (
        Filter("period", _l("When"), _in_period, lambda: PERIODS),
        Filter("day", _l("From"), _from_day, kind="date", accepts=is_day),
        Filter("kind", _l("Kind"), lambda s, v: s.where(E.kind == v), EventKind.choices),
        Filter("country", _l("Country"), lambda s, v: s.where(E.country == v), countries),
        Filter("state", _l("State"), lambda s, v: s.where(E.state == v), EventState.choices),
        Filter("mc", _l("Micro-credential"), _concerning, kind="text", varies=True, accepts=is_code),
        Filter("cluster", _l("Cluster"), _of_cluster, clusters, varies=True),
        Filter("series", _l("Series"), lambda s, v: s.where(E.series_id == int(v)), series, varies=True),
        Filter("organiser", _l("Organiser or host"), _arranged_by, organisers, varies=True),
        Filter("wp", _l("Work package"), _of_work_package, work_packages.choices),
    )

    def statement(self, actor: Actor) -> Rows:
        """Rows of events the actor may see."""
        taking_part = (
            select(func.count())
            .select_from(event_organisation)
            .where(event_organisation.c.event_id == E.id)
            .correlate(E)
            .scalar_subquery()
        )
        return (
            select(
                *(E.id, E.kind, E.title, E.state, E.visibility, E.zone, E.all_day, E.starts_on, E.ends_on, E.starts_at),
                *(E.ends_at, E.format, E.venue, E.city, E.country, E.cluster_id, E.is_example),
                *(E.women, E.men, E.nonbinary, E.undisclosed),
                Organisation.name.label("organiser"),
                *(E.work_packages, E.onsite_seats, E.online_seats),
                _host_names().label("hosts"),
                taking_part.label("organisations"),
                codes_beside(actor, Event.link_model, E.id).label("codes"),
            )
            .outerjoin(Organisation, Organisation.id == E.organiser_id)
            .where(queries.visible_to(actor))
        )

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The event's number."""
        return E.id

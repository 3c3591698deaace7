"""What the front page asks: next events, what waits for the actor, how the countries stand."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import selectinload

from app.core.access import Actor, Permission
from app.core.consortium import Consortium
from app.core.reach import reach
from app.core.states import StateMove
from app.engagement.contact import USUAL, silent_countries
from app.events.models import OVER, Event, EventKind, EventState
from app.events.outcomes.queries import written_of
from app.events.permissions import may_edit
from app.events.queries import visible_to as events_visible_to
from app.events.spans import LONGEST
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.microcredentials.queries import reached
from app.microcredentials.queries import visible_to as microcredentials_visible_to

AHEAD = timedelta(days=60)
MOST = 40
AHEAD_STATES = (EventState.PLANNED, EventState.CONFIRMED, EventState.CANCELLED)
OPEN_EVENT = (EventState.PLANNED, EventState.CONFIRMED)
FINISHED_DESIGN = (MicroCredentialState.FINAL, MicroCredentialState.PUBLISHED)
UNFINISHED_DESIGN = (MicroCredentialState.DRAFT, MicroCredentialState.INTERNAL_REVIEW)


def next_events(actor: Actor, today: date, limit: int = 5) -> list[Event]:
    """What comes next, as the actor may see it; cancelled ones stay visible until their day, held ones do not."""
    return list(
        db.session.scalars(
            select(Event)
            .where(events_visible_to(actor), Event.ends_on >= today, Event.state.in_(AHEAD_STATES))
            # What began longer ago is over; it need not be looked through.
            .where(Event.starts_on >= today - LONGEST)
            .order_by(Event.starts_on, Event.id)
            .limit(limit)
        )
    )


def events_needing(actor: Actor, today: date) -> list[Event]:
    """Events the actor may change that are to be confirmed, reported or written about, the latest first."""
    if not actor.may(Permission.EVENT_EDIT):
        return []
    reached = reach(actor, Permission.EVENT_EDIT, country=Event.country, owned_by=Event.organiser_id.in_)
    statement = (
        select(Event)
        .where(events_visible_to(actor), Event.starts_on <= today + AHEAD)
        .where(reached | (Event.created_by_id == actor.user_id))
        .where(
            Event.state.in_(OPEN_EVENT) | ((Event.state == EventState.HELD) & Event.summary.is_(None) & ~written_of())
        )
        .options(selectinload(Event.microcredential_links))
        .order_by(Event.starts_on.desc())
        .limit(MOST)
    )
    return [event for event in db.session.scalars(statement) if may_edit(actor, event)]


def losing_touch(actor: Actor, today: date) -> dict[str, int]:
    """How many organisations that matter nobody spoke with for long, by the countries the actor answers for."""
    if not actor.may(Permission.MAPPING_EDIT):
        return {}
    countries = actor.countries_for(Permission.MAPPING_EDIT)
    return silent_countries(actor, None if countries is None else sorted(countries), today - timedelta(days=USUAL))


def designs_needing(actor: Actor) -> list[MicroCredential]:
    """Designs that the actor is to complete or to review."""
    to_complete = reached(actor, Permission.MICROCREDENTIAL_EDIT)
    to_review = reached(actor, Permission.MICROCREDENTIAL_PUBLISH)
    in_review = MicroCredential.state == MicroCredentialState.INTERNAL_REVIEW
    statement = (
        select(MicroCredential)
        .where(microcredentials_visible_to(actor), MicroCredential.state.in_(UNFINISHED_DESIGN))
        .where(or_(and_(in_review, to_review), and_(~in_review, to_complete)))
        .options(selectinload(MicroCredential.developers))
        .order_by(MicroCredential.code)
        .limit(MOST)
    )
    return [design for design in db.session.scalars(statement) if _waits_for(actor, design)]


def _waits_for(actor: Actor, design: MicroCredential) -> bool:
    if design.state is MicroCredentialState.INTERNAL_REVIEW:
        return actor.may(Permission.MICROCREDENTIAL_PUBLISH, design)
    return actor.may(Permission.MICROCREDENTIAL_EDIT, design)


@dataclass(frozen=True)
class CountryStanding:
    """How one country stands: its designs, how many are finished, its round table."""

    code: str
    designs: int
    finished: int
    round_table: Event | None


def standings(actor: Actor, consortium: Consortium) -> list[CountryStanding]:
    """How the countries with micro-credentials stand, as the actor may see it; two statements.

    Of a country's round tables the latest that was held counts, and one to come where none was.
    """
    counted = db.session.execute(
        select(
            MicroCredential.country,
            func.count(),
            func.count().filter(MicroCredential.state.in_(FINISHED_DESIGN)),
        )
        .where(microcredentials_visible_to(actor), MicroCredential.state != MicroCredentialState.RETIRED)
        .group_by(MicroCredential.country)
    )
    designs = {country: (total, finished) for country, total, finished in counted}
    held = case((Event.state.in_(OVER), 0), else_=1)
    newest = (
        func.row_number()
        .over(partition_by=Event.country, order_by=(held, Event.starts_on.desc(), Event.id.desc()))
        .label("place")
    )
    ranked = (
        select(Event.id, newest)
        .where(events_visible_to(actor), Event.kind == EventKind.ROUND_TABLE, Event.state != EventState.CANCELLED)
        .subquery()
    )
    tables = db.session.scalars(select(Event).join(ranked, ranked.c.id == Event.id).where(ranked.c.place == 1))
    latest = {event.country: event for event in tables}
    return [
        CountryStanding(country.code, *designs.get(country.code, (0, 0)), latest.get(country.code))
        for country in consortium.credential_countries
    ]


def recent_moves(actor: Actor, limit: int = 6) -> list[tuple[StateMove, MicroCredential]]:
    """The latest move of each micro-credential that people moved and the actor may see, the newest first."""
    latest = (
        select(func.max(StateMove.id))
        .where(StateMove.record_kind == MicroCredential.__tablename__, StateMove.actor_id.is_not(None))
        .group_by(StateMove.record_id)
    )
    rows = db.session.execute(
        select(StateMove, MicroCredential)
        .join(MicroCredential, StateMove.record_id == MicroCredential.id)
        .where(StateMove.id.in_(latest), microcredentials_visible_to(actor))
        .order_by(StateMove.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


def featured(actor: Actor) -> MicroCredential | None:
    """One published micro-credential to show to visitors, a real one before examples."""
    return db.session.scalar(
        select(MicroCredential)
        .where(microcredentials_visible_to(actor), MicroCredential.state == MicroCredentialState.PUBLISHED)
        .options(selectinload(MicroCredential.developers))
        .order_by(MicroCredential.is_example, MicroCredential.code)
        .limit(1)
    )

"""What can be asked about decisions and actions; who may see an event may see what it decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from app.core.access import Actor
from app.core.i18n import SOURCE_LANGUAGE
from app.events import presence
from app.events.agenda.models import AgendaItem
from app.events.agenda.queries import items, only_day
from app.events.agenda.rules import DayOfAgenda, by_day
from app.events.codes import code_of
from app.events.guards import minutes_sources
from app.events.models import Event, EventKind, EventState
from app.events.outcomes.models import Decision, DecisionState, path_of
from app.events.permissions import may_edit
from app.events.queries import visible_to as events_visible_to
from app.events.services import cited_by_number
from app.extensions import db
from app.microcredentials.links import LinkedRecord, LinkKind, register
from app.stakeholders.models import Organisation

Found = Row[*tuple[Any, ...]]
OPEN = (EventState.PLANNED,)
# For a comparison SQLite walks the index of what meetings set, for ``IS NOT NULL`` every event there is.
IS_ACTION = Event.set_by_id > 0
MOST_OPEN = 50


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Decisions of events the actor may see."""
    return Decision.event_id.in_(select(Event.id).where(events_visible_to(actor)))


def decisions(event: Event) -> Sequence[Decision]:
    """The decisions of an event by number, with what superseded each and what each concerns."""
    successor, elsewhere = aliased(Decision), aliased(Event)
    return db.session.scalars(
        select(Decision)
        .where(Decision.event_id == event.id)
        .outerjoin(successor, Decision.replaced_by_id == successor.id)
        .outerjoin(elsewhere, successor.event_id == elsewhere.id)
        .options(
            contains_eager(Decision.replaced_by.of_type(successor)).contains_eager(successor.event.of_type(elsewhere)),
            selectinload(Decision.microcredential_links),
        )
        .order_by(Decision.number)
    ).all()


@dataclass(frozen=True)
class Outcomes:
    """What an event's page says besides the event itself; ``left_open`` are actions of earlier events of its series.

    ``shows_said`` is whether the reader may read what was said at an item: the consortium, whose minutes it is.
    """

    agenda: Sequence[AgendaItem] = ()
    decisions: Sequence[Decision] = ()
    actions: Sequence[Event] = ()
    left_open: Sequence[Event] = ()
    only_day: date | None = None
    shows_said: bool = False

    @property
    def agenda_days(self) -> list[DayOfAgenda]:
        """The agenda, the items of a day together."""
        return by_day(self.agenda, self.only_day)

    @property
    def has_days(self) -> bool:
        """Whether an item of the agenda says its day."""
        return any(item.day for item in self.agenda)

    @property
    def is_empty(self) -> bool:
        """Whether the page has nothing to say of it."""
        return not (self.agenda or self.decisions or self.actions or self.left_open)

    @property
    def is_written(self) -> bool:
        """Whether something was decided, or minutes of the agenda were written."""
        return bool(self.decisions) or any(item.said for item in self.agenda)


def of_event(actor: Actor, event: Event, today: date, there_is: Any) -> Outcomes:
    """Agenda, decisions and actions of an event, as far as ``there_is`` any (``presence``); a deadline has none."""
    if event.kind is EventKind.DEADLINE:
        return Outcomes()
    is_to_come = event.ends_on >= today and event.state is not EventState.CANCELLED
    return Outcomes(
        agenda=items(event) if there_is.agenda else (),
        decisions=decisions(event) if there_is.decisions else (),
        actions=actions(actor, event) if there_is.actions else (),
        left_open=left_open(actor, event) if is_to_come else (),
        only_day=only_day(event),
        shows_said=actor.is_internal,
    )


presence.ask(
    agenda=select(AgendaItem.id).where(AgendaItem.event_id == presence.KEY).exists(),
    decisions=select(Decision.id).where(Decision.event_id == presence.KEY).exists(),
    actions=select(Event.id).where(Event.set_by_id == presence.KEY).exists(),
)


def decision(actor: Actor, event_id: int, decision_id: int) -> Decision:
    """One decision with its event. Raises ``NoResultFound`` where it is not there or not open to the actor."""
    return db.session.execute(
        select(Decision)
        .join(Event, Event.id == Decision.event_id)
        .where(Decision.id == decision_id, Decision.event_id == event_id, events_visible_to(actor))
        .options(joinedload(Decision.event), selectinload(Decision.microcredential_links))
    ).scalar_one()


def replaced_by(decision: Decision) -> Sequence[Decision]:
    """The decisions that this one replaced, or is to replace once it is adopted."""
    return db.session.scalars(
        select(Decision).where(Decision.replaced_by_id == decision.id).order_by(Decision.decided_on, Decision.id)
    ).all()


def in_force(actor: Actor, event: Event) -> Sequence[Decision]:
    """Decisions that hold and that one of this event may supersede, the latest first: earlier ones of the actor's."""
    found = db.session.scalars(
        select(Decision)
        .join(Event, Event.id == Decision.event_id)
        .where(Decision.state == DecisionState.ADOPTED, Decision.decided_on <= event.ends_on, events_visible_to(actor))
        .options(contains_eager(Decision.event))
        .order_by(Decision.decided_on.desc(), Decision.id.desc())
        .limit(200)
    )
    return [decision for decision in found if may_edit(actor, decision.event)]


def actions(actor: Actor, event: Event) -> Sequence[Event]:
    """The actions an event set, by number, as far as they are open to the actor."""
    return db.session.scalars(
        select(Event)
        .where(Event.set_by_id == event.id, events_visible_to(actor))
        .options(joinedload(Event.organiser))
        .order_by(Event.number)
    ).all()


def left_open(actor: Actor, event: Event) -> Sequence[Event]:
    """Actions that earlier events of the same series set and that are still open, by the day they are due."""
    if event.series_id is None or event.kind is EventKind.DEADLINE:
        return ()
    setter = aliased(Event)
    return db.session.scalars(
        select(Event)
        .join(setter, Event.set_by_id == setter.id)
        .where(
            setter.series_id == event.series_id,
            setter.starts_on < event.starts_on,
            Event.state.in_(OPEN),
            events_visible_to(actor),
        )
        .options(joinedload(Event.organiser), contains_eager(Event.set_by.of_type(setter)))
        .order_by(Event.ends_on, Event.id)
        .limit(MOST_OPEN)
    ).all()


def owners(actor: Actor) -> Sequence[Found]:
    """Organisations that answer for an action the actor may see: rows of key and name."""
    owning = select(Event.organiser_id).where(IS_ACTION, events_visible_to(actor))
    return db.session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(owning)).order_by(Organisation.name_key)
    ).all()


def responsible(actor: Actor) -> list[tuple[str, str]]:
    """Who answers in words for an action the actor may see: each text once, with the language it begins in."""
    found = db.session.scalars(
        select(Event.responsible).where(IS_ACTION, Event.responsible.is_not(None), events_visible_to(actor))
    )
    said = {next(iter(sorted(texts.items(), key=lambda each: each[0] != SOURCE_LANGUAGE))) for texts in found if texts}
    return sorted(said, key=lambda each: each[1].casefold())


def written_of() -> ColumnElement[bool]:
    """Whether an event decided something, or minutes of its agenda were written."""
    said = select(AgendaItem.id).where(AgendaItem.event_id == Event.id, AgendaItem.said.is_not(None))
    return or_(select(Decision.id).where(Decision.event_id == Event.id).exists(), said.exists())


def is_written_of(event: Event) -> bool:
    """Whether that holds of one event."""
    return bool(db.session.scalar(select(Event.id).where(Event.id == event.id, written_of())))


minutes_sources.append(is_written_of)


def is_cited(event: Event) -> bool:
    """Whether an event has decisions or actions, which carry its number."""
    decided = select(Decision.id).where(Decision.event_id == event.id).exists()
    return bool(db.session.scalar(select(or_(decided, select(Event.id).where(Event.set_by_id == event.id).exists()))))


cited_by_number.append(is_cited)


def action_code(action: Event) -> str:
    """How people name an action: A3-1 is the first of the third meeting."""
    setter = action.set_by
    return code_of("A", setter.number, setter.id, action.number or 0) if setter else ""


def decision_urls(keys: list[int]) -> dict[int, str]:
    """Where these decisions stand."""
    found = db.session.execute(select(Decision.id, Decision.event_id, Decision.number).where(Decision.id.in_(keys)))
    return {row.id: path_of(row.event_id, row.number) for row in found}


def _linked(row: Found) -> LinkedRecord:
    return LinkedRecord(
        dated=row.dated,
        title=row.text,
        url=path_of(row.event_id, row.number),
        state=row.state,
        is_example=row.is_example,
    )


register(
    LinkKind(
        model=Decision,
        label=_l("Decisions"),
        icon="check2-square",
        visible_to=visible_to,
        columns=(Decision.event_id, Decision.number, Decision.text, Decision.state, Decision.is_example),
        present=_linked,
    )
)

"""The list of what slips in all countries, the item that was due first at the top."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Row, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from app.core import clock
from app.core.access import Actor, current_actor
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.listing import Addition, Column, Filter, Listing, Rows
from app.core.ranking import FoundBy
from app.extensions import db
from app.microcredentials.names import credential_countries
from app.stakeholders.models import Organisation
from app.valorisation.items.models import ItemLevel, PlanItem
from app.valorisation.items.queries import visible_to
from app.valorisation.models import ActionPlan
from app.valorisation.slips import queries
from app.valorisation.slips.queries import Contact, OpenAction
from app.valorisation.slips.rules import days_behind, days_late

I = PlanItem  # noqa: E741 - the columns of this module, named in every line
LATE, MOVED = "late", "moved"
STANDINGS = ((LATE, _l("Late")), (MOVED, _l("Moved, and not due yet")))


def person_of(row: Any) -> str:
    """The person who answers for an item, where the reader may know; else nothing."""
    return " ".join(filter(None, (row.given_name, row.family_name)))


def _text(texts: Any) -> str:
    reading = read_in(texts, SOURCE_LANGUAGE)
    return reading.text if reading else ""


def _told_moves(moves: Sequence[Any]) -> str:
    return "; ".join(
        f"{move.old_due} → {move.new_due} ({': '.join(filter(None, (move.actor_name, move.reason)))})" for move in moves
    )


def _told_contacts(contacts: Sequence[Contact]) -> str:
    return "; ".join(f"{one.name}: {one.last or 'never'}" for one in contacts)


def _told_actions(actions: Sequence[OpenAction]) -> str:
    return "; ".join(f"{one.code} {_text(one.title)} ({one.due_on})" for one in actions)


def _in_file(key: str, label: Any, told: Callable[[Any], str], read: Any) -> Addition:
    """A column of the file alone; the page shows the same with links."""

    def export(value: Any) -> str:
        return told(value or ())  # an item without any is not among what was read

    return Addition(Column(key, label, export), read, beside=("format",))


def responsible() -> list[tuple[str, str]]:
    """Organisations that answer for an item the reader may see, for a filter."""
    answering = select(I.organisation_id).where(visible_to(current_actor()))
    found = db.session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(answering)).order_by(Organisation.name_key)
    )
    return [(str(row.id), row.name) for row in found]


def _standing(statement: Rows, standing: str) -> Rows:
    is_late = I.due_on < clock.today()
    return statement.where(is_late if standing == LATE else ~is_late)


class SlipListing(Listing):
    """What slips on a day: open items that are late, or due later than first promised."""

    title = _l("What slips")
    filename = "what-slips"
    default_sort = "due_on"
    found_by = FoundBy((Organisation.name,), func.coalesce(Organisation.search_key, "") + " | " + ActionPlan.search_key)
    columns = (
        Column("id", _l("Number"), lambda row: row.id, in_page=False),
        Column("country", _l("Country"), lambda row: row.country, sort=(ActionPlan.country, I.due_on)),
        Column("number", _l("Number"), lambda row: row.number, in_page=False),
        Column("item", _l("Item"), lambda row: _text(row.title)),
        Column("level", _l("Level"), lambda row: row.level.value, in_page=False),
        Column("responsible", _l("Answers for it"), lambda row: row.organisation, sort=Organisation.name_key),
        Column("person", _l("Person"), person_of, in_page=False),
        Column("baseline_on", _l("First promised"), lambda row: row.baseline_on, in_page=False),
        Column("due_on", _l("Due on"), lambda row: row.due_on, sort=I.due_on),
        Column("days_late", _l("Days late"), lambda row: days_late(row.due_on, clock.today()), in_page=False),
        Column(
            "days_behind",
            _l("Days behind the first promise"),
            lambda row: days_behind(row.baseline_on, row.due_on, clock.today()),
            in_page=False,
        ),
        Column("moved", _l("Moved"), lambda row: row.moved, sort=queries.moved()),
        Column("waits_for", _l("Waits for")),
        Column("actions", _l("Open actions")),
        Column("is_example", _l("Example"), lambda row: "yes" if row.is_example else "", in_page=False),
    )
    filters = (
        Filter("country", _l("Country"), lambda s, v: s.where(ActionPlan.country == v), credential_countries),
        Filter("level", _l("Level"), lambda s, v: s.where(I.level == v), ItemLevel.choices),
        Filter(
            "responsible",
            _l("Answers for it"),
            lambda s, v: s.where(I.organisation_id == int(v)),
            responsible,
            varies=True,
        ),
        Filter("standing", _l("State"), _standing, lambda: STANDINGS),
    )
    additions = (
        _in_file("moves", _l("Why its day moved"), _told_moves, queries.moves_of),
        _in_file("last_contact", _l("Last contact"), _told_contacts, queries.contacts_of),
        _in_file("open_actions", _l("Open actions"), _told_actions, queries.actions_of),
    )

    def __init__(self, today: date) -> None:
        self.today = today

    def statement(self, actor: Actor) -> Rows:
        """Rows of items that slip and that the actor may see."""
        return queries.rows(actor).where(queries.slipping(self.today))

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """The item's key."""
        return I.id

    def complete(self, session: Session, rows: Sequence[Row[Any]]) -> Mapping[str, Any]:
        """Why each item of the page slips."""
        return {"why": queries.reasons(session.connection(), current_actor(), [row.id for row in rows])}

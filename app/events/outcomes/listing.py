"""The register of decisions and actions across all events."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    Row,
    SQLColumnExpression,
    String,
    and_,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from app.core import clock
from app.core.access import Actor, current_actor
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.list_page import FILES, ListPage
from app.core.listing import Column, Filter, Listing, Rows, is_day
from app.core.ranking import FoundBy
from app.core.templating import plain_tr
from app.events.codes import code_of
from app.events.listing import series
from app.events.models import Event, EventState
from app.events.outcomes import queries
from app.events.outcomes.models import Decision, DecisionState, path_of
from app.events.queries import visible_to as events_visible_to
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import codes_beside, codes_in, is_code
from app.microcredentials.queries import visible_to as microcredentials_visible_to
from app.stakeholders.listing import countries
from app.stakeholders.models import Organisation

DECISION, ACTION = "decision", "action"
KINDS = ((DECISION, _l("Decisions")), (ACTION, _l("Agreed actions")))
STANDINGS = (
    ("open", _l("To be done")),
    ("late", _l("Late")),
    ("done", _l("Done")),
    ("in_force", _l("In force")),
    ("ended", _l("No longer in force")),
)

Action = aliased(Event, name="action")
Successor, SuccessorsEvent = aliased(Decision, name="successor"), aliased(Event, name="successors_event")
# Both as rows of one shape; who may see them is said around it. What a meeting set is told by a comparison, as in
# ``queries.IS_ACTION``.
OUTCOME = union_all(
    select(
        literal(DECISION).label("kind"),
        Decision.id.label("record_id"),
        Decision.event_id.label("event_id"),
        Decision.number.label("number"),
        Decision.text.label("text"),
        Decision.decided_on.label("day"),
        type_coerce(Decision.state, String).label("state"),
        Decision.work_package.label("work_package"),
        Decision.revoked_because.label("revoked_because"),
        Decision.replaced_by_id.label("replaced_by_id"),
        null().label("owner_id"),
        type_coerce(null(), Event.responsible.type).label("responsible"),
        Decision.is_example.label("is_example"),
        Decision.search_key.label("search_key"),
    ),
    select(
        literal(ACTION),
        Action.id,
        Action.set_by_id,
        Action.number,
        Action.title,
        Action.ends_on,
        type_coerce(Action.state, String),
        null(),
        null(),
        null(),
        Action.organiser_id,
        Action.responsible,
        Action.is_example,
        Action.search_key,
    ).where(Action.set_by_id > 0, Action.state != EventState.DRAFT),
).subquery("outcome")
O = OUTCOME.c  # noqa: E741 - the columns of this module, named in every line


def code_of_row(row: Any) -> str:
    """How people name it: D3-2, A3-1."""
    return code_of("D" if row.kind == DECISION else "A", row.meeting_number, row.event_id, row.number)


def url_of_row(row: Any) -> str:
    """Where it stands."""
    return path_of(row.event_id, row.number) if row.kind == DECISION else f"/events/{row.record_id}"


def state_of_row(row: Any) -> tuple[str, Any]:
    """Shape and word for how it stands; an action whose day has passed is late."""
    if row.kind == DECISION:
        return DecisionState(row.state).shape, DecisionState(row.state).label
    state = EventState(row.state)
    if state in queries.OPEN and row.day < clock.today():
        return "late", _l("Late")
    return (state.shape, state.label) if state not in queries.OPEN else ("planned", _l("To be done"))


def note_of_row(row: Any) -> str | None:
    """What is to be known of a decision that no longer holds: why it was revoked, or what took its place."""
    if row.kind == DECISION and row.successor_number:
        code = code_of("D", row.successors_meeting, row.successors_event_id, row.successor_number)
        if row.state == DecisionState.ADOPTED.value:
            return _("%(code)s is to replace it, once it is adopted.", code=code)
        if row.successor_state == DecisionState.REVOKED.value:
            return _("%(code)s was revoked itself; neither holds.", code=code)
        return _("by %(code)s", code=code)
    return _("Why: %(reason)s", reason=row.revoked_because) if row.revoked_because else None


def _text(value: Any) -> str:
    reading = read_in(value, SOURCE_LANGUAGE)
    return reading.text if reading else ""


def _standing(statement: Rows, standing: str) -> Rows:
    is_open = and_(O.kind == ACTION, O.state.in_([state.value for state in queries.OPEN]))
    ended = [DecisionState.SUPERSEDED.value, DecisionState.REVOKED.value]
    return statement.where(
        {
            "open": is_open,
            "late": and_(is_open, O.day < clock.today()),
            "done": and_(O.kind == ACTION, O.state == EventState.DONE.value),
            "in_force": and_(O.kind == DECISION, O.state == DecisionState.ADOPTED.value),
            "ended": and_(O.kind == DECISION, O.state.in_(ended)),
        }.get(standing, false())
    )


def _concerning(statement: Rows, code: str) -> Rows:
    decisions = select(Decision.id).where(Decision.concerns(code))
    actions = select(Action.id).where(Action.id.in_(select(Event.id).where(Event.concerns(code)).correlate(None)))
    is_decision, is_action = O.kind == DECISION, O.kind == ACTION
    return statement.where(
        or_(and_(is_decision, O.record_id.in_(decisions)), and_(is_action, O.record_id.in_(actions)))
    )


def _codes(actor: Actor) -> Any:
    """The codes of the micro-credentials a row concerns, as a column: only for files, of which every row is read."""
    found = [
        codes_beside(actor, link, O.record_id).where(O.kind == kind)
        for kind, link in ((DECISION, Decision.link_model), (ACTION, Event.link_model))
    ]
    return func.coalesce(*found)


def _codes_of(session: Session, actor: Actor, rows: Sequence[Row[Any]]) -> dict[tuple[str, int], list[str]]:
    """The same for the rows of a page, by kind and key; one statement."""
    found = union_all(
        *(
            select(literal(kind), link.record_id, MicroCredential.code)
            .join(MicroCredential, MicroCredential.id == link.microcredential_id)
            .where(
                link.record_id.in_([row.record_id for row in rows if row.kind == kind]),
                microcredentials_visible_to(actor),
            )
            for kind, link in ((DECISION, Decision.link_model), (ACTION, Event.link_model))
        )
    )
    codes: dict[tuple[str, int], list[str]] = {}
    for kind, key, code in sorted(map(tuple, session.connection().execute(found))):
        codes.setdefault((kind, key), []).append(code)
    return codes


class RegisterPage(ListPage):
    """One page of the register, which reads what its rows concern for these alone."""

    def in_order(self) -> Rows:
        """The rows of all pages; in a file each says itself which micro-credentials it concerns."""
        ordered = super().in_order()
        return ordered.add_columns(_codes(self.actor).label("codes")) if self.args.get("format") in FILES else ordered


def owner_of_row(row: Any) -> str:
    """Who answers for it: an organisation, and in words what it alone does not say."""
    return " · ".join(filter(None, (row.owner, plain_tr(row.responsible))))


def owners() -> list[tuple[str, str]]:
    """Who answers for an action the actor may see, for a filter: organisations by key, words by language and text."""
    actor = current_actor()
    said = [(f"{language}:{text}", text) for language, text in queries.responsible(actor)] if actor.is_internal else []
    return [(str(row.id), row.name) for row in queries.owners(actor)] + said


def _owned(statement: Rows, value: str) -> Rows:
    language, colon, text = value.partition(":")
    if not colon:
        return statement.where(O.owner_id == int(value))
    # Who is responsible is often a person: whoever may not read it must not find it out by asking.
    theirs = select(Event.id).where(Event.responsible[language].as_string() == text).correlate(None)
    return statement.where(O.kind == ACTION, O.record_id.in_(theirs) if current_actor().is_internal else false())


class RegisterListing(Listing):
    """Decisions and actions, the latest day first."""

    title = _l("Decisions and actions")
    filename = "decisions-and-actions"
    default_sort = "-day"
    is_put_together = True
    found_by = FoundBy((O.text,), O.search_key)
    columns = (
        Column("code", _l("Number"), code_of_row, sort=(O.event_id, O.kind, O.number)),
        Column("text", _l("What"), lambda row: _text(row.text)),
        Column("meeting", _l("Event"), lambda row: _text(row.meeting)),
        Column("meeting_day", _l("Date of the event"), lambda row: row.meeting_day.isoformat(), in_page=False),
        Column("owner", _l("Answers for it"), owner_of_row),
        Column("day", _l("Decided or due"), lambda row: row.day.isoformat(), sort=O.day),
        Column("work_package", _l("Work package"), lambda row: row.work_package, in_page=False),
        Column("microcredentials", _l("Micro-credentials"), lambda row: codes_in(row.codes)),
        Column("state", _l("State"), lambda row: row.state, sort=(O.state, O.day)),
        Column("note", _l("What became of it"), note_of_row, in_page=False),
        Column("is_example", _l("Example"), lambda row: "yes" if row.is_example else "", in_page=False),
    )
    filters = (
        Filter("kind", _l("Kind"), lambda s, v: s.where(O.kind == v), lambda: KINDS),
        Filter("standing", _l("State"), _standing, lambda: STANDINGS),
        Filter("series", _l("Series"), lambda s, v: s.where(Event.series_id == int(v)), series, varies=True),
        Filter("owner", _l("Answers for it"), _owned, owners, varies=True),
        Filter("country", _l("Country"), lambda s, v: s.where(Event.country == v), countries),
        Filter("mc", _l("Micro-credential"), _concerning, kind="text", varies=True, accepts=is_code),
        Filter("since", _l("Since"), lambda s, v: s.where(O.day >= date.fromisoformat(v)), kind="date", accepts=is_day),
        Filter("until", _l("Until"), lambda s, v: s.where(O.day <= date.fromisoformat(v)), kind="date", accepts=is_day),
    )

    def statement(self, actor: Actor) -> Rows:
        """Decisions of events the actor may see, and the actions it may see."""
        seen = select(Event.id).where(queries.IS_ACTION, events_visible_to(actor)).correlate(None)
        return (
            select(
                *(O.kind, O.record_id, O.event_id, O.number, O.text, O.day, O.state, O.work_package, O.is_example),
                O.revoked_because,
                (O.responsible if actor.is_internal else null()).label("responsible"),
                Successor.number.label("successor_number"),
                type_coerce(Successor.state, String).label("successor_state"),
                Successor.event_id.label("successors_event_id"),
                SuccessorsEvent.number.label("successors_meeting"),
                Event.number.label("meeting_number"),
                Event.title.label("meeting"),
                Event.starts_on.label("meeting_day"),
                Organisation.name.label("owner"),
            )
            .join(Event, Event.id == O.event_id)
            .outerjoin(Organisation, Organisation.id == O.owner_id)
            .outerjoin(Successor, Successor.id == O.replaced_by_id)
            .outerjoin(SuccessorsEvent, SuccessorsEvent.id == Successor.event_id)
            .where(events_visible_to(actor), or_(O.kind == DECISION, O.record_id.in_(seen)))
        )

    def tie_breaker(self) -> SQLColumnExpression[int]:
        """Kind and key as one number."""
        return O.record_id * 2 + case((O.kind == ACTION, 1), else_=0)

    def complete(self, session: Session, rows: Sequence[Row[Any]]) -> Mapping[str, Any]:
        """The codes of the micro-credentials that the rows of a page concern, by kind and key."""
        return {"codes": _codes_of(session, current_actor(), rows)}

    def page(self, session: Session, actor: Actor, path: str, args: Mapping[str, str]) -> RegisterPage:
        """The page of the register that the query arguments ask for."""
        return RegisterPage(self, session, actor, path, args)

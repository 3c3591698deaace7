"""What may happen to decisions and actions: taken, put off, superseded, revoked; set with an owner and a day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from app.core import clock, portal
from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.core.search_key import search_key
from app.events import rules as event_rules
from app.events import services as events
from app.events.facts import EventFacts
from app.events.feedback.choosing import by_keys as points_by_keys
from app.events.feedback.models import FeedbackPoint
from app.events.lines import lines_of
from app.events.models import Event, EventKind, EventState, MeetingType, Visibility
from app.events.outcomes import queries, rules
from app.events.outcomes.models import Decision, DecisionState
from app.events.permissions import check_edit
from app.events.queries import lock
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders import queries as stakeholders
from app.stakeholders.models import Organisation

# What these meetings set concerns the whole consortium, wherever they were held.
OF_ALL = frozenset(MeetingType) - {MeetingType.LGE, MeetingType.BILATERAL}


@dataclass(frozen=True, kw_only=True)
class DecisionFacts:
    """What was decided; ``points`` led to it, and what it ``replaces`` no longer holds because of it."""

    text: dict[str, str]
    decided_on: date
    is_proposed: bool = False
    work_package: str | None = None
    microcredentials: Sequence[MicroCredential] = field(default=())
    points: Sequence[FeedbackPoint] = field(default=())
    replaces: Sequence[Decision] = field(default=())


@dataclass(frozen=True, kw_only=True)
class ActionFacts:
    """Who is to do what by when; ``responsible`` says in words what an organisation alone does not."""

    text: dict[str, str]
    due_on: date
    owner: Organisation | None = None
    responsible: dict[str, str] | None = None
    microcredentials: Sequence[MicroCredential] = field(default=())


# ---- Decisions ----


def check(event: Event, facts: DecisionFacts) -> None:
    """Check what holds of a decision. Raises ``Refused`` with everything that is wrong."""
    day = facts.decided_on
    checks: list[Callable[[], object]] = [
        lambda: rules.check_text(facts.text),
        lambda: rules.check_day(day, event.starts_on, event.ends_on, clock.today(event.zone)),
    ]
    event_rules.all_of(*checks)


def decide(actor: Actor, event: Event, facts: DecisionFacts, *, is_example: bool = False) -> Decision:
    """Write down a decision with the event's next number, adopted unless it is only proposed.

    What a proposal is to replace holds until the proposal is adopted. Raises ``Refused`` for facts that break a rule,
    ``NotLater`` where it does not come after what it replaces, and ``NotAllowed``.
    """
    _check_open(actor, event)
    check(event, facts)
    decision = Decision(
        event=event,
        number=_next(select(func.max(Decision.number)).where(Decision.event_id == event.id)),
        text=facts.text,
        decided_on=facts.decided_on,
        work_package=facts.work_package,
        is_example=is_example,
        created_by_id=actor.user_id,
        search_key=_key(facts.text),
    )
    with db.session.no_autoflush:
        decision.concern(facts.microcredentials)
        decision.points = list(facts.points)
    db.session.add(decision)
    db.session.flush()
    if not facts.is_proposed:
        decision.move_to(DecisionState.ADOPTED, actor)
    for replaced in facts.replaces:
        if facts.is_proposed:
            _promise(actor, replaced, decision)
        else:
            supersede(actor, replaced, decision)
    db.session.flush()
    return decision


def edit(actor: Actor, decision: Decision, version: int | None, facts: DecisionFacts) -> None:
    """Put the wording, the day, what it concerns or what led to it right; the number stays.

    Raises as ``decide``, ``EditConflict``, and ``NotInForce`` for one that was revoked.
    """
    _check_open(actor, decision.event, decision)
    expect_version(decision, version)
    if decision.state is DecisionState.REVOKED:
        raise rules.NotInForce(_("%(code)s was revoked and stays as it was.", code=decision.code))
    check(decision.event, facts)
    _check_order(decision, facts.decided_on)
    decision.text, decision.decided_on = facts.text, facts.decided_on
    decision.work_package, decision.search_key = facts.work_package, _key(facts.text)
    decision.concern(facts.microcredentials)
    # What the actor does not read could not be chosen, and stays.
    open_to = points_by_keys(actor, [point.id for point in decision.points])
    decision.points = [*(point for point in decision.points if point not in open_to), *facts.points]
    decision.updated_at = clock.now()  # Ties alone would leave its version, and an older form would undo them.
    db.session.flush()


def adopt(actor: Actor, decision: Decision, version: int | None) -> None:
    """Adopt what was proposed; what it was to replace gives way.

    Raises ``StateTransitionError``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, decision.event)
    lock(decision.event, decision)
    expect_version(decision, version)
    decision.move_to(DecisionState.ADOPTED, actor)
    for replaced in queries.replaced_by(decision):
        if replaced.state is DecisionState.ADOPTED:
            supersede(actor, replaced, decision)
    db.session.flush()


def revoke(actor: Actor, decision: Decision, version: int | None, reason: str | None) -> None:
    """Say that a decision no longer holds, and why; what it superseded does not come back by itself.

    Raises ``Refused`` without a reason, and as ``adopt``.
    """
    check_edit(actor, decision.event)
    lock(decision.event, decision)
    expect_version(decision, version)
    if not reason:
        raise Refused(reason=_("Say why; whoever relied on it will ask."))
    decision.move_to(DecisionState.REVOKED, actor, reason)
    decision.revoked_because = reason
    for replaced in queries.replaced_by(decision):
        if replaced.state is DecisionState.ADOPTED:
            replaced.replaced_by = None
    db.session.flush()


def supersede(actor: Actor, replaced: Decision, by: Decision) -> None:
    """Let a later decision take the place of one; the actor may change the events of both.

    Raises ``NotLater``, ``NotInForce`` and ``NotAllowed``.
    """
    _check_replacing(actor, replaced, by)
    replaced.replaced_by = by
    replaced.move_to(DecisionState.SUPERSEDED, actor, by.code)


def _promise(actor: Actor, replaced: Decision, by: Decision) -> None:
    """Keep which decision a proposal is to replace. Raises as ``supersede``, and ``PromisedElsewhere``."""
    _check_replacing(actor, replaced, by)
    if replaced.replaced_by is not None:
        raise rules.PromisedElsewhere(
            replaces=_(
                "%(code)s is to be replaced by %(other)s already, which is proposed.",
                code=replaced.code,
                other=replaced.replaced_by.code,
            )
        )
    replaced.replaced_by = by


def _check_replacing(actor: Actor, replaced: Decision, by: Decision) -> None:
    for decision in (replaced, by):
        check_edit(actor, decision.event)
    rules.check_later(_place(replaced), _place(by), replaced.code)
    if replaced.state is not DecisionState.ADOPTED:
        raise rules.NotInForce(replaces=_("%(code)s does not hold any more.", code=replaced.code))


def _check_order(decision: Decision, day: date) -> None:
    """What was replaced stays the earlier one, whichever of the two gets another day. Raises ``NotLater``."""
    place = (day, decision.event_id, decision.number)
    pairs = [(_place(replaced), place, replaced.code) for replaced in queries.replaced_by(decision)]
    if decision.replaced_by is not None:
        pairs.append((place, _place(decision.replaced_by), decision.code))
    try:
        for pair in pairs:
            rules.check_later(*pair)
    except rules.NotLater as refused:
        raise rules.NotLater(decided_on=refused.messages["replaces"]) from refused


def _place(decision: Decision) -> tuple[date, int, int]:
    return decision.decided_on, decision.event_id, decision.number


# ---- Actions ----


def check_action(event: Event, facts: ActionFacts) -> None:
    """Check what holds of an action. Raises ``Refused`` with everything that is wrong."""
    partners = {partner.id for partner in stakeholders.partners()}
    present = {organisation.id for organisation in event.organisations}
    owner = facts.owner.id if facts.owner else None
    checks: list[Callable[[], object]] = [
        lambda: rules.check_text(facts.text),
        lambda: rules.check_due(facts.due_on, event.starts_on),
        lambda: rules.check_owner(owner, partners, present),
    ]
    event_rules.all_of(*checks)


def set_action(actor: Actor, event: Event, facts: ActionFacts) -> Event:
    """Set an action: a deadline of its own, in every calendar that shows deadlines, numbered within the event.

    Raises ``Refused`` for facts that break a rule and ``NotAllowed`` where the actor may not change the event.
    """
    check_edit(actor, event)
    check_action(event, facts)
    deadline = EventFacts(
        kind=EventKind.DEADLINE,
        title=facts.text,
        zone=portal.consortium().zone,
        starts_on=facts.due_on,
        visibility=event.visibility if event.visibility is not Visibility.PUBLIC else Visibility.CONSORTIUM,
        country=None if event.meeting_type in OF_ALL else event.country,
        organiser=facts.owner,
        responsible=facts.responsible,
        microcredentials=facts.microcredentials,
    )
    return plan_action(actor, event, deadline)


def plan_action(actor: Actor, event: Event, deadline: EventFacts) -> Event:
    """Plan a deadline as the next action of an event, whatever it says of itself. Raises as ``set_action``."""
    _check_open(actor, event)
    counted = select(func.max(Event.number)).where(Event.set_by_id == event.id)
    return events.plan(actor, deadline, set_by=event, number=_next(counted), is_example=event.is_example)


# ---- Both ----


def add_lines(actor: Actor, event: Event, language: str, text: str) -> list[Decision]:
    """Write down a decision for each line of a text in one language, taken on the event's last day so far."""
    day, lines = last_day_so_far(event), lines_of(text, rules.LONGEST_DECISION)
    return [decide(actor, event, DecisionFacts(text={language: line}, decided_on=day)) for line in lines]


def last_day_so_far(event: Event) -> date:
    """The day an event's decisions are taken on unless somebody says otherwise."""
    return min(event.ends_on, max(event.starts_on, clock.today(event.zone)))


def _check_open(actor: Actor, event: Event, *parts: Decision) -> None:
    """Hold the event, and whether something can be decided there: numbers are given in turn."""
    check_edit(actor, event)
    lock(event, *parts)
    if event.state in (EventState.CLOSED, EventState.CANCELLED, EventState.DRAFT):
        raise Refused(_("%(state)s: nothing can be decided there.", state=event.state.label))
    events.check_writing(event)


def _next(counted: Select[Any]) -> int:
    """The next number within an event, which is held."""
    return (db.session.scalar(counted) or 0) + 1


def _key(text: dict[str, str]) -> str:
    return " | ".join(dict.fromkeys(filter(None, map(search_key, text.values()))))

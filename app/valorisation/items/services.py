"""What may happen to the items of a plan: added, edited, moved in time and state, done, deleted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.core import clock, portal, records
from app.core.access import Actor
from app.core.consortium import Consortium
from app.core.errors import Refused, StillReferred, expect_version
from app.core.templating import day
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation, Person
from app.valorisation import queries as plans
from app.valorisation.evidence import queries as evidence
from app.valorisation.evidence.services import is_proven
from app.valorisation.items import queries, rules
from app.valorisation.items.models import ItemLevel, ItemSlip, ItemState, Measure, PlanItem
from app.valorisation.models import ActionPlan
from app.valorisation.origins.models import SourceKind
from app.valorisation.origins.services import came_from
from app.valorisation.permissions import check_edit, may_edit
from app.valorisation.rules import check_inside, check_open

NEEDS_REASON = frozenset({ItemState.CANCELLED})
# What features above do after an item was added, changed, moved or deleted, such as calendars.
after_change: list[Callable[[PlanItem], None]] = []


@dataclass(frozen=True, kw_only=True)
class ItemFacts:
    """What an item says, as somebody filled it in.

    ``move_reason`` is why its day is another one than before; ``beyond_reason`` why its days lie outside the project's.
    ``origins`` are kinds and keys of what it came from; ``None`` leaves them as they are.
    """

    title: dict[str, str]
    level: ItemLevel
    due_on: date
    starts_on: date | None = None
    organisation: Organisation | None = None
    person: Person | None = None
    stakeholders: Sequence[Organisation] = field(default=())
    microcredentials: Sequence[MicroCredential] = field(default=())
    indicator: dict[str, str] | None = None
    target: int | None = None
    measure: Measure | None = None
    actual: int | None = None
    actual_source: str | None = None
    beyond_reason: str | None = None
    move_reason: str | None = None
    origins: Sequence[tuple[SourceKind, int]] | None = None


def check(facts: ItemFacts, consortium: Consortium) -> None:
    """Check what holds of every item. Raises ``Refused`` with everything that is wrong."""
    wrong: dict[str, str] = {}
    if not any(facts.title.values()):
        wrong["title"] = _("Write what is to be done, in any of the languages.")
    project = (consortium.start, consortium.end)
    if rules.is_beyond(facts.starts_on, facts.due_on, project) and not facts.beyond_reason:
        wrong |= rules.BeyondProject(day(project[0]), day(project[1])).messages
    for rule, arguments in (
        (rules.check_order, (facts.starts_on, facts.due_on)),
        (rules.check_figures, (facts.measure, facts.actual, facts.actual_source)),
    ):
        try:
            rule(*arguments)
        except Refused as refused:
            wrong |= refused.messages
    for name in ("target", "actual"):
        if (getattr(facts, name) or 0) < 0:
            wrong[name] = _("Write a number that is not below zero.")
    if wrong:
        raise Refused(**wrong)


def add(actor: Actor, plan: ActionPlan, facts: ItemFacts, consortium: Consortium, **marks: Any) -> PlanItem:
    """Add an item with the plan's next number; the day it is due is the one first promised.

    ``marks`` are what only the consortium's own files say: ``is_example``, ``point``. Raises ``Refused`` for facts that
    break a rule, and ``NotAllowed``.
    """
    check_edit(actor, plan)
    change(plan)
    return _added(actor, plan, facts, consortium, **marks)


def _added(actor: Actor, plan: ActionPlan, facts: ItemFacts, consortium: Consortium, **marks: Any) -> PlanItem:
    item = PlanItem(plan=plan, plan_id=plan.id, created_by_id=actor.user_id, baseline_on=facts.due_on, **marks)
    with db.session.no_autoflush:
        _fill(item, facts, consortium)
        came_from(actor, item, facts.origins)
    item.number = queries.next_number(plan)
    db.session.add(item)
    _changed(item)
    return item


def add_from_template(actor: Actor, plan: ActionPlan, consortium: Consortium) -> list[PlanItem]:
    """Add an item for each point of the consortium's template to a plan just begun; its lead answers for them.

    The points of a plan that begins after the project are due in its own time.
    """
    project = (consortium.start, consortium.end)
    template = consortium.plan.of_period((plan.starts_on, plan.ends_on), project)
    return [
        _added(
            actor,
            plan,
            ItemFacts(
                title=point.title,
                level=ItemLevel(point.level),
                starts_on=point.start,
                due_on=point.due,
                organisation=plan.lead,
                indicator=point.indicator,
                target=point.target,
                measure=Measure(point.measure) if point.measure else None,
                beyond_reason=_("It follows the days of its plan.")
                if rules.is_beyond(point.start, point.due, project)
                else None,
            ),
            consortium,
            point=point.code,
            is_example=plan.is_example,
        )
        for point in template.points
    ]


def edit(actor: Actor, item: PlanItem, version: int | None, facts: ItemFacts, consortium: Consortium) -> None:
    """Change an item; a move of its day is kept with its reason and who moved it.

    Raises ``EditConflict`` when somebody saved in between, ``MovedWithoutReason``, ``Refused`` and ``NotAllowed``.
    """
    check_edit(actor, item)
    expect_version(item, version)
    change(item.plan)
    is_promised, old = bool(item.plan.versions), item.due_on
    rules.check_move(old, facts.due_on, is_promised, facts.move_reason)
    rules.check_begun(facts.starts_on, item.done_on)
    with db.session.no_autoflush:
        _fill(item, facts, consortium)
        came_from(actor, item, facts.origins)
    if not may_edit(actor, item):
        raise Refused(organisation=_("Then you could not change it any more; leave the organisation as it is."))
    if old != facts.due_on:
        if not is_promised:
            item.baseline_on = facts.due_on
        db.session.add(
            ItemSlip(
                item=item,
                old_due=old,
                new_due=facts.due_on,
                reason=facts.move_reason,
                actor_id=actor.user_id,
                actor_name=actor.name,
            )
        )
    item.updated_at = clock.now()
    _changed(item)


def move(actor: Actor, item: PlanItem, version: int | None, state: ItemState, reason: str | None = None) -> None:
    """Move an item to another state, but for calling it done.

    Raises ``StateTransitionError``, ``Refused`` without a reason where one is needed, ``EditConflict``, ``NotAllowed``.
    """
    check_edit(actor, item)
    expect_version(item, version)
    change(item.plan)
    if state is ItemState.DONE:
        raise Refused(_("An item is done with its day and its evidence."))
    reopens = item.state is ItemState.DONE
    if (reopens or state in NEEDS_REASON) and item.moves.allows(item.state, state) and not reason:
        raise Refused(reason=_("Write why, in a few words."))
    item.move_to(state, actor, reason)
    item.done_on = None
    item.updated_at = clock.now()
    _changed(item)


def finish(actor: Actor, item: PlanItem, version: int | None, done_on: date, reason: str | None = None) -> None:
    """Call an item done since a day that has come, with evidence that holds.

    ``reason`` is why that day lies outside the project or before the plan begins. Raises ``NotProven``,
    ``OutsidePeriod``, ``Refused``, ``StateTransitionError``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, item)
    change(item.plan)
    evidence.lock(item)
    expect_version(item, version)
    consortium = portal.consortium()
    if item.moves.allows(item.state, ItemState.DONE):
        rules.check_done(done_on, item.starts_on, clock.today(), is_proven(item))
        check_inside(done_on, item.expected_within((consortium.start, consortium.end)), reason)
        item.done_on = done_on
    item.move_to(ItemState.DONE, actor, reason)
    item.updated_at = clock.now()
    _changed(item)


def delete(actor: Actor, item: PlanItem, version: int | None) -> None:
    """Delete an item of a plan that was never approved. Raises ``Refused``, ``StillReferred`` and ``EditConflict``."""
    check_edit(actor, item)
    expect_version(item, version)
    change(item.plan)
    if item.plan.versions:
        raise Refused(_("The plan was approved, so its items stay. Cancel this one instead."))
    referrers = records.referrers(db.session, item, queries.OWN_TABLES)
    if referrers:
        raise StillReferred(_("Other records refer to this item. Cancel it instead."), referrers)
    db.session.delete(item)
    _changed(item)


def change(plan: ActionPlan) -> None:
    """Hold a plan of which an item changes: whoever looked at it before approves another one, and meets a conflict.

    Raises ``Refused`` where it has ended.
    """
    plans.lock(plan)
    check_open(plan.state)
    plan.updated_at = clock.now()


def _changed(item: PlanItem) -> None:
    db.session.flush()
    for follow in after_change:
        follow(item)


def _fill(item: PlanItem, facts: ItemFacts, consortium: Consortium) -> None:
    check(facts, consortium)
    apart = ("microcredentials", "move_reason", "organisation", "origins", "person", "stakeholders")
    for entry in fields(facts):
        if entry.name not in apart:
            setattr(item, entry.name, getattr(facts, entry.name))
    if not rules.is_beyond(facts.starts_on, facts.due_on, (consortium.start, consortium.end)):
        item.beyond_reason = None
    item.organisation, item.organisation_id = facts.organisation, facts.organisation.id if facts.organisation else None
    item.person, item.person_id = facts.person, facts.person.id if facts.person else None
    item.stakeholders = list(facts.stakeholders)
    item.concern(facts.microcredentials)

"""What may happen to action plans: begun, edited, moved on, approved, written anew, deleted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _

from app.core import clock
from app.core.access import Actor, Permission
from app.core.canonical import sha256_of
from app.core.consortium import Consortium
from app.core.errors import Refused, StillReferred, expect_version
from app.core.search_key import search_key
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation import content, queries, rules
from app.valorisation.items import queries as items
from app.valorisation.items.services import add_from_template
from app.valorisation.models import SECTIONS, WRITTEN_IN, ActionPlan, PlanState, PlanVersion
from app.valorisation.permissions import check_edit, may_edit

NEEDS_REASON = frozenset({PlanState.ARCHIVED})
# What features above do after a plan was changed, moved on, approved or deleted, such as calendars.
after_change: list[Callable[[ActionPlan], None]] = []


@dataclass(frozen=True, kw_only=True)
class PlanFacts:
    """What an action plan says, as somebody filled it in; ``country`` is an ISO alpha-2 code."""

    country: str
    starts_on: date
    ends_on: date
    lead: Organisation | None = None
    legal_framework: dict[str, str] | None = None
    recognition_route: dict[str, str] | None = None
    stakeholders: dict[str, str] | None = None
    objectives: dict[str, str] | None = None
    risks: dict[str, str] | None = None
    sustainability: dict[str, str] | None = None
    microcredentials: Sequence[MicroCredential] = field(default=())


def check(facts: PlanFacts, consortium: Consortium) -> None:
    """Check what holds of every plan. Raises ``Refused`` with everything that is wrong."""
    wrong: dict[str, str] = {}
    countries = [country.code for country in consortium.credential_countries]
    for rule, arguments in (
        (rules.check_country, (facts.country, countries)),
        (rules.check_period, (facts.starts_on, facts.ends_on)),
        (rules.check_priorities, (facts.country, {one.code: one.country for one in facts.microcredentials})),
    ):
        try:
            rule(*arguments)
        except Refused as refused:
            wrong |= refused.messages
    if wrong:
        raise Refused(**wrong)


def begin(actor: Actor, facts: PlanFacts, consortium: Consortium, **marks: Any) -> ActionPlan:
    """Begin a country's plan from the consortium's template, with an item for each of its points.

    ``marks`` are what only the consortium's own files say: ``is_example``. Raises ``Refused`` for facts that break a
    rule, ``OutOfReach`` and ``NotAllowed`` where the actor may not have a plan there.
    """
    plan = ActionPlan(created_by_id=actor.user_id, template=consortium.plan.code, **marks)
    with db.session.no_autoflush:
        _fill(plan, facts, consortium)
    actor.check(Permission.PLAN_EDIT, plan, at="country")
    db.session.add(plan)
    db.session.flush()
    add_from_template(actor, plan, consortium)
    return plan


def edit(actor: Actor, plan: ActionPlan, version: int | None, facts: PlanFacts, consortium: Consortium) -> None:
    """Change what a plan says, while it is a draft or in consultation.

    Raises ``EditConflict`` when somebody saved in between, ``Refused`` and ``NotAllowed``.
    """
    check_edit(actor, plan)
    expect_version(plan, version)
    check_written(plan)
    if plan.versions and facts.country != plan.country:
        raise Refused(country=_("It was approved for its country. Begin another plan for this one."))
    with db.session.no_autoflush:
        _fill(plan, facts, consortium)
    if not may_edit(actor, plan):
        raise Refused(country=_("Then you could not change it any more; leave country and organisation as they are."))
    plan.updated_at = clock.now()
    _changed(plan)


def move(actor: Actor, plan: ActionPlan, version: int | None, state: PlanState, reason: str | None = None) -> None:
    """Move a plan on, but for approving it; back to a draft, it becomes the next version.

    Raises ``StateTransitionError`` for a move that the table does not have, ``Refused`` without a reason where one is
    needed, ``StillOpen``, ``AnotherHolds`` for a completed one that would be carried out again, ``EditConflict`` and
    ``NotAllowed``.
    """
    check_edit(actor, plan)
    expect_version(plan, version)
    if state is PlanState.APPROVED:
        raise Refused(_("A plan is approved on its own page."))
    starts_anew = state is PlanState.DRAFT and plan.state not in WRITTEN_IN
    reopens = plan.state is PlanState.COMPLETED and state is PlanState.IN_EXECUTION
    if needs_approval(plan, state):
        actor.check(Permission.PLAN_APPROVE, plan)
    if not reason and plan.moves.allows(plan.state, state) and (starts_anew or reopens or state in NEEDS_REASON):
        raise Refused(reason=_("Write why, in a few words."))
    if plan.moves.allows(plan.state, state) and state is PlanState.COMPLETED:
        rules.check_completed(items.still_open(plan), reason)
    if reopens and queries.another_holds(plan):
        raise rules.AnotherHolds
    plan.move_to(state, actor, reason)
    plan.updated_at = clock.now()
    _changed(plan)


def needs_approval(plan: ActionPlan, state: PlanState) -> bool:
    """Whether a move is for those alone who may approve the plan: what was approved is theirs to change or to end."""
    # A draft of the next version is still the plan that the country was promised.
    gives_up = state is PlanState.ARCHIVED and bool(plan.versions)
    return state is PlanState.APPROVED or plan.state not in WRITTEN_IN or gives_up


def onwards(actor: Actor, plan: ActionPlan) -> tuple[PlanState, ...]:
    """The states that the actor may move a plan to from where it is, in the order of the table."""
    if not may_edit(actor, plan):
        return ()
    approves = actor.may(Permission.PLAN_APPROVE, plan)
    ahead = map(PlanState, plan.moves.onwards(plan.state))
    return tuple(state for state in ahead if approves or not needs_approval(plan, state))


def lacking(plan: ActionPlan) -> list[str]:
    """What a plan lacks to be approved, a sentence each."""
    written = {name: bool(getattr(plan, name)) for name in SECTIONS}
    return rules.missing_for_approval(written, plan.lead_id is not None, len(plan.microcredential_links))


def approve(
    actor: Actor, plan: ActionPlan, version: int | None, approved_on: date, note: str | None = None
) -> PlanVersion:
    """Approve what a plan says now, as its next version.

    Two who approve plans of one country at once: the databases refuse the second. Raises ``NotReadyToApprove``,
    ``AnotherHolds``, ``Refused`` for a day to come, ``StateTransitionError``, ``EditConflict`` and ``NotAllowed``.
    """
    actor.check(Permission.PLAN_APPROVE, plan)
    expect_version(plan, version)
    if plan.moves.allows(plan.state, PlanState.APPROVED):
        rules.check_approval(lacking(plan), queries.another_holds(plan), approved_on, clock.today())
        if plan.approved and approved_on < plan.approved.approved_on:
            raise Refused(approved_on=_("The version before was approved later."))
    plan.move_to(PlanState.APPROVED, actor, note)
    said = content.of(plan, items.all_of(plan))
    approved = PlanVersion(
        plan=plan,
        number=len(plan.versions) + 1,
        content=said,
        sha256=sha256_of(said),
        approved_on=approved_on,
        note=note,
        actor_id=actor.user_id,
        actor_name=actor.name,
    )
    db.session.add(approved)
    plan.updated_at = clock.now()
    _changed(plan)
    return approved


def delete(actor: Actor, plan: ActionPlan, version: int | None) -> None:
    """Delete a plan that was never approved and that nothing refers to.

    Raises ``StillReferred``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, plan)
    expect_version(plan, version)
    found = referrers(plan)
    if found:
        raise StillReferred(_("Other records refer to this plan. Archive it instead."), found)
    db.session.delete(plan)
    _changed(plan)


def referrers(plan: ActionPlan) -> list[str]:
    """What the records are called that refer to a plan, or to its items, and are no part of it."""
    return list(dict.fromkeys([*queries.referrers(plan), *items.referrers(plan)]))


def check_written(plan: ActionPlan) -> None:
    """Refuse to change the words of a plan that is approved or has ended."""
    rules.check_open(plan.state)
    if plan.state not in WRITTEN_IN:
        raise Refused(
            _("%(state)s: what was approved stays as it is. Begin its next version first.", state=plan.state.label)
        )


def _changed(plan: ActionPlan) -> None:
    db.session.flush()
    for follow in after_change:
        follow(plan)


def _fill(plan: ActionPlan, facts: PlanFacts, consortium: Consortium) -> None:
    check(facts, consortium)
    for name in ("country", "starts_on", "ends_on", *SECTIONS):
        setattr(plan, name, getattr(facts, name) or None)
    plan.lead = facts.lead
    plan.lead_id = facts.lead.id if facts.lead else None
    plan.concern(facts.microcredentials)
    names = [*consortium.by_country[facts.country].name.values(), facts.lead.name if facts.lead else ""]
    plan.search_key = " | ".join(dict.fromkeys(filter(None, map(search_key, names))))

"""What may happen to milestones: planned, edited, moved, reached, withdrawn. None waits for another."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app.core import clock, portal
from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation.evidence import queries as evidence
from app.valorisation.evidence.services import is_proven
from app.valorisation.permissions import check_edit
from app.valorisation.rules import check_inside
from app.valorisation.tracks import queries, rules
from app.valorisation.tracks.models import OPEN, Milestone, MilestoneKind, MilestoneSlip, MilestoneState


@dataclass(frozen=True, kw_only=True)
class ReachFacts:
    """What is said when a milestone is reached: by whose decision, as far as it was not written before.

    ``reason`` is why its day lies outside the project's.
    """

    authority: Organisation | None = None
    decision_reference: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class MilestoneFacts:
    """What a milestone says, as somebody filled it in; ``move_reason`` is why its planned day is another one."""

    planned_on: date | None = None
    valid_until: date | None = None
    authority: Organisation | None = None
    decision_reference: str | None = None
    legal_basis: str | None = None
    learners: int | None = None
    note: dict[str, str] | None = None
    move_reason: str | None = None


def plan(
    actor: Actor, microcredential: MicroCredential, kind: MilestoneKind, facts: MilestoneFacts, **marks: Any
) -> Milestone:
    """Plan a milestone of a micro-credential.

    ``marks`` are what only the consortium's own files say: ``is_example``. Raises ``AnotherOpen``, ``Refused`` without
    a day, and ``NotAllowed``.
    """
    made = Milestone(
        microcredential=microcredential,
        microcredential_id=microcredential.id,
        kind=kind,
        created_by_id=None,
        baseline_on=facts.planned_on,
        **marks,
    )
    with db.session.no_autoflush:
        check_edit(actor, made)
        made.created_by_id = actor.user_id
        _fill(made, facts)
        if _another_open(microcredential.id, kind):
            raise rules.AnotherOpen
    db.session.add(made)
    db.session.flush()
    return made


def edit(actor: Actor, found: Milestone, version: int | None, facts: MilestoneFacts) -> None:
    """Change a milestone; a move of its planned day is kept with its reason and who moved it.

    Raises ``EditConflict``, ``MovedWithoutReason``, ``Refused`` and ``NotAllowed``.
    """
    check_edit(actor, found)
    expect_version(found, version)
    old = found.planned_on
    moves = found.state in OPEN and old is not None and facts.planned_on not in (None, old)
    if moves and not facts.move_reason:
        raise rules.MovedWithoutReason
    with db.session.no_autoflush:
        _fill(found, facts)
        if found.state is MilestoneState.REACHED:
            _check_decided(found)
    if moves and old is not None and facts.planned_on is not None:
        db.session.add(
            MilestoneSlip(
                milestone_id=found.id,
                old_planned=old,
                new_planned=facts.planned_on,
                reason=facts.move_reason,
                actor_id=actor.user_id,
                actor_name=actor.name,
            )
        )
    found.updated_at = clock.now()
    db.session.flush()


def reach(
    actor: Actor, found: Milestone, version: int | None, reached_on: date, facts: ReachFacts | None = None
) -> None:
    """Say that a milestone is reached since a day that has come, with evidence that holds and concerns it.

    Raises ``NotProven``, ``NotConsulted``, ``OutsidePeriod``, ``Refused``, ``StateTransitionError``, ``EditConflict``
    and ``NotAllowed``.
    """
    said, consortium = facts or ReachFacts(), portal.consortium()
    check_edit(actor, found)
    evidence.lock(found)
    expect_version(found, version)
    if found.moves.allows(found.state, MilestoneState.REACHED):
        rules.check_reached(reached_on, clock.today(), is_proven(found))
        rules.check_days(found.planned_on, reached_on, found.valid_until)
        check_inside(reached_on, (consortium.start, consortium.end), said.reason)
        if said.authority is not None:
            found.authority, found.authority_id = said.authority, said.authority.id
        found.decision_reference = said.decision_reference or found.decision_reference
        _check_decided(found)
        key = found.microcredential_id
        if found.kind is MilestoneKind.CONSULTED:
            rules.check_consulted(found.kind, queries.consultations(key), queries.unanswered(key))
        found.reached_on = reached_on
    found.move_to(MilestoneState.REACHED, actor, said.reason)
    found.updated_at = clock.now()
    db.session.flush()


def move(actor: Actor, found: Milestone, version: int | None, state: MilestoneState, reason: str | None = None) -> None:
    """Begin a milestone, plan it again, or withdraw it with a reason; what was reached stays to be seen.

    Raises ``StateTransitionError``, ``Refused`` without a reason, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, found)
    expect_version(found, version)
    if state is MilestoneState.REACHED:
        raise Refused(_("A milestone is reached with its day and its evidence."))
    if state is MilestoneState.WITHDRAWN and found.moves.allows(found.state, state) and not reason:
        raise Refused(reason=_("Say why; whoever relied on it will ask."))
    found.move_to(state, actor, reason)
    found.updated_at = clock.now()
    db.session.flush()


def _check_decided(found: Milestone) -> None:
    level = found.microcredential.nqf_level_code
    rules.check_decided(found.kind, found.authority is not None, found.decision_reference, level)


def _another_open(microcredential_id: int, kind: MilestoneKind) -> bool:
    wanted = select(Milestone.id).where(
        Milestone.microcredential_id == microcredential_id, Milestone.kind == kind, Milestone.state.in_(OPEN)
    )
    return db.session.scalar(wanted.limit(1)) is not None


def _fill(found: Milestone, facts: MilestoneFacts) -> None:
    if found.state in (None, *OPEN) and facts.planned_on is None:
        raise Refused(planned_on=_("Choose a day."))
    if (facts.learners or 0) < 0:
        raise Refused(learners=_("Write a number that is not below zero."))
    planned_on = facts.planned_on if found.state in (None, *OPEN) else None
    rules.check_days(planned_on, found.reached_on, facts.valid_until)
    for entry in fields(facts):
        if entry.name not in ("authority", "move_reason", "planned_on"):
            setattr(found, entry.name, getattr(facts, entry.name))
    if found.state in (None, *OPEN):
        found.planned_on = facts.planned_on
    found.authority, found.authority_id = facts.authority, facts.authority.id if facts.authority else None

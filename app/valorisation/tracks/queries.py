"""What can be asked about milestones: of one micro-credential, and of all at once for the overview."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, func, select, true, type_coerce
from sqlalchemy.orm import joinedload

from app.core import portal
from app.core.access import Actor
from app.core.database import plain_rows
from app.core.states import moves_of
from app.events.feedback.models import Disposition, FeedbackPoint
from app.events.models import OVER, Event, EventKind
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import visible_to as microcredentials_visible_to
from app.mou.models import Mou
from app.valorisation.asof import AsOf, days_before, standing_on, states_before
from app.valorisation.criterion.queries import rule_on
from app.valorisation.evidence.concerns import doubted, doubtful, names_others, of_another_country
from app.valorisation.evidence.holding import holding
from app.valorisation.evidence.models import Evidence
from app.valorisation.evidence.proofs import Proof, proofs_of
from app.valorisation.rules import is_outside
from app.valorisation.tracks.models import OPEN, Milestone, MilestoneKind, MilestoneSlip, MilestoneState
from app.valorisation.tracks.valorised import Reached, Verdict, judge

Found = Row[*tuple[Any, ...]]
# Codes are looked up here: of twenty thousand rows the database's own type of an enum costs as much as the rows.
_KINDS = {kind.value: kind for kind in MilestoneKind}
_STATES = {state.value: state for state in MilestoneState}


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Milestones the actor may see: the consortium all, everybody else what was reached."""
    return true() if actor.is_internal else Milestone.state == MilestoneState.REACHED


def proofs(
    actor: Actor, milestones: Sequence[Milestone], *wanted: ColumnElement[bool]
) -> dict[int, list[tuple[Evidence, Proof]]]:
    """What is, or ever was, evidence of milestones by their keys, the oldest first, with what is doubtful about it."""
    reached_on = {one.id: one.reached_on for one in milestones}
    rows = db.session.execute(
        select(Evidence, names_others(), of_another_country())
        .join(Milestone, Milestone.id == Evidence.milestone_id)
        .where(Milestone.id.in_(reached_on), *wanted)
        .order_by(Evidence.id)
    ).all()
    told = proofs_of(actor, [row[0] for row in rows])
    found: dict[int, list[tuple[Evidence, Proof]]] = {}
    for piece, is_of_others, is_foreign in rows:
        if piece.id in told and piece.milestone_id is not None:
            day = reached_on[piece.milestone_id]
            proof = doubted(told[piece.id], day, is_of_others=is_of_others, is_foreign=is_foreign)
            found.setdefault(piece.milestone_id, []).append((piece, proof))
    return found


# Made once, because making a statement costs as much as asking it.
_PROVEN = holding(Evidence.milestone_id).where(Evidence.milestone_id.is_not(None))
_KNOWN = select(
    *(Milestone.id, Milestone.microcredential_id),
    *(type_coerce(Milestone.kind, String), type_coerce(Milestone.state, String)),
    *(Milestone.reached_on, Milestone.valid_until, func.coalesce(Milestone.planned_on, Milestone.baseline_on)),
).order_by(Milestone.id)


def reached(asked: AsOf, keys: Collection[int] | None = None) -> dict[int, list[Reached]]:
    """What is known of the milestones of micro-credentials on a day, of all where no ``keys`` are given.

    Two statements; of a past day five, since then states and planned days are those it had.
    """
    proven = set(db.session.connection().scalars(_PROVEN))
    states = states_before(Milestone.__tablename__, asked)
    days = days_before(MilestoneSlip, MilestoneSlip.milestone_id, MilestoneSlip.old_planned, asked)
    later = _made_later(asked)
    statement = _KNOWN if keys is None else _KNOWN.where(Milestone.microcredential_id.in_(keys))
    found: dict[int, list[Reached]] = {}
    # Of twenty thousand milestones few differ in what their state on the day follows from, so it is found once for all.
    stood: dict[tuple[str, str | None, bool], MilestoneState] = {}
    day, make = asked.day, Reached._make
    # Taken apart at once, because a row that is asked for its columns one by one costs as much as reading it.
    for key, design, kind, state, reached_on, valid_until, planned_on in plain_rows(db.session, statement):
        is_reached = reached_on is not None and reached_on <= day
        if not is_reached:
            if key in later:
                continue
            reached_on = None  # noqa: PLW2901 - on that day it was not
        seen = (state, states.get(key), is_reached)
        standing = stood.get(seen)
        if standing is None:
            standing = stood[seen] = state_on(_STATES[state], seen[1], is_reached)
        due = days.get(key, planned_on) if days else planned_on
        # The named tuple's quicker way in; what is doubtful nobody asks of all of them.
        known = make((_KINDS[kind], standing, reached_on, valid_until, key in proven, due, key, False))
        one = found.get(design)
        if one is None:
            found[design] = [known]
        else:
            one.append(known)
    return found


def _made_later(asked: AsOf) -> frozenset[int]:
    """Milestones that nobody had planned yet on a past day; one statement."""
    if not asked.is_past:
        return frozenset()
    return frozenset(
        db.session.scalars(select(Milestone.id).where(asked.between(Milestone.created_at, Milestone.created_by_id)))
    )


def state_on(now: MilestoneState, before: str | None, is_reached: bool) -> MilestoneState:
    """The state of a milestone on a day: ``before`` is what it was then if it moved since; pure.

    That it was reached rules by its day, whenever somebody entered it; what is reached by then and was withdrawn since
    had been reached.
    """
    then = MilestoneState(before) if before else now
    if now is MilestoneState.REACHED or (before and now is MilestoneState.WITHDRAWN):
        if is_reached:
            return MilestoneState.REACHED
        return then if then in OPEN else MilestoneState.PLANNED
    return then


def memoranda(asked: AsOf, keys: Collection[int] | None = None) -> dict[int, int]:
    """How many signed memoranda stood behind each micro-credential on a day; one statement."""
    statement = _signed(asked)
    if keys is not None:
        statement = statement.where(Mou.link_model.microcredential_id.in_(keys))
    return dict(map(tuple, plain_rows(db.session, statement)))


@lru_cache(maxsize=64)
def _signed(asked: AsOf) -> Select[*tuple[Any, ...]]:
    link = Mou.link_model
    return (
        select(link.microcredential_id, func.count())
        .join(Mou, Mou.id == link.record_id)
        .where(standing_on(asked))
        .group_by(link.microcredential_id)
    )


def verdicts(keys: Collection[int], today: date) -> dict[int, Verdict]:
    """Whether each of these micro-credentials counts as valorised on a day, by the rule that holds on it.

    Four statements, of a past day seven.
    """
    asked = AsOf.on(today)
    rule, known, signed = rule_on(today).ways, reached(asked, keys), memoranda(asked, keys)
    return {key: judge(rule, known.get(key, ()), signed.get(key, 0), today) for key in keys}


def milestone(actor: Actor, milestone_id: int) -> Milestone:
    """One milestone with its micro-credential. Raises ``NoResultFound``."""
    wanted = (
        select(Milestone)
        .join(Milestone.microcredential)
        .where(Milestone.id == milestone_id, visible_to(actor), microcredentials_visible_to(actor))
        .options(joinedload(Milestone.microcredential), joinedload(Milestone.authority))
    )
    return db.session.execute(wanted).unique().scalar_one()


def is_outside_project(found: Milestone) -> bool:
    """Whether it was reached before the project began or after it ended; its history says why."""
    consortium = portal.consortium()
    return found.reached_on is not None and is_outside(found.reached_on, (consortium.start, consortium.end))


def is_doubtful(found: Milestone) -> bool:
    """Whether it is reached, and all that proves it concerns others."""
    return found.state is MilestoneState.REACHED and bool(doubtful([found.id]))


def slips(found: Milestone) -> Sequence[MilestoneSlip]:
    """Every move of its day, the latest first."""
    wanted = select(MilestoneSlip).where(MilestoneSlip.milestone_id == found.id).order_by(MilestoneSlip.id.desc())
    return db.session.scalars(wanted).all()


def history(found: Milestone) -> Sequence[Found]:
    """How a milestone came to its state, oldest first."""
    return moves_of(db.session, found)


def consultations(microcredential_id: int) -> int:
    """How many consultations and round tables about a micro-credential were held."""
    link = Event.link_model
    kinds = (EventKind.CONSULTATION, EventKind.ROUND_TABLE)
    wanted = (
        select(func.count(Event.id))
        .join(link, link.record_id == Event.id)
        .where(link.microcredential_id == microcredential_id, Event.kind.in_(kinds), Event.state.in_(OVER))
    )
    return db.session.scalar(wanted) or 0


def unanswered(microcredential_id: int) -> int:
    """How many points of feedback about a micro-credential have no answer yet."""
    link = FeedbackPoint.link_model
    wanted = (
        select(func.count(FeedbackPoint.id))
        .join(link, link.record_id == FeedbackPoint.id)
        .where(link.microcredential_id == microcredential_id, FeedbackPoint.state == Disposition.OPEN)
    )
    return db.session.scalar(wanted) or 0


def codes_of(keys: Collection[int]) -> dict[int, str]:
    """The codes of the micro-credentials that milestones belong to, by the keys of the milestones."""
    rows = db.session.execute(
        select(Milestone.id, MicroCredential.code).join(Milestone.microcredential).where(Milestone.id.in_(keys))
    )
    return {row.id: row.code for row in rows}

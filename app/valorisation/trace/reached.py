"""The later steps of a chain: what proves items, memoranda, and the milestones that follow from them."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.access import Actor
from app.core.templating import day
from app.extensions import db
from app.microcredentials.queries import visible_to as microcredentials_visible_to
from app.mou.models import Mou, MouState
from app.mou.queries import visible_to as memoranda_visible_to
from app.valorisation.evidence.models import Evidence
from app.valorisation.trace.chain import Ref, Step, StepKind
from app.valorisation.trace.start import MOST, Start, Trace
from app.valorisation.tracks.models import Milestone
from app.valorisation.tracks.queries import visible_to as milestones_visible_to

# By what evidence ties an item to a milestone besides memoranda, which are steps of their own.
_SHARED = (Evidence.event_id, Evidence.minutes_version_id, Evidence.document_id)
K = StepKind


def proofs_of_items(trace: Trace) -> Sequence[Evidence]:
    """What is evidence of the items of a trace now."""
    wanted = select(Evidence).where(Evidence.item_id.in_(trace.keys(K.ITEM)), Evidence.withdrawn_at.is_(None))
    return db.session.scalars(wanted).all()


def milestones_of(
    actor: Actor, start: Start, trace: Trace, proofs: Sequence[Evidence]
) -> Sequence[tuple[Milestone, Evidence | None]]:
    """Milestones as often as something is evidence of each: of the micro-credential, or proven by what proves items."""
    wanted = (
        select(Milestone, Evidence)
        .join(Milestone.microcredential)
        .outerjoin(Evidence, (Evidence.milestone_id == Milestone.id) & Evidence.withdrawn_at.is_(None))
        .where(milestones_visible_to(actor), microcredentials_visible_to(actor))
        .options(joinedload(Milestone.microcredential))
        .order_by(Milestone.id.desc(), Evidence.id)
        .limit(MOST + 1)
    )
    if start.microcredential is not None:
        wanted = wanted.where(Milestone.microcredential_id == start.microcredential)
    else:
        decisions = trace.keys(K.DECISION) if start.begins_at(K.POINT, K.DECISION) else []
        ways = [column.in_(_values(proofs, column)) for column in (Evidence.mou_id, *_SHARED)]
        wanted = wanted.where(or_(Evidence.decision_id.in_(decisions), *ways))
    return [(milestone, piece) for milestone, piece in db.session.execute(wanted)]


def _values(proofs: Iterable[Evidence], column: Any) -> list[int]:
    return [key for piece in proofs if (key := getattr(piece, column.key)) is not None]


def milestone_step(actor: Actor, start: Start, one: Milestone) -> Step:
    """A milestone as a step; who opens no milestones finds it on the page of its micro-credential."""
    code = one.microcredential.code
    opens = f"/valorisation/milestones/{one.id}" if actor.is_internal else f"/microcredentials/{code}#tracks"
    expired = one.has_expired(clock.today())
    return Step(
        *(K.MILESTONE, one.id, {}, opens, one.reached_on or one.planned_on, one.standing(clock.today())),
        code="" if start.microcredential is not None else code,
        label=one.kind.label,
        note=_("expired on %(day)s", day=day(one.valid_until)) if expired else "",
        is_example=one.is_example,
    )


def memoranda_of(actor: Actor, start: Start, keys: Iterable[int]) -> list[Step]:
    """Memoranda with these keys, and those to begin with; drafts and withdrawn ones lead to nothing."""
    dated = func.coalesce(Mou.signed_on, Mou.effective_from).label("dated")
    wanted = (
        select(Mou.id, Mou.title, Mou.state, dated, Mou.is_example)
        .where(
            start.here(Mou, K.MEMORANDUM) | Mou.id.in_(keys),
            Mou.state.not_in((MouState.DRAFT, MouState.WITHDRAWN)),
            memoranda_visible_to(actor),
        )
        .order_by(Mou.id.desc())
        .limit(MOST + 1)
    )
    return [
        Step(K.MEMORANDUM, row.id, row.title, f"/mou/{row.id}", row.dated, row.state, is_example=row.is_example)
        for row in db.session.execute(wanted)
    ]


def tie_evidence(
    trace: Trace, proofs: Sequence[Evidence], milestones: Sequence[tuple[Milestone, Evidence | None]]
) -> None:
    """An item leads to the memorandum that proves it, and a milestone follows from what proves it."""
    items: dict[tuple[str, int], list[Ref]] = {}
    for piece in proofs:
        if piece.mou_id is not None and piece.item_id is not None:
            trace.ties.append(((K.ITEM, piece.item_id), (K.MEMORANDUM, piece.mou_id)))
        for column in _SHARED:
            if (key := getattr(piece, column.key)) is not None and piece.item_id is not None:
                items.setdefault((column.key, key), []).append((K.ITEM, piece.item_id))
    for milestone, proof in milestones:
        reached = (K.MILESTONE, milestone.id)
        if proof is None:
            continue
        if proof.mou_id is not None:
            trace.ties.append(((K.MEMORANDUM, proof.mou_id), reached))
        if proof.decision_id is not None:
            trace.ties.append(((K.DECISION, proof.decision_id), reached))
        for column in _SHARED:
            trace.ties += [(item, reached) for item in items.get((column.key, getattr(proof, column.key)), ())]

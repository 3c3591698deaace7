"""Evidence is added and withdrawn; it is never deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from flask_babel import gettext as _

from app.core import clock, portal
from app.core.access import Actor
from app.core.errors import Refused, expect_version
from app.core.files import keep
from app.extensions import db
from app.valorisation.evidence import queries
from app.valorisation.evidence.concerns import of_others
from app.valorisation.evidence.models import COLUMNS, Evidence, ProofKind
from app.valorisation.items.models import ItemState, PlanItem
from app.valorisation.permissions import check_edit
from app.valorisation.rules import check_open
from app.valorisation.tracks.models import Milestone, MilestoneState

# What counts as reached, and therefore keeps its last evidence.
REACHED = frozenset({ItemState.DONE, MilestoneState.REACHED})


@dataclass(frozen=True)
class SentFile:
    """A file as somebody sent it."""

    stream: IO[bytes]
    name: str


def add(
    actor: Actor,
    owner: PlanItem | Milestone,
    records: Sequence[tuple[ProofKind, int]],
    *,
    file: SentFile | None = None,
    note: str | None = None,
) -> list[Evidence]:
    """Say that records, and a file, prove an item or a milestone.

    Raises ``Refused`` for none, for what is there already, and of a plan that has ended; and ``NotAllowed``.
    """
    check_edit(actor, owner)
    _check_open(owner)
    if not records and file is None:
        raise Refused(records=_("Choose a record, or send a file."))
    there = {(piece.kind, piece.key) for piece in queries.of(owner) if piece.withdrawn_at is None}
    if there & set(records):
        raise Refused(records=_("One of these is evidence of it already."))
    proofs: list[dict[str, Any]] = [{COLUMNS[kind]: key} for kind, key in dict.fromkeys(records)]
    if file is not None:
        kept = keep(db.session, portal.files(), file.stream, file.name, actor.user_id)
        proofs.append({COLUMNS[ProofKind.FILE]: kept.id})
    place = "item" if isinstance(owner, PlanItem) else "milestone"
    made = [Evidence(**{place: owner}, note=note, added_by_name=actor.name, **proof) for proof in proofs]
    db.session.add_all(made)
    db.session.flush()
    return made


def withdraw(actor: Actor, piece: Evidence, version: int | None, reason: str | None) -> None:
    """Say that something is no evidence any more, and why; it stays to be seen.

    Of what counts as reached the last one that holds stays, and so does the last that concerns it itself. Raises
    ``Refused``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, piece.owner)
    _check_open(piece.owner)
    queries.lock(piece.owner)  # Of two who withdraw the last two pieces, the second sees that one is left.
    expect_version(piece, version)
    if piece.withdrawn_at is not None:
        raise Refused(_("This was withdrawn already."))
    if not reason:
        raise Refused(reason=_("Say why; whoever relied on it will ask."))
    if piece.owner.state in REACHED and _is_last(piece):
        raise Refused(_("It is the last evidence of what counts as done. Add other evidence first, or take that back."))
    piece.withdrawn_at, piece.withdrawn_by_name, piece.withdrawal_reason = clock.now(), actor.name, reason
    db.session.flush()


def _check_open(owner: PlanItem | Milestone) -> None:
    if isinstance(owner, PlanItem):
        check_open(owner.plan.state)


def is_proven(owner: PlanItem | Milestone) -> bool:
    """Whether evidence holds now, other than what concerns other micro-credentials."""
    return bool(_proving(owner, queries.holding_of(owner)))


def _proving(owner: PlanItem | Milestone, holding: set[int]) -> set[int]:
    return holding - of_others([owner.id]) if isinstance(owner, Milestone) else holding


def _is_last(piece: Evidence) -> bool:
    """Whether without it nothing holds, or nothing but what concerns other micro-credentials, which it does not."""
    holding = queries.holding_of(piece.owner)
    return holding <= {piece.id} or _proving(piece.owner, holding) == {piece.id}

"""The tracks of one micro-credential as its page shows them, read as rows and told only where no part of it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from app.core.access import Actor
from app.core.database import plain_rows
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.mou.models import Mou
from app.stakeholders.models import Organisation
from app.valorisation.asof import AsOf, standing_on
from app.valorisation.criterion.models import ValorisedRule
from app.valorisation.criterion.queries import COLUMNS as RULE
from app.valorisation.criterion.queries import Settled, number_on, settled
from app.valorisation.evidence.concerns import doubted, names_others, of_another_country
from app.valorisation.evidence.models import COLUMNS, Evidence, NamesRecord
from app.valorisation.evidence.proofs import Proof, Records, records_of, told
from app.valorisation.tracks.models import TRACKS, Milestone, MilestoneKind, MilestoneState, OnTrack
from app.valorisation.tracks.queries import visible_to
from app.valorisation.tracks.valorised import MEMORANDUM, Reached, Verdict, judge

# Where the columns of a row begin that belong to a milestone, after the memoranda and the rule, and those of a piece.
_OF_ALL = 1 + len(RULE)
_OF_PIECE = _OF_ALL + 9
_ORDER = {kind: place for place, kind in enumerate(kind for kinds in TRACKS.values() for kind in kinds)}


@dataclass(frozen=True)
class Step(OnTrack):
    """A milestone as a row: what its line shows."""

    id: int
    kind: MilestoneKind
    state: MilestoneState
    planned_on: date | None
    reached_on: date | None
    valid_until: date | None
    decision_reference: str | None
    is_example: bool
    authority: str | None


@dataclass(frozen=True)
class Piece(NamesRecord):
    """A piece of evidence as a row; its columns in the order of ``COLUMNS``, the file the last."""

    id: int
    milestone_id: int
    is_of_others: bool
    is_foreign: bool
    event_id: int | None
    minutes_version_id: int | None
    mou_id: int | None
    decision_id: int | None
    document_id: int | None
    file_id: int | None


@dataclass(frozen=True)
class TracksOf:
    """The milestones of one micro-credential by track, what proves each, and whether it counts as valorised by a rule.

    All of it follows from ``facts``. ``signed`` memoranda stand behind it ``today``.
    """

    actor: Actor
    today: date
    steps: Sequence[Step]
    pieces: Sequence[Piece]
    records: Records
    signed: int
    rule: Settled

    @property
    def facts(self) -> tuple[Any, ...]:
        """What the page shows of them, besides the reader (see ``kept``)."""
        return self.today, tuple(self.steps), tuple(self.pieces), self.records, self.signed, self.rule.facts

    @cached_property
    def proofs(self) -> Mapping[int, Sequence[tuple[Piece, Proof]]]:
        """What proves each milestone, by its key, the oldest first, with what is doubtful about it."""
        worth, reached_on = told(self.actor, self.pieces, self.records), {one.id: one.reached_on for one in self.steps}
        found: dict[int, list[tuple[Piece, Proof]]] = {}
        for piece in self.pieces:
            if piece.id in worth:
                day = reached_on[piece.milestone_id]
                proof = doubted(worth[piece.id], day, is_of_others=piece.is_of_others, is_foreign=piece.is_foreign)
                found.setdefault(piece.milestone_id, []).append((piece, proof))
        return found

    @cached_property
    def verdict(self) -> Verdict | None:
        """Whether it counts; ``None`` without milestones where each way of the rule asks for one."""
        if not self.steps and not _is_met_without(self.rule):
            return None
        known = [
            Reached(
                *(one.kind, one.state, one.reached_on, one.valid_until),
                is_proven=bool(self._holding(one)),
                is_doubtful=one.id in self.doubtful,
            )
            for one in self.steps
        ]
        return judge(self.rule.ways, known, self.signed, self.today)

    @cached_property
    def doubtful(self) -> frozenset[int]:
        """Keys of milestones that are reached, all of whose evidence concerns others, as ``concerns.doubtful``."""
        if not self.actor.is_internal:
            return frozenset()
        reached = ((one.id, self._holding(one)) for one in self.steps if one.state is MilestoneState.REACHED)
        return frozenset(
            key for key, pieces in reached if pieces and all(one.is_of_others or one.is_foreign for one in pieces)
        )

    def _holding(self, step: Step) -> list[Piece]:
        return [piece for piece, proof in self.proofs.get(step.id, ()) if proof.holds]


def _is_met_without(rule: Settled) -> bool:
    """Whether a memorandum alone can be enough."""
    return any(set(way) == {MEMORANDUM} for way in rule.ways)


def tracks_of(actor: Actor, microcredential: MicroCredential, today: date) -> TracksOf:
    """Everything the page of a micro-credential says of its tracks.

    One statement for the rule, the milestones and what was named as their evidence; one for each kind of it.
    """
    rows = plain_rows(db.session, _steps(actor, AsOf.on(today)), {"microcredential": microcredential.id})
    signed, *rule = rows[0][:_OF_ALL]
    steps = {row[_OF_ALL]: Step(*row[_OF_ALL:_OF_PIECE]) for row in rows if row[_OF_ALL] is not None}
    pieces = sorted((Piece(*row[_OF_PIECE:]) for row in rows if row[_OF_PIECE] is not None), key=lambda one: one.id)
    in_order = sorted(steps.values(), key=lambda one: (_ORDER[one.kind], one.id))
    return TracksOf(actor, today, in_order, pieces, records_of(actor, pieces), signed, settled(*rule))


def _signed(asked: AsOf) -> Any:
    link = Mou.link_model
    counted = select(func.count()).select_from(link).join(Mou, Mou.id == link.record_id)
    here = link.microcredential_id == bindparam("microcredential")
    return counted.where(here, standing_on(asked)).scalar_subquery()


@lru_cache(maxsize=256)
def _steps(actor: Actor, asked: AsOf) -> Select[*tuple[Any, ...]]:
    here = Milestone.microcredential_id == bindparam("microcredential")
    rule = number_on(asked.day)
    named = (getattr(Evidence, column) for column in COLUMNS.values())
    # From the number of the rule, which is a row also where there is no milestone, and where no rule was settled.
    return (
        select(
            *(_signed(asked), *RULE),
            *(Milestone.id, Milestone.kind, Milestone.state, Milestone.planned_on, Milestone.reached_on),
            *(Milestone.valid_until, Milestone.decision_reference, Milestone.is_example, Organisation.name),
            *(Evidence.id, Evidence.milestone_id, names_others(), of_another_country(), *named),
        )
        .select_from(rule)
        .outerjoin(ValorisedRule, ValorisedRule.number == rule.c.number)
        .outerjoin(Milestone, here & visible_to(actor))
        .outerjoin(Organisation, Organisation.id == Milestone.authority_id)
        .outerjoin(Evidence, (Evidence.milestone_id == Milestone.id) & Evidence.withdrawn_at.is_(None))
    )

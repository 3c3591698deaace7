"""What can be asked about imports; each person sees their own, and whoever answers for everything sees all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import joinedload

from app.core.access import Actor
from app.extensions import db
from app.stakeholders import queries
from app.stakeholders.imports.models import (
    ColumnMapping,
    Decision,
    ImportBatch,
    ImportKind,
    ImportRow,
    Outcome,
    Verdict,
)
from app.stakeholders.models import Organisation, Person

PER_PAGE = 50
CHUNK = 500


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Imports the actor may see."""
    return true() if actor.sees_everything else ImportBatch.user_id == actor.user_id


def batch(actor: Actor, batch_id: int) -> ImportBatch:
    """One import with its file. Raises ``NoResultFound`` when it is not there or not open to the actor."""
    statement = select(ImportBatch).where(ImportBatch.id == batch_id, visible_to(actor))
    return db.session.execute(statement.options(joinedload(ImportBatch.file))).scalar_one()


def remembered(actor: Actor, kind: ImportKind, head_key: str) -> ColumnMapping | None:
    """How the actor mapped the columns of a file with these headings the last time."""
    return db.session.scalar(
        select(ColumnMapping).where(
            ColumnMapping.user_id == actor.user_id, ColumnMapping.kind == kind, ColumnMapping.head_key == head_key
        )
    )


@dataclass(frozen=True)
class Counts:
    """How many rows of a batch were found to be what, and what became of them; how many are undecided."""

    verdicts: dict[Verdict, int]
    decisions: dict[Decision, int]
    outcomes: dict[Outcome, int]
    undecided: int = 0

    @property
    def kept(self) -> int:
        """Rows that were not undone."""
        return self.outcomes.get(Outcome.KEPT, 0)

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(self.verdicts.values())

    @property
    def writes(self) -> int:
        """Rows that would be written."""
        return sum(count for decision, count in self.decisions.items() if decision is not Decision.SKIP)


def counts(batch: ImportBatch) -> Counts:
    """Rows by verdict, decision and outcome, in one statement."""
    found: tuple[dict[Any, int], dict[Any, int], dict[Any, int]] = ({}, {}, {})
    rows = db.session.execute(
        select(ImportRow.verdict, ImportRow.decision, ImportRow.outcome, func.count())
        .where(ImportRow.batch_id == batch.id)
        .group_by(ImportRow.verdict, ImportRow.decision, ImportRow.outcome)
    )
    undecided = 0
    for *terms, count in rows:
        undecided += count if terms[0] is Verdict.UNSURE and terms[1] is Decision.SKIP else 0
        for term, table in zip(terms, found, strict=True):
            if term is not None:
                table[term] = table.get(term, 0) + count
    verdicts, decisions, outcomes = found
    return Counts(_in_order(Verdict, verdicts), _in_order(Decision, decisions), _in_order(Outcome, outcomes), undecided)


def _in_order(terms: Iterable[Any], found: dict[Any, int]) -> dict[Any, int]:
    return {term: found[term] for term in terms if term in found}


def rows(batch: ImportBatch, which: Verdict | Outcome | None, page: int) -> Sequence[ImportRow]:
    """One page of a batch's rows, all or those of one verdict or outcome."""
    statement = _rows(batch, which).limit(PER_PAGE).offset((max(1, page) - 1) * PER_PAGE)
    return db.session.scalars(statement).all()


def rows_by_keys(batch: ImportBatch, keys: Iterable[int]) -> Sequence[ImportRow]:
    """The batch's own rows among these."""
    return db.session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.id.in_(keys))).all()


def _rows(batch: ImportBatch, which: Verdict | Outcome | None) -> Select[ImportRow]:
    statement = select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.number)
    if isinstance(which, Verdict):
        return statement.where(ImportRow.verdict == which)
    return statement.where(ImportRow.outcome == which) if which is not None else statement


def result_rows(batch_id: int) -> Iterable[list[Any]]:
    """What became of each row, for the result file; in pieces, so that a long one costs no memory."""
    last = 0
    while True:
        found = db.session.scalars(
            select(ImportRow)
            .where(ImportRow.batch_id == batch_id, ImportRow.number > last)
            .order_by(ImportRow.number)
            .limit(CHUNK)
        ).all()
        for row in found:
            faults = [f"{fault['column']}: {fault['message']}" for fault in row.faults]
            told = (row.outcome or row.decision, row.record_id or row.target_id, row.label, row.note)
            yield [row.number, *(term or "" for term in told), "\n".join(faults)]
        if len(found) < CHUNK:
            return
        last = found[-1].number
        db.session.expunge_all()


def names_of(actor: Actor, kind: ImportKind, keys: Iterable[int]) -> dict[int, str]:
    """What records are called, by their keys."""
    if kind is ImportKind.PEOPLE:
        people = select(Person).where(Person.id.in_(set(keys)), queries.people_visible_to(actor))
        return {person.id: person.name for person in db.session.scalars(people)}
    found = select(Organisation.id, Organisation.name).where(Organisation.id.in_(set(keys)), queries.visible_to(actor))
    return {row.id: row.name for row in db.session.execute(found)}

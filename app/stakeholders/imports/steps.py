"""The work of an import in steps: reading, checking, importing; undoing has a file of its own.

Each step does the next rows for about a second, because SQLite has one writer and everybody else waits for it, and
says whether any were left. Done again after an interruption it goes on where the last
whole step ended: a row and what became of it are written together.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from time import monotonic
from typing import IO, Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from app.core.errors import DomainError
from app.core.sheets import OpenSheet, open_sheet
from app.core.told import told as _
from app.extensions import db
from app.stakeholders.imports.checking import Checker, Finding
from app.stakeholders.imports.models import Decision, ImportBatch, ImportKind, ImportRow, Outcome, Verdict
from app.stakeholders.imports.vcards import is_cards, open_cards

# Rows that are looked at together, and of those that are written one by one; a step may end before the last of them.
CHUNK, WRITTEN = 500, 100
# Fewer on a busy machine, since what a step loads for rows it does not come to is loaded again by the next; never fewer
# than these.
LEAST = 25
SECONDS = 1.0
MOST_ROWS = 50_000


def open_table(stream: IO[bytes], kind: ImportKind | None, name: str = "") -> tuple[ImportKind | None, OpenSheet]:
    """A file as a table, and what its rows are where it says so itself. Raises ``Refused``."""
    if is_cards(stream):
        return open_cards(stream, kind, MOST_ROWS)
    return kind, open_sheet(stream, MOST_ROWS, name)


# ---- Reading ----


def read(batch: ImportBatch, sheet: OpenSheet, most: int) -> bool:
    """Store the next rows of the table, at most so many; answers whether there may be more."""
    found = list(islice(sheet.rows, most))
    if found:
        blank = {"label": "", "candidates": [], "changes": [], "faults": []}
        db.session.execute(
            insert(ImportRow),
            [
                {
                    "batch_id": batch.id,
                    "number": row.number,
                    "cells": {name: cell for name, cell in row.cells.items() if cell},
                    "formulas": sorted(row.formulas),
                    **blank,
                }
                for row in found
            ],
        )
    batch.rows_read += len(found)
    batch.read_all = len(found) < most
    if batch.read_all:
        batch.notes = list(sheet.notes)
    db.session.flush()
    return not batch.read_all


# ---- Checking ----


def check(checker: Checker, batch: ImportBatch) -> bool:
    """Examine the next rows that nobody examined yet; answers whether there were any."""
    begun = monotonic()
    rows = next_rows(batch, ImportRow.verdict.is_(None), checker.at_once or CHUNK)
    if not rows:
        return False
    checker.ready(rows)
    twins: dict[str, int] = {}
    done = []
    for row in in_time(rows):
        finding = checker.examine(row)
        note_down(row, finding, checker)
        if row.twin_key and row.verdict is not Verdict.FAULTY:
            twins.setdefault(row.twin_key, row.number)
        done.append(row)
    _tell_twins(batch, done, twins)
    batch.rows_done += len(done)
    db.session.flush()
    checker.at_once = paced(len(done), monotonic() - begun, CHUNK)
    return True


def note_down(row: ImportRow, finding: Finding, checker: Checker) -> None:
    """Store what a row came to, and what is proposed to do with it."""
    row.label = checker.label(row)
    row.verdict, row.decision = finding.verdict, finding.proposal
    row.target_id = finding.record.id if finding.record is not None else None
    row.version = finding.record.version if finding.record is not None else None
    row.candidates, row.note, row.faults = list(finding.candidates), finding.note, finding.faults
    row.changes = finding.told_changes
    row.twin_key = checker.twin_key(row, finding)


def _tell_twins(batch: ImportBatch, rows: Sequence[ImportRow], twins: dict[str, int]) -> None:
    """Propose nothing for a row that is about the same record as one before it."""
    earlier = db.session.execute(
        select(ImportRow.twin_key, func.min(ImportRow.number))
        .where(
            *(ImportRow.batch_id == batch.id, ImportRow.twin_key.in_(twins), ImportRow.number < rows[0].number),
            ImportRow.verdict != Verdict.FAULTY,
        )
        .group_by(ImportRow.twin_key)
    )
    first = {**twins, **{key: number for key, number in earlier if key}}
    for row in rows:
        number = first.get(row.twin_key or "")
        if number is not None and number < row.number and row.decision is not Decision.SKIP:
            row.verdict, row.decision = Verdict.UNSURE, Decision.SKIP
            row.note = _("Row %(row)s is about the same one.", row=number)


# ---- Importing ----


def carry_out(checker: Checker, batch: ImportBatch) -> bool:
    """Do what was decided about the next rows; answers whether there were any."""
    begun, before = monotonic(), batch.rows_done
    rows = next_rows(batch, ImportRow.outcome.is_(None), checker.at_once or WRITTEN)
    if not rows:
        return False
    checker.ready(rows, looks_alike=False)
    for row in in_time(rows):
        batch.rows_done += 1
        if row.verdict is Verdict.SAME:
            row.outcome, row.record_id = Outcome.UNCHANGED, row.target_id
        elif row.decision is Decision.SKIP or row.verdict is Verdict.FAULTY:
            row.outcome = Outcome.SKIPPED
        else:
            _carry_out_one(checker, row)
    db.session.flush()
    checker.at_once = paced(batch.rows_done - before, monotonic() - begun, WRITTEN)
    return True


def _carry_out_one(checker: Checker, row: ImportRow) -> None:
    finding = checker.examine(row, (row.decision or Decision.SKIP, row.target_id))
    if finding.faults:
        row.faults = finding.faults
        _refuse(row, _("The row has faults by now."))
    elif finding.told_changes != row.changes:
        _refuse(row, _("It changed since this was shown. Check the file again."))
    elif finding.record is None and (newer := _entered_meanwhile(checker, row)):
        _refuse(row, _("Somebody entered one of this name since: #%(number)s. Check the file again.", number=newer))
    else:
        try:
            with db.session.begin_nested():
                _save(checker, row, finding)
        except DomainError as error:
            _refuse(row, str(error))
        except (IntegrityError, StatementError, StaleDataError):
            _refuse(row, _("The database does not accept it: somebody changed it at the same moment."))


def _entered_meanwhile(checker: Checker, row: ImportRow) -> int | None:
    """A record of the row's name that is there by now, was not shown, and that this file did not bring itself."""
    found = set(checker.same_as(row)) - set(row.candidates)
    if not found:
        return None
    own = select(ImportRow.record_id).where(ImportRow.batch_id == row.batch_id, ImportRow.record_id.in_(found))
    return min(found - set(db.session.scalars(own)), default=None)


def _save(checker: Checker, row: ImportRow, finding: Finding) -> None:
    register = checker.register
    row.changes = [change for change in row.changes if "kept" not in change]
    if finding.record is None:
        record, row.outcome, row.old = register.create(finding.facts), Outcome.CREATED, None
    else:
        record, row.outcome = finding.record, Outcome.UPDATED
        row.old = register.frozen(register.facts_of(record))
        register.edit(record, finding.facts)
    db.session.flush()
    row.record_id, row.version = record.id, record.version


def _refuse(row: ImportRow, message: str) -> None:
    row.outcome, row.note = Outcome.REFUSED, message


def next_rows(batch: ImportBatch, condition: Any, most: int, backwards: bool = False) -> Sequence[ImportRow]:
    """The next rows of a batch of which a condition holds, at most so many, from the first or from the last."""
    order = ImportRow.number.desc() if backwards else ImportRow.number
    statement = select(ImportRow).where(ImportRow.batch_id == batch.id, condition).order_by(order).limit(most)
    return db.session.scalars(statement).all()


def in_time(rows: Iterable[ImportRow]) -> Iterator[ImportRow]:
    """The rows until the step has lasted long enough, one at least; the others are left for the next step."""
    ends_at = monotonic() + SECONDS
    for row in rows:
        yield row
        if monotonic() > ends_at:
            return


def paced(done: int, seconds: float, most: int) -> int:
    """How many rows the next step takes, after one that did so many in so long: what fits, ``LEAST`` at least."""
    return most if seconds <= 0 else max(LEAST, min(most, int(done * SECONDS / seconds)))


def locked(batch_id: int) -> ImportBatch | None:
    """A batch that nobody else works on until this transaction ends."""
    statement = select(ImportBatch).where(ImportBatch.id == batch_id).options(joinedload(ImportBatch.file))
    return db.session.scalars(statement.with_for_update(of=ImportBatch)).one_or_none()

"""The work of an import in steps of some hundred rows: reading, checking, importing, undoing.

Each step does the next rows and says whether any were left. Done again after an interruption it goes on where the last
whole step ended: a row and what became of it are written together.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any

from flask_babel import gettext as _
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from app.core import records
from app.core.access import Actor
from app.core.consortium import Consortium
from app.core.database import Base
from app.core.errors import DomainError, Refused
from app.core.files import FileStore
from app.core.sheets import OpenSheet, open_sheet
from app.extensions import db
from app.stakeholders.imports.checking import Checker, Finding, proposed
from app.stakeholders.imports.models import Decision, ImportBatch, ImportKind, ImportRow, Outcome, Verdict
from app.stakeholders.imports.registers import REGISTERS
from app.stakeholders.imports.vcards import is_cards, open_cards

CHUNK = 250
MOST_ROWS = 50_000
OWNED = frozenset({"organisation_name"})
SPOOLED = 4 * 1024 * 1024


@contextmanager
def opened(store: FileStore, sha256: str) -> Iterator[IO[bytes]]:
    """The bytes of a stored file, to be read from anywhere. Raises ``Refused``."""
    with tempfile.SpooledTemporaryFile(SPOOLED) as copy:
        try:
            for chunk in store.chunks(sha256):
                copy.write(chunk)
        except FileNotFoundError:
            raise Refused(_("The file is no longer there. Send it again.")) from None
        copy.seek(0)
        yield copy


def open_table(stream: IO[bytes], kind: ImportKind | None) -> tuple[ImportKind | None, OpenSheet]:
    """A file as a table, and what its rows are where it says so itself. Raises ``Refused``."""
    if is_cards(stream):
        return open_cards(stream, kind, MOST_ROWS)
    return kind, open_sheet(stream, MOST_ROWS)


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
    rows = _next(batch, ImportRow.verdict.is_(None))
    if not rows:
        return False
    checker.ready(rows)
    twins: dict[str, int] = {}
    for row in rows:
        finding = checker.examine(row)
        note_down(row, finding, checker)
        if row.twin_key:
            twins.setdefault(row.twin_key, row.number)
    _tell_twins(batch, rows, twins)
    batch.rows_done += len(rows)
    db.session.flush()
    return True


def note_down(row: ImportRow, finding: Finding, checker: Checker) -> None:
    """Store what a row came to, and what is proposed to do with it."""
    row.label = checker.label(row)
    row.verdict, row.decision = finding.verdict, proposed(finding.verdict)
    row.target_id = finding.record.id if finding.record is not None else None
    row.version = finding.record.version if finding.record is not None else None
    row.candidates, row.note, row.faults = list(finding.candidates), finding.note, finding.faults
    row.changes = [{"column": c.column, "old": c.old, "new": c.new} for c in finding.changes]
    row.twin_key = checker.twin_key(row, finding)


def _tell_twins(batch: ImportBatch, rows: Sequence[ImportRow], twins: dict[str, int]) -> None:
    """Propose nothing for a row that is about the same record as one before it."""
    earlier = db.session.execute(
        select(ImportRow.twin_key, func.min(ImportRow.number))
        .where(ImportRow.batch_id == batch.id, ImportRow.twin_key.in_(twins), ImportRow.number < rows[0].number)
        .group_by(ImportRow.twin_key)
    )
    first = {**twins, **{key: number for key, number in earlier if key}}
    for row in rows:
        number = first.get(row.twin_key or "")
        if number is not None and number < row.number and row.verdict in (Verdict.NEW, Verdict.CHANGED):
            row.verdict, row.decision = Verdict.UNSURE, Decision.SKIP
            row.note = _("Row %(row)s is about the same one.", row=number)


# ---- Importing ----


def carry_out(checker: Checker, batch: ImportBatch) -> bool:
    """Do what was decided about the next rows; answers whether there were any."""
    rows = _next(batch, ImportRow.outcome.is_(None))
    if not rows:
        return False
    checker.ready(rows)
    for row in rows:
        if row.verdict is Verdict.SAME:
            row.outcome, row.record_id = Outcome.UNCHANGED, row.target_id
        elif row.decision is Decision.SKIP or row.verdict is Verdict.FAULTY:
            row.outcome = Outcome.SKIPPED
        else:
            _carry_out_one(checker, row)
    batch.rows_done += len(rows)
    db.session.flush()
    return True


def _carry_out_one(checker: Checker, row: ImportRow) -> None:
    finding = checker.examine(row, (row.decision or Decision.SKIP, row.target_id))
    shown = [(change["column"], change["new"]) for change in row.changes]
    if finding.faults:
        _refuse(row, " ".join(fault["message"] for fault in finding.faults))
    elif [(change.column, change.new) for change in finding.changes] != shown or _is_stale(row, finding):
        _refuse(row, _("It changed since this was shown. Check the file again."))
    else:
        try:
            with db.session.begin_nested():
                _save(checker, row, finding)
        except DomainError as error:
            _refuse(row, str(error))
        except (IntegrityError, StatementError, StaleDataError):
            _refuse(row, _("The database does not accept it: somebody changed it at the same moment."))


def _is_stale(row: ImportRow, finding: Finding) -> bool:
    return finding.record is not None and finding.record.version != row.version


def _save(checker: Checker, row: ImportRow, finding: Finding) -> None:
    register = checker.register
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


# ---- Undoing ----


def undo(actor: Actor, consortium: Consortium, batch: ImportBatch) -> bool:
    """Put the last rows back that are not put back yet; answers whether there were any.

    A record that changed since, or that others refer to by now, is kept and said.
    """
    rows = _next(batch, ImportRow.outcome.in_((Outcome.CREATED, Outcome.UPDATED)), backwards=True)
    if not rows:
        return False
    register = REGISTERS[batch.kind](actor, consortium)
    register.load([row.record_id for row in rows if row.record_id])
    made = {row.record_id for row in rows if row.outcome is Outcome.CREATED and row.record_id}
    referred = referrers(register.model.__table__, made)
    for row in rows:
        record = register.records.get(row.record_id or 0)
        if record is None:
            is_gone = row.outcome is Outcome.CREATED
            row.outcome, row.note = (Outcome.UNDONE, None) if is_gone else (Outcome.KEPT, _("It is no longer there."))
        elif record.version != row.version:
            row.outcome, row.note = Outcome.KEPT, _("Somebody changed it since; it stays as it is.")
        elif row.outcome is Outcome.CREATED and row.record_id in referred:
            row.outcome, row.note = (
                Outcome.KEPT,
                _("Other records refer to it: %(kinds)s.", kinds=referred[row.record_id]),
            )
        else:
            _undo_one(register, record, row)
    batch.rows_done += len(rows)
    db.session.flush()
    return True


def _undo_one(register: Any, record: Any, row: ImportRow) -> None:
    try:
        with db.session.begin_nested():
            register.actor.check(register.edit_permission, record)
            if row.outcome is Outcome.CREATED:
                db.session.delete(record)
            else:
                register.edit(record, register.thawed(row.old))
            db.session.flush()
    except (DomainError, IntegrityError, StaleDataError) as error:
        told = str(error) if isinstance(error, DomainError) else _("Other records refer to it.")
        row.outcome, row.note = Outcome.KEPT, told
    else:
        row.outcome, row.note = Outcome.UNDONE, None


def referrers(table: Any, keys: set[int]) -> dict[int, str]:
    """Which of these records others refer to, with what refers to them; what belongs to a record itself does not count.

    Whatever table a feature above adds is asked, too, so that undoing never takes its rows along.
    """
    found: dict[int, set[str]] = {}
    owned = {"affiliation", "organisation_name"} if table.name == "person" else OWNED
    for other in Base.metadata.sorted_tables:
        for key in other.foreign_keys if keys and other.name not in owned else ():
            if key.column.table is table:
                for record_id in db.session.scalars(select(key.parent).where(key.parent.in_(keys)).distinct()):
                    found.setdefault(record_id, set()).add(records.label_of(other.name))
    return {record_id: ", ".join(sorted(names)) for record_id, names in found.items()}


def _next(batch: ImportBatch, condition: Any, backwards: bool = False) -> Sequence[ImportRow]:
    order = ImportRow.number.desc() if backwards else ImportRow.number
    statement = select(ImportRow).where(ImportRow.batch_id == batch.id, condition).order_by(order).limit(CHUNK)
    return db.session.scalars(statement).all()


def locked(batch_id: int) -> ImportBatch | None:
    """A batch that nobody else works on until this transaction ends."""
    statement = select(ImportBatch).where(ImportBatch.id == batch_id).options(joinedload(ImportBatch.file))
    return db.session.scalars(statement.with_for_update(of=ImportBatch)).one_or_none()

"""Undoing an import in steps, from its last row to its first: what it made goes, what it changed is as it was."""

from typing import Any

from sqlalchemy import case, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core import records
from app.core.access import Actor
from app.core.consortium import Consortium
from app.core.database import Base
from app.core.errors import DomainError, Refused
from app.core.sheet_columns import differences, shown
from app.core.told import told as _
from app.extensions import db
from app.stakeholders.imports.models import ImportBatch, ImportRow, Outcome
from app.stakeholders.imports.register import Register
from app.stakeholders.imports.registers import REGISTERS
from app.stakeholders.imports.steps import WRITTEN, in_time, next_rows

# Tables whose rows belong to a record itself and go with it.
OWNED = {"organisation": frozenset({"organisation_name"}), "person": frozenset({"affiliation"})}


def undo(actor: Actor, consortium: Consortium, batch: ImportBatch) -> bool:
    """Put the last rows back that are not put back yet; answers whether there were any.

    Of a record that changed since, the fields go back that nobody touched; what is kept is said, as are records that
    others refer to by now.
    """
    rows = next_rows(batch, ImportRow.outcome.in_((Outcome.CREATED, Outcome.UPDATED)), WRITTEN, backwards=True)
    if not rows:
        return False
    register = REGISTERS[batch.kind](actor, consortium)
    register.load([row.record_id for row in rows if row.record_id])
    made = {row.record_id for row in rows if row.outcome is Outcome.CREATED and row.record_id}
    referred = referrers(register.model.__table__, made)
    for row in in_time(rows):
        batch.rows_done += 1
        record = register.records.get(row.record_id or 0)
        if record is None:
            is_gone = row.outcome is Outcome.CREATED
            row.outcome, row.note = (Outcome.UNDONE, None) if is_gone else (Outcome.KEPT, _("It is no longer there."))
        else:
            _put_back(register, record, row, batch, referred)
    db.session.flush()
    return True


def _put_back(register: Register, record: Any, row: ImportRow, batch: ImportBatch, referred: dict[int, str]) -> None:
    try:
        if record.version != row.version and not _is_as_left(register, record, row):
            _undo_untouched(register, record, row, batch)
        elif row.outcome is Outcome.CREATED and record.id in referred:
            row.outcome = Outcome.KEPT
            row.note = _("Other records refer to it: %(kinds)s.", kinds=referred[record.id])
        else:
            _undo_one(register, record, row)
    except Refused as refused:  # What it was before cannot be said any more; the other rows go on.
        row.outcome, row.note = Outcome.KEPT, next(iter(refused.messages.values()))


def _is_as_left(register: Register, record: Any, row: ImportRow) -> bool:
    """Whether a record says what the import left it with, though its version is another: a merge that was undone."""
    was = register.thawed(row.old) if row.old is not None else None
    left = [(change["column"], change["new"]) for change in row.changes]
    stands = differences(register.columns, was, register.facts_of(record))
    return [(change.column, change.new) for change in stands] == left


def _undo_untouched(register: Register, record: Any, row: ImportRow, batch: ImportBatch) -> None:
    """Put those fields back that still say what the import wrote; ``changes`` keeps the others."""
    row_note = _("Somebody changed it since; it stays as it is.")
    if row.old is None:
        row.outcome, row.note = Outcome.KEPT, row_note
        return
    was, stands = register.thawed(row.old), register.facts_of(record)
    now = {column.key: shown(column.write(stands)) for column in register.columns}
    touched = register.tied([c["column"] for c in row.changes if now[c["column"]] not in (c["old"], c["new"])])
    free = {c["column"] for c in row.changes} - touched
    kept = [change for change in row.changes if change["column"] in touched]
    if not free:
        row.outcome, row.note = Outcome.KEPT, row_note
    elif _written(register, record, row, register.put_back(stands, was, free)) and kept:
        heads = {key: name for name, key in batch.mapping.items()}
        names = ", ".join(heads.get(change["column"], change["column"]) for change in kept)
        row.changes, row.outcome = kept, Outcome.KEPT
        row.note = _(
            "Kept, as somebody changed it since: %(columns)s. The other fields are as they were.", columns=names
        )


def _written(register: Register, record: Any, row: ImportRow, facts: Any) -> bool:
    """Change a record back; answers whether that was possible, and notes down what came of it."""
    try:
        with db.session.begin_nested():
            register.actor.check(register.edit_permission, record)
            register.edit(record, facts)
            db.session.flush()
    except (DomainError, IntegrityError, StaleDataError) as error:
        row.outcome = Outcome.KEPT
        row.note = str(error) if isinstance(error, DomainError) else _("Other records refer to it.")
        return False
    row.outcome, row.note = Outcome.UNDONE, None
    return True


def _undo_one(register: Register, record: Any, row: ImportRow) -> None:
    try:
        with db.session.begin_nested():
            register.actor.check(register.edit_permission, record)
            if row.outcome is Outcome.CREATED:
                db.session.delete(record)
            elif row.old is not None:
                register.edit(record, register.thawed(row.old))
            db.session.flush()
            if row.outcome is Outcome.UPDATED:
                _stands_again(row, record)
    except (DomainError, IntegrityError, StaleDataError) as error:
        told = str(error) if isinstance(error, DomainError) else _("Other records refer to it.")
        row.outcome, row.note = Outcome.KEPT, told
    else:
        row.outcome, row.note = Outcome.UNDONE, None


def _stands_again(row: ImportRow, record: Any) -> None:
    """Tell the import before this one that the record is as that one left it, so that it can be undone, too."""
    kind = select(ImportBatch.kind).where(ImportBatch.id == row.batch_id).scalar_subquery()
    earlier = select(ImportBatch.id).where(ImportBatch.kind == kind, ImportBatch.id != row.batch_id)
    left_so = (ImportRow.record_id == record.id) & (ImportRow.version == (row.version or 0) - 1)
    db.session.execute(
        update(ImportRow)
        .where(left_so, ImportRow.batch_id.in_(earlier), ImportRow.outcome.in_((Outcome.CREATED, Outcome.UPDATED)))
        .values(version=record.version)
    )


def again(batch: ImportBatch) -> bool:
    """Take what was kept as what is to be undone; answers whether there is any. What was emptied is known no more."""
    is_known = (ImportRow.label != "") | ImportRow.twin_key.is_not(None)
    outcome = case((ImportRow.old.is_(None), Outcome.CREATED), else_=Outcome.UPDATED)
    kept = (ImportRow.batch_id == batch.id) & (ImportRow.outcome == Outcome.KEPT) & is_known
    done = db.session.execute(update(ImportRow).where(kept).values(outcome=outcome, note=None))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def referrers(table: Any, keys: set[int]) -> dict[int, str]:
    """Which of these records others refer to, with what refers to them; what belongs to a record itself does not count.

    Whatever table a feature above adds is asked, too, so that undoing never takes its rows along.
    """
    found: dict[int, set[str]] = {}
    for other in Base.metadata.sorted_tables:
        for key in other.foreign_keys if keys and other.name not in OWNED[table.name] else ():
            if key.column.table is table:
                for record_id in db.session.scalars(select(key.parent).where(key.parent.in_(keys)).distinct()):
                    found.setdefault(record_id, set()).add(records.label_of(other.name))
    return {record_id: ", ".join(sorted(names)) for record_id, names in found.items()}

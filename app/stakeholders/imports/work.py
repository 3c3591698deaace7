"""One import's work from beginning to end, a step at a time; whoever walks through it commits between the steps."""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import func, select

from app.core import clock
from app.core.access import Actor
from app.core.consortium import Consortium
from app.core.errors import Refused
from app.core.files import FileStore, opened
from app.core.told import told as _
from app.extensions import db
from app.stakeholders.imports import forgetting, steps, undoing
from app.stakeholders.imports.checking import Checker
from app.stakeholders.imports.models import BatchState, ImportBatch, ImportKind, ImportRow

READ_AT_ONCE = 1_000


def work(actor: Actor, consortium: Consortium, store: FileStore, batch_id: int) -> Iterator[None]:
    """Do what the state of a batch asks for; each step is whole, and going on later goes on after the last of them."""
    batch = steps.locked(batch_id)
    match batch.state if batch else None:
        case BatchState.CHECKING:
            yield from _check(actor, consortium, store, batch_id)
        case BatchState.IMPORTING:
            yield from _import(actor, consortium, batch_id)
        case BatchState.UNDOING:
            yield from _undo(actor, consortium, store, batch_id)


def _check(actor: Actor, consortium: Consortium, store: FileStore, batch_id: int) -> Iterator[None]:
    batch = _at(batch_id, BatchState.CHECKING)
    try:
        if batch and not batch.read_all:
            yield from _read(store, batch_id)
    except Refused as refused:
        if batch := _at(batch_id, BatchState.CHECKING):
            batch.failure, batch.finished_at = next(iter(refused.messages.values())), clock.now()
            batch.move_to(BatchState.FAILED, actor)
        return
    checker = None
    while batch := _at(batch_id, BatchState.CHECKING):
        checker = checker or Checker(actor, consortium, batch)
        if not steps.check(checker, batch):
            batch.move_to(BatchState.CHECKED, actor)
        yield


def _read(store: FileStore, batch_id: int) -> Iterator[None]:
    batch = _at(batch_id, BatchState.CHECKING)
    if batch is None:
        return
    last = db.session.scalar(select(func.max(ImportRow.number)).where(ImportRow.batch_id == batch_id)) or 0
    with opened(store, batch.file.sha256) as stream:
        _kind, sheet = steps.open_table(stream, batch.kind, batch.file.name)
        if sheet.head != batch.head:
            raise Refused(_("The file is no longer there. Send it again."))
        sheet.rows = (row for row in sheet.rows if row.number > last)
        while (batch := _at(batch_id, BatchState.CHECKING)) and steps.read(batch, sheet, READ_AT_ONCE):
            yield


def _import(actor: Actor, consortium: Consortium, batch_id: int) -> Iterator[None]:
    checker = None
    while batch := _at(batch_id, BatchState.IMPORTING):
        checker = checker or Checker(actor, consortium, batch)
        if not steps.carry_out(checker, batch):
            batch.finished_at = clock.now()
            batch.move_to(BatchState.IMPORTED, actor)
        yield


def _undo(actor: Actor, consortium: Consortium, store: FileStore, batch_id: int) -> Iterator[None]:
    while batch := _at(batch_id, BatchState.UNDOING):
        if not undoing.undo(actor, consortium, batch):
            batch.finished_at = clock.now()
            if batch.kind is ImportKind.PEOPLE:  # Nobody of them is in the register any more to be erased from here.
                forgetting.empty(store, batch, but_kept=True)
            batch.move_to(BatchState.UNDONE, actor)
        yield


def _at(batch_id: int, state: BatchState) -> ImportBatch | None:
    """The batch, for this step alone; nothing when somebody else finished the work meanwhile."""
    batch = steps.locked(batch_id)
    return batch if batch is not None and batch.state is state else None


def all_at_once(work_left: Iterator[None]) -> None:
    """Walk through the work in the transaction that is open: all of it or nothing."""
    for _step in islice(work_left, None):
        pass

"""Files of imports in which somebody stands who is erased: their bytes go, what was recorded of the import stays."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select, update

from app.core import mentions, portal
from app.core.errors import Refused
from app.core.files import FileStore, StoredFile, blank, opened
from app.core.sought import Sought
from app.extensions import db
from app.stakeholders.erasure import Erasing, when_erased
from app.stakeholders.imports.models import ImportBatch, ImportRow, Outcome
from app.stakeholders.imports.steps import open_table


def forget_files(begun: Erasing) -> Callable[[], None]:
    """Put an empty file in the place of each one that names the person; a job removes the bytes."""
    rows = [place.record_id for place in begun.found if place.table == ImportRow.__tablename__]
    batches = {place.record_id for place in begun.found if place.table == ImportBatch.__tablename__}
    batches |= set(db.session.scalars(select(ImportRow.batch_id).where(ImportRow.id.in_(rows))))
    store = portal.files()
    unread = db.session.scalars(select(ImportBatch).where(ImportBatch.read_all.is_(False)))
    batches |= {batch.id for batch in unread if _names(store, batch, begun.wanted)}
    statement = select(StoredFile).join(ImportBatch, ImportBatch.file_id == StoredFile.id)
    files = db.session.scalars(statement.where(ImportBatch.id.in_(batches)).order_by(StoredFile.id)).unique().all()
    return partial(_blank, store, files)


def _blank(store: FileStore, files: Sequence[StoredFile]) -> None:
    for file in files:
        blank(db.session, store, file)


def empty(store: FileStore, batch: ImportBatch, but_kept: bool = False) -> None:
    """Forget what a file said: its bytes and the contents of its rows; what became of each row stays, without names.

    With ``but_kept`` rows stay whose records are still as the import left them, since these can be undone later.
    """
    nothing: dict[str, Any] = {"label": "", "twin_key": None, "cells": {}, "formulas": [], "changes": [], "old": None}
    rows = update(ImportRow).where(ImportRow.batch_id == batch.id)
    if but_kept:
        rows = rows.where(ImportRow.outcome.is_distinct_from(Outcome.KEPT))
    db.session.execute(rows.values(**nothing, faults=[], note=None).execution_options(synchronize_session=False))
    batch.samples = {}
    blank(db.session, store, batch.file)
    db.session.flush()


def _names(store: FileStore, batch: ImportBatch, wanted: Sought) -> bool:
    """Whether a file of which only the first rows are stored names the person; one that nobody can read is taken to."""
    try:
        with opened(store, batch.file.sha256) as stream:
            _kind, sheet = open_table(stream, batch.kind)
            return any(mentions.is_named(row.cells, wanted) for row in sheet.rows)
    except Refused:
        return True


when_erased.append(forget_files)

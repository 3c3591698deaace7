"""Files of imports in which somebody stands who is erased: their bytes go, what was recorded of the import stays."""

import io

from sqlalchemy import select

from app.core import mentions, outbox, portal
from app.core.access import Actor
from app.core.errors import Refused
from app.core.files import FileStore, StoredFile
from app.core.mentions import Sought
from app.extensions import db
from app.stakeholders.erasure import FORGET_FILE, when_erased
from app.stakeholders.imports.models import ImportBatch, ImportRow
from app.stakeholders.imports.steps import open_table, opened
from app.stakeholders.models import Person


def forget_files(actor: Actor, person: Person, wanted: Sought) -> None:
    """Put an empty file in the place of each one that names the person; a job removes the bytes."""
    found = list(mentions.find(db.session, wanted, only={ImportRow.__tablename__, ImportBatch.__tablename__}))
    rows = [place.record_id for place in found if place.table == ImportRow.__tablename__]
    batches = {place.record_id for place in found if place.table == ImportBatch.__tablename__}
    batches |= set(db.session.scalars(select(ImportRow.batch_id).where(ImportRow.id.in_(rows))))
    store = portal.files()
    unread = db.session.scalars(select(ImportBatch).where(ImportBatch.read_all.is_(False)))
    batches |= {batch.id for batch in unread if _names(store, batch, wanted)}
    statement = select(StoredFile).join(ImportBatch, ImportBatch.file_id == StoredFile.id)
    for file in db.session.scalars(statement.where(ImportBatch.id.in_(batches))).unique():
        outbox.enqueue(db.session, FORGET_FILE, {"sha256": file.sha256})
        file.sha256, file.size = store.put(io.BytesIO())


def _names(store: FileStore, batch: ImportBatch, wanted: Sought) -> bool:
    """Whether a file of which only the first rows are stored names the person; one that nobody can read is taken to."""
    try:
        with opened(store, batch.file.sha256) as stream:
            _kind, sheet = open_table(stream, batch.kind)
            return any(mentions.in_value(row.cells, wanted) for row in sheet.rows)
    except Refused:
        return True


when_erased.append(forget_files)

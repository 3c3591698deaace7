"""Imports as rows: the batch, what each row of its file says and came to, and how people map their columns."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import Audited
from app.core.database import Base
from app.core.files import StoredFile
from app.core.states import Moves, Stateful
from app.core.told import ToldJson, ToldText
from app.core.vocabulary import Term


class ImportKind(Term):
    """What the rows of a file are."""

    ORGANISATIONS = "organisations", _l("Organisations")
    PEOPLE = "people", _l("People")


class BatchState(Term):
    """How far an import is."""

    MAPPING = "mapping", _l("Columns to be chosen"), "planned"
    CHECKING = "checking", _l("Being checked"), "running"
    CHECKED = "checked", _l("To be decided"), "attention"
    IMPORTING = "importing", _l("Being imported"), "running"
    IMPORTED = "imported", _l("Imported"), "done"
    UNDOING = "undoing", _l("Being undone"), "running"
    UNDONE = "undone", _l("Undone"), "stopped"
    FAILED = "failed", _l("Cannot be read"), "late"
    EMPTIED = "emptied", _l("Emptied"), "stopped"


S = BatchState
MOVES = Moves(
    {
        S.MAPPING: (S.CHECKING, S.EMPTIED),
        S.CHECKING: (S.CHECKED, S.FAILED),
        S.CHECKED: (S.CHECKING, S.IMPORTING, S.EMPTIED),
        S.IMPORTING: (S.IMPORTED,),
        S.IMPORTED: (S.UNDOING, S.EMPTIED),
        S.UNDOING: (S.UNDONE, S.EMPTIED),
        S.UNDONE: (S.UNDOING, S.EMPTIED),
        S.FAILED: (S.EMPTIED,),
        S.EMPTIED: (),
    }
)
# The portal works on it by itself; nobody can decide anything meanwhile.
AT_WORK = frozenset({S.CHECKING, S.IMPORTING, S.UNDOING})


class Verdict(Term):
    """What the dry run found about a row."""

    NEW = "new", _l("New"), "planned"
    CHANGED = "changed", _l("Changed"), "running"
    SAME = "same", _l("As it is"), "done"
    UNSURE = "unsure", _l("To be decided"), "attention"
    FAULTY = "faulty", _l("Faulty"), "late"


class Decision(Term):
    """What shall become of a row."""

    CREATE = "create", _l("Create")
    UPDATE = "update", _l("Update")
    EMPTY = "empty", _l("Update and empty")
    SKIP = "skip", _l("Leave out")


class Outcome(Term):
    """What became of a row."""

    CREATED = "created", _l("Created"), "done"
    UPDATED = "updated", _l("Updated"), "done"
    UNCHANGED = "unchanged", _l("As it was"), "none"
    SKIPPED = "skipped", _l("Left out"), "none"
    REFUSED = "refused", _l("Refused"), "late"
    UNDONE = "undone", _l("Undone"), "stopped"
    KEPT = "kept", _l("Kept as it is now"), "attention"


class ImportBatch(Base, Stateful, Audited):
    """One file on its way into the register.

    ``mapping`` is the key of a column by heading; ``defaults`` are the values of rows that say nothing; ``samples`` are
    the first values of each heading. ``rows_read`` and ``rows_done`` count how far the work at hand is; ``read_all``
    says that every row of the file is stored.
    """

    __tablename__ = "import_batch"
    moves = MOVES
    audit_skips = ("samples", "rows_read", "rows_done", "read_all", "notes")

    kind: Mapped[ImportKind]
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(index=True)
    user_name: Mapped[str]
    language: Mapped[str]
    state: Mapped[BatchState] = mapped_column(default=BatchState.MAPPING)
    head: Mapped[list[str]] = mapped_column(JSON)
    samples: Mapped[dict[str, list[str]]] = mapped_column(JSON)
    mapping: Mapped[dict[str, str]] = mapped_column(JSON)
    defaults: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    notes: Mapped[list[str]] = mapped_column(ToldJson)
    failure: Mapped[str | None] = mapped_column(ToldText)
    rows_read: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    read_all: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]

    file: Mapped[StoredFile] = relationship()


class ImportRow(Base):
    """One row of a file: what it says, what the dry run found, what was decided, what became of it.

    ``old`` is the record as it was before an update, by which it can be undone; ``version`` is the record's when the
    row was checked and then after the import, by which later changes are seen. ``candidates`` are keys of records the
    row may be about. ``changes`` of a row whose file has empty cells also hold those, marked as ``kept`` as long as
    nobody chose to empty them. ``faults`` and ``note`` are read in the reader's language. Rows of the same ``twin_key``
    are about the same record. A row that was kept, when the rest was undone, has only those ``changes`` that stand.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "number"),
        Index("ix_import_row_verdict", "batch_id", "verdict", "number"),
        Index("ix_import_row_outcome", "batch_id", "outcome", "number"),
        Index("ix_import_row_twin_key", "batch_id", "twin_key"),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"))
    number: Mapped[int]
    label: Mapped[str] = mapped_column(default="")
    twin_key: Mapped[str | None]
    cells: Mapped[dict[str, str]] = mapped_column(JSON)
    formulas: Mapped[list[str]] = mapped_column(JSON, default=list)
    verdict: Mapped[Verdict | None]
    decision: Mapped[Decision | None]
    target_id: Mapped[int | None]
    candidates: Mapped[list[int]] = mapped_column(JSON, default=list)
    changes: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    faults: Mapped[list[dict[str, str]]] = mapped_column(ToldJson, default=list)
    note: Mapped[str | None] = mapped_column(ToldText)
    outcome: Mapped[Outcome | None]
    record_id: Mapped[int | None]
    version: Mapped[int | None]
    old: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class ColumnMapping(Base):
    """How one person mapped the columns of files with the same headings, so that nobody has to do so twice."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("user_id", "kind", "head_key"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    kind: Mapped[ImportKind]
    head_key: Mapped[str]
    mapping: Mapped[dict[str, str]] = mapped_column(JSON)
    defaults: Mapped[dict[str, str]] = mapped_column(JSON)

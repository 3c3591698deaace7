"""What proves that something was done: a record that the portal has, or a file."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.audit import Audited
from app.core.database import Base, Timestamped, Versioned
from app.core.files import StoredFile
from app.core.vocabulary import Term
from app.valorisation.items.models import PlanItem
from app.valorisation.tracks.models import Milestone


class ProofKind(Term):
    """What a piece of evidence is."""

    EVENT = "event", _l("Event")
    MINUTES = "minutes", _l("Approved minutes")
    MOU = "mou", _l("Memorandum")
    DECISION = "decision", _l("Decision")
    DOCUMENT = "document", _l("Document of an event")
    FILE = "file", _l("File")


# Which column names the record, by what it is.
COLUMNS = {
    ProofKind.EVENT: "event_id",
    ProofKind.MINUTES: "minutes_version_id",
    ProofKind.MOU: "mou_id",
    ProofKind.DECISION: "decision_id",
    ProofKind.DOCUMENT: "document_id",
    ProofKind.FILE: "file_id",
}
_ONE = " + ".join(f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END" for column in COLUMNS.values())


class NamesRecord:
    """What the record or the file is that evidence names, by the one column that is filled."""

    id: Any
    file_id: Any

    @property
    def kind(self) -> ProofKind:
        """What it is."""
        return next(kind for kind, column in COLUMNS.items() if getattr(self, column) is not None)

    @property
    def key(self) -> Any:
        """The key of the record or file."""
        return getattr(self, COLUMNS[self.kind])


class Evidence(NamesRecord, Base, Timestamped, Versioned, Audited):
    """One record, or one file, that proves an item or a milestone. What was withdrawn stays, with the reason."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint(f"{_ONE} = 1", name="one_proof"),
        CheckConstraint("(item_id IS NULL) <> (milestone_id IS NULL)", name="one_owner"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawal_reason IS NOT NULL", name="withdrawn"),
        Index("ix_evidence_item", "item_id", "id"),
        Index("ix_evidence_milestone", "milestone_id", "id"),
    )

    item_id: Mapped[int | None] = mapped_column(ForeignKey("plan_item.id"))
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    minutes_version_id: Mapped[int | None] = mapped_column(ForeignKey("minutes_version.id"), index=True)
    mou_id: Mapped[int | None] = mapped_column(ForeignKey("mou.id"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("event_document.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    note: Mapped[str | None]
    added_by_name: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_name: Mapped[str | None]
    withdrawal_reason: Mapped[str | None]

    item: Mapped[PlanItem | None] = relationship()
    milestone: Mapped[Milestone | None] = relationship()
    file: Mapped[StoredFile | None] = relationship()

    @property
    def owner(self) -> PlanItem | Milestone:
        """What it proves."""
        owner = self.item or self.milestone
        if owner is None:
            raise LookupError("Evidence proves an item or a milestone.")
        return owner

"""What was reported of a commitment; nothing of it is overwritten, the newest report counts."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly
from app.core.database import Base
from app.mou.models import MouCommitment


class MouCommitmentReport(AppendOnly, Base):
    """How far a party is with a commitment on a day: how much of it so far, and in words.

    ``name`` is who reported: the party's contact, through ``link``, or somebody of the consortium on its behalf, with
    an account (``actor_id``) and without a link.
    """

    __tablename__ = "mou_commitment_report"
    audit_hides: ClassVar[tuple[str, ...]] = ("name", "words")
    __table_args__ = (
        CheckConstraint("amount IS NULL OR amount >= 0", name="amount"),
        Index("ix_mou_commitment_report_newest", "commitment_id", "id"),
    )

    commitment_id: Mapped[int] = mapped_column(ForeignKey("mou_commitment.id"))
    link_id: Mapped[int | None] = mapped_column(ForeignKey("mou_link.id"), index=True)
    amount: Mapped[int | None]
    words: Mapped[str | None]
    day: Mapped[date]
    name: Mapped[str]
    actor_id: Mapped[int | None]
    reported_at: Mapped[datetime] = mapped_column(default=clock.now)

    commitment: Mapped[MouCommitment] = relationship()

    @property
    def is_on_behalf(self) -> bool:
        """Whether somebody of the consortium reported for the party."""
        return self.link_id is None

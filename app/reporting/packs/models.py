"""Orders of proof packs, the packs that were made, and what restricts them."""

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly
from app.core.database import Base, LeavesTheHouse, Timestamped
from app.core.files import StoredFile
from app.core.states import Moves, Stateful
from app.core.veil import WrittenJson
from app.core.vocabulary import Term
from app.events.models import Event


class PackLevel(Term):
    """Whom a pack is for, and so what it says of people."""

    FULL = "full", _l("For auditors, with personal data")
    PUBLIC = "public", _l("For publishing, without personal data")


class OrderState(Term):
    """How far the making of a pack is."""

    WAITING = "waiting", _l("Waiting"), "planned"
    MAKING = "making", _l("Being made"), "running"
    MADE = "made", _l("Made"), "done"
    FAILED = "failed", _l("Failed"), "late"


S = OrderState
# A worker that was interrupted begins anew, which is no move.
MOVES = Moves({S.WAITING: (S.MAKING, S.FAILED), S.MAKING: (S.MADE, S.FAILED), S.MADE: (), S.FAILED: ()})


class PackOrder(Base, LeavesTheHouse, Timestamped, Stateful):
    """Somebody asked for a pack of an event; its ``uid`` becomes that of the pack.

    The moment it was asked for is the pack's own, so that whoever makes it twice makes the same one. ``done`` of
    ``parts`` files are written.
    """

    __tablename__ = "pack_order"
    __table_args__ = (Index("ix_pack_order_event", "event_id", "id"),)
    moves = MOVES

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    level: Mapped[PackLevel]
    language: Mapped[str]
    state: Mapped[OrderState] = mapped_column(default=OrderState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    parts: Mapped[int] = mapped_column(default=0)
    failure: Mapped[str | None]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]

    event: Mapped[Event] = relationship()
    pack: Mapped["ProofPack | None"] = relationship(back_populates="order")


class ProofPack(AppendOnly, Base, LeavesTheHouse):
    """A pack as it was made: evidence. The hash proves its file, also when the file itself was removed.

    ``file_id`` is the archive, ``paper_id`` its document alone; both go when the pack is kept no longer, by a recorded
    redaction. ``missing`` are the codes of what was not there, ``keep_until`` the last day it is kept.
    """

    __tablename__ = "proof_pack"
    __table_args__ = (
        CheckConstraint("size > 0 AND files > 0", name="something"),
        Index("ix_proof_pack_event", "event_id", "id"),
    )

    order_id: Mapped[int] = mapped_column(ForeignKey("pack_order.id"), unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    level: Mapped[PackLevel]
    language: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    manifest_sha256: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    files: Mapped[int]
    missing: Mapped[list[Any]] = mapped_column(WrittenJson)
    keep_until: Mapped[date]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    event: Mapped[Event] = relationship()
    order: Mapped[PackOrder] = relationship(back_populates="pack")
    file: Mapped[StoredFile | None] = relationship(foreign_keys=[file_id])
    paper: Mapped[StoredFile | None] = relationship(foreign_keys=[paper_id])
    restrictions: Mapped[list["PackRestriction"]] = relationship(
        back_populates="pack", order_by="PackRestriction.id", lazy="selectin"
    )

    @property
    def filename(self) -> str:
        """What a download is called."""
        return f"proof-event-{self.event_id}-{self.made_at:%Y%m%d-%H%M%S}-{self.level.value}"


class PackRestriction(AppendOnly, Base):
    """A pack holds data that were erased or taken back since: only who answers to auditors may open it. Evidence."""

    __tablename__ = "pack_restriction"

    pack_id: Mapped[int] = mapped_column(ForeignKey("proof_pack.id"), index=True)
    reason: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    restricted_at: Mapped[datetime] = mapped_column(default=clock.now)

    pack: Mapped[ProofPack] = relationship(back_populates="restrictions")

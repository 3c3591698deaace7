"""What happened with a memorandum, each event bound to the one before by its hash; daily anchors of all chains."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly
from app.core.database import Base

# The job that anchors a day.
ANCHOR = "mou.anchor"


class MouEvent(AppendOnly, Base):
    """One thing that happened: evidence, chained.

    ``hash`` is SHA-256 of the canonical JSON of number, kind, moment, ``facts``, ``private_hash`` and ``previous``, the
    hash of the event before. ``private_hash`` is that of address and program with a salt: both may be erased later, and
    the chain still holds.
    """

    __tablename__ = "mou_event"
    is_binding = True
    __table_args__ = (Index("uq_mou_event_number", "mou_id", "number", unique=True),)

    mou_id: Mapped[int] = mapped_column(ForeignKey("mou.id"))
    number: Mapped[int]
    kind: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    private_hash: Mapped[str | None]
    previous: Mapped[str]
    hash: Mapped[str]
    # To the microsecond as it is hashed, UTC.
    happened_at: Mapped[datetime] = mapped_column(default=clock.now)

    private: Mapped["MouEventPrivate | None"] = relationship(viewonly=True)


class MouEventPrivate(Base):
    """From where and with which program somebody acted; kept for a while, then deleted."""

    __tablename__ = "mou_event_private"

    event_id: Mapped[int] = mapped_column(ForeignKey("mou_event.id"), unique=True)
    salt: Mapped[str]
    address: Mapped[str]
    program: Mapped[str]


class MouAnchor(AppendOnly, Base):
    """The heads of all chains on a day, and their common hash; where there is a time-stamp authority, its token."""

    __tablename__ = "mou_anchor"

    day: Mapped[date] = mapped_column(unique=True)
    heads: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str]
    token: Mapped[str | None]
    anchored_at: Mapped[datetime] = mapped_column(default=clock.now)

"""Calendar entries as they are sent, their places in feeds, and how often each feed has changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class CalendarEntry(Base):
    """One event as a calendar shows it, rendered when it was written.

    ``public_octets`` is what anybody's feed holds and is absent for an event that was never public; ``member_octets``
    is what a personal feed holds, and ``guest_octets`` what that of somebody outside the consortium holds instead,
    where the event names micro-credentials that were never published. An event that is public no longer stays as
    "(removed)" since ``removed_at`` for a while, or calendars would keep showing it.
    """

    __tablename__ = "calendar_entry"

    uid: Mapped[UUID] = mapped_column(unique=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    public_octets: Mapped[bytes | None]
    member_octets: Mapped[bytes]
    guest_octets: Mapped[bytes | None]
    zone: Mapped[str | None]
    removed_at: Mapped[datetime | None]


class CalendarPlace(Base):
    """An entry's place in one public feed: ``all``, ``country:AM``, ``kind:workshop``, ``mc:AM-03``, ``cluster:7``.

    Positions of a feed are dense and stay: an entry that leaves makes its place empty. ``version`` is that of the feed
    in which the place changed last, so that a reader who has one version finds what came after.
    """

    __tablename__ = "calendar_place"
    __table_args__ = (
        Index("uq_calendar_place_position", "scope", "position", unique=True),
        Index("ix_calendar_place_version", "scope", "version"),
    )

    scope: Mapped[str]
    position: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("calendar_entry.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    is_empty: Mapped[bool] = mapped_column(default=False)


class FeedVersion(Base):
    """How often a feed has changed, how many places it has, and when it changed last.

    ``changed_at`` is in whole seconds that never repeat or go back. A conditional request is answered from this row
    alone.
    """

    __tablename__ = "feed_version"

    scope: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int]
    places: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]

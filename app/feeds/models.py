"""Calendar entries as they are sent, their places in feeds, how often each feed changed, and who fetched it when."""

from datetime import datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.vocabulary import Term

ONE = " + ".join(f"CASE WHEN {name} IS NULL THEN 0 ELSE 1 END" for name in ("event_id", "mou_id", "item_id"))


class CalendarEntry(Base):
    """One event, the last day of a memorandum, or the day a plan item is due, as calendars show it.

    It is rendered when it was written. ``public_octets`` is what anybody's feed holds and is absent for an event that
    was never public; ``member_octets`` is what a personal feed holds, and ``guest_octets`` what that of somebody
    outside the consortium holds instead, where the event names micro-credentials that were never published. An event
    that is public no longer stays as "(removed)" since ``removed_at`` for a while, or calendars would keep showing it.
    Of a plan item ``sequence`` counts the changes of what is shown, and ``stamped_at`` is the instant of the latest:
    its own version counts silent changes, too, and none of its plan's.
    """

    __tablename__ = "calendar_entry"
    __table_args__ = (CheckConstraint(f"{ONE} = 1", name="one"),)

    uid: Mapped[UUID] = mapped_column(unique=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    mou_id: Mapped[int | None] = mapped_column(ForeignKey("mou.id", ondelete="CASCADE"), unique=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("plan_item.id", ondelete="CASCADE"), unique=True)
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    stamped_at: Mapped[datetime | None]
    public_octets: Mapped[bytes | None]
    member_octets: Mapped[bytes]
    guest_octets: Mapped[bytes | None]
    zone: Mapped[str | None]
    removed_at: Mapped[datetime | None]


class CalendarPlace(Base):
    """An entry's place in one public feed, whose ``scope`` is named as in ``app/events/scopes.py``.

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


class Program(Term):
    """What fetches a feed, as far as it says so itself."""

    GOOGLE = "google", _l("Google Calendar")
    APPLE = "apple", _l("Apple Calendar")
    OUTLOOK = "outlook", _l("Outlook")
    THUNDERBIRD = "thunderbird", _l("Thunderbird")
    NEXTCLOUD = "nextcloud", _l("Nextcloud")
    OTHER = "other", _l("Another program")


class FeedFetch(Base):
    """When a program fetched a feed last, by the minute or so; one's own feed is ``my:`` with its secret's number.

    No address and no person is kept, and losing some of it does no harm.
    """

    __tablename__ = "feed_fetch"
    __table_args__ = (UniqueConstraint("scope", "program"),)

    scope: Mapped[str]
    program: Mapped[Program]
    fetched_at: Mapped[datetime]

"""Who wants the weekly mail, and when each was last written."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base, Versioned
from app.core.vocabulary import Term


class Rhythm(Term):
    """How often a person is written to."""

    WEEKLY = "weekly", _l("Every Monday")
    OFF = "off", _l("Never")


class DigestWish(Base, Versioned):
    """What a person wants; whoever never said so is written to every Monday. ``sent_at`` is the latest mail."""

    __tablename__ = "digest_wish"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    rhythm: Mapped[Rhythm] = mapped_column(default=Rhythm.WEEKLY)
    sent_at: Mapped[datetime | None]

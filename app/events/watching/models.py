"""Who asked to be told of what."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.database import Base


class Watch(Base):
    """A person's wish for a mail when an event of ``scope`` (``app/events/scopes.py``) is called off or moved."""

    __tablename__ = "watch"
    __table_args__ = (UniqueConstraint("scope", "user_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

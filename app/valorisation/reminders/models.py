"""Who wants to be reminded of plan items and milestones."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class ReminderWish(Base):
    """What a person said about reminders; whoever never said so is reminded."""

    __tablename__ = "reminder_wish"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    is_wanted: Mapped[bool]

"""What the partner answers to what a party said of a draft."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly
from app.core.database import Base
from app.mou.texts.models import MouComment


class MouAnswer(AppendOnly, Base):
    """An answer to a comment, or that it is settled, or both: evidence. What is settled stays so."""

    __tablename__ = "mou_answer"
    is_binding = True
    audit_hides: ClassVar[tuple[str, ...]] = ("words",)
    __table_args__ = (Index("ix_mou_answer_comment", "comment_id", "id"),)

    comment_id: Mapped[int] = mapped_column(ForeignKey("mou_comment.id"))
    words: Mapped[str | None]
    settles: Mapped[bool] = mapped_column(default=False)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    comment: Mapped[MouComment] = relationship()

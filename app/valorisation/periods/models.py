"""Reporting periods with their frozen figures."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.audit import AppendOnly
from app.core.database import Base


class ReportingPeriod(AppendOnly, Base):
    """The figures of a period as they were frozen. Never changed; what is corrected later stands beside it.

    ``content`` is what ``counting.count`` made, with name and days; ``sha256`` is its hash as canonical JSON. A name is
    given once, so that no second freezing passes for the first.
    """

    __tablename__ = "reporting_period"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="days"),)

    name: Mapped[str] = mapped_column(unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    note: Mapped[str | None]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

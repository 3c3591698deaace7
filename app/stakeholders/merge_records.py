"""What is kept of two entries that were judged the same, or not: pairs that differ, and merges that can be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import Audited
from app.core.database import Base
from app.core.merging import DROP, KEEP, MERGE
from app.stakeholders.models import Person


class NotTheSame(Base, Audited):
    """Two organisations that look alike and were found to be different; ``low_id`` is the smaller key."""

    __tablename__ = "organisation_not_same"
    __table_args__ = (UniqueConstraint("low_id", "high_id"), CheckConstraint("low_id < high_id", name="order"))

    low_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), info={MERGE: DROP})
    high_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True, info={MERGE: DROP}
    )
    decided_by: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)


class NotTheSamePerson(Base, Audited):
    """Two people of one name who were found to be different; ``low_id`` is the smaller key."""

    __tablename__ = "person_not_same"
    __table_args__ = (UniqueConstraint("low_id", "high_id"), CheckConstraint("low_id < high_id", name="order"))

    low_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), info={MERGE: DROP})
    high_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True, info={MERGE: DROP})
    decided_by: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)


class OrganisationMerge(Base, Audited):
    """One organisation that went up in another: what was moved, step by step, so that it can be undone."""

    __tablename__ = "organisation_merge"
    audit_skips = ("steps",)

    survivor_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True, info={MERGE: KEEP})
    absorbed_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True, info={MERGE: KEEP})
    absorbed_name: Mapped[str]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    merged_by: Mapped[str]
    merged_at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]


class PersonMerge(Base, Audited):
    """One person who went up in another: what was moved, step by step. Names stand with the people alone."""

    __tablename__ = "person_merge"
    audit_skips = ("steps",)

    survivor_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True, info={MERGE: KEEP})
    absorbed_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True, info={MERGE: KEEP})
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    merged_by: Mapped[str]
    merged_at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]

    absorbed: Mapped[Person] = relationship(foreign_keys=[absorbed_id])

    @property
    def absorbed_name(self) -> str:
        """What whoever went up in the other is called."""
        return self.absorbed.name

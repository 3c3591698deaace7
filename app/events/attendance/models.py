"""Who was at an event, how, and what proves it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, Timestamped, Versioned
from app.core.files import StoredFile
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.events.invitations.models import EventInvitation, Way
from app.events.models import Event
from app.stakeholders.models import Organisation, Person


class Presence(Term):
    """Whether somebody was there."""

    EXPECTED = "expected", _l("Expected"), "planned"
    PRESENT = "present", _l("Present"), "done"
    LEFT_EARLY = "left_early", _l("Left early"), "attention"
    EXCUSED = "excused", _l("Excused"), "stopped"
    ABSENT = "absent", _l("Absent"), "late"


P = Presence
# What was marked can be put right, and every move is kept; nobody becomes "expected" again.
MARKS = (P.PRESENT, P.LEFT_EARLY, P.EXCUSED, P.ABSENT)
MOVES = Moves({P.EXPECTED: MARKS, **{mark: tuple(other for other in MARKS if other is not mark) for mark in MARKS}})
THERE = frozenset({P.PRESENT, P.LEFT_EARLY})


class Attendance(Base, Timestamped, Versioned, Audited, Stateful):
    """One person, or one organisation whose person is not named yet, on the list of an event.

    Organisation and person may be of the register or bare. ``country`` is that of the sending organisation. Neither
    mailbox nor gender stands here: counts by gender are kept without names, with the event.
    """

    __tablename__ = "attendance"
    audit_hides: ClassVar[tuple[str, ...]] = ("name", "organisation_name", "function")
    __table_args__ = (
        CheckConstraint(
            "name IS NOT NULL OR organisation_id IS NOT NULL OR organisation_name IS NOT NULL", name="somebody"
        ),
        Index("ix_attendance_event", "event_id", "state"),
    )
    moves = MOVES

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("event_invitation.id"), unique=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str | None]
    organisation_name: Mapped[str | None]
    function: Mapped[str | None]
    country: Mapped[str | None]
    how: Mapped[Way] = mapped_column(default=Way.ONSITE)
    state: Mapped[Presence] = mapped_column(default=Presence.EXPECTED)
    is_walk_in: Mapped[bool] = mapped_column(default=False)
    is_example: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship()
    invitation: Mapped[EventInvitation | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    person: Mapped[Person | None] = relationship()
    signature: Mapped["AttendanceSignature | None"] = relationship(back_populates="attendance")

    @property
    def sent_by(self) -> str | None:
        """The name of the organisation that sent them."""
        return self.organisation.name if self.organisation else self.organisation_name

    def is_contradicted(self, declared: Collection[int]) -> bool:
        """Whether they signed, or a declaration names them (the keys ``declared``), and are marked as not there."""
        is_proved = self.signature is not None or self.id in declared
        return is_proved and self.state not in THERE

    @property
    def called(self) -> str:
        """How the row is named: by the person, else by the organisation."""
        return self.name or self.sent_by or ""


class AttendanceSignature(AppendOnly, Base):
    """That somebody signed the list, drawn or by typing the name: evidence, one for each row of the list."""

    __tablename__ = "attendance_signature"

    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id"), unique=True)
    name: Mapped[str]
    drawing_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(default=clock.now)

    attendance: Mapped[Attendance] = relationship(back_populates="signature")
    drawing: Mapped[StoredFile | None] = relationship()


class AttendanceDeclaration(AppendOnly, Base):
    """The organiser's signed word that these people took part online: evidence, a later one adds to it.

    ``people`` is a list of ``{"attendance", "name", "organisation"}`` as they stood when it was signed.
    """

    __tablename__ = "attendance_declaration"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    people: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    text: Mapped[str]
    name: Mapped[str]
    function: Mapped[str]
    drawing_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    declared_at: Mapped[datetime] = mapped_column(default=clock.now)

    event: Mapped[Event] = relationship()
    drawing: Mapped[StoredFile | None] = relationship()

"""The items of an event's agenda, in their order, and what was said at each."""

from datetime import date, time

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.audit import Audited
from app.core.database import Base, Timestamped, Versioned
from app.core.i18n import TranslatedText
from app.core.vocabulary import Term
from app.events.models import Event
from app.stakeholders.models import Person


class AgendaKind(Term):
    """What people do at an item."""

    WELCOME = "welcome", _l("Welcome")
    PRESENTATION = "presentation", _l("Presentation")
    DISCUSSION = "discussion", _l("Discussion")
    WORKSHOP = "workshop", _l("Workshop")
    DECISION = "decision", _l("Decision")
    SITE_VISIT = "site_visit", _l("Site visit")
    SOCIAL = "social", _l("Social programme")
    ADMIN = "admin", _l("Organisation")


# People of the register who present an item; whoever is not of it is named in the item's text.
agenda_presenter = Table(
    "agenda_presenter",
    Base.metadata,
    Column("item_id", ForeignKey("agenda_item.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)


class AgendaItem(Base, Timestamped, Versioned, Audited):
    """One item of an agenda.

    ``day`` is one of the event's days and ``starts`` a time on the clock of its place; both may be open. ``minutes`` is
    how long it takes, in minutes. ``room`` is where, within the event's place. ``presenters`` names them as the
    programme does; ``people`` are those of the register, whose names only its readers see. ``said`` is
    what the minutes say of it; what they said before is in the audit.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        Index("ix_agenda_item_order", "event_id", "position"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    position: Mapped[int]
    day: Mapped[date | None]
    starts: Mapped[time | None]
    minutes: Mapped[int | None]
    kind: Mapped[AgendaKind | None]
    title: Mapped[TranslatedText]
    room: Mapped[str | None]
    presenters: Mapped[str | None]
    work_package: Mapped[str | None]
    said: Mapped[TranslatedText | None]

    event: Mapped[Event] = relationship()
    people: Mapped[list[Person]] = relationship(
        secondary=agenda_presenter, order_by=lambda: (Person.name_key, Person.id)
    )

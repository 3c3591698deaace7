"""One kind of record for everything that has a date: meetings, round tables, consultations, workshops, deadlines."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, Table, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clusters.models import Cluster
from app.core import clock
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned, unique_where
from app.core.i18n import TranslatedText
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.microcredentials.links import ConcernsMicroCredentials
from app.stakeholders.models import Organisation

# What is cancelled leaves its number in the series free; actions count within the event that set them.
_COUNTED = "state <> 'cancelled' AND set_by_id IS NULL"


class EventKind(Term):
    """What an event is; a deadline is a day by which something is due."""

    MEETING = "meeting", _l("Meeting")
    ROUND_TABLE = "round_table", _l("Round table")
    CONSULTATION = "consultation", _l("Consultation")
    WORKSHOP = "workshop", _l("Workshop")
    DEADLINE = "deadline", _l("Deadline")


class MeetingType(Term):
    """Which meeting of the consortium it is."""

    KICK_OFF = "kick_off", _l("Kick-off")
    COORDINATION = "coordination", _l("Coordination meeting")
    FINAL_CONFERENCE = "final_conference", _l("Final conference")
    NETWORKING = "networking", _l("Networking")
    ONLINE_WORKSHOP = "online_workshop", _l("Online workshop")
    STEERING = "steering", _l("Steering group")
    LGE = "lge", _l("Local expert group")
    BILATERAL = "bilateral", _l("Bilateral")


class ConsultationType(Term):
    """How people were consulted."""

    BILATERAL = "bilateral", _l("Bilateral")
    WORKSHOP = "workshop", _l("Workshop")
    WRITTEN = "written", _l("In writing")
    SURVEY = "survey", _l("Survey")
    WORKING_GROUP = "working_group", _l("Working group")


class Format(Term):
    """Where people meet."""

    ONSITE = "onsite", _l("On site")
    ONLINE = "online", _l("Online")
    HYBRID = "hybrid", _l("Hybrid")


class Visibility(Term):
    """Who may see a record: everybody, the consortium, its country's people, or its organisers."""

    PUBLIC = "public", _l("Everybody")
    CONSORTIUM = "consortium", _l("The consortium")
    COUNTRY = "country", _l("Our country")
    PRIVATE = "private", _l("The organisers")


class EventState(Term):
    """How far an event is; a draft is in no calendar, ``done`` is for deadlines alone."""

    DRAFT = "draft", _l("Draft"), "planned"
    PLANNED = "planned", _l("Planned"), "planned"
    CONFIRMED = "confirmed", _l("Confirmed"), "running"
    HELD = "held", _l("Held"), "done"
    MINUTED = "minuted", _l("Minutes written"), "done"
    CLOSED = "closed", _l("Closed"), "done"
    DONE = "done", _l("Done"), "done"
    CANCELLED = "cancelled", _l("Cancelled"), "stopped"


S = EventState
MOVES = Moves(
    {
        S.DRAFT: (S.PLANNED, S.CONFIRMED, S.HELD),
        S.PLANNED: (S.CONFIRMED, S.HELD, S.DONE, S.CANCELLED),
        S.CONFIRMED: (S.PLANNED, S.HELD, S.CANCELLED),
        S.HELD: (S.MINUTED, S.CLOSED),
        S.MINUTED: (S.HELD, S.CLOSED),
        S.CLOSED: (S.HELD,),
        S.DONE: (S.PLANNED,),
        S.CANCELLED: (S.PLANNED, S.CONFIRMED),
    }
)
OVER = frozenset({S.HELD, S.MINUTED, S.CLOSED})
DEADLINE_STATES = frozenset({S.DRAFT, S.PLANNED, S.DONE, S.CANCELLED})

event_organisation = Table(
    "event_organisation",
    Base.metadata,
    Column("event_id", ForeignKey("event.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), primary_key=True, index=True),
)

# Who receives the others: beside the organiser, who answers for the event and may change it.
event_host = Table(
    "event_host",
    Base.metadata,
    Column("event_id", ForeignKey("event.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", ForeignKey("organisation.id"), primary_key=True, index=True),
)


class Event(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful, ConcernsMicroCredentials):
    """Something that takes place or falls due.

    Timed events have ``starts_at`` and ``ends_at``; all-day ones run from midnight of ``starts_on`` to the end of
    ``ends_on`` in ``zone``. ``starts_on`` and ``ends_on`` (inclusive) are the days in ``zone`` for both, so that lists
    and the month read one index. Counts of people never name anybody.
    """

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="days"),
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="instants"),
        CheckConstraint("all_day = (starts_at IS NULL)", name="all_day"),
        CheckConstraint("all_day = (ends_at IS NULL)", name="all_day_end"),
        CheckConstraint("women >= 0 AND men >= 0 AND nonbinary >= 0 AND undisclosed >= 0", name="counts"),
        Index("ix_event_newest", "starts_on", "id"),
        Index("ix_event_kind", "kind", "starts_on", "id"),
        Index("ix_event_country", "country", "starts_on", "id"),
        Index("ix_event_cluster", "cluster_id", "starts_on", "id"),
        Index("ix_event_series", "series_id", "starts_on", "id"),
        Index("uq_event_action", "set_by_id", "number", unique=True),
        unique_where("uq_event_series_number", _COUNTED, "series_id", "number"),
    )
    moves = MOVES

    kind: Mapped[EventKind]
    meeting_type: Mapped[MeetingType | None]
    consultation_type: Mapped[ConsultationType | None]
    number: Mapped[int | None]
    title: Mapped[TranslatedText]
    description: Mapped[TranslatedText | None]
    state: Mapped[EventState] = mapped_column(default=EventState.DRAFT)
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.CONSORTIUM)

    zone: Mapped[str]
    all_day: Mapped[bool] = mapped_column(default=False)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    # Why it was cancelled or moved last; the whole story is in the moves and the reschedulings.
    change_reason: Mapped[str | None]

    format: Mapped[Format | None]
    venue: Mapped[str | None]
    address: Mapped[str | None]
    city: Mapped[str | None]
    country: Mapped[str | None]
    region: Mapped[str | None]
    link: Mapped[str | None]
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("cluster.id"))
    responsible: Mapped[TranslatedText | None]
    # The numbers of the consortium's work packages it belongs to, such as "WP6".
    work_packages: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    # For how many people there is room; ``None`` where nobody said.
    onsite_seats: Mapped[int | None]
    online_seats: Mapped[int | None]

    summary: Mapped[TranslatedText | None]
    women: Mapped[int | None]
    men: Mapped[int | None]
    nonbinary: Mapped[int | None]
    undisclosed: Mapped[int | None]
    # How many of them from each country, by code; ``other`` are those from elsewhere.
    by_country: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    # So many days before it, those who have not answered are reminded; ``None`` for never.
    remind_days: Mapped[int | None]

    is_example: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None]
    search_key: Mapped[str]
    # Counts up with every published change of what a calendar shows; the version above also counts silent ones.
    sequence: Mapped[int] = mapped_column(default=0)

    series_id: Mapped[int | None] = mapped_column(ForeignKey("event_series.id"))
    # Of an action: the event that set this deadline, within which ``number`` counts.
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))

    organiser: Mapped[Organisation | None] = relationship(foreign_keys=[organiser_id])
    series: Mapped["EventSeries | None"] = relationship()
    set_by: Mapped["Event | None"] = relationship(remote_side="Event.id")
    cluster: Mapped[Cluster | None] = relationship()
    organisations: Mapped[list[Organisation]] = relationship(
        secondary=event_organisation, order_by=Organisation.name_key
    )

    hosts: Mapped[list[Organisation]] = relationship(secondary=event_host, order_by=Organisation.name_key)

    @property
    def link_date(self) -> date:
        """The first day of the event."""
        return self.starts_on

    @property
    def access_country(self) -> str | None:
        """The country whose leads answer for it; ``None`` for the whole consortium."""
        return self.country

    @property
    def access_organisations(self) -> frozenset[int]:
        """The organiser."""
        return frozenset({self.organiser_id}) if self.organiser_id else frozenset()

    @property
    def is_published(self) -> bool:
        """Whether it is, or was once, in a calendar: everything but a draft."""
        return self.state is not EventState.DRAFT

    @property
    def people(self) -> int | None:
        """How many people took part, or ``None`` when nobody counted."""
        counts = [n for n in (self.women, self.men, self.nonbinary, self.undisclosed) if n is not None]
        return sum(counts) if counts else None

    @property
    def local_start(self) -> datetime | None:
        """The start on the clock of the event's place."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)) if self.starts_at else None

    @property
    def local_end(self) -> datetime | None:
        """The end on the clock of the event's place."""
        return self.ends_at.astimezone(ZoneInfo(self.zone)) if self.ends_at else None

    @property
    def starts_time(self) -> time | None:
        """The time of day it starts at, on the clock of its place; ``None`` for a whole day."""
        return self.local_start.time() if self.local_start else None

    @property
    def ends_time(self) -> time | None:
        """The time of day it ends at, on the clock of its place; ``None`` for a whole day."""
        return self.local_end.time() if self.local_end else None

    @property
    def is_over_at(self) -> datetime:
        """The instant from which the event lies in the past."""
        if self.ends_at:
            return self.ends_at
        return datetime.combine(self.ends_on + timedelta(days=1), time(), ZoneInfo(self.zone)).astimezone(UTC)


class EventSeries(Base, Timestamped, Audited):
    """Events that follow one another, such as coordination meetings: what one leaves open stands before the next."""

    __tablename__ = "event_series"
    __table_args__ = (Index("uq_event_series_name_key", "name_key", unique=True),)

    name: Mapped[TranslatedText]
    # By which two people who begin it in the same moment begin one: ``series_key`` of its name.
    name_key: Mapped[str] = mapped_column(server_default=text("''"))
    is_example: Mapped[bool] = mapped_column(default=False)


class Rescheduling(AppendOnly, Base):
    """A published event got another time: when it was to be before, why and who moved it. Evidence, only added."""

    __tablename__ = "event_rescheduling"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), index=True)
    zone: Mapped[str]
    all_day: Mapped[bool]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str | None]
    # The event it exchanged dates with, where it did.
    swapped_with_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    moved_at: Mapped[datetime] = mapped_column(default=clock.now)

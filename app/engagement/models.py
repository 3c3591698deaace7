"""What the consortium thinks of organisations: who can do how much for micro-credentials, and wants to."""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.clusters.models import Cluster
from app.core import clock
from app.core.audit import AppendOnly, Audited
from app.core.database import Base, Timestamped, Versioned
from app.core.vocabulary import Term
from app.events.models import Event
from app.microcredentials.links import ConcernsMicroCredentials
from app.stakeholders.models import Organisation

LEVELS = (1, 2, 3, 4, 5)
# From here on a level is high: what is in the middle does not yet claim anybody's time.
HIGH = 4


class Attitude(Term):
    """How an organisation stands to the micro-credentials."""

    SUPPORTER = "supporter", _l("Supporter"), "done"
    NEUTRAL = "neutral", _l("Neutral"), "none"
    SCEPTICAL = "sceptical", _l("Sceptical"), "attention"
    UNKNOWN = "unknown", _l("Unknown"), "planned"


class Engagement(Term):
    """How far it is drawn in; ``committed`` is who promised something, as by a memorandum or a cluster."""

    IDENTIFIED = "identified", _l("Identified"), "planned"
    CONTACTED = "contacted", _l("Contacted"), "running"
    ENGAGED = "engaged", _l("Engaged"), "running"
    COMMITTED = "committed", _l("Committed"), "done"
    DORMANT = "dormant", _l("Dormant"), "stopped"


class Quadrant(Term):
    """What influence and interest together ask of us."""

    MANAGE_CLOSELY = "manage_closely", _l("Manage closely")
    KEEP_SATISFIED = "keep_satisfied", _l("Keep satisfied")
    KEEP_INFORMED = "keep_informed", _l("Keep informed")
    MONITOR = "monitor", _l("Monitor")


def quadrant(influence: int, interest: int) -> Quadrant:
    """The quadrant of two levels from 1 to 5; four and five are high."""
    if influence >= HIGH:
        return Quadrant.MANAGE_CLOSELY if interest >= HIGH else Quadrant.KEEP_SATISFIED
    return Quadrant.KEEP_INFORMED if interest >= HIGH else Quadrant.MONITOR


class Levels:
    """Influence and interest of a row, and what follows from them."""

    influence: Mapped[int]
    interest: Mapped[int]

    @property
    def quadrant(self) -> Quadrant:
        """The quadrant of the two levels."""
        return quadrant(self.influence, self.interest)


def _levels() -> tuple[CheckConstraint, ...]:
    return (
        CheckConstraint("influence BETWEEN 1 AND 5", name="influence"),
        CheckConstraint("interest BETWEEN 1 AND 5", name="interest"),
    )


class MappingEntry(Base, Levels, Timestamped, Versioned, Audited, ConcernsMicroCredentials):
    """An organisation as it is judged within one scope: a country, a cluster, or certain micro-credentials.

    ``country`` or ``cluster`` is the scope when it is set; otherwise the micro-credentials are. Levels, attitude,
    engagement and ``judged_on`` repeat the latest judgement, so that lists and pictures read one row an organisation;
    services keep them in step. ``absorbed_by_id`` is the entry in which it went up when two organisations became one:
    it is in no list, and its judgements, which are evidence, are read with those of the other.
    """

    __tablename__ = "mapping_entry"
    __table_args__ = (
        *_levels(),
        Index("uq_mapping_entry_scope", "organisation_id", "country", unique=True),
        Index("uq_mapping_entry_cluster", "organisation_id", "cluster_id", unique=True),
        Index("ix_mapping_entry_country", "country", "id"),
    )
    audit_skips = ("influence", "interest", "attitude", "engagement", "judged_on")

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    country: Mapped[str | None]
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("cluster.id"), index=True)
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    expectations: Mapped[str | None]
    attitude: Mapped[Attitude]
    engagement: Mapped[Engagement]
    judged_on: Mapped[date]
    is_example: Mapped[bool] = mapped_column(default=False)
    absorbed_by_id: Mapped[int | None] = mapped_column(ForeignKey("mapping_entry.id"), index=True)

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    cluster: Mapped[Cluster | None] = relationship()
    responsible: Mapped[Organisation | None] = relationship(foreign_keys=[responsible_id])

    @property
    def link_date(self) -> date:
        """The day of the latest judgement."""
        return self.judged_on

    @property
    def access_country(self) -> str:
        """The country of the scope, else the organisation's own: its people judge."""
        return self.country or self.organisation.country

    @property
    def access_organisations(self) -> frozenset[int]:
        """The partner that keeps in touch."""
        return frozenset({self.responsible_id}) if self.responsible_id else frozenset()


class Judgement(Levels, AppendOnly, Base):
    """What somebody judged on a day, and why. Evidence: a change of mind is another judgement."""

    __tablename__ = "judgement"
    __table_args__ = (*_levels(), Index("ix_judgement_latest", "entry_id", "judged_on", "id"))

    entry_id: Mapped[int] = mapped_column(ForeignKey("mapping_entry.id"))
    attitude: Mapped[Attitude]
    engagement: Mapped[Engagement]
    judged_on: Mapped[date]
    reason: Mapped[str]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"), index=True)
    author_id: Mapped[int | None]
    author_name: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(default=clock.now)

    entry: Mapped[MappingEntry] = relationship()
    event: Mapped[Event | None] = relationship()

"""Dated self-checks of clusters in the six groups of indicators of cluster management; never a label."""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.audit import AppendOnly
from app.core.database import Base
from app.core.veil import WrittenJson


class ClusterAssessment(AppendOnly, Base):
    """A self-check of one day: 0 to 3 for each group of indicators, with notes ``{group: text}``. It only grows."""

    __tablename__ = "cluster_assessment"
    __table_args__ = (
        CheckConstraint(
            "structure BETWEEN 0 AND 3 AND governance BETWEEN 0 AND 3 AND financing BETWEEN 0 AND 3 "
            "AND services BETWEEN 0 AND 3 AND contacts BETWEEN 0 AND 3 AND achievements BETWEEN 0 AND 3",
            name="scores",
        ),
        Index("ix_cluster_assessment_newest", "cluster_id", "assessed_on", "id"),
    )

    cluster_id: Mapped[int] = mapped_column(ForeignKey("cluster.id"))
    assessed_on: Mapped[date]
    structure: Mapped[int]
    governance: Mapped[int]
    financing: Mapped[int]
    services: Mapped[int]
    contacts: Mapped[int]
    achievements: Mapped[int]
    notes: Mapped[dict[str, str]] = mapped_column(WrittenJson, default=dict)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    assessed_at: Mapped[datetime] = mapped_column(default=clock.now)


GROUPS = {
    "structure": _l("Structure"),
    "governance": _l("Management and governance"),
    "financing": _l("Financing"),
    "services": _l("Services"),
    "contacts": _l("Contacts and interaction"),
    "achievements": _l("Achievements and recognition"),
}
SCORES = {0: _l("Not begun"), 1: _l("Begun"), 2: _l("Working"), 3: _l("Proven")}

"""Recommendations to policy, with where each came from and what was answered."""

from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.access import Permission
from app.core.audit import Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.i18n import TranslatedText
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.microcredentials.links import ConcernsMicroCredentials
from app.stakeholders.models import Organisation
from app.valorisation.origins.models import Origin


class RecommendationState(Term):
    """Whether a recommendation was sent, and what was answered."""

    DRAFT = "draft", _l("Draft"), "planned"
    SENT = "sent", _l("Sent"), "running"
    ACCEPTED = "accepted", _l("Accepted"), "done"
    PARTLY = "partly", _l("Partly accepted"), "running"
    DECLINED = "declined", _l("Declined"), "stopped"
    WITHDRAWN = "withdrawn", _l("Withdrawn"), "stopped"


S = RecommendationState
MOVES = Moves(
    {
        S.DRAFT: (S.SENT, S.WITHDRAWN),
        S.SENT: (S.ACCEPTED, S.PARTLY, S.DECLINED, S.DRAFT, S.WITHDRAWN),
        S.ACCEPTED: (S.PARTLY, S.DECLINED),
        S.PARTLY: (S.ACCEPTED, S.DECLINED),
        S.DECLINED: (S.ACCEPTED, S.PARTLY),
        S.WITHDRAWN: (),
    }
)
ANSWERED = (S.ACCEPTED, S.PARTLY, S.DECLINED)
# What a policy paper holds: what the addressee has in hand.
IN_HAND = (S.SENT, *ANSWERED)


class Recommendation(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful, ConcernsMicroCredentials):
    """What the consortium asks of an authority or another body of a country.

    It goes to an organisation of the register (``addressee``), or to a body that is only named (``body``); never both.
    ``organisation`` answers for it. ``follow_up_on`` is the day on which somebody asks again. The words of one that was
    sent stay as they were sent.
    """

    __tablename__ = "recommendation"
    __table_args__ = (
        CheckConstraint("(addressee_id IS NULL) <> (body IS NULL)", name="one_addressee"),
        CheckConstraint("state IN ('draft', 'withdrawn') OR sent_on IS NOT NULL", name="sent"),
        CheckConstraint("state NOT IN ('accepted', 'partly', 'declined') OR answered_on IS NOT NULL", name="answered"),
        CheckConstraint("answered_on IS NULL OR answered_on >= sent_on", name="days"),
        Index("ix_recommendation_country", "country", "written_on", "id"),
    )
    moves = MOVES
    edit_permission: ClassVar[Permission] = Permission.RECOMMENDATION_EDIT

    country: Mapped[str]
    text: Mapped[TranslatedText]
    background: Mapped[TranslatedText | None]
    addressee_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    body: Mapped[str | None]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    written_on: Mapped[date]
    follow_up_on: Mapped[date | None]
    state: Mapped[RecommendationState] = mapped_column(default=RecommendationState.DRAFT)
    sent_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    answer: Mapped[TranslatedText | None]
    is_example: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None]
    search_key: Mapped[str]

    addressee: Mapped[Organisation | None] = relationship(foreign_keys=[addressee_id])
    organisation: Mapped[Organisation | None] = relationship(foreign_keys=[organisation_id])
    origins: Mapped[list[Origin]] = relationship(cascade="all, delete-orphan", passive_deletes=True, order_by=Origin.id)

    @property
    def link_date(self) -> date:
        """The day it was sent, or written as long as it is a draft."""
        return self.sent_on or self.written_on

    @property
    def access_country(self) -> str:
        """The country it is about."""
        return self.country

    @property
    def access_organisations(self) -> frozenset[int]:
        """The organisation that answers for it."""
        return frozenset({self.organisation_id} if self.organisation_id else ())

    @property
    def was_sent_before(self) -> bool:
        """Whether it was sent before somebody wrote it down here."""
        return self.sent_on is not None and self.sent_on < self.written_on

    @property
    def is_written(self) -> bool:
        """Whether its words can still be changed."""
        return self.state is S.DRAFT

    def waits(self, today: date) -> bool:
        """Whether the day has come to ask again for an answer."""
        return self.state is S.SENT and self.follow_up_on is not None and self.follow_up_on <= today

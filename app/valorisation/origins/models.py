"""Ties from an item of a plan, or a recommendation, to a decision or a point of feedback it came from."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.audit import Audited
from app.core.database import Base
from app.core.vocabulary import Term


class SourceKind(Term):
    """What something came from."""

    POINT = "point", _l("Feedback")
    DECISION = "decision", _l("Decision")


class Origin(Base, Audited):
    """One decision, or one point of feedback, that an item or a recommendation came from."""

    __tablename__ = "origin"
    __table_args__ = (
        CheckConstraint("(item_id IS NULL) <> (recommendation_id IS NULL)", name="one_owner"),
        CheckConstraint("(decision_id IS NULL) <> (point_id IS NULL)", name="one_source"),
        Index("uq_origin_item_decision", "item_id", "decision_id", unique=True),
        Index("uq_origin_item_point", "item_id", "point_id", unique=True),
        Index("uq_origin_recommendation_decision", "recommendation_id", "decision_id", unique=True),
        Index("uq_origin_recommendation_point", "recommendation_id", "point_id", unique=True),
    )

    item_id: Mapped[int | None] = mapped_column(ForeignKey("plan_item.id", ondelete="CASCADE"))
    recommendation_id: Mapped[int | None] = mapped_column(ForeignKey("recommendation.id", ondelete="CASCADE"))
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"), index=True)
    point_id: Mapped[int | None] = mapped_column(ForeignKey("feedback_point.id"), index=True)

    @property
    def source(self) -> tuple[SourceKind, int]:
        """Kind and key of what it is tied to."""
        if self.decision_id is not None:
            return SourceKind.DECISION, self.decision_id
        if self.point_id is not None:
            return SourceKind.POINT, self.point_id
        raise LookupError("An origin is a decision or a point of feedback.")


# Which column names the record, by what it is.
COLUMNS = {SourceKind.DECISION: "decision_id", SourceKind.POINT: "point_id"}

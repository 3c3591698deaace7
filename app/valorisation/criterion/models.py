"""The rules that were settled, one after the other."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.audit import AppendOnly, Audited
from app.core.database import Base
from app.core.veil import AsItIs


class ValorisedRule(AppendOnly, Base, Audited):
    """A rule that somebody settled: it holds from a day on, until a later one does. Never changed.

    ``ways`` is a list of ways, each a list of codes that have to hold at once. ``number`` counts the rules from 1, so
    that of two people who settle one at the same moment the databases refuse the second. Before the first of them the
    consortium's project file holds.
    """

    __tablename__ = "valorised_rule"
    __table_args__ = (CheckConstraint("number > 0", name="number"),)

    number: Mapped[int] = mapped_column(unique=True)
    ways: Mapped[list[list[str]]] = mapped_column(JSON)
    holds_from: Mapped[date]
    reason: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[AsItIs]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

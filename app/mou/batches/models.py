"""Memoranda that were drafted together."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.audit import Audited
from app.core.database import Base, LeavesTheHouse, Timestamped, Versioned
from app.core.states import Moves, Stateful
from app.core.vocabulary import Term
from app.stakeholders.models import Organisation


class BatchState(Term):
    """How far the sending of a batch is."""

    DRAFTED = "drafted", _l("Not sent yet"), "planned"
    SENDING = "sending", _l("Being sent"), "running"
    SENT = "sent", _l("Sent"), "done"


S = BatchState
# What was sent can be sent again: memoranda that were recalled or declined are open anew.
MOVES = Moves({S.DRAFTED: (S.SENDING,), S.SENDING: (S.SENT,), S.SENT: (S.SENDING,)})


class MouBatch(Base, LeavesTheHouse, Timestamped, Versioned, Audited, Stateful):
    """Memoranda drafted from one file after one pattern; each of them has its ``uid`` as ``Mou.batch``.

    ``done`` of ``total`` were looked at by the job that sends them; ``failed`` says by number what kept one from it.
    """

    __tablename__ = "mou_batch"
    audit_skips = ("done", "failed")
    moves = MOVES

    title: Mapped[str]
    country: Mapped[str | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[BatchState] = mapped_column(default=BatchState.DRAFTED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    failed: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_by_id: Mapped[int | None]
    created_by_name: Mapped[str] = mapped_column(default="")

    owner: Mapped[Organisation | None] = relationship()

    @property
    def access_country(self) -> str | None:
        """The country whose leads answer for it; ``None`` for the whole consortium."""
        return self.country

    @property
    def access_organisations(self) -> frozenset[int]:
        """The partner who looks after its memoranda."""
        return frozenset({self.owner_id}) if self.owner_id else frozenset()

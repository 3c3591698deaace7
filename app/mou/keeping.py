"""What becomes of a memorandum after the last signature: in force on its day, expired after its last."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core import clock, outbox, portal
from app.core.access import SYSTEM
from app.extensions import db
from app.mou import rules
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import record
from app.mou.models import Mou, MouState
from app.mou.services import touch

BEGIN, END = "mou.begin", "mou.end"


def conclude(mou: Mou, signed_on: date | None = None) -> None:
    """Work out from when to when a memorandum is in force that everybody has signed, and have it happen on its days.

    ``signed_on`` is the day of the last signature, today unless it was signed elsewhere.
    """
    mou.signed_on = signed_on or clock.today()
    mou.in_force_from = max(mou.effective_from or mou.signed_on, mou.signed_on)
    mou.last_day = rules.last_day(mou.in_force_from, mou.duration_months, mou.ends_on)
    _at(BEGIN, mou, mou.in_force_from)
    if mou.last_day is not None:
        _at(END, mou, mou.last_day + timedelta(days=1))


def _at(kind: str, mou: Mou, day: date) -> None:
    midnight = datetime.combine(day, time(), ZoneInfo(portal.consortium().zone))
    key = f"{kind}:{mou.id}:{day.isoformat()}"
    outbox.enqueue(db.session, kind, {"mou": mou.id}, run_after=midnight, dedupe_key=key)


@outbox.handles(BEGIN)
def begin(session: Session, payload: dict[str, Any]) -> None:
    """Put a memorandum in force on its day; done again, nothing more happens."""
    mou = session.get(Mou, payload["mou"])
    if mou is None or mou.state is not MouState.SIGNED or (mou.in_force_from or date.max) > clock.today():
        return
    mou.move_to(MouState.IN_FORCE, SYSTEM)
    record(mou, Happening.IN_FORCE, since=str(mou.in_force_from))
    touch(mou)


@outbox.handles(END)
def end(session: Session, payload: dict[str, Any]) -> None:
    """Let a memorandum expire after its last day."""
    mou = session.get(Mou, payload["mou"])
    if mou is None or mou.state is not MouState.IN_FORCE or mou.last_day is None or mou.last_day >= clock.today():
        return
    mou.move_to(MouState.EXPIRED, SYSTEM)
    record(mou, Happening.ENDED, until=str(mou.last_day))
    touch(mou)

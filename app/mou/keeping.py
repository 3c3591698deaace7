"""What becomes of a memorandum after the last signature: in force on its day, over after its last, succeeded.

Nothing of what was signed changes by it: ``in_force_from``, ``last_day`` and the state are facts beside the text. What
is renewed ends where the one that renews it begins. An addendum stands beside what it amends and ends with it.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core import clock, portal
from app.core.access import SYSTEM
from app.core.mornings import on_its_day, plan
from app.extensions import db
from app.mou import queries, rules
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import record
from app.mou.models import RUNNING, Mou, MouState
from app.mou.services import touch

BEGIN, END = "mou.begin", "mou.end"


def conclude(mou: Mou, signed_on: date | None = None) -> None:
    """Work out from when to when a memorandum is in force that everybody has signed, and have it happen on its days.

    ``signed_on`` is the day of the last signature, today unless it was signed elsewhere.
    """
    mou.signed_on = signed_on or clock.today()
    mou.in_force_from = max(mou.effective_from or mou.signed_on, mou.signed_on)
    if mou.amends is not None and mou.amends.in_force_from is not None:
        mou.in_force_from = max(mou.in_force_from, mou.amends.in_force_from)
    mou.last_day = rules.last_day(mou.in_force_from, mou.duration_months, mou.ends_on)
    _at(BEGIN, mou, mou.in_force_from)
    plan_end(mou)


def plan_end(mou: Mou) -> None:
    """Have a memorandum end when its last day is over; at once, where it is."""
    if mou.last_day is None:
        return
    if mou.last_day < clock.today():
        end(db.session, {"mou": mou.id})
    else:
        _at(END, mou, mou.last_day + timedelta(days=1))


def _at(kind: str, mou: Mou, day: date) -> None:
    key = f"{kind}:{mou.id}:{day.isoformat()}"
    plan(db.session, kind, {"mou": mou.id}, day, portal.consortium().zone, key)


@on_its_day(BEGIN)
def begin(session: Session, payload: dict[str, Any]) -> None:
    """Put a memorandum in force on its day, and say so to what it renews or amends; done again, nothing more happens.

    One that was terminated before its first day never is in force, nor an addendum to what is over.
    """
    mou = session.get(Mou, payload["mou"])
    if mou is None or mou.state is not MouState.SIGNED or (mou.in_force_from or date.max) > clock.today():
        return
    never = mou.termination is not None and mou.termination.last_day < (mou.in_force_from or date.max)
    if never or (mou.amends is not None and mou.amends.state not in RUNNING):
        _over(mou, MouState.TERMINATED, Happening.TERMINATED)
        return
    mou.move_to(MouState.IN_FORCE, SYSTEM)
    record(mou, Happening.IN_FORCE, since=str(mou.in_force_from))
    touch(mou)
    if mou.renews is not None:
        _renewed(mou.renews, mou)
    if mou.amends is not None:
        record(mou.amends, Happening.AMENDED, by=queries.reference_of(mou))
        touch(mou.amends)
    plan_end(mou)  # The last day of what was signed elsewhere, years ago, may be over.


def _renewed(former: Mou, mou: Mou) -> None:
    """What is renewed ends on the day before, at the latest; what was terminated meanwhile stays so."""
    if former.state not in (MouState.IN_FORCE, MouState.EXPIRED) or mou.in_force_from is None or former.termination:
        return
    before = max(mou.in_force_from - timedelta(days=1), former.in_force_from or date.min)
    former.last_day = min(former.last_day or date.max, before)
    _over(former, MouState.RENEWED, Happening.RENEWED, by=queries.reference_of(mou))


@on_its_day(END)
def end(session: Session, payload: dict[str, Any]) -> None:
    """Let a memorandum end after its last day: terminated where that was said, else expired, or it goes on."""
    mou = session.get(Mou, payload["mou"])
    if mou is None or mou.state not in RUNNING or mou.last_day is None or mou.last_day >= clock.today():
        return
    if mou.termination is not None:
        _over(mou, MouState.TERMINATED, Happening.TERMINATED, until=str(mou.last_day))
    elif mou.state is MouState.SIGNED:
        return
    elif mou.auto_renew and not queries.is_succeeded(mou):
        _go_on(mou)
    else:
        _over(mou, MouState.EXPIRED, Happening.ENDED, until=str(mou.last_day))


def _go_on(mou: Mou) -> None:
    """For as long again, as its text says where no party gave notice; its addenda go on with it."""
    begins = mou.in_force_from or clock.today()
    former, mou.last_day = mou.last_day, rules.next_last_day(begins, mou.duration_months, mou.ends_on, clock.today())
    record(mou, Happening.RENEWED, by="its own terms", until=str(mou.last_day))
    plan_end(touch(mou))
    for addendum in queries.addenda(mou, RUNNING):
        if addendum.last_day == former:
            addendum.last_day = mou.last_day
            plan_end(touch(addendum))


def _over(mou: Mou, state: MouState, happening: Happening, **facts: Any) -> None:
    """Move a memorandum to a state in which it is over, and with it the addenda that are in force."""
    mou.move_to(state, SYSTEM)
    record(mou, happening, **facts)
    touch(mou)
    for addendum in queries.addenda(mou, {MouState.IN_FORCE}):
        addendum.last_day = min(addendum.last_day or date.max, mou.last_day or clock.today())
        _over(addendum, state, happening, with_=queries.reference_of(mou))

"""The mail goes out on Mondays, early in the consortium's own time: one job for the week, one for each person."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import clock, outbox, portal
from app.dashboard.digest.models import DigestWish, Rhythm
from app.dashboard.digest.services import wish_of, write

WEEK, PERSON = "dashboard.digests", "dashboard.digest"
HOUR = time(6)


def next_monday(now: datetime, zone: str) -> datetime:
    """The next Monday morning after an instant, as the day begins in ``zone``."""
    here = now.astimezone(ZoneInfo(zone))
    monday = here.date() - timedelta(days=here.weekday())
    wanted = datetime.combine(monday, HOUR, ZoneInfo(zone))
    return wanted if wanted > here else datetime.combine(monday + timedelta(weeks=1), HOUR, ZoneInfo(zone))


@outbox.at_start
def arrange(session: Session) -> None:
    """Have the mails of the coming Monday written; saying so again changes nothing."""
    when = next_monday(clock.now(), portal.consortium().zone)
    day = when.date().isoformat()
    outbox.enqueue(session, WEEK, {"day": day}, run_after=when, dedupe_key=f"digests:{day}")


@outbox.handles(WEEK)
def write_to_all(session: Session, payload: dict[str, Any]) -> None:
    """Have each person written to who wants it, and arrange the next week."""
    off = select(DigestWish.user_id).where(DigestWish.rhythm == Rhythm.OFF)
    people = select(User.id).where(User.active, User.grants.any(), User.id.not_in(off)).order_by(User.id)
    for user_id in session.scalars(people).all():
        key = f"digest:{user_id}:{payload['day']}"
        outbox.enqueue(session, PERSON, {"user": user_id, "day": payload["day"]}, dedupe_key=key)
    arrange(session)


@outbox.handles(PERSON)
def write_to_one(session: Session, payload: dict[str, Any]) -> None:
    """Write to one person, unless the person left or stopped it meanwhile; done again, it writes no second mail."""
    user, wish = session.get(User, payload["user"]), wish_of(payload["user"])
    day = date.fromisoformat(payload["day"])
    if wish is not None and (wish.rhythm is Rhythm.OFF or (wish.sent_at is not None and _day_of(wish.sent_at) >= day)):
        return
    if user is None or not user.active:
        return
    with current_app.test_request_context("/"):  # Pages' addresses are worked out from a request.
        write(user)


def _day_of(instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(portal.consortium().zone)).date()

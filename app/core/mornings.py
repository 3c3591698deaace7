"""Work of every morning: each look for what the day asks for arranges the next one."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core import clock, outbox, portal

HOUR = time(5)


def each_morning(kind: str) -> Callable[[Callable[[Session], None]], outbox.Handler]:
    """Have a function called early every day in the consortium's own zone, as the body of jobs of ``kind``.

    It is called when a portal begins, too, since the day that it reckons with may be another one.
    """

    def register(look: Callable[[Session], None]) -> outbox.Handler:
        @outbox.at_start
        def arrange(session: Session) -> None:
            _enqueue(session, kind, clock.today(), clock.now())

        @outbox.handles(kind)
        def morning(session: Session, _payload: dict[str, Any]) -> None:
            zone = ZoneInfo(portal.consortium().zone)
            tomorrow = clock.now().astimezone(zone).date() + timedelta(days=1)
            _enqueue(session, kind, tomorrow, datetime.combine(tomorrow, HOUR, zone))
            session.commit()  # A body that fails is taken back, and must not take the next morning with it.
            look(session)

        return morning

    return register


def _enqueue(session: Session, kind: str, day: date, at: datetime) -> None:
    outbox.enqueue(session, kind, {"day": day.isoformat()}, run_after=at, dedupe_key=f"{kind}:{day.isoformat()}")

"""Work that the calendar asks for: every morning, where each look arranges the next one, and on a day that is known."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock, outbox, portal
from app.core.outbox import Job, JobState

HOUR = time(5)
_on_days: set[str] = set()


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


def on_its_day(kind: str) -> Callable[[outbox.Handler], outbox.Handler]:
    """Register the body of jobs of ``kind`` that ``plan`` writes: done once ``clock.today()`` has come to their day.

    One that real time brings too early, because the portal reckons with a day before, waits on.
    """

    def register(body: outbox.Handler) -> outbox.Handler:
        @outbox.handles(kind)
        def carry_out(session: Session, payload: dict[str, Any]) -> None:
            if not _has_come(payload):
                raise outbox.TooEarly
            body(session, payload)

        _on_days.add(kind)
        return body

    return register


def plan(  # noqa: PLR0917 - as ``enqueue``, and when
    session: Session, kind: str, payload: dict[str, Any], day: date, zone: str, dedupe_key: str, at: time = time()
) -> None:
    """Write a job for a day, as the calendar stands in ``zone`` (IANA name), and the time of it."""
    facts = {**payload, "day": day.isoformat(), "zone": zone}
    outbox.enqueue(session, kind, facts, run_after=datetime.combine(day, at, ZoneInfo(zone)), dedupe_key=dedupe_key)


def _has_come(payload: dict[str, Any]) -> bool:
    """Whether the day of a job is there; one written before jobs had days asks its own body."""
    return "day" not in payload or date.fromisoformat(payload["day"]) <= clock.today(payload["zone"])


@outbox.at_start
def hasten(session: Session) -> None:
    """Have done what a portal that reckons with a later day than the calendar's has come to: its clock was moved."""
    if clock.as_of() is None:
        return
    waiting = select(Job).where(Job.kind.in_(_on_days), Job.state == JobState.WAITING, Job.run_after > clock.now())
    for job in session.scalars(waiting):
        if "day" in job.payload and _has_come(job.payload):
            job.run_after = clock.now()
    session.flush()

"""Jobs written in the same transaction as the change that caused them, and the worker that carries them out.

A job is a row. Claiming takes a lease, so a worker that is killed loses nothing: when the lease runs out another worker
takes the job again. Bodies of jobs are therefore idempotent. A job that keeps failing is kept as dead, with its error.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, Index, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock
from app.core.access import SYSTEM
from app.core.audit import acting_as
from app.core.database import Base, writing
from app.core.vocabulary import Term
from app.extensions import db

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
ATTEMPTS = 8
FIRST_DELAY = timedelta(seconds=30)
LOOKS_AGAIN = timedelta(hours=1)
_OR_ELSE = "or_else"

Handler = Callable[[Session, dict[str, Any]], None]
_handlers: dict[str, Handler] = {}
Arrange = Callable[[Session], None]
_at_start: list[Arrange] = []


class JobState(Term):
    """Where a job stands."""

    WAITING = "waiting", _l("Waiting"), "running"
    DONE = "done", _l("Done"), "done"
    DEAD = "dead", _l("Given up"), "late"


class PermanentFailure(Exception):
    """Raised by a job's body when trying again cannot help."""


class TooEarly(Exception):
    """Raised by a job's body whose day has not come by the day that the portal reckons with; it waits on."""


class Job(Base):
    """One thing to do after the transaction that wrote it; ``dedupe_key`` makes writing it twice harmless."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "state", "run_after", "id"),)

    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING)
    run_after: Mapped[datetime] = mapped_column(default=clock.now)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the body of jobs of ``kind``; it gets the session and the payload, and the worker commits for it."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def at_start(arrange: Arrange) -> Arrange:
    """Register what writes the jobs that are due by the settings and the day; saying so again must change nothing."""
    _at_start.append(arrange)
    return arrange


def arrange_all(session: Session) -> None:
    """Write them all; for before a portal serves or works."""
    for arrange in _at_start:
        arrange(session)


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    run_after: datetime | None = None,
    dedupe_key: str | None = None,
    or_else: tuple[str, dict[str, Any]] | None = None,
) -> None:
    """Write a job into the current transaction; one with a ``dedupe_key`` that exists already is left alone.

    ``or_else`` is kind and payload of the job that is written should this one be given up.
    """
    if kind not in _handlers:
        raise LookupError(f"No handler for jobs of kind {kind!r}.")
    if or_else is not None:
        payload = {**payload, _OR_ELSE: or_else}
    job = Job(kind=kind, payload=payload, run_after=run_after or clock.now(), dedupe_key=dedupe_key)
    if dedupe_key is None:
        session.add(job)
        session.flush()
    elif not session.scalar(select(Job.id).where(Job.dedupe_key == dedupe_key)):
        try:
            with session.begin_nested():
                session.add(job)
        except IntegrityError:
            log.info("Job %s was written by somebody else at the same moment.", dedupe_key)


def claim(session: Session, lease: timedelta = LEASE) -> Job | None:
    """Take the next due job and push its ``run_after`` past the lease; the caller commits before working on it.

    A job whose last attempt ended without a word, as when it brings the worker down, is given up instead.
    """
    job = session.scalar(
        select(Job)
        .where(Job.state == JobState.WAITING, Job.run_after <= clock.now())
        .order_by(Job.run_after, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is None:
        return None
    if job.attempts >= ATTEMPTS:
        _give_up(session, job)
        job.last_error = job.last_error or "The worker ended while it did this."
    else:
        job.attempts += 1
        job.run_after = clock.now() + lease
    return job


def delay(attempts: int) -> timedelta:
    """How long to wait after the given number of failed attempts: 30 s, doubled each time."""
    return FIRST_DELAY * (1 << (attempts - 1))


def run_one(session: Session, lease: timedelta = LEASE) -> bool:
    """Claim and carry out one job, each in a transaction of its own; answers whether there was one."""
    job = claim(session, lease)
    session.commit()
    if job is None:
        return False
    job_id, kind, attempts = job.id, job.kind, job.attempts
    if job.state is JobState.DEAD:
        session.commit()
        return True
    try:
        _handlers[kind](session, job.payload)
        job.state, job.finished_at, job.last_error = JobState.DONE, clock.now(), None
        session.commit()
    except TooEarly:
        session.rollback()
        waits = session.get_one(Job, job_id)
        waits.attempts, waits.run_after = attempts - 1, clock.now() + LOOKS_AGAIN
        session.commit()
    except Exception as error:  # noqa: BLE001 - whatever a body raises is kept with its job
        session.rollback()
        log.warning("Job %s (%s) failed at attempt %s: %s", job_id, kind, attempts, error)
        failed = session.get_one(Job, job_id)
        failed.last_error = f"{type(error).__name__}: {error}"[:2000]
        if isinstance(error, PermanentFailure) or attempts >= ATTEMPTS:
            _give_up(session, failed)
        else:
            failed.run_after = clock.now() + delay(attempts)
        session.commit()
    return True


def _give_up(session: Session, job: Job) -> None:
    job.state, job.finished_at = JobState.DEAD, clock.now()
    if _OR_ELSE in job.payload:
        enqueue(session, *job.payload[_OR_ELSE])


def try_again(session: Session, job: Job) -> None:
    """Give a dead job a fresh set of attempts, from now."""
    job.state, job.attempts, job.run_after, job.finished_at = JobState.WAITING, 0, clock.now(), None
    session.flush()


def drain(app: Flask, lease: timedelta = LEASE, stopping: threading.Event | None = None) -> int:
    """Carry out every job that is due, in this thread, or those until ``stopping`` is set; answers how many."""
    done = 0
    with app.app_context(), writing(), acting_as(SYSTEM):
        while not (stopping and stopping.is_set()) and run_one(db.session, lease):
            done += 1
    return done


class Worker(threading.Thread):
    """Carries out jobs until told to stop; one thread beside the server, or a process of its own.

    ``idle`` is in seconds. A job that takes longer than ``lease`` may be begun by another worker, too.
    """

    def __init__(self, app: Flask, idle: float = 0.5, lease: timedelta = LEASE) -> None:
        super().__init__(name="worker", daemon=True)
        self.app = app
        self.idle = idle
        self.lease = lease
        self.stopping = threading.Event()

    def run(self) -> None:
        """Work while there is something to do, then look again after ``idle`` seconds."""
        while not self.stopping.is_set():
            try:
                drain(self.app, self.lease, self.stopping)
            except Exception:
                log.exception("The worker could not reach its jobs; it tries again.")
                self.stopping.wait(5)
            self.stopping.wait(self.idle)

    def stop(self) -> None:
        """Finish the job in hand and end."""
        self.stopping.set()
        self.join(timeout=10)


def unfinished(session: Session, limit: int = 200) -> list[Job]:
    """Jobs that failed at least once and are not done, the dead first."""
    return list(
        session.scalars(
            select(Job)
            .where(or_(Job.state == JobState.DEAD, (Job.state == JobState.WAITING) & (Job.last_error.is_not(None))))
            .order_by(Job.state, Job.id.desc())
            .limit(limit)
        )
    )

"""A job is done at least once whatever ends its worker, and one that cannot be done is kept with its error."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.core import clock, outbox
from app.core.database import writing
from app.core.outbox import ATTEMPTS, Job, JobState, PermanentFailure, Worker, claim, drain, enqueue, run_one
from app.extensions import db
from tests.core.conftest import CoreBackend
from tests.core.things import Thing

KIND = "test.do"


@pytest.fixture
def done() -> list[dict[str, Any]]:
    """The payloads of jobs that were carried out."""
    return []


@pytest.fixture(autouse=True)
def handler(done: list[dict[str, Any]]) -> None:
    """A body that notes its payload, or fails as the payload says."""

    @outbox.handles(KIND)
    def carry_out(session: Session, payload: dict[str, Any]) -> None:
        session.add(Thing(name=f"by job {len(done)}"))
        session.flush()
        if payload.get("fails"):
            raise RuntimeError(payload["fails"])
        if payload.get("hopeless"):
            raise PermanentFailure(payload["hopeless"])
        done.append(payload)


def only_job(session: Session) -> Job:
    session.expire_all()
    return session.scalars(sa.select(Job)).one()


def make_due(session: Session) -> None:
    session.execute(sa.update(Job).values(run_after=clock.now() - timedelta(seconds=1)))
    session.commit()


def test_a_job_is_done_once_and_then_over(session: Session, done: list[dict[str, Any]]):
    enqueue(session, KIND, {"n": 1})
    session.commit()

    assert run_one(session)
    assert not run_one(session)

    job = only_job(session)
    assert (job.state, job.attempts, job.last_error) == (JobState.DONE, 1, None)
    assert job.finished_at is not None
    assert done == [{"n": 1}]


def test_a_job_goes_with_the_transaction_that_wrote_it(session: Session):
    enqueue(session, KIND, {})
    session.rollback()

    assert session.scalars(sa.select(Job)).all() == []


def test_a_job_of_no_known_kind_is_refused_when_it_is_written(session: Session):
    with pytest.raises(LookupError, match=r"test\.unknown"):
        enqueue(session, "test.unknown", {})


def test_a_job_waits_for_its_time(session: Session, done: list[dict[str, Any]]):
    enqueue(session, KIND, {}, run_after=clock.now() + timedelta(hours=1))
    session.commit()

    assert not run_one(session)
    make_due(session)
    assert run_one(session)
    assert len(done) == 1


def test_a_job_in_hand_is_nobody_elses_until_its_lease_runs_out(session: Session):
    enqueue(session, KIND, {})
    session.commit()

    first = claim(session, timedelta(seconds=60))
    session.commit()
    assert first is not None
    assert claim(session) is None

    make_due(session)
    again = claim(session)
    assert again is not None
    assert again.attempts == 2


def test_a_failure_is_tried_again_later_and_undone_meanwhile(session: Session):
    enqueue(session, KIND, {"fails": "no luck"})
    session.commit()

    run_one(session)

    job = only_job(session)
    assert (job.state, job.attempts, job.last_error) == (JobState.WAITING, 1, "RuntimeError: no luck")
    assert timedelta(seconds=25) < job.run_after - clock.now() <= timedelta(seconds=30)
    assert session.scalars(sa.select(Thing)).all() == []


def test_the_wait_doubles_with_each_attempt():
    assert [outbox.delay(n) for n in (1, 2, 3)] == [timedelta(seconds=s) for s in (30, 60, 120)]
    assert outbox.delay(ATTEMPTS) < timedelta(days=1)


def test_a_job_that_keeps_failing_is_given_up(session: Session):
    enqueue(session, KIND, {"fails": "no luck"})
    session.commit()

    for _ in range(ATTEMPTS):
        make_due(session)
        assert run_one(session)

    job = only_job(session)
    assert (job.state, job.attempts) == (JobState.DEAD, ATTEMPTS)
    make_due(session)
    assert not run_one(session)


@pytest.mark.parametrize("failure", ["fails", "hopeless"])
def test_what_should_follow_a_job_that_is_given_up_is_done_then(
    session: Session, done: list[dict[str, Any]], failure: str
):
    enqueue(session, KIND, {failure: "no luck"}, or_else=(KIND, {"instead": 1}))
    enqueue(session, KIND, {"n": 2}, or_else=(KIND, {"instead": 2}))
    session.commit()

    for _ in range(ATTEMPTS + 2):
        make_due(session)
        run_one(session)

    assert [payload.get("instead") for payload in done] == [None, 1]


def test_a_hopeless_job_is_given_up_at_once(session: Session):
    enqueue(session, KIND, {"hopeless": "no such address"})
    session.commit()

    run_one(session)

    assert (only_job(session).state, only_job(session).attempts) == (JobState.DEAD, 1)
    assert "no such address" in str(only_job(session).last_error)


def test_a_job_that_ends_its_worker_every_time_is_given_up(session: Session, done: list[dict[str, Any]]):
    enqueue(session, KIND, {})
    session.commit()
    for _ in range(ATTEMPTS):
        make_due(session)
        claim(session)
        session.commit()

    make_due(session)
    run_one(session)

    assert only_job(session).state is JobState.DEAD
    assert only_job(session).last_error == "The worker ended while it did this."
    assert done == []


def test_a_dead_job_can_be_tried_again(session: Session):
    enqueue(session, KIND, {"hopeless": "for now"})
    session.commit()
    run_one(session)
    job = only_job(session)
    assert outbox.unfinished(session) == [job]

    job.payload = {}
    outbox.try_again(session, job)
    session.commit()
    run_one(session)

    assert (only_job(session).state, only_job(session).attempts) == (JobState.DONE, 1)
    assert outbox.unfinished(session) == []


def test_what_failed_is_shown_with_the_dead_first(session: Session):
    for payload in ({"fails": "later"}, {"hopeless": "never"}, {}):
        enqueue(session, KIND, payload)
    session.commit()
    while run_one(session):
        pass

    assert [job.state for job in outbox.unfinished(session)] == [JobState.DEAD, JobState.WAITING]


def test_a_job_with_a_key_is_written_once(session: Session):
    enqueue(session, KIND, {"n": 1}, dedupe_key="one")
    enqueue(session, KIND, {"n": 2}, dedupe_key="one")
    session.commit()
    enqueue(session, KIND, {"n": 3}, dedupe_key="one")
    session.commit()

    assert only_job(session).payload == {"n": 1}


def test_two_who_write_the_same_job_at_once_both_succeed(backend: CoreBackend):
    first_has_written = threading.Event()

    def write(number: int) -> None:
        if number == 2:
            assert first_has_written.wait(5)
        with backend.app.app_context(), writing():
            db.session.add(Thing(name=f"cause {number}"))
            enqueue(db.session, KIND, {"n": number}, dedupe_key="one")
            if number == 1:
                first_has_written.set()
                time.sleep(0.3)  # the second one is waiting for this transaction by now
            db.session.commit()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(write, (1, 2)))

    with backend.app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Thing)) == 2
        assert db.session.scalars(sa.select(Job.payload)).all() == [{"n": 1}]


def test_workers_share_the_work_without_doing_it_twice(backend: CoreBackend, done: list[dict[str, Any]]):
    outbox.handles(KIND)(lambda session, payload: done.append(payload))
    with backend.app.app_context(), writing():
        for number in range(60):
            enqueue(db.session, KIND, {"n": number})
        db.session.commit()

    with ThreadPoolExecutor(3) as threads:
        shares = list(threads.map(lambda _number: drain(backend.app), range(3)))

    assert sum(shares) == 60
    assert sorted(payload["n"] for payload in done) == list(range(60))


def test_a_worker_told_to_stop_finishes_the_job_in_hand_and_no_other(app: Flask, done: list[dict[str, Any]]):
    begun, go_on = threading.Event(), threading.Event()

    def slow(_session: Session, payload: dict[str, Any]) -> None:
        begun.set()
        go_on.wait(5)
        done.append(payload)

    outbox.handles(KIND)(slow)
    with app.app_context(), writing():
        for number in range(3):
            enqueue(db.session, KIND, {"n": number})
        db.session.commit()

    worker = Worker(app, idle=0.01)
    worker.start()
    assert begun.wait(5)
    worker.stopping.set()
    go_on.set()
    worker.stop()

    assert not worker.is_alive()
    assert done == [{"n": 0}]


def test_a_worker_finds_what_is_written_while_it_waits(app: Flask, done: list[dict[str, Any]]):
    arrived = threading.Event()
    outbox.handles(KIND)(lambda session, payload: arrived.set())
    worker = Worker(app, idle=0.01)
    worker.start()
    try:
        with app.app_context(), writing():
            enqueue(db.session, KIND, {})
            db.session.commit()
        assert arrived.wait(5)
    finally:
        worker.stop()

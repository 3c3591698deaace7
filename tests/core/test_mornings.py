"""What is due on a day is done when the portal has come to that day, whatever the calendar on the wall says."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock, mornings, outbox
from app.core.outbox import Job, JobState
from app.extensions import db
from tests.accounts.people import work

KIND = "tests.due"
PAST, TODAY, FUTURE = date(2025, 5, 20), date(2025, 5, 12), date(2190, 1, 7)


@pytest.fixture
def done(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """What was done, by the days it was planned for."""
    found: list[Any] = []
    monkeypatch.setattr(outbox, "_handlers", dict(outbox._handlers))
    monkeypatch.setattr(mornings, "_on_days", set())

    @mornings.on_its_day(KIND)
    def body(_session: Session, payload: dict[str, Any]) -> None:
        found.append(payload["what"])

    yield found
    clock.reckon_with(TODAY)


def planned(app: Flask, day: date) -> None:
    """Something to be done on a day, and what is due already done."""
    with work(app) as session:
        mornings.plan(session, KIND, {"what": day.isoformat()}, day, "Asia/Yerevan", f"{KIND}:{day}")
    outbox.drain(app)


def started(app: Flask, day: date | None) -> None:
    """The portal started anew to reckon with a day."""
    clock.reckon_with(day)
    with work(app) as session:
        mornings.hasten(session)
    outbox.drain(app)


def test_what_the_wall_says_is_over_waits_for_the_day_of_the_demonstration(app: Flask, done: list[Any]) -> None:
    planned(app, PAST)
    assert done == []
    with app.app_context():
        job = db.session.scalars(select(Job).where(Job.kind == KIND)).one()
        assert (job.state, job.attempts, job.last_error) == (JobState.WAITING, 0, None)
    started(app, PAST - timedelta(days=1))
    assert done == []
    started(app, PAST)
    started(app, PAST)
    assert done == [PAST.isoformat()]


def test_what_is_far_away_is_done_when_the_clock_is_moved_there(app: Flask, done: list[Any]) -> None:
    planned(app, FUTURE)
    started(app, None)
    started(app, FUTURE - timedelta(days=1))
    assert done == []
    started(app, FUTURE + timedelta(days=3))
    assert done == [FUTURE.isoformat()]

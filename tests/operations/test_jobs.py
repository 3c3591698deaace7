"""Jobs that failed, as operators see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.core import clock, outbox
from app.core.access import Role
from app.core.mail import SEND, Mail, job_key
from app.core.outbox import Job, JobState
from app.extensions import db
from tests.accounts.people import arrive, submit, work

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

PAGE = "/operations/jobs"


def job(app: Flask, state: JobState, error: str | None, attempts: int = 8) -> int:
    """A job in a state; answers its key."""
    with work(app) as session:
        made = Job(kind="feeds.forget", payload={"uid": "0" * 32}, state=state, attempts=attempts, last_error=error)
        session.add(made)
        session.flush()
        return made.id


def test_the_page_tells_what_failed_and_leaves_out_the_rest(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.ADMIN)
    assert "No job has failed." in client.get(PAGE).get_data(as_text=True)
    job(app, JobState.DONE, None)
    job(app, JobState.WAITING, None, attempts=0)
    assert "No job has failed." in client.get(PAGE).get_data(as_text=True)
    job(app, JobState.WAITING, "OSError: <server> was away", attempts=1)
    job(app, JobState.DEAD, "ValueError: no such thing")
    page = client.get(PAGE).get_data(as_text=True)
    assert page.index("no such thing") < page.index("&lt;server&gt; was away")
    assert "8 attempts" in page
    assert "1 attempt " in page
    assert "next attempt" in page
    assert page.count("Try again") == 1


def test_a_dead_job_is_tried_again(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.ADMIN)
    key = job(app, JobState.DEAD, "ValueError: no such thing")
    response = submit(client, f"{PAGE}/{key}/again")
    assert (response.status_code, response.location) == (303, PAGE)
    with app.app_context():
        found = db.session.get_one(Job, key)
        assert (found.state, found.attempts) == (JobState.WAITING, 0)
        assert found.run_after <= clock.now()
    assert outbox.drain(app) == 1
    assert "No job has failed." in client.get(PAGE).get_data(as_text=True)


def test_a_job_that_is_not_there_cannot_be_tried_again(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.ADMIN)
    assert submit(client, f"{PAGE}/999/again").status_code == 404


@pytest.mark.parametrize("role", [Role.COUNTRY_LEAD, Role.PARTNER_EDITOR, Role.STAKEHOLDER, Role.AUDITOR])
def test_others_are_refused(app: Flask, client: FlaskClient, role: Role) -> None:
    arrive(app, client, role)
    key = job(app, JobState.DEAD, "ValueError: no such thing")
    assert client.get(PAGE).status_code == 403
    assert submit(client, f"{PAGE}/{key}/again").status_code == 403
    with app.app_context():
        assert db.session.get_one(Job, key).state is JobState.DEAD


def test_visitors_are_asked_to_sign_in(app: Flask, client: FlaskClient) -> None:
    response = client.get(PAGE)
    assert (response.status_code, "/sign-in" in response.location) == (303, True)


@pytest.mark.parametrize(("state", "says"), [(JobState.WAITING, "Waiting"), (JobState.DEAD, "Given up")])
def test_a_message_that_does_not_leave_says_why_wherever_it_is_shown(
    app: Flask, client: FlaskClient, state: JobState, says: str
) -> None:
    arrive(app, client, Role.ADMIN)
    with work(app) as session:
        letters = [
            Mail(message_id=f"<{name}>", recipient=f"{name}@example.org", subject=f"Dear {name}", text="…")
            for name in ("anna", "maria")
        ]
        session.add_all(letters)
        session.flush()
        stuck, waiting = letters[0].id, letters[1].id
        for letter, error in zip(letters, ("OSError: <server> was away", None), strict=True):
            kept = {"payload": {"mail": letter.id}, "dedupe_key": job_key(letter.id)}
            session.add(Job(kind=SEND, state=state, attempts=3, last_error=error, **kept))
    for path in (PAGE, "/operations/mailbox", f"/operations/mailbox/{stuck}"):
        page = client.get(path).get_data(as_text=True)
        assert f"<span>{says}</span>" in page, path
        assert "3 attempts · OSError: &lt;server&gt; was away" in page, path
        assert "anna@example.org" in page, path
        assert ("next attempt" in page) is (state is JobState.WAITING), path
    assert f'href="/operations/mailbox/{stuck}"' in client.get(PAGE).get_data(as_text=True)
    fine = client.get(f"/operations/mailbox/{waiting}").get_data(as_text=True)
    assert "<span>On its way</span>" in fine
    assert "attempts" not in fine

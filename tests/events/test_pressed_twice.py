"""A button on an event's page that is pressed twice: by a double click, or again after a lost answer."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.submissions import Submission
from app.events.models import Event, EventState
from app.extensions import db
from tests.events.conftest import Entered, SignIn
from tests.events.world import World


@pytest.fixture
def lead(sign_in: SignIn) -> FlaskClient:
    """The browser of the lead of Armenia."""
    return sign_in("lead")


@pytest.fixture
def draft(world: World, entered: Entered) -> str:
    """The page of a draft."""
    return f"/events/{entered(world.consultation, EventState.DRAFT)}"


def of_events(app: Flask) -> list[tuple[EventState, str]]:
    """State and version of every event there is."""
    with app.app_context():
        return [(event.state, str(event.version)) for event in db.session.scalars(select(Event))]


@pytest.mark.parametrize(
    ("step", "told"), [("move", "This is done already."), ("cancel", "This was saved already; here it is.")]
)
def test_a_move_that_is_sent_twice_was_made_by_nobody_else(
    app: Flask, lead: FlaskClient, draft: str, step: str, told: str
) -> None:
    lead.post(f"{draft}/move", data={"state": "planned", "version": of_events(app)[0][1]})
    data = {"state": "confirmed", "reason": "Snow", "version": of_events(app)[0][1]}
    answers = [lead.post(f"{draft}/{step}", data=data) for _press in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, draft)] * 2
    assert told in lead.get(draft).text
    assert of_events(app)[0][0] is (EventState.CANCELLED if step == "cancel" else EventState.CONFIRMED)


def test_a_deletion_that_is_sent_twice_leads_to_the_list(app: Flask, lead: FlaskClient, draft: str) -> None:
    data = {"version": of_events(app)[0][1]}
    answers = [lead.post(f"{draft}/delete", data=data) for _press in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/events/")] * 2
    assert of_events(app) == []


def test_what_somebody_else_did_is_still_said(app: Flask, sign_in: SignIn, lead: FlaskClient, draft: str) -> None:
    data = {"state": "held", "version": of_events(app)[0][1]}
    assert sign_in("coordinator").post(f"{draft}/move", data=data).status_code == 303
    answer = lead.post(f"{draft}/move", data=data)
    assert answer.status_code == 409
    assert "Somebody else changed this in the meantime." in answer.text


def test_what_was_refused_is_refused_again(app: Flask, lead: FlaskClient, draft: str) -> None:
    data = {"state": "closed", "version": of_events(app)[0][1]}
    assert [lead.post(f"{draft}/move", data=data).status_code for _press in range(2)] == [409, 409]
    with app.app_context():
        assert db.session.scalar(select(func.count(Submission.id))) == 0

"""What tests of the catalogue share: browsers of people with a role."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.access import Role
from app.events.models import Event
from app.extensions import limiter
from tests.accounts.people import arrive
from tests.microcredentials.designs import design, event

Enter = Callable[..., FlaskClient]


@pytest.fixture
def enter(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Enter:
    """A browser in which somebody with a role is signed in."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    with app.app_context():
        limiter.reset()

    def browser(role: Role = Role.COORDINATOR, **facts: object) -> FlaskClient:
        client = app.test_client()
        arrive(app, client, role, **{"email": f"{role}@example.org", **facts})
        return client

    return browser


@pytest.fixture
def linked_event(session: Session) -> Event:
    """An event that concerns a design."""
    return event(session, design(session))

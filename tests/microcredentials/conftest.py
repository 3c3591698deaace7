"""What tests of the catalogue share: designs, and browsers of people with a role."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.access import Role
from app.events.models import Event
from app.extensions import limiter
from app.microcredentials.models import MicroCredentialState as S
from tests.accounts.people import arrive, work
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


@dataclass(frozen=True)
class Known:
    """What a browser may know of a design."""

    id: int
    version: int
    developer: int


Made = Callable[..., Known]


@pytest.fixture
def made(app: Flask) -> Made:
    """Put a design into the catalogue."""

    def make(state: S = S.IDEA, **changes: Any) -> Known:
        with work(app) as session:
            one = design(session, state, **changes)
            return Known(one.id, one.version, one.developers[0].id)

    return make

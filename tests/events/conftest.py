"""What tests of events share: the small consortium, and browsers of its people."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Request
from flask.testing import FlaskClient

from app.accounts.sessions import SignedIn
from app.core import clock, veil
from app.core.access import SYSTEM, Actor
from app.core.database import writing
from app.events import services
from app.events.facts import EventFacts
from app.events.models import EventState
from app.extensions import db
from tests.conftest import Backend
from tests.events.world import World, build

SignIn = Callable[[Actor | str], FlaskClient]


@pytest.fixture
def world(backend: Backend) -> World:
    """The small consortium, committed."""
    return backend.begin_with(build)


@pytest.fixture
def sign_in(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """A browser of one of the consortium's people, named as in ``World.actors``."""
    people: dict[str, Actor] = {}

    def load(request: Request) -> SignedIn | None:
        actor = people.get(request.headers.get("X-Test-Actor", ""))
        if actor is None or not actor.is_authenticated:
            return None
        if request.method == "GET":  # As sessions do.
            veil.draw_for(actor)
        return SignedIn(actor, 0, clock.now(), "")

    def browser(who: Actor | str) -> FlaskClient:
        actor = world.actors[who] if isinstance(who, str) else who
        people[str(actor.user_id)] = actor
        client = app.test_client()
        client.environ_base["HTTP_X_TEST_ACTOR"] = str(actor.user_id)
        return client

    monkeypatch.setattr(app.login_manager, "_request_callback", load)  # type: ignore[attr-defined]
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    return browser


Entered = Callable[..., int]


@pytest.fixture
def entered(app: Flask, world: World) -> Entered:
    """Enter an event and commit: facts made by a method of the world with ``changes``; answers its key."""

    def enter(facts: Callable[..., EventFacts], state: EventState = EventState.HELD, **changes: Any) -> int:
        with app.app_context(), writing():
            made = facts(**changes)
            event = services.log(SYSTEM, made) if state is EventState.HELD else services.plan(SYSTEM, made, state)
            db.session.commit()
            return event.id

    return enter


@pytest.fixture
def logged(backend: Backend, world: World) -> int:
    """The key of a consultation that was held."""
    return backend.begin_with(held, world)


def held(world: World) -> int:
    return services.log(SYSTEM, world.consultation()).id

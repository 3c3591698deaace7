"""What tests of valorisation share: the small consortium with an action plan of Armenia."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.access import SYSTEM, Role
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from app.valorisation import services
from app.valorisation.models import ActionPlan, PlanState
from app.valorisation.services import PlanFacts
from tests.accounts.people import person, work
from tests.conftest import Backend
from tests.events.conftest import SignIn, entered, sign_in, world  # noqa: F401 - fixtures
from tests.events.world import World

NOW = date(2025, 5, 12)
S = PlanState
Made = Callable[..., int]
On = Callable[[date], None]


def facts(world: World, **changes: Any) -> PlanFacts:  # noqa: F811 - the fixture's value
    """A plan of Armenia with everything that an approval asks for, unless told otherwise."""
    values: dict[str, Any] = {
        "country": "AM",
        "starts_on": date(2023, 1, 1),
        "ends_on": date(2025, 12, 31),
        "lead": db.session.get_one(Organisation, world.school),
        "legal_framework": {"en": "The VET law of 2024."},
        "recognition_route": {"en": "Council, then register."},
        "objectives": {"en": "One is valorised."},
        "microcredentials": [db.session.get_one(MicroCredential, world.pattern)],
    }
    return PlanFacts(**values | changes)


def begin(app: Flask, world: World, **changes: Any) -> ActionPlan:  # noqa: F811 - the fixture's value
    """A plan, begun by the portal itself."""
    actor, marks = changes.pop("actor", SYSTEM), changes.pop("marks", {})
    return services.begin(actor, facts(world, **changes), app.config["CONSORTIUM"], **marks)


def move(plan: ActionPlan, *states: PlanState, actor: Any = SYSTEM, on: date = NOW) -> ActionPlan:
    """Move a plan from state to state."""
    for state in states:
        if state is S.APPROVED:
            services.approve(actor, plan, plan.version, on)
        else:
            services.move(actor, plan, plan.version, state, "Because")
    return plan


@pytest.fixture
def made(backend: Backend, world: World) -> Made:  # noqa: F811 - the fixture
    """Put a plan into the portal, move it through ``states``, and commit; answers its key."""

    def build(*states: PlanState, **changes: Any) -> int:
        return backend.begin_with(moved, backend.app, world, *states, **changes)

    return build


def moved(app: Flask, world: World, *states: PlanState, **changes: Any) -> int:  # noqa: F811 - the fixture's value
    """The key of a plan that went through ``states``."""
    return move(begin(app, world, **changes), *states).id


@pytest.fixture
def lead(sign_in: SignIn, app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:  # noqa: F811 - the fixture
    """The browser of the lead of Armenia."""
    browser = sign_in("lead")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return browser


@pytest.fixture
def tokens(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are checked for tokens, so forms have them here."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> On:
    """Have it be another day, and the worker look and write on it, more than once."""

    def move(day: date) -> None:
        monkeypatch.setattr(clock, "today", lambda *_zone: day)

    return move


@pytest.fixture
def partner(app: Flask, world: World) -> str:  # noqa: F811 - the fixture
    """Somebody of the school, which answers for items here; reads German."""
    with work(app) as session:
        user = person(
            session, Role.PARTNER_EDITOR, email="partner@example.org", country="AM", organisation_id=world.school
        )
        user.language = "de"
        return user.email

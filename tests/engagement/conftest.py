"""What tests of the mapping share: the small consortium of the tests of events, with one organisation mapped."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask

from app.core.access import SYSTEM
from app.engagement.models import Attitude, Engagement, MappingEntry
from app.engagement.services import EntryFacts, JudgementFacts, map_organisation
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from tests.accounts.people import work
from tests.conftest import Backend
from tests.events.world import World, build

Mapped = Callable[..., int]

FIRST = JudgementFacts(
    influence=3,
    interest=4,
    attitude=Attitude.NEUTRAL,
    engagement=Engagement.CONTACTED,
    judged_on=date(2025, 1, 10),
    reason="Asked for details.",
)


def judgement(**changes: Any) -> JudgementFacts:
    """A judgement of January with everything in it; ``changes`` replace facts of it."""
    return replace(FIRST, **changes)


def facts(world: World, code: str | None = None, **changes: Any) -> EntryFacts:
    """The textile company for Armenia as a whole, or for the micro-credential with this code."""
    organisation = db.session.get_one(Organisation, changes.pop("organisation", world.company))
    if code is None:
        return EntryFacts(organisation=organisation, country=changes.pop("country", "AM"), **changes)
    concerned = db.session.query(MicroCredential).filter_by(code=code).one()
    return EntryFacts(organisation=organisation, microcredentials=[concerned], **changes)


@pytest.fixture
def world(backend: Backend) -> World:
    """The small consortium, committed."""
    return backend.begin_with(build)


@pytest.fixture
def mapped(app: Flask, world: World) -> Mapped:
    """Map an organisation and commit; answers the key of the entry."""

    def enter(code: str | None = None, organisation: int | None = None, country: str = "AM", **changes: Any) -> int:
        with work(app):
            chosen = {"organisation": organisation or world.company}
            scope = {} if code else {"country": country}
            entry = map_organisation(SYSTEM, facts(world, code, **chosen, **scope), judgement(**changes))
            return entry.id

    return enter


def state(app: Flask, entry_id: int) -> tuple[Any, ...]:
    """What an entry shows."""
    with app.app_context():
        entry = db.session.get_one(MappingEntry, entry_id)
        return entry.influence, entry.interest, entry.attitude, entry.engagement, entry.judged_on

"""What was reached is counted from the records, each once, with the number of repetitions beside it."""

from datetime import date

from flask import Flask
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.events import services as events
from app.events.models import EventKind, EventState
from app.extensions import db
from app.microcredentials.models import MicroCredentialState
from app.stakeholders.models import Organisation
from app.valorisation.actuals import Figure, figures
from app.valorisation.items.models import Measure
from app.valorisation.models import PlanState
from app.valorisation.tracks import services as tracks
from app.valorisation.tracks.models import MilestoneKind
from tests.events.world import LAST_WEEK, NEXT_WEEK, World
from tests.valorisation.conftest import NOW, begin, move
from tests.valorisation.test_tracks import design, planned, prove

FIRST = date(2023, 1, 1)


def test_figures_count_each_once_and_say_how_often(app: Flask, session: Session, world: World) -> None:
    both = [db.session.get_one(Organisation, key) for key in (world.company, world.agency)]
    events.log(SYSTEM, world.consultation(women=3, men=2))
    events.log(SYSTEM, world.consultation(women=1, men=1, organisations=both))
    table = world.consultation(kind=EventKind.ROUND_TABLE, consultation_type=None, women=10, men=0)
    events.log(SYSTEM, table)
    events.log(SYSTEM, world.consultation(country="GE", women=5, men=5))
    events.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), EventState.PLANNED)
    plan = move(begin(app, world), PlanState.IN_CONSULTATION, PlanState.APPROVED)
    found = figures("AM", FIRST, NOW)
    assert found[Measure.CONSULTATIONS] == Figure(2)
    assert found[Measure.ROUND_TABLES] == Figure(1)
    assert found[Measure.ORGANISATIONS] == Figure(2, 4)
    assert found[Measure.PEOPLE] == Figure(0, 17)
    assert found[Measure.MEMORANDA] == Figure(0)
    assert found[Measure.PLANS] == Figure(1)
    assert figures("AM", FIRST, date(2025, 5, 5))[Measure.CONSULTATIONS] == Figure(0)
    assert (plan.country, LAST_WEEK < NOW) == ("AM", True)


def test_what_was_retired_is_valorised_no_more(app: Flask, session: Session, world: World) -> None:
    found = planned(world, MilestoneKind.VERIFIED)
    prove(world, found)
    tracks.reach(SYSTEM, found, found.version, LAST_WEEK)
    assert figures("AM", FIRST, NOW)[Measure.VALORISED] == Figure(1)
    design(world).move_to(MicroCredentialState.RETIRED, SYSTEM, "Another took its place")
    assert figures("AM", FIRST, NOW)[Measure.VALORISED] == Figure(0)

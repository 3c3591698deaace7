"""Events as the facts of their calendar entries."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.consortium import Consortium
from app.events import services
from app.events.ical import Audience, CalendarFacts, vevent
from app.events.ical_facts import published_facts
from app.events.models import Event, EventState
from tests.events.world import NEXT_WEEK, World

PORTAL = "https://portal.example"


@pytest.fixture
def consortium(app: Flask) -> Consortium:
    """The consortium of the portal under test."""
    found: Consortium = app.config["CONSORTIUM"]
    return found


def facts_of(event: Event, consortium: Consortium) -> CalendarFacts:
    """The facts of an event that is no draft."""
    facts = published_facts(event, consortium, PORTAL)
    assert facts is not None
    return facts


def test_a_draft_is_in_no_calendar(session: Session, world: World, consortium: Consortium) -> None:
    event = services.plan(SYSTEM, world.consultation(), EventState.DRAFT)
    assert published_facts(event, consortium, PORTAL) is None


def test_an_entry_tells_time_place_page_and_micro_credentials(
    session: Session, world: World, consortium: Consortium
) -> None:
    event = services.log(SYSTEM, world.consultation())
    facts = facts_of(event, consortium)
    assert (facts.uid, facts.sequence, facts.changed) == (event.uid, 0, event.updated_at)
    assert (facts.starts, facts.ends, facts.zone) == (event.starts_at, event.ends_at, "Asia/Yerevan")
    assert (facts.venue, facts.city, facts.country) == ("Employment centre", "Vanadzor", "Armenia")
    assert facts.page_url == f"{PORTAL}/events/{event.id}"
    assert facts.categories == ("Consultation", "AM", "AM-03")
    assert "AM-03" in facts.description


def test_what_is_made_up_is_marked_before_its_title(session: Session, world: World, consortium: Consortium) -> None:
    events = [services.log(SYSTEM, world.consultation(), is_example=made_up) for made_up in (True, False)]
    texts = [vevent(facts_of(event, consortium), audience=Audience.PUBLIC) for event in events]
    assert ["SUMMARY;LANGUAGE=en:[example] " in text for text in texts] == [True, False]


@pytest.mark.parametrize(
    ("state", "status"),
    [(EventState.PLANNED, "tentative"), (EventState.CONFIRMED, "confirmed"), (EventState.HELD, "confirmed")],
)
def test_a_planned_event_is_tentative_until_it_is_confirmed(
    session: Session, world: World, consortium: Consortium, state: EventState, status: str
) -> None:
    event = services.plan(SYSTEM, world.consultation(), state)
    assert facts_of(event, consortium).status == status


def test_a_deadline_is_a_whole_day_that_keeps_nobody_busy(
    session: Session, world: World, consortium: Consortium
) -> None:
    facts = facts_of(services.plan(SYSTEM, world.deadline()), consortium)
    assert (facts.all_day, facts.starts, facts.ends, facts.transparent) == (True, NEXT_WEEK, NEXT_WEEK, True)


def test_a_cancelled_event_says_why(session: Session, world: World, consortium: Consortium) -> None:
    event = services.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK))
    services.cancel(SYSTEM, event, event.version, "The host is ill.")
    facts = facts_of(event, consortium)
    assert (facts.status, facts.starts, facts.sequence) == ("cancelled", event.starts_at, 1)
    assert facts.description.startswith("The host is ill.")


def test_a_title_without_english_stands_in_its_own_language(
    session: Session, world: World, consortium: Consortium
) -> None:
    event = services.log(SYSTEM, world.consultation(title={"hy": "Կլոր սեղան"}))
    facts = facts_of(event, consortium)
    assert (facts.title, facts.language) == ("Կլոր սեղան", "hy")


def test_any_change_of_what_is_shown_makes_a_later_stamp(
    session: Session, world: World, consortium: Consortium
) -> None:
    event = services.log(SYSTEM, world.consultation())
    before = facts_of(event, consortium)
    services.edit(SYSTEM, event, event.version, world.consultation(description={"en": "About hours."}))
    after = facts_of(event, consortium)
    assert after.changed > before.changed
    assert vevent(after, audience=Audience.PUBLIC) != vevent(before, audience=Audience.PUBLIC)

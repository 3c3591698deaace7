"""What counts as a change for calendars, and what becomes of an event's former times."""

from datetime import date, time

import pytest
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.audit import EvidenceError
from app.events import queries, services
from app.events.models import EventKind, EventState, Visibility
from tests.events.world import NEXT_WEEK, World

S, K = EventState, EventKind
MINUTES = {"summary": {"en": "They need sixty hours."}}

PUBLISHED_CHANGES = {
    "start": {"starts_time": time(13)},
    "end": {"ends_time": time(18)},
    "day": {"starts_on": date(2025, 5, 7)},
    "whole day": {"starts_time": None, "ends_time": None},
    "zone": {"zone": "Europe/Kyiv"},
    "place": {"venue": "Town hall"},
    "town": {"city": "Gyumri"},
    "address": {"address": "Tigran Mets 1"},
    "country": {"country": "GE"},
    "link": {"link": "https://meet.example.org/x"},
    "title": {"title": {"en": "Needs of textile companies"}},
    "publication": {"visibility": Visibility.PUBLIC},
}
SILENT_CHANGES = {
    "nothing": {},
    "summary": MINUTES,
    "series": {"series": {"en": "Talks with companies"}},
    "counts": {"women": 5},
    "visibility": {"visibility": Visibility.COUNTRY},
    "a title in another language": {"title": {"en": "Needs of textile workshops", "hy": "Կարիքներ"}},
    "organiser": {"organiser": None},
}


@pytest.mark.parametrize("change", PUBLISHED_CHANGES.values(), ids=PUBLISHED_CHANGES)
def test_a_published_change_counts_the_sequence_up_by_one(session: Session, world: World, change: dict) -> None:
    event = services.log(SYSTEM, world.consultation())
    services.edit(SYSTEM, event, event.version, world.consultation(**change))
    assert event.sequence == 1
    services.edit(SYSTEM, event, event.version, world.consultation(**change))
    assert event.sequence == 1
    services.edit(SYSTEM, event, event.version, world.consultation())
    assert event.sequence == 2


@pytest.mark.parametrize("change", SILENT_CHANGES.values(), ids=SILENT_CHANGES)
def test_a_silent_change_leaves_the_sequence_alone_and_still_makes_a_version(
    session: Session, world: World, change: dict
) -> None:
    event = services.log(SYSTEM, world.consultation())
    version, changed = event.version, event.updated_at
    services.edit(SYSTEM, event, event.version, world.consultation(**change))
    assert (event.sequence, event.version) == (0, version + 1)
    assert event.updated_at > changed


def test_the_sequence_of_a_draft_waits_for_its_publication(session: Session, world: World) -> None:
    event = services.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), S.DRAFT)
    services.edit(SYSTEM, event, event.version, world.consultation(starts_on=NEXT_WEEK, venue="Town hall"))
    services.move(SYSTEM, event, event.version, S.PLANNED)
    assert event.sequence == 0
    services.move(SYSTEM, event, event.version, S.CONFIRMED)
    assert event.sequence == 1
    services.cancel(SYSTEM, event, event.version, "The host is ill.")
    assert event.sequence == 2
    services.move(SYSTEM, event, event.version, S.PLANNED, "The host is well again.")
    assert event.sequence == 3


def test_being_held_and_minuted_changes_nothing_in_calendars_that_show_it_confirmed(
    session: Session, world: World
) -> None:
    event = services.plan(SYSTEM, world.consultation(**MINUTES), S.CONFIRMED)
    for state in (S.HELD, S.MINUTED, S.CLOSED):
        services.move(SYSTEM, event, event.version, state)
    assert event.sequence == 0


def test_a_new_time_is_kept_as_a_rescheduling_with_the_old_one(session: Session, world: World) -> None:
    event = services.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK))
    facts = world.consultation(starts_on=date(2025, 5, 27), reason="The hall is taken.")
    services.edit(world.actors["lead"], event, event.version, facts)
    (kept,) = queries.reschedulings(event)
    assert (kept.starts_on, kept.reason, kept.actor_name) == (NEXT_WEEK, "The hall is taken.", "country_lead")
    assert event.change_reason == "The hall is taken."
    session.delete(kept)
    with pytest.raises(EvidenceError):
        session.flush()


def test_the_time_of_a_draft_changes_without_a_trace(session: Session, world: World) -> None:
    event = services.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), S.DRAFT)
    services.edit(SYSTEM, event, event.version, world.consultation(starts_on=date(2025, 5, 27)))
    assert queries.reschedulings(event) == []


def test_a_time_that_is_put_right_afterwards_was_never_announced_otherwise(session: Session, world: World) -> None:
    event = services.log(SYSTEM, world.consultation(**MINUTES))
    services.edit(SYSTEM, event, event.version, world.consultation(**MINUTES, starts_on=date(2025, 5, 5)))
    assert queries.reschedulings(event) == []
    assert event.change_reason is None

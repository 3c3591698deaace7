"""What needs whom: each state and date with its urgency, its reason and its next step."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask_babel import force_locale

from app.core import clock
from app.core.access import SYSTEM
from app.dashboard import queries
from app.dashboard.matters import Matter, Urgency, days_phrase, grouped, matters_of, urgency
from app.events import services
from app.events.models import Event, EventKind, EventState, Format, Visibility
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.stakeholders.models import Organisation
from tests.conftest import AS_OF

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from tests.events.world import World

TODAY = AS_OF
S = EventState


@pytest.mark.parametrize(
    ("days", "expected"),
    [(None, "LATER"), (-400, "LATE"), (-1, "LATE"), (0, "SOON"), (1, "SOON"), (7, "SOON"), (8, "LATER"), (90, "LATER")],
)
def test_a_day_that_passed_is_late_and_the_next_seven_are_soon(days: int | None, expected: str) -> None:
    due = None if days is None else TODAY + timedelta(days=days)
    assert urgency(due, TODAY) is Urgency[expected]


@pytest.mark.parametrize(
    ("days", "english"),
    [(-8, "8 days late"), (-1, "1 day late"), (0, "today"), (1, "in 1 day"), (3, "in 3 days"), (21, "in 21 days")],
)
def test_how_far_a_day_is_stands_in_words(session: Session, days: int, english: str) -> None:
    with force_locale("en"):
        assert days_phrase(TODAY + timedelta(days=days), TODAY) == english


@pytest.mark.parametrize(
    ("days", "german"), [(-8, "8 Tage überfällig"), (-1, "1 Tag überfällig"), (0, "heute"), (1, "in 1 Tag")]
)
def test_german_has_its_own_plural(session: Session, days: int, german: str) -> None:
    with force_locale("de"):
        assert days_phrase(TODAY + timedelta(days=days), TODAY) == german


def matter(name: str, due: date | None) -> Matter:
    return Matter(urgency(due, TODAY), {"en": name}, "/", "why", "step", "/", due)


def test_matters_stand_by_urgency_and_then_by_day_and_empty_groups_are_left_out() -> None:
    days = {"later": 30, "late": -2, "soon": 5, "latest": -20, "sooner": 1}
    matters = [matter("some day", None), *(matter(name, TODAY + timedelta(days=n)) for name, n in days.items())]
    assert [(level.name, [entry.title["en"] for entry in group]) for level, group in grouped(matters)] == [
        ("LATE", ["latest", "late"]),
        ("SOON", ["sooner", "soon"]),
        ("LATER", ["later", "some day"]),
    ]
    assert [level for level, _group in grouped([matter("some day", None)])] == [Urgency.LATER]
    assert grouped([]) == []


def test_urgencies_have_different_shapes_and_headings(session: Session) -> None:
    assert [level.shape for level in Urgency] == ["late", "attention", "planned"]
    with force_locale("en"):
        assert [level.label for level in Urgency] == ["Late", "This week", "Later"]


def plan(world: World, state: EventState, days: int, **changes: Any) -> Event:
    """A round table of the school, so many days from today."""
    facts = {
        "kind": EventKind.ROUND_TABLE,
        "consultation_type": None,
        "starts_on": TODAY + timedelta(days=days),
        **changes,
    }
    return services.plan(SYSTEM, world.consultation(**facts), state)


# State and days from today; then urgency, reason and step, or nothing.
RULES: list[tuple[EventState, int, tuple[str, str, str] | None]] = [
    (S.PLANNED, 30, ("LATER", "Planned for 11 June 2025 · in 30 days", "Confirm it")),
    (S.PLANNED, 7, ("SOON", "Planned for 19 May 2025 · in 7 days", "Confirm it")),
    (S.PLANNED, 0, ("SOON", "Planned for 12 May 2025 · today", "Confirm it")),
    (S.PLANNED, -1, ("LATE", "Was to be on 11 May 2025 · 1 day late", "Say what happened")),
    (S.CONFIRMED, 5, None),
    (S.CONFIRMED, -3, ("LATE", "Was to be on 9 May 2025 · 3 days late", "Say what happened")),
    (S.PLANNED, 61, None),
    (S.DRAFT, 5, None),
]


@pytest.mark.parametrize(("state", "days", "expected"), RULES)
def test_an_event_asks_for_its_next_step(
    session: Session,
    world: World,
    state: EventState,
    days: int,
    expected: tuple[str, str, str] | None,
) -> None:
    plan(world, state, days)
    found = told(world, "editor")
    assert found == ([expected] if expected else [])


def told(world: World, who: str) -> list[tuple[str, str, str]]:
    """Urgency, reason and step of everything that waits for somebody, in British English."""
    with force_locale("en_GB"):
        return [(entry.urgency.name, entry.why, entry.step) for entry in matters_of(world.actors[who], TODAY)]


@pytest.mark.parametrize(
    ("days", "texts", "expected"),
    [
        (-6, {}, ("LATER", "Held 6 May 2025; nothing is written about it · in 8 days", "Write the summary")),
        (-7, {}, ("SOON", "Held 5 May 2025; nothing is written about it · in 7 days", "Write the summary")),
        (-15, {}, ("LATE", "Held 27 April 2025; nothing is written about it · 1 day late", "Write the summary")),
        (-15, {"summary": {"en": "They need sixty hours."}}, None),
    ],
)
def test_what_was_held_wants_to_be_written_about_within_two_weeks(
    session: Session, world: World, days: int, texts: dict[str, Any], expected: tuple[str, str, str] | None
) -> None:
    event = services.log(SYSTEM, world.consultation(starts_on=TODAY + timedelta(days=days), **texts))
    assert told(world, "editor") == ([expected] if expected else [])
    if expected:
        (found,) = matters_of(world.actors["editor"], TODAY)
        assert found.step_url == f"/events/{event.id}/edit"
        assert [design.code for design in found.microcredentials] == ["AM-03"]


def test_a_deadline_waits_for_those_who_answer_for_it_until_it_is_done(session: Session, world: World) -> None:
    event = services.plan(SYSTEM, world.deadline(starts_on=TODAY - timedelta(days=2)))
    assert told(world, "coordinator") == [("LATE", "Due 10 May 2025 · 2 days late", "See what is due")]
    assert told(world, "lead") == told(world, "editor") == []
    services.move(SYSTEM, event, event.version, S.DONE)
    assert told(world, "coordinator") == []


def test_a_deadline_of_a_country_waits_for_its_lead(session: Session, world: World) -> None:
    services.plan(SYSTEM, world.deadline(country="AM"))
    assert len(told(world, "lead")) == 1
    assert told(world, "foreign lead") == []


def test_what_is_called_off_waits_for_nobody(session: Session, world: World) -> None:
    event = plan(world, S.PLANNED, 5)
    services.cancel(SYSTEM, event, event.version, "Rain")
    assert told(world, "coordinator") == []


def test_an_event_waits_for_those_who_may_change_it(session: Session, world: World) -> None:
    plan(world, S.PLANNED, 5)
    waiting = {who for who in world.actors if told(world, who)}
    assert waiting == {"admin", "coordinator", "lead", "editor"}


def test_an_event_waits_for_whoever_entered_it_though_others_organise_it(session: Session, world: World) -> None:
    cluster = world.actors["cluster"]
    facts = world.consultation(kind=EventKind.ROUND_TABLE, consultation_type=None, starts_on=TODAY + timedelta(days=3))
    services.plan(cluster, facts, S.PLANNED)
    assert len(told(world, "cluster")) == 1


def test_an_event_of_nobody_waits_for_no_role_without_an_organisation(session: Session, world: World) -> None:
    plan(world, S.PLANNED, 5, organiser=None, visibility=Visibility.PRIVATE, title={"en": "Confidential"})
    assert told(world, "cluster") == []
    assert [event.title for event in queries.next_events(world.actors["cluster"], TODAY)] == []


def test_events_of_others_crowd_nobodys_own_out(session: Session, world: World) -> None:
    own = plan(world, S.PLANNED, -30, title={"en": "Long ago"})
    for _number in range(queries.MOST + 5):
        plan(world, S.PLANNED, 5, country="GE", organiser=session.get_one(Organisation, world.agency))
    (found,) = matters_of(world.actors["editor"], TODAY)
    assert found.title == own.title


def test_many_designs_are_not_all_named(session: Session, world: World) -> None:
    designs = []
    for number in range(6):
        title = {"en": f"Design {number}"}
        designs.append(
            MicroCredential(code=f"AM-1{number}", title=title, country="AM", title_key=f"{number}", search_key="")
        )
    session.add_all(designs)
    plan(world, S.PLANNED, 5, microcredentials=designs)
    plan(world, S.PLANNED, 6, microcredentials=designs[:5])
    found = {len(entry.microcredentials) for entry in matters_of(world.actors["editor"], TODAY)}
    assert found == {0, 5}


@pytest.mark.parametrize(
    ("states", "step", "waiting"),
    [
        ([], None, set()),
        (
            [MicroCredentialState.DRAFT],
            ("Complete it", "/microcredentials/AM-03/edit"),
            {"admin", "coordinator", "lead", "editor", "expert"},
        ),
        (
            [MicroCredentialState.DRAFT, MicroCredentialState.INTERNAL_REVIEW],
            ("Review it", "/microcredentials/AM-03"),
            {"admin", "coordinator", "lead"},
        ),
    ],
)
def test_a_design_waits_for_its_developers_and_in_review_for_its_country(
    session: Session,
    world: World,
    states: list[MicroCredentialState],
    step: tuple[str, str] | None,
    waiting: set[str],
) -> None:
    design = session.get_one(MicroCredential, world.pattern)
    design.developers = [session.get_one(Organisation, world.school)]
    for state in states:
        design.move_to(state, SYSTEM)
    session.flush()
    found = {who: matters_of(actor, TODAY) for who, actor in world.actors.items()}
    assert {who for who, matters in found.items() if matters} == waiting
    for matters in found.values():
        assert {(entry.step, entry.step_url) for entry in matters} <= {step}
        assert {entry.urgency for entry in matters} <= {Urgency.LATER}


def test_an_online_event_that_is_over_by_a_day_is_late(session: Session, world: World) -> None:
    plan(world, S.CONFIRMED, -1, format=Format.ONLINE, link_follows=True, venue=None, city=None)
    assert [entry[0] for entry in told(world, "editor")] == ["LATE"]
    assert clock.today() == TODAY

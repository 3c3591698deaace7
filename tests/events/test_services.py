"""What may happen to events."""

from dataclasses import replace
from datetime import date, time

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core import clock
from app.core.access import SYSTEM, Actor
from app.core.audit import AuditEntry, EvidenceError
from app.core.errors import EditConflict, NotAllowed, Refused, StillReferred
from app.core.states import StateMove, StateTransitionError, moves_of
from app.events import services
from app.events.models import MOVES, Event, EventKind, EventState, Format, Rescheduling
from app.events.outcomes import services as outcomes
from app.events.outcomes.services import DecisionFacts
from app.microcredentials.links import LinkedRecord, everything_concerning
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from tests.events.world import LAST_WEEK, NEXT_WEEK, World

S, K = EventState, EventKind
MINUTES = {"summary": {"en": "They need sixty hours."}}

# How to come from a new event to each state, by moves.
WAYS = {
    S.DRAFT: (),
    S.PLANNED: (S.PLANNED,),
    S.CONFIRMED: (S.CONFIRMED,),
    S.HELD: (S.HELD,),
    S.MINUTED: (S.HELD, S.MINUTED),
    S.CLOSED: (S.HELD, S.CLOSED),
    S.DONE: (S.PLANNED, S.DONE),
    S.CANCELLED: (S.PLANNED, S.CANCELLED),
}


def event_in(world: World, state: EventState) -> Event:
    """An event (a deadline where only that can be) in ``state``, brought there by moves."""
    facts = world.deadline() if state is S.DONE else world.consultation(**MINUTES)
    event = services.plan(SYSTEM, facts, S.DRAFT)
    for step in WAYS[state]:
        services.move(SYSTEM, event, event.version, step, "the reason")
    return event


@pytest.mark.parametrize("new", list(S))
@pytest.mark.parametrize("old", list(S))
def test_an_event_moves_along_the_table_and_not_otherwise(
    session: Session, world: World, old: EventState, new: EventState
) -> None:
    event = event_in(world, old)
    before = len(moves_of(session, event))
    if MOVES.allows(old, new) and not (event.kind is not K.DEADLINE and new is S.DONE):
        services.move(SYSTEM, event, event.version, new, "because")
        session.flush()
        assert event.state is new
        last = moves_of(session, event)[-1]
        assert (last.old, last.new, last.reason, last.actor_name) == (old.value, new.value, "because", SYSTEM.name)
    else:
        with pytest.raises((StateTransitionError, Refused)):
            services.move(SYSTEM, event, event.version, new, "because")
        assert event.state is old
        assert len(moves_of(session, event)) == before


def test_a_deadline_is_done_and_reopened_but_never_held(session: Session, world: World) -> None:
    event = services.plan(SYSTEM, world.deadline())
    services.move(SYSTEM, event, event.version, S.DONE)
    services.move(SYSTEM, event, event.version, S.PLANNED)
    for state in (S.CONFIRMED, S.HELD):
        with pytest.raises(Refused):
            services.move(SYSTEM, event, event.version, state)


def test_what_took_place_is_logged_as_held(session: Session, world: World) -> None:
    editor = world.actors["editor"]
    event = services.log(editor, world.consultation())
    session.expire_all()
    assert (event.state, event.created_by_id, event.sequence) == (S.HELD, editor.user_id, 0)
    assert [entry.code for entry in event.microcredentials] == ["AM-03"]
    assert [entry.name for entry in event.organisations] == ["Tekstil Lori"]
    assert (event.starts_time, event.ends_time, event.zone) == (time(14), time(17), "Asia/Yerevan")
    assert [(step.old, step.new) for step in moves_of(session, event)] == [("draft", "held")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_on": NEXT_WEEK}, "starts_on"),
        ({"organisations": ()}, "organisations"),
        ({"microcredentials": ()}, "microcredentials"),
        ({"kind": K.ROUND_TABLE, "microcredentials": ()}, "microcredentials"),
        ({"venue": None, "city": None}, "venue"),
        ({"title": {"en": " "}}, "title"),
        ({"zone": "Europe/Atlantis"}, "zone"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"women": 8, "men": 4, "nonbinary": 0, "undisclosed": 1, "total": 14}, "total"),
        ({"men": -1}, "men"),
        ({"ends_time": time(13)}, "ends_time"),
        ({"ends_on": date(2025, 5, 1)}, "ends_on"),
        ({"kind": K.DEADLINE}, ""),
    ],
)
def test_logging_is_refused_at_the_field_that_is_wrong(
    session: Session, world: World, changes: dict, field: str
) -> None:
    with pytest.raises(Refused) as caught:
        services.log(SYSTEM, world.consultation(**changes))
    assert field in caught.value.messages
    assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0


def test_a_meeting_may_be_logged_without_a_micro_credential(session: Session, world: World) -> None:
    facts = world.consultation(kind=K.MEETING, consultation_type=None, microcredentials=())
    assert services.log(SYSTEM, facts).state is S.HELD


def test_a_written_consultation_needs_no_place_and_a_logged_online_one_no_link(session: Session, world: World) -> None:
    from app.events.models import ConsultationType

    nowhere = {"venue": None, "city": None}
    services.log(SYSTEM, world.consultation(consultation_type=ConsultationType.WRITTEN, **nowhere))
    services.log(SYSTEM, world.consultation(format=Format.ONLINE, **nowhere))


def test_an_online_event_to_come_needs_its_link_unless_that_follows(session: Session, world: World) -> None:
    facts = world.consultation(format=Format.ONLINE, starts_on=NEXT_WEEK)
    with pytest.raises(Refused, match="link"):
        services.plan(SYSTEM, facts)
    services.plan(SYSTEM, replace(facts, link_follows=True))
    services.plan(SYSTEM, replace(facts, link="https://meet.example.org/x"))


def test_a_total_alone_counts_as_not_stated(session: Session, world: World) -> None:
    event = services.log(SYSTEM, world.consultation(total=14))
    assert (event.undisclosed, event.people) == (14, 14)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("admin", True),
        ("coordinator", True),
        ("lead", True),
        ("editor", True),
        ("cluster", True),
        ("foreign lead", False),
        ("foreign editor", False),
        ("expert", False),
        ("guest", False),
        ("auditor", False),
        ("public", False),
    ],
)
def test_events_are_entered_within_ones_country(session: Session, world: World, who: str, allowed: bool) -> None:
    if allowed:
        services.plan(world.actors[who], world.consultation(starts_on=NEXT_WEEK))
    else:
        with pytest.raises(NotAllowed):
            services.plan(world.actors[who], world.consultation(starts_on=NEXT_WEEK))
        assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0


def test_whoever_entered_what_others_organise_may_go_on_with_it(session: Session, world: World) -> None:
    cluster = world.actors["cluster"]
    event = services.log(cluster, world.consultation(organiser=session.get(Organisation, world.coordinator)))
    services.edit(cluster, event, event.version, world.consultation(**MINUTES))
    services.move(cluster, event, event.version, S.MINUTED)
    with pytest.raises(NotAllowed):
        services.edit(world.actors["foreign lead"], event, event.version, world.consultation())


def test_one_cannot_edit_an_event_away_from_oneself(session: Session, world: World) -> None:
    event = services.log(SYSTEM, world.consultation())
    others = session.get(Organisation, world.agency)
    with pytest.raises(Refused) as caught:
        services.edit(world.actors["editor"], event, event.version, world.consultation(organiser=others))
    assert "organiser" in caught.value.messages


def test_a_cancelled_event_keeps_its_date_and_its_reason(session: Session, world: World) -> None:
    event = event_in(world, S.CANCELLED)
    assert (event.starts_on, event.change_reason) == (LAST_WEEK, "the reason")
    with pytest.raises(Refused) as caught:
        services.edit(SYSTEM, event, event.version, world.consultation(starts_on=NEXT_WEEK))
    assert "starts_on" in caught.value.messages
    session.rollback()


@pytest.mark.parametrize("reason", [None, ""])
def test_calling_off_needs_a_reason(session: Session, world: World, reason: str | None) -> None:
    event = services.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK))
    with pytest.raises(Refused) as caught:
        services.cancel(SYSTEM, event, event.version, reason)
    assert "reason" in caught.value.messages


@pytest.mark.parametrize("state", [S.HELD, S.MINUTED, S.CLOSED])
def test_what_has_been_held_needs_its_day_to_have_come(session: Session, world: World, state: EventState) -> None:
    event = services.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK), S.CONFIRMED)
    with pytest.raises((Refused, StateTransitionError)):
        services.move(SYSTEM, event, event.version, state)
    with pytest.raises(Refused, match=r"20 May 2025 is after today, 12 May 2025\."):
        services.move(SYSTEM, event, event.version, S.HELD)


def test_a_held_event_cannot_be_edited_into_one_that_was_not(session: Session, world: World) -> None:
    event = services.log(SYSTEM, world.consultation())
    for change in ({"starts_on": NEXT_WEEK}, {"organisations": ()}, {"microcredentials": ()}):
        with pytest.raises(Refused):
            services.edit(SYSTEM, event, event.version, world.consultation(**change))
        session.expire(event)


def test_minutes_are_a_summary_or_decisions_and_stay(session: Session, world: World) -> None:
    event = services.log(SYSTEM, world.consultation())
    with pytest.raises(Refused):
        services.move(SYSTEM, event, event.version, S.MINUTED)
    services.edit(SYSTEM, event, event.version, world.consultation(**MINUTES))
    services.move(SYSTEM, event, event.version, S.MINUTED)
    with pytest.raises(Refused):
        services.edit(SYSTEM, event, event.version, world.consultation())
    session.expire(event)
    outcomes.decide(SYSTEM, event, DecisionFacts(text={"en": "Sixty hours."}, decided_on=event.starts_on))
    services.edit(SYSTEM, event, event.version, world.consultation())


def test_a_closed_event_is_changed_only_after_it_is_reopened(session: Session, world: World) -> None:
    event = event_in(world, S.CLOSED)
    with pytest.raises(Refused):
        services.edit(SYSTEM, event, event.version, world.consultation(**MINUTES))
    services.move(SYSTEM, event, event.version, S.HELD)
    services.edit(SYSTEM, event, event.version, world.consultation(**MINUTES))


def test_micro_credentials_are_added_and_taken_away_without_touching_those_that_stay(
    session: Session, world: World
) -> None:
    event = services.log(SYSTEM, world.consultation())
    pattern, wine = (session.get_one(MicroCredential, key) for key in (world.pattern, world.wine))
    kept = event.microcredential_links[0].id
    services.edit(SYSTEM, event, event.version, world.consultation(microcredentials=[wine, pattern, wine]))
    session.expire_all()
    assert {entry.code for entry in event.microcredentials} == {"AM-03", "GE-01"}
    assert kept in {link.id for link in event.microcredential_links}
    services.edit(SYSTEM, event, event.version, world.consultation(microcredentials=[wine]))
    session.expire_all()
    assert [entry.code for entry in event.microcredentials] == ["GE-01"]


def test_the_micro_credential_tells_of_the_event_on_its_new_day(session: Session, world: World) -> None:
    event = services.log(SYSTEM, world.consultation())
    services.edit(SYSTEM, event, event.version, world.consultation(starts_on=date(2025, 5, 8)))
    (record,) = _listed(session, SYSTEM, world)
    assert (record.dated, record.url, record.state) == (date(2025, 5, 8), f"/events/{event.id}", S.HELD)
    assert _listed(session, world.actors["public"], world) == []


def _listed(session: Session, actor: Actor, world: World) -> list[LinkedRecord]:
    (found,) = (c for c in everything_concerning(session, actor, world.pattern) if c.kind.model is Event)
    return found.records


def test_an_edit_from_a_stale_page_is_a_conflict(session: Session, world: World) -> None:
    event = services.log(SYSTEM, world.consultation())
    stale = event.version
    services.edit(SYSTEM, event, stale, world.consultation(venue="Town hall"))
    for act in (
        lambda: services.edit(SYSTEM, event, stale, world.consultation()),
        lambda: services.move(SYSTEM, event, stale, S.CLOSED),
        lambda: services.cancel(SYSTEM, event, stale, "x"),
        lambda: services.delete(SYSTEM, event, stale),
    ):
        with pytest.raises(EditConflict):
            act()


def test_a_draft_is_deleted_and_leaves_its_trace_in_the_audit(session: Session, world: World) -> None:
    event = services.plan(SYSTEM, world.consultation(), S.DRAFT)
    key = event.id
    services.delete(SYSTEM, event, event.version)
    assert session.get(Event, key) is None
    actions = session.scalars(
        sa.select(AuditEntry.action).where(AuditEntry.record_kind == "event", AuditEntry.record_id == key)
    ).all()
    assert actions[0] == "create"
    assert actions[-1] == "delete"


def test_what_was_published_is_not_deleted(session: Session, world: World) -> None:
    event = services.plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK))
    with pytest.raises(Refused, match="Cancel this event instead"):
        services.delete(SYSTEM, event, event.version)


def test_a_draft_that_others_refer_to_is_not_deleted(session: Session, world: World) -> None:
    event = services.plan(SYSTEM, world.consultation(), S.DRAFT)
    session.add(
        Rescheduling(
            event_id=event.id, zone="UTC", all_day=True, starts_on=LAST_WEEK, ends_on=LAST_WEEK, actor_name="somebody"
        )
    )
    session.flush()
    with pytest.raises(StillReferred) as caught:
        services.delete(SYSTEM, event, event.version)
    assert caught.value.referrers == ["Earlier time of an event"]


def test_every_change_is_told_to_observers_within_the_transaction(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[EventState, int]] = []
    monkeypatch.setattr(services, "after_change", [lambda event: told.append((event.state, event.id))])
    event = services.plan(SYSTEM, world.consultation(**MINUTES), S.DRAFT)
    services.edit(SYSTEM, event, event.version, world.consultation(**MINUTES))
    services.move(SYSTEM, event, event.version, S.HELD)
    services.delete(SYSTEM, other := services.plan(SYSTEM, world.consultation(), S.DRAFT), other.version)
    assert told == [(S.DRAFT, event.id)] * 2 + [(S.HELD, event.id)] + [(S.DRAFT, other.id)] * 2


def test_an_observer_that_fails_keeps_the_change_from_being_saved(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_event: Event) -> None:
        raise OSError

    monkeypatch.setattr(services, "after_change", [fail])
    with pytest.raises(OSError):  # noqa: PT011 - nothing more is known of it
        services.log(SYSTEM, world.consultation())


def test_an_event_is_held_on_the_day_of_its_own_place(session: Session, world: World) -> None:
    clock.reckon_with(LAST_WEEK)
    assert services.log(SYSTEM, world.consultation()).state is S.HELD


def test_moves_are_evidence(session: Session, world: World) -> None:
    services.log(SYSTEM, world.consultation())
    step = session.scalars(sa.select(StateMove)).first()
    step.new = "closed"
    with pytest.raises(EvidenceError):
        session.flush()

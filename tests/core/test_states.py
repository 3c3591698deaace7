"""States move by their table; nothing else assigns them, and every move is stored."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import Actor, Grant, Role
from app.core.audit import EvidenceError
from app.core.states import StateMove, StateTransitionError, moves_of
from tests.core.things import MOVES, Thing, ThingState

LUSINE = Actor(7, "Lusine", (Grant(Role.COORDINATOR),))
ALLOWED = {("draft", "open"), ("open", "draft"), ("open", "closed")}


@pytest.mark.parametrize("new", ThingState)
@pytest.mark.parametrize("old", ThingState)
def test_a_move_is_allowed_exactly_where_the_table_has_it(old: ThingState, new: ThingState):
    assert MOVES.allows(old, new) is ((old, new) in ALLOWED)
    assert (new in MOVES.onwards(old)) is ((old, new) in ALLOWED)


@pytest.fixture
def thing(session: Session) -> Thing:
    """A thing in its first state."""
    made = Thing(name="Loom")
    session.add(made)
    session.commit()
    return made


def test_a_record_begins_in_the_first_state(thing: Thing):
    assert thing.state is MOVES.first is ThingState.DRAFT


def test_every_move_is_stored_with_person_date_and_reason(session: Session, thing: Thing):
    thing.move_to(ThingState.OPEN, LUSINE)
    thing.move_to(ThingState.DRAFT, LUSINE, reason="too early")
    session.commit()

    first, second = session.scalars(select(StateMove).order_by(StateMove.id))
    assert [(step.old, step.new) for step in moves_of(session, thing)] == [("draft", "open"), ("open", "draft")]
    assert (first.old, first.new, first.reason) == ("draft", "open", None)
    assert (second.old, second.new, second.reason) == ("open", "draft", "too early")
    assert (second.actor_id, second.actor_name) == (7, "Lusine")
    assert second.moved_at.tzinfo is not None


def test_a_move_the_table_lacks_is_refused_and_leaves_no_trace(session: Session, thing: Thing):
    with pytest.raises(StateTransitionError, match="it is “draft”"):
        thing.move_to(ThingState.CLOSED, LUSINE)

    assert thing.state is ThingState.DRAFT
    assert list(moves_of(session, thing)) == []


def test_a_state_cannot_be_assigned(session: Session, thing: Thing):
    with pytest.raises(RuntimeError, match="moved by move_to"):
        thing.state = ThingState.OPEN


def test_assigning_the_state_a_record_has_changes_nothing(thing: Thing):
    thing.state = ThingState.DRAFT

    assert thing.state is ThingState.DRAFT


def test_a_record_is_not_born_in_a_later_state(session: Session):
    session.add(Thing(name="Born open", state=ThingState.OPEN))

    with pytest.raises(RuntimeError, match="begins as draft"):
        session.flush()


def test_moves_are_evidence(session: Session, thing: Thing):
    thing.move_to(ThingState.OPEN, LUSINE)
    session.commit()

    move = session.scalars(select(StateMove)).one()
    move.reason = "another story"
    with pytest.raises(EvidenceError):
        session.flush()

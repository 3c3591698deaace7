"""References move by what the tables say of themselves, and back again."""

from datetime import date
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core import merging
from app.core.errors import Refused
from tests.core.things import Card, Owner, Seat, Statement, Term

OWNERS = cast(sa.Table, Owner.__table__)


@pytest.fixture
def owners(session: Session) -> tuple[int, int]:
    """The keys of two owners."""
    pair = Owner(name="one"), Owner(name="other")
    session.add_all(pair)
    session.flush()
    return pair[0].id, pair[1].id


def moved(session: Session, old: int, new: int) -> list[merging.Step]:
    session.flush()
    return merging.move(session, OWNERS, old, new)


def test_rows_that_both_have_are_there_once_and_come_back(session: Session, owners: tuple[int, int]):
    old, new = owners
    session.add_all([Seat(owner_id=old, room="A"), Seat(owner_id=new, room="A"), Seat(owner_id=old, room="B")])
    session.add_all([Seat(owner_id=old, room=None), Seat(owner_id=new, room=None)])
    session.flush()
    seats = sa.select(Seat.id, Seat.owner_id, Seat.room).order_by(Seat.id)
    stood = session.execute(seats).all()

    steps = moved(session, old, new)
    left = [(row.owner_id, row.room) for row in session.execute(seats)]
    assert left == [(new, "A"), (new, "B"), (new, None), (new, None)]

    merging.take_back(session, OWNERS, steps)
    assert session.execute(seats).all() == stood


def test_a_unique_index_over_some_rows_counts_for_those_alone(session: Session, owners: tuple[int, int]):
    old, new = owners
    session.add(Term(owner_id=old, room="A", active=False, day=date(2024, 1, 1)))
    session.add(Term(owner_id=old, room="A", active=True, day=date(2025, 1, 1)))
    session.add(Term(owner_id=new, room="A", active=True))
    terms = sa.select(Term.owner_id, Term.active, Term.day).order_by(Term.id)
    session.flush()
    stood = session.execute(terms).all()

    steps = moved(session, old, new)
    assert [tuple(row) for row in session.execute(terms)] == [(new, False, date(2024, 1, 1)), (new, True, None)]

    merging.take_back(session, OWNERS, steps)
    assert session.execute(terms).all() == stood


def test_a_row_on_which_more_hangs_is_not_removed(session: Session, owners: tuple[int, int]):
    old, new = owners
    seat = Seat(owner_id=old, room="A")
    session.add_all([seat, Seat(owner_id=new, room="A")])
    session.flush()
    session.add(Card(seat_id=seat.id))
    with pytest.raises(Refused, match="seat"):
        moved(session, old, new)


def test_evidence_stays_with_whoever_gave_it(session: Session, owners: tuple[int, int]):
    old, new = owners
    session.add(Statement(owner_id=old))
    assert moved(session, old, new) == []
    assert session.scalars(sa.select(Statement.owner_id)).all() == [old]


def test_what_moves_is_counted(session: Session, owners: tuple[int, int]):
    old, _new = owners
    session.add_all([Seat(owner_id=old, room="A"), Term(owner_id=old, room="A", active=True), Statement(owner_id=old)])
    session.flush()
    assert merging.counted(session, OWNERS, old) == {"seat": 1, "term": 1}

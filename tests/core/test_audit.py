"""Every change is recorded with who made it, and what is evidence only grows."""

import sqlite3
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.core import append_only
from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.audit import NOT_TOLD, AuditEntry, EvidenceError, acting_as, plain
from app.core.database import writing
from app.core.states import StateMove
from tests.core.conftest import CoreBackend
from tests.core.things import Proof, Thing, ThingState

LUSINE = Actor(7, "Lusine", (Grant(Role.COORDINATOR),))


def entries(session: Session) -> list[tuple[str, dict[str, Any], str]]:
    found = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.action, entry.changes, entry.actor_name) for entry in found]


@pytest.fixture
def thing(session: Session) -> Thing:
    """A thing made by the portal itself and saved."""
    made = Thing(name="Loom", secret="s3cret", name_key="lom")
    session.add(made)
    session.commit()
    return made


def test_making_changing_and_deleting_are_recorded(session: Session, thing: Thing):
    with acting_as(LUSINE):
        thing.name, thing.amount = "Hand loom", 3
        session.flush()
        session.delete(thing)
        session.flush()

    made, changed, deleted = entries(session)
    assert made[0] == "create"
    assert made[1]["name"] == [None, "Loom"]
    assert made[2] == SYSTEM.name
    assert changed == ("update", {"name": ["Loom", "Hand loom"], "amount": [0, 3]}, "Lusine")
    assert deleted[0] == "delete"
    assert deleted[1]["name"] == ["Hand loom", None]


def test_an_entry_names_its_record_and_its_actor(session: Session, thing: Thing):
    entry = session.scalars(sa.select(AuditEntry)).one()

    assert (entry.record_kind, entry.record_id, entry.actor_id) == ("thing", thing.id, None)


def test_secret_values_are_not_told(session: Session, thing: Thing):
    thing.secret = "other"
    session.flush()

    made, changed = entries(session)
    assert made[1]["secret"] == [NOT_TOLD, NOT_TOLD]
    assert changed[1] == {"secret": [NOT_TOLD, NOT_TOLD]}
    assert "s3cret" not in str(entries(session))


def test_columns_that_follow_from_others_make_no_noise(session: Session, thing: Thing):
    thing.name_key = "other"
    session.flush()

    (made,) = entries(session)
    assert "name_key" not in made[1]


def test_saving_what_was_there_records_nothing(session: Session, thing: Thing):
    thing.name = "Loom"
    session.flush()

    assert len(entries(session)) == 1


def test_the_old_value_is_known_even_if_nobody_read_it(session: Session, thing: Thing):
    session.expire(thing)
    thing.name = "Hand loom"
    session.flush()

    assert entries(session)[-1][1] == {"name": ["Loom", "Hand loom"]}


def test_what_is_undone_leaves_no_entry(session: Session, thing: Thing):
    thing.name = "Hand loom"
    session.flush()
    session.rollback()

    assert len(entries(session)) == 1


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (None, None),
        (True, True),
        (3, 3),
        ("text", "text"),
        (ThingState.OPEN, "open"),
        (date(2025, 5, 12), "2025-05-12"),
        (datetime(2025, 5, 12, 10, tzinfo=UTC), "2025-05-12T10:00:00+00:00"),
        (time(10, 30), "10:30:00"),
        (Decimal("1.50"), "1.50"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"abc", "3 bytes"),
        ([ThingState.OPEN, date(2025, 5, 12)], ["open", "2025-05-12"]),
        ({"en": Decimal(2)}, {"en": "2"}),
    ],
)
def test_values_of_every_column_type_can_be_stored(value: Any, stored: Any):
    assert plain(value) == stored
    assert type(plain(value)) is type(stored)


def test_evidence_is_neither_changed_nor_deleted(session: Session):
    proof = Proof(text="signed")
    session.add(proof)
    session.commit()

    proof.text = "not signed"
    with pytest.raises(EvidenceError):
        session.flush()
    session.rollback()
    session.delete(proof)
    with pytest.raises(EvidenceError):
        session.flush()


@pytest.mark.parametrize(
    "statement",
    [
        sa.update(Thing).values(amount=1),
        sa.delete(Thing),
        sa.update(Proof).values(text="x"),
        sa.delete(AuditEntry),
        sa.update(StateMove).values(new="x"),
    ],
    ids=str,
)
def test_changes_in_bulk_do_not_pass_the_audit_by(session: Session, statement: sa.Executable):
    with pytest.raises(EvidenceError):
        session.execute(statement)


@pytest.fixture
def evidence(session: Session, thing: Thing) -> Session:
    """A session on a database that holds an audit entry and a move."""
    thing.move_to(ThingState.OPEN, LUSINE, reason="ready")
    session.commit()
    return session


@pytest.mark.parametrize("table", ["audit_entry", "state_move"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {table} SET actor_name = 'somebody else'", "UPDATE {table} SET id = id + 100", "DELETE FROM {table}"],
)
def test_the_database_itself_refuses_to_rewrite_evidence(evidence: Session, table: str, statement: str):
    everything = sa.select(sa.text("*")).select_from(sa.table(table))
    before = evidence.execute(everything).all()

    with pytest.raises(DatabaseError, match=f"{table} is append-only"):
        evidence.execute(sa.text(statement.format(table=table)))

    evidence.rollback()
    assert evidence.execute(everything).all() == before


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_evidence_cannot_be_replaced_from_another_program(backend: CoreBackend, evidence: Session):
    columns = "id, record_kind, record_id, old, new, actor_name, moved_at"
    with sqlite3.connect(backend.settings.database_url.removeprefix("sqlite:///")) as other:
        for verb in ("INSERT OR REPLACE", "REPLACE"):
            with pytest.raises(sqlite3.IntegrityError, match="state_move is append-only"):
                other.execute(f"{verb} INTO state_move ({columns}) VALUES (1, 'thing', 1, 'draft', 'draft', 'x', '')")
    other.close()


def test_a_table_without_its_triggers_is_found(backend: CoreBackend):
    with writing(), backend.engine.connect() as connection:
        assert not {"audit_entry", "state_move"} & append_only.unprotected(connection)
        trigger = "audit_entry_never_changed"
        on = " ON audit_entry" if backend.name == "postgresql" else ""
        connection.exec_driver_sql(f"DROP TRIGGER {trigger}{on}")
        assert "audit_entry" in append_only.unprotected(connection)
        connection.rollback()

"""Evidence is overwritten in one way only, and that way leaves its own evidence."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.core.access import Actor, Grant, Role
from app.core.audit import AuditEntry
from app.core.database import Base
from app.core.redaction import Redaction, RedactionPermit, redact
from tests.core.things import Thing

LUSINE = Actor(7, "Lusine", (Grant(Role.COORDINATOR),))
AUDIT: Any = AuditEntry.__table__


@pytest.fixture
def entry(session: Session) -> AuditEntry:
    """An audit entry that names somebody."""
    session.add(Thing(name="Loom of Mira", secret="s3cret", name_key="lom"))
    session.commit()
    return session.scalars(sa.select(AuditEntry)).one()


def permit(session: Session, key: int, column: str) -> None:
    """Leave to change a column, as somebody with a connection might forge it."""
    session.add(RedactionPermit(table_name="audit_entry", record_id=key, column_name=column, reason="", actor_name="x"))
    session.flush()


def test_a_redaction_overwrites_and_is_noted_by_the_database(session: Session, entry: AuditEntry):
    redact(session, (AUDIT, entry.id), {"changes": {"name": [None, "[erased]"]}}, LUSINE, "erasure of person 3")
    session.commit()
    session.refresh(entry)

    noted = session.scalars(sa.select(Redaction)).one()
    assert entry.changes == {"name": [None, "[erased]"]}
    assert (noted.table_name, noted.record_id, noted.column_name) == ("audit_entry", entry.id, "changes")
    assert (noted.actor_name, noted.reason) == ("Lusine", "erasure of person 3")
    assert session.scalar(sa.select(sa.func.count()).select_from(RedactionPermit)) == 0


def test_a_permit_is_good_for_one_change(session: Session, entry: AuditEntry):
    redact(session, (AUDIT, entry.id), {"changes": {}}, LUSINE, "erasure")
    with pytest.raises(DatabaseError, match="audit_entry is append-only"):
        session.connection().execute(sa.update(AUDIT).values(changes={"name": "something else"}))


@pytest.mark.parametrize(
    "values", [{"action": "none"}, {"changes": {}, "action": "none"}, {"record_id": 99}, {"id": 99, "changes": {}}]
)
def test_a_permit_is_good_for_its_column_alone(session: Session, entry: AuditEntry, values: dict[str, object]):
    permit(session, entry.id, "changes")
    with pytest.raises(DatabaseError, match="audit_entry is append-only"):
        session.connection().execute(sa.update(AUDIT).values(values))


def test_a_permit_is_good_for_its_row_alone(session: Session, entry: AuditEntry):
    permit(session, entry.id + 1, "changes")
    with pytest.raises(DatabaseError, match="audit_entry is append-only"):
        session.connection().execute(sa.update(AUDIT).values(changes={}))


def test_a_permit_lets_nothing_be_deleted(session: Session, entry: AuditEntry):
    permit(session, entry.id, "changes")
    with pytest.raises(DatabaseError, match="audit_entry is append-only"):
        session.connection().execute(sa.delete(AUDIT))


def test_the_record_of_a_redaction_is_evidence_too(session: Session, entry: AuditEntry):
    redact(session, (AUDIT, entry.id), {"changes": {}}, LUSINE, "erasure")
    session.commit()
    with pytest.raises(DatabaseError, match="redaction is append-only"):
        session.connection().execute(sa.delete(Base.metadata.tables["redaction"]))

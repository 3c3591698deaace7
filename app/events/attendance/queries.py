"""What can be asked about attendance; names only for whom people are open."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from app.core.access import Actor
from app.core.database import plain_rows
from app.events import presence
from app.events.attendance.models import (
    THERE,
    Attendance,
    AttendanceDeclaration,
    AttendanceSignature,
    Presence,
)
from app.events.attendance.rules import ELSEWHERE
from app.events.invitations.models import Way
from app.events.models import Event
from app.events.queries import visible_to
from app.extensions import db

presence.ask(attendance=select(Attendance.id).where(Attendance.event_id == presence.KEY).exists())


def of_event(event: Event) -> Sequence[Attendance]:
    """The list of an event: by organisation, then by name."""
    rows = db.session.scalars(
        select(Attendance)
        .where(Attendance.event_id == event.id)
        .options(
            joinedload(Attendance.organisation),
            joinedload(Attendance.signature).joinedload(AttendanceSignature.drawing),
        )
    ).all()
    return sorted(rows, key=lambda row: ((row.sent_by or "").casefold(), (row.name or "").casefold(), row.id))


def attendance(actor: Actor, event_id: int, attendance_id: int) -> Attendance:
    """One row. Raises ``NoResultFound`` where it is not there or its event is not open to the actor."""
    return db.session.execute(
        select(Attendance)
        .join(Event, Event.id == Attendance.event_id)
        .where(Attendance.id == attendance_id, Attendance.event_id == event_id, visible_to(actor))
        .options(
            joinedload(Attendance.event),
            joinedload(Attendance.organisation),
            joinedload(Attendance.signature).joinedload(AttendanceSignature.drawing),
        )
    ).scalar_one()


_COUNTS = (
    select(Attendance.state, func.count())
    .where(Attendance.event_id == bindparam("event"))
    .group_by(Attendance.state)
    .order_by(Attendance.state)
)


def counts(event: Event) -> dict[Presence, int]:
    """How many rows stand how, without a name."""
    found = {row[0]: row[1] for row in plain_rows(db.session, _COUNTS, {"event": event.id})}
    return {state: found[state] for state in Presence if state in found}


def present_by_country(event: Event) -> Mapping[str, int]:
    """How many were there from each country, by code; those from elsewhere last."""
    rows = db.session.execute(
        select(Attendance.country, func.count())
        .where(Attendance.event_id == event.id, Attendance.state.in_(THERE))
        .group_by(Attendance.country)
        .order_by(Attendance.country)
    ).all()
    known = {row[0]: row[1] for row in rows if row[0]}
    elsewhere = sum(row[1] for row in rows if not row[0])
    return {**known, ELSEWHERE: elsewhere} if elsewhere else known


def declarations(event: Event) -> Sequence[AttendanceDeclaration]:
    """The organiser's declarations for those online, the oldest first."""
    return db.session.scalars(
        select(AttendanceDeclaration)
        .where(AttendanceDeclaration.event_id == event.id)
        .options(joinedload(AttendanceDeclaration.drawing))
        .order_by(AttendanceDeclaration.id)
    ).all()


def declaration(actor: Actor, event_id: int, declaration_id: int) -> AttendanceDeclaration:
    """One declaration. Raises ``NoResultFound`` as ``attendance``."""
    return db.session.execute(
        select(AttendanceDeclaration)
        .join(Event, Event.id == AttendanceDeclaration.event_id)
        .where(
            AttendanceDeclaration.id == declaration_id, AttendanceDeclaration.event_id == event_id, visible_to(actor)
        )
        .options(joinedload(AttendanceDeclaration.drawing))
    ).scalar_one()


def declared(event: Event) -> set[int]:
    """The keys of the rows that a declaration names."""
    return {person["attendance"] for one in declarations(event) for person in one.people}


def undeclared(event: Event) -> list[Attendance]:
    """Those who were there online and whom no declaration names yet; who signed answers for themselves."""
    known = declared(event)
    online = (row for row in of_event(event) if row.how is Way.ONLINE and row.state in THERE)
    return [row for row in online if row.signature is None and row.id not in known]

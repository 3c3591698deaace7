"""What an erasure reaches of attendance: the name, the function, the signature; that somebody was there stays."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import or_, select

from app.core.access import Actor
from app.core.files import let_go
from app.core.marks import NO_NAME, PLACEHOLDER
from app.core.redaction import redact
from app.events.attendance.models import Attendance, AttendanceDeclaration, AttendanceSignature
from app.events.invitations.erasure import own_invitations
from app.events.invitations.models import EventInvitation
from app.extensions import db
from app.stakeholders.erasure import Erasing, when_erased


def forget(begun: Erasing) -> Callable[[], None]:
    """Empty the rows of a person who is erased, what they signed, and their place in declarations."""
    return partial(_empty, begun, own_rows(begun))


when_erased.append(forget)


def own_rows(begun: Erasing) -> list[Attendance]:
    """Rows of a person who is erased, by the register or by an invitation to the person's own mailbox.

    Where an organisation was invited there, whom it sent may be somebody else: only the name that was invited counts.
    """
    invited = {one.id: one for one in own_invitations(begun)}
    own = or_(Attendance.person_id.in_(begun.keys), Attendance.invitation_id.in_(invited))
    rows = db.session.scalars(select(Attendance).where(own).order_by(Attendance.id))
    return [row for row in rows if row.person_id in begun.keys or _is_meant(row, invited[row.invitation_id or 0])]


def _is_meant(row: Attendance, invitation: EventInvitation) -> bool:
    return bool(invitation.organisation_id is None or invitation.person_id or row.name == invitation.name)


def _empty(begun: Erasing, rows: Sequence[Attendance]) -> None:
    for row in rows:
        _forget_signature(begun.actor, row.signature, begun.why)
        row.name, row.function = NO_NAME, None
    db.session.flush()
    _forget_in_declarations(begun.actor, {row.event_id for row in rows}, {row.id for row in rows}, begun.why)


def _forget_signature(actor: Actor, signature: AttendanceSignature | None, why: str) -> None:
    if signature is None:
        return
    table: Any = AttendanceSignature.__table__
    file = signature.drawing
    values: dict[str, Any] = {"name": PLACEHOLDER}
    if file is not None:
        values["drawing_id"] = None
    redact(db.session, (table, signature.id), values, actor, why)
    if file is not None:
        db.session.expire(signature)
        let_go(db.session, file)


def _forget_in_declarations(actor: Actor, events: set[int], rows: set[int], why: str) -> None:
    table: Any = AttendanceDeclaration.__table__
    found = select(AttendanceDeclaration).where(AttendanceDeclaration.event_id.in_(events))
    for declaration in db.session.scalars(found).all():
        people = [
            {**person, "name": PLACEHOLDER} if person["attendance"] in rows else person for person in declaration.people
        ]
        if people != declaration.people:
            redact(db.session, (table, declaration.id), {"people": people}, actor, why)
            db.session.expire(declaration)

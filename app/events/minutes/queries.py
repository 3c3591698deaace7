"""What can be asked about minutes: of an event, by a link, by an account; names only for who may change the event."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import User
from app.core.access import Actor
from app.events import presence
from app.events.attendance.models import THERE, Attendance, Presence
from app.events.minutes.models import (
    Minutes,
    MinutesComment,
    MinutesDocument,
    MinutesRecipient,
    MinutesState,
    MinutesVersion,
    Verdict,
)
from app.events.models import Event
from app.events.queries import event as event_of
from app.extensions import db

presence.ask(minutes=select(Minutes.id).where(Minutes.event_id == presence.KEY).exists())

_VERSIONS = (
    selectinload(Minutes.versions).options(
        joinedload(MinutesVersion.approval),
        selectinload(MinutesVersion.documents).joinedload(MinutesDocument.file),
    ),
)


def of_event(event: Event) -> Minutes | None:
    """The minutes of an event as they go their way; ``None`` before anybody sent any."""
    statement = select(Minutes).where(Minutes.event_id == event.id).options(*_VERSIONS)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def minutes(actor: Actor, event_id: int) -> Minutes:
    """Minutes of an event open to the actor, for the consortium's own people. Raises ``NoResultFound``."""
    event = event_of(actor, event_id)
    found = select(Minutes).where(Minutes.event_id == event.id).options(*_VERSIONS)
    return db.session.execute(found if actor.is_internal else found.where(Minutes.id.is_(None))).scalar_one()


def version(actor: Actor, event_id: int, number: int) -> MinutesVersion:
    """One version that was sent. Raises ``NoResultFound`` as ``minutes``."""
    found = minutes(actor, event_id)
    statement = select(MinutesVersion).where(MinutesVersion.minutes_id == found.id, MinutesVersion.number == number)
    return db.session.execute(statement).scalar_one()


def recipients(minutes: Minutes) -> Sequence[MinutesRecipient]:
    """Everybody whom they were sent to, by name."""
    found = db.session.scalars(
        select(MinutesRecipient)
        .where(MinutesRecipient.minutes_id == minutes.id)
        .options(joinedload(MinutesRecipient.organisation), joinedload(MinutesRecipient.attendance))
        .order_by(MinutesRecipient.name, MinutesRecipient.id)
    ).all()
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


# What the page behind a link shows beside whose it is.
WITH_VERSIONS = (joinedload(MinutesRecipient.minutes).options(*_VERSIONS),)


def of_account(actor: Actor, minutes: Minutes) -> MinutesRecipient | None:
    """The recipient whose mailbox is that of the actor's account."""
    address = select(User.email).where(User.id == actor.user_id, User.active).scalar_subquery()
    return db.session.scalar(
        select(MinutesRecipient).where(MinutesRecipient.minutes_id == minutes.id, MinutesRecipient.email == address)
    )


def on_page(actor: Actor, event: Event) -> dict[str, Any]:
    """What an event's page shows of its minutes: how far they are, for the consortium; whether the actor comments."""
    found = of_event(event)
    if found is None or actor.user_id is None:
        return {}
    is_out = found.state is MinutesState.SENT
    told = {"minutes": found} if actor.is_internal else {}
    return told | {"to_comment": is_out and of_account(actor, found) is not None}


def sent_to_account(actor: Actor, event_id: int) -> MinutesRecipient | None:
    """What was sent of an event to the mailbox of the actor's account; being sent it is the right to read it."""
    found = db.session.scalar(select(Minutes).where(Minutes.event_id == event_id).options(*_VERSIONS))
    return of_account(actor, found) if found is not None else None


def said_by(recipient: MinutesRecipient) -> Sequence[MinutesComment]:
    """What one recipient said of every version, with the answers."""
    return db.session.scalars(
        select(MinutesComment)
        .where(MinutesComment.recipient_id == recipient.id)
        .options(joinedload(MinutesComment.version), selectinload(MinutesComment.answers))
        .order_by(MinutesComment.id)
    ).all()


def comments(version: MinutesVersion) -> Sequence[MinutesComment]:
    """Everything that was said of a version, in the order it came, with what was answered."""
    return db.session.scalars(
        select(MinutesComment)
        .where(MinutesComment.version_id == version.id)
        .options(
            joinedload(MinutesComment.recipient).joinedload(MinutesRecipient.organisation),
            selectinload(MinutesComment.answers),
        )
        .order_by(MinutesComment.id)
    ).all()


def comment(actor: Actor, event_id: int, comment_id: int) -> MinutesComment:
    """One comment on minutes of an event. Raises ``NoResultFound`` as ``minutes``."""
    found = minutes(actor, event_id)
    return db.session.execute(
        select(MinutesComment)
        .join(MinutesVersion, MinutesVersion.id == MinutesComment.version_id)
        .where(MinutesComment.id == comment_id, MinutesVersion.minutes_id == found.id)
        .options(joinedload(MinutesComment.recipient), selectinload(MinutesComment.answers))
    ).scalar_one()


def open_objections(version: MinutesVersion) -> list[MinutesComment]:
    """Objections to a version without an answer, of those who did not agree to it afterwards."""
    said = comments(version)
    agreed = {one.recipient_id: one.id for one in said if one.said is Verdict.AGREE}
    return [
        one
        for one in said
        if one.said is Verdict.OBJECT and not one.answers and agreed.get(one.recipient_id, 0) < one.id
    ]


def silent(minutes: Minutes) -> list[MinutesRecipient]:
    """Those with a mailbox who said nothing of the version that is out."""
    current = minutes.current
    if current is None:
        return []
    spoke = {one.recipient_id for one in comments(current)}
    return [one for one in recipients(minutes) if one.email and one.id not in spoke]


def in_comment() -> Sequence[Minutes]:
    """All minutes that are out for comments."""
    statement = select(Minutes).where(Minutes.state == MinutesState.SENT).options(*_VERSIONS)
    return db.session.scalars(statement.order_by(Minutes.id)).all()


def attendees(event: Event) -> list[tuple[Attendance, str | None]]:
    """Who was there or excused, the former first, each with the mailbox that is known."""
    rows = db.session.scalars(
        select(Attendance)
        .where(Attendance.event_id == event.id, Attendance.state.in_((*THERE, Presence.EXCUSED)))
        .options(joinedload(Attendance.organisation), joinedload(Attendance.invitation), joinedload(Attendance.person))
        .order_by(Attendance.id)
    ).all()
    found = sorted(rows, key=lambda row: (row.state is Presence.EXCUSED, (row.sent_by or "").casefold(), row.called))
    return [(row, address_of(row)) for row in found]


def address_of(row: Attendance) -> str | None:
    """The mailbox of somebody on the list: where the invitation went, else the person's, else the organisation's."""
    invited = row.invitation.email if row.invitation else None
    body = row.organisation.email if row.organisation and row.name is None else None
    found: Any = invited or (row.person.email if row.person else None) or body
    return found.strip().lower() if found else None

"""What follows from minutes that were sent: reminders, approval by silence, the document, as jobs."""

import io
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import clock, mail, outbox, portal
from app.core.access import SYSTEM, Actor
from app.core.files import keep
from app.core.mornings import on_its_day, plan
from app.events.invitations.rules import may_be_reminded
from app.events.minutes import content, mailing, paper, queries, rules
from app.events.minutes.models import (
    Approved,
    Minutes,
    MinutesApproval,
    MinutesDocument,
    MinutesRecipient,
    MinutesState,
    MinutesVersion,
)
from app.events.queries import lock
from app.extensions import db

DUE = "events.minutes_due"
MAKE = "events.make_minutes"


# ---- Days ----


def plan_days(minutes: Minutes, version: MinutesVersion) -> None:
    """Write the jobs of a version's days; each asks the clock again what is due."""
    facts = {"event": minutes.event_id, "number": version.number}
    for day in filter(None, (rules.reminds_on(version.comments_until, version.remind_days), version.approves_on)):
        key = f"minutes:{minutes.id}:{version.number}:{day.isoformat()}"
        plan(db.session, DUE, facts, day, minutes.event.zone, key, rules.AT)


@outbox.at_start
def arrange(session: Session) -> None:
    """Look once at all minutes that are out, when the portal starts: an objection may have been answered since.

    Those of a portal whose clock was moved are looked at by ``mornings.hasten``, too.
    """
    session.flush()
    for minutes in queries.in_comment():
        if minutes.current is not None:
            day = clock.today(minutes.event.zone)
            facts = {"event": minutes.event_id, "number": minutes.current.number}
            key = f"minutes:{minutes.id}:{minutes.current.number}:as of {day.isoformat()}"
            outbox.enqueue(db.session, DUE, facts, dedupe_key=key)


@on_its_day(DUE)
def due(session: Session, payload: dict[str, Any]) -> None:
    """Remind who is to be reminded; approve by silence once the day has come, or tell the writers why not."""
    minutes = session.scalar(select(Minutes).where(Minutes.event_id == payload["event"]))
    if minutes is None:
        return
    lock(minutes.event)
    minutes = queries.of_event(minutes.event)
    current = minutes.current if minutes else None
    if minutes is None or current is None or minutes.state is not MinutesState.SENT:
        return
    if current.number != payload["number"]:
        return  # a later version has days of its own
    today, reminds = clock.today(minutes.event.zone), rules.reminds_on(current.comments_until, current.remind_days)
    if today >= current.approves_on:
        _settle(minutes, current)
    elif reminds is not None and reminds <= today <= current.comments_until:
        remind_all([one for one in queries.silent(minutes) if one.reminded_at is None], current)


def _settle(minutes: Minutes, version: MinutesVersion) -> None:
    objections = queries.open_objections(version)
    differing = content.differing(version.content, content.frozen(minutes.event))
    if not objections and not differing:
        approved(minutes, SYSTEM, Approved.TACIT, None)
    elif minutes.held_up != version.number:
        minutes.held_up = version.number
        db.session.flush()
        for writer in writers(minutes):
            mailing.tell_held_up(writer, version, objections, differing)


def writers(minutes: Minutes) -> Sequence[User]:
    """The accounts that sent a version."""
    keys = {one.actor_id for one in minutes.versions if one.actor_id is not None}
    statement = select(User).where(User.id.in_(keys), User.active).order_by(User.id)
    return db.session.scalars(statement).all()


def remind_all(recipients: Sequence[MinutesRecipient], version: MinutesVersion) -> int:
    """Remind each who was not reminded lately; answers how many."""
    now = clock.now()
    due_now = [one for one in recipients if one.email and may_be_reminded(one.reminded_at, now)]
    for recipient in due_now:
        recipient.reminded_at = now
        mailing.remind(recipient, version)
    return len(due_now)


# ---- Approval and the document ----


def approved(minutes: Minutes, actor: Actor, how: Approved, note: str | None) -> MinutesApproval:
    """Approve the version that is out, and have its document made.

    Raises ``ObjectionsOpen``, ``TextChanged`` and ``StateTransitionError``.
    """
    current = minutes.current
    if current is not None and minutes.state is MinutesState.SENT:
        rules.check_objections(len(queries.open_objections(current)))
        rules.check_same(content.differing(current.content, content.frozen(minutes.event)))
    minutes.move_to(MinutesState.APPROVED, actor, note or str(how.label))
    approval = MinutesApproval(
        version=current,
        how=how,
        note=note,
        actor_id=actor.user_id,
        actor_name=actor.name,
        approved_on=clock.today(minutes.event.zone),
    )
    db.session.add(approval)
    db.session.flush()
    db.session.expire(approval.version, ["approval"])
    outbox.enqueue(db.session, MAKE, {"version": approval.version_id}, dedupe_key=f"minutes-pdf:{approval.version_id}")
    return approval


@outbox.handles(MAKE)
def make(session: Session, payload: dict[str, Any]) -> None:
    """Make the document of an approved version, keep it under its hash, and tell those whom the minutes went to.

    Done again it makes no second one. Where a person was erased, ``again`` has it made anew, and nobody is told.
    """
    version = session.get(MinutesVersion, payload["version"])
    if version is None or version.approval is None or version.document is not None:
        return
    with mail.in_language(version.language):
        wanted = paper.paper_of(version)
        session.commit()  # setting takes its time; nobody else's writing waits for it
        pdf = wanted.pdf()
    if _is_made(session, version):
        return
    name = f"minutes-{version.minutes.event_id}-v{version.number}.pdf"
    file = keep(session, portal.files(), io.BytesIO(pdf), name, None)
    session.add(MinutesDocument(version=version, file=file, sha256=file.sha256))
    session.flush()
    session.expire(version, ["documents"])
    if not payload.get("again"):
        for recipient in queries.recipients(version.minutes):
            mailing.tell_approved(recipient, version, file.sha256)


def _is_made(session: Session, version: MinutesVersion) -> bool:
    """Whether another worker was quicker; the event's row is held from here on."""
    lock(version.minutes.event)
    made = select(MinutesDocument.id).where(
        MinutesDocument.version_id == version.id, MinutesDocument.file_id.is_not(None)
    )
    return session.scalar(made.limit(1)) is not None

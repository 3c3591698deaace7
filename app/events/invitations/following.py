"""What follows from a change of an event for those who are invited: updates, cancellations, reminders, as jobs."""

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock, outbox
from app.core.access import SYSTEM
from app.core.mornings import on_its_day, plan
from app.events.invitations import mailing, queries, rules, waiting
from app.events.invitations.mailing import About
from app.events.invitations.models import EventInvitation, InvitationState
from app.events.models import Event, EventState
from app.events.queries import lock
from app.events.services import after_change
from app.extensions import db

FOLLOW = "events.tell_invited"
REMIND = "events.remind_invited"
HEARS = frozenset({*rules.INVITING, EventState.CANCELLED})
REMINDS_AT = time(8)
ASKED_AGAIN = frozenset(
    {InvitationState.ACCEPTED, InvitationState.WAITING, InvitationState.TENTATIVE, InvitationState.DECLINED}
)


def follow(event: Event) -> None:
    """Have those who are invited told what changed, once the change is kept."""
    if event.state not in HEARS or event.sequence == 0:
        return
    standing = select(EventInvitation.id).where(
        EventInvitation.event_id == event.id, EventInvitation.state != InvitationState.WITHDRAWN
    )
    if db.session.scalar(standing.limit(1)) is not None:
        outbox.enqueue(db.session, FOLLOW, {"event": event.id})
        plan_reminder(event)


after_change.append(follow)


@outbox.handles(FOLLOW)
def tell_invited(session: Session, payload: dict[str, Any]) -> None:
    """Bring everybody who is invited to the event's present state; who knows it already gets no mail."""
    event = session.get(Event, payload["event"])
    if event is None or event.state not in HEARS or event.is_over_at <= clock.moment():
        return
    lock(event)
    now, is_cancelled = mailing.shown(event), event.state is EventState.CANCELLED
    for invitation in queries.standing(event):
        before = invitation.sent
        knows = before.get("status") == "cancelled" if is_cancelled else before == now
        if knows:
            continue
        if mailing.is_moved(before, now) and not is_cancelled and _answered_to_former(invitation):
            invitation.move_to(InvitationState.INVITED, SYSTEM, _("The event was moved."))
            invitation.queued = None
        mailing.send(invitation, _about(is_cancelled=is_cancelled, before=before), before)
    waiting.move_up(event)


def _about(*, is_cancelled: bool, before: dict[str, Any]) -> About:
    if is_cancelled:
        return About.CANCELLED
    return About.RESTORED if before.get("status") == "cancelled" else About.CHANGED


def _answered_to_former(invitation: EventInvitation) -> bool:
    """Whether the answer was given to what the event was: who opened the link since has answered to what it is."""
    number = invitation.event.sequence + invitation.raised
    return invitation.state in ASKED_AGAIN and all(answer.sequence < number for answer in invitation.answers[-1:])


def plan_reminder(event: Event) -> None:
    """Write the job that reminds those without an answer; one for a day that no longer holds does nothing.

    Where the day has come already, as when the event was put forward, the mail that says so asks for an answer itself.
    """
    if event.remind_days is None:
        return
    due = event.starts_on - timedelta(days=event.remind_days)
    if due <= clock.today(event.zone):
        return
    facts = {"event": event.id, "starts_on": event.starts_on.isoformat(), "days": event.remind_days}
    key = f"event-reminder:{event.id}:{facts['starts_on']}:{event.remind_days}"
    plan(db.session, REMIND, facts, due, event.zone, key, REMINDS_AT)


@on_its_day(REMIND)
def remind_invited(session: Session, payload: dict[str, Any]) -> None:
    """Remind those without an answer, unless the event got another date or the organiser thought better of it."""
    event = session.get(Event, payload["event"])
    if event is None or event.state not in rules.INVITING or event.is_over_at <= clock.moment():
        return
    planned = (payload["starts_on"], payload["days"])
    due = event.starts_on - timedelta(days=payload["days"])
    if planned == (event.starts_on.isoformat(), event.remind_days) and clock.today(event.zone) >= due:
        remind_all(queries.unanswered(event))


def remind_all(invitations: Sequence[EventInvitation]) -> int:
    """Remind each who was not reminded lately; answers how many."""
    now = clock.now()
    due = [one for one in invitations if one.email and rules.may_be_reminded(one.reminded_at, now)]
    for invitation in due:
        invitation.reminded_at = now
        mailing.send(invitation, About.REMINDER)
    return len(due)

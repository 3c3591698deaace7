"""Enters who was invited to the example events and who was there, as the file of events says."""

from collections.abc import Mapping
from dataclasses import replace
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from app.core import portal
from app.core.access import SYSTEM, Actor
from app.events.attendance import services as attendance
from app.events.attendance.models import Presence
from app.events.attendance.queries import of_event as attendance_list
from app.events.attendance.services import AttendeeFacts
from app.events.invitations import answering, receiving
from app.events.invitations import services as invitations
from app.events.invitations.answering import Said
from app.events.invitations.models import AnsweredBy, EventInvitation, InvitationState
from app.events.invitations.services import Recipient
from app.events.models import Event
from app.stakeholders.models import Organisation


def load_gatherings(
    entries: list[dict[str, Any]], events: Mapping[str, Event], organisations: Mapping[str, Organisation]
) -> None:
    """Invite and answer; mails go to mailboxes at example.org alone, and only for what is to come."""
    for entry in entries:
        invited = entry.get("invitations") or []
        if invited:
            _invite(events[entry["key"]], invited, organisations)
        if entry.get("attendance"):
            _attend(events[entry["key"]], entry, organisations)
        for reply in entry.get("replies") or ():
            _receive(reply)


def _invite(event: Event, entries: list[dict[str, Any]], organisations: Mapping[str, Organisation]) -> None:
    wanted = [
        Recipient(
            name=entry["name"], email=entry["email"], organisation=organisations.get(entry.get("organisation") or "")
        )
        for entry in entries
    ]
    by_mail = invitations.is_inviting(event)
    host = replace(SYSTEM, name=event.organiser.name if event.organiser else SYSTEM.name)
    sent = invitations.invite(host, event, wanted, language="en", is_example=True, by_mail=by_mail)
    by_email = {entry["email"]: entry for entry in entries}
    for invitation in sent.invitations:
        _answer(host, invitation, by_email[invitation.email or ""])


def _answer(host: Actor, invitation: EventInvitation, entry: dict[str, Any]) -> None:
    if entry.get("answer"):
        said = Said(
            answer=InvitationState(entry["answer"]),
            how=AnsweredBy(entry.get("how") or "link"),
            comment=entry.get("comment"),
        )
        answering.enter(host, invitation, invitation.version, said)


def _attend(event: Event, entry: dict[str, Any], organisations: Mapping[str, Organisation]) -> None:
    attendance.fill(SYSTEM, event)
    invited = {row.invitation.email: row for row in attendance_list(event) if row.invitation}
    for told in entry["attendance"]:
        row = invited.get(told.get("email")) or attendance.add(
            SYSTEM, event, _attendee(event, told, organisations), is_example=True
        )
        attendance.mark(SYSTEM, row, Presence(told["state"]))
        if told.get("signed"):
            attendance.sign(SYSTEM, row, drawing=None, typed=row.name)
    if entry.get("by_country"):
        counts = attendance.counts_of(event)
        attendance.count(
            SYSTEM, event, event.version, counts=counts, total=event.people, by_country=entry["by_country"]
        )
    if entry.get("declared_by"):
        attendance.declare(SYSTEM, event, **entry["declared_by"], drawing=None)


def _attendee(event: Event, told: dict[str, Any], organisations: Mapping[str, Organisation]) -> AttendeeFacts:
    return AttendeeFacts(
        name=told["name"],
        how=attendance.usual_way(event),
        organisation=organisations.get(told.get("organisation") or ""),
        organisation_name=told.get("organisation_name"),
        country=told.get("country"),
        function=told.get("function"),
    )


def _receive(entry: dict[str, Any]) -> None:
    message = EmailMessage()
    message["From"], message["To"] = entry["from"], portal.settings().reply_address
    message["Subject"], message["Message-ID"] = entry["subject"], make_msgid(domain="example.org")
    message.set_content(entry["text"])
    receiving.receive(message.as_bytes())

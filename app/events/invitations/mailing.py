"""Mails to those who are invited: one recipient each, with a text, a page to answer on and a calendar part."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from app.core import clock, mail, portal
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.events.ical_facts import published_facts, published_part
from app.events.invitations import keys
from app.events.invitations.models import EventInvitation, InvitationState
from app.events.models import Event, Visibility
from app.events.subjects import Titled
from app.extensions import db

if TYPE_CHECKING:
    from app.events.ical import CalendarFacts

PATH = "/event-invitation/{token}"
# What programs call the answers (RFC 5545 §3.2.12).
PARTSTAT = {
    InvitationState.ACCEPTED: "ACCEPTED",
    InvitationState.TENTATIVE: "TENTATIVE",
    # A calendar knows no waiting list; what is not certain yet stands in it as that.
    InvitationState.WAITING: "TENTATIVE",
    InvitationState.DECLINED: "DECLINED",
}


class About(StrEnum):
    """What a mail is about."""

    NEW = "new"
    CHANGED = "changed"
    REMINDER = "reminder"
    WAITING = "waiting"
    MOVED_UP = "moved_up"
    CANCELLED = "cancelled"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"


SUBJECTS = {
    About.NEW: _l("Invitation: %(title)s"),
    About.CHANGED: _l("Changed: %(title)s"),
    About.REMINDER: _l("Do you come? %(title)s"),
    About.WAITING: _l("On the waiting list: %(title)s"),
    About.MOVED_UP: _l("A place for you: %(title)s"),
    About.CANCELLED: _l("Cancelled: %(title)s"),
    About.RESTORED: _l("Takes place after all: %(title)s"),
    About.WITHDRAWN: _l("Invitation withdrawn: %(title)s"),
}
GONE = frozenset({About.CANCELLED, About.WITHDRAWN})
TEMPLATES = {
    **dict.fromkeys(GONE, "events/called_off"),
    **dict.fromkeys((About.WAITING, About.MOVED_UP), "events/place"),
}


@dataclass(frozen=True)
class Former:
    """The time that a mail before had said, as the time of an event is said."""

    zone: str
    all_day: bool
    starts_on: date
    ends_on: date
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @classmethod
    def of(cls, before: dict[str, Any]) -> "Former":
        """From what was kept of that mail: days, or instants."""
        zone, starts, ends = before["zone"], before["starts"], before["ends"]
        if "T" not in starts:
            return cls(zone, True, date.fromisoformat(starts), date.fromisoformat(ends))
        start, end, place = datetime.fromisoformat(starts), datetime.fromisoformat(ends), ZoneInfo(zone)
        return cls(zone, False, start.astimezone(place).date(), end.astimezone(place).date(), start, end)


def shown(event: Event) -> dict[str, Any]:
    """What a mail says of an event, as JSON: when one of these changes, those who are invited hear of it."""
    part = published_part(event)
    if part is None:
        return {}
    return {
        "starts": part.starts.isoformat(),
        "ends": part.ends.isoformat(),
        "zone": part.zone,
        "place": list(part.place),
        "link": part.link,
        "title": part.title,
        "status": part.status,
    }


def path_of(invitation: EventInvitation) -> str:
    """The path of an invitation's page; whoever has it can answer."""
    return PATH.format(token=keys.link_token(invitation.uid))


def reply_address(invitation: EventInvitation) -> str:
    """The address for replies to this invitation."""
    return keys.tagged(portal.settings().reply_address, keys.reply_tag(invitation.uid))


def send(invitation: EventInvitation, about: About, before: dict[str, Any] | None = None) -> None:
    """Write the mail, and keep with the invitation what it said; ``before`` is what the mail before had said.

    An invitation without a mailbox, as after an erasure, is left alone.
    """
    event = invitation.event
    if not invitation.email:
        return
    for column, value in keys.digests(invitation.uid).items():
        setattr(invitation, column, value)
    is_first = invitation.sent_at is None
    invitation.sequence = event.sequence + invitation.raised
    invitation.sent, invitation.sent_at = shown(event), clock.now()
    db.session.flush()
    changed = _changes(before or {}, invitation.sent)
    title = read_in(event.title, invitation.language)
    named = title.text if title else ""
    mail.send(
        db.session,
        invitation.email,
        Titled(SUBJECTS[about], named),
        TEMPLATES.get(about, "events/invitation"),
        invitation.language,
        is_outside=True,
        calendar=mail.CalendarPart(calendar_of(invitation, about, is_first=is_first), reply_address(invitation)),
        about=about.value,
        invitation=invitation,
        event=event,
        title=named,
        changed=changed,
        former=Former.of(before) if before and "time" in changed else None,
        former_place=before["place"] if before and "place" in changed else (),
        path=path_of(invitation),
    )


def calendar_of(invitation: EventInvitation, about: About, *, is_first: bool) -> str:
    """The calendar part of a mail; ``is_first`` where none was sent to this mailbox before."""
    from app.events.invitations.itip import Invited, Method, message  # icalendar is heavy, and most processes only read

    facts, consortium = _facts(invitation, is_first=is_first), portal.consortium()
    invited = Invited(
        name=invitation.name,
        address=invitation.email or "",
        answer=PARTSTAT.get(invitation.state, "NEEDS-ACTION"),
    )
    method = Method.CANCEL if about in GONE else Method.REQUEST
    return message(method, facts, (consortium.portal_name, reply_address(invitation)), invited)


def _facts(invitation: EventInvitation, *, is_first: bool) -> "CalendarFacts":
    """What the entry says: what everybody may know of the event, and the way to join it."""
    event = invitation.event
    facts = published_facts(event, portal.consortium(), portal.settings().public_url, for_everybody=True)
    if facts is None:
        raise ValueError("Nobody is invited to a draft.")
    is_public = event.visibility is Visibility.PUBLIC
    return replace(
        facts,
        sequence=invitation.sequence,
        # Of two messages with one number the later stamp counts (RFC 5546 §2.1.5): a reminder, or an invitation that
        # follows its withdrawal, says nothing new of the event, and is the later message all the same.
        changed=facts.changed if is_first else clock.now(),
        # Whoever is invited from outside may not open the page of an event that is not public.
        page_url=facts.page_url if is_public else f"{portal.settings().public_url}/",
        language=facts.language or SOURCE_LANGUAGE,
    )


def _changes(before: dict[str, Any], now: dict[str, Any]) -> set[str]:
    """What is another than in the mail before: ``time``, ``place``, ``link``, ``title``, ``status``."""
    if not before:
        return set()
    changed = {name for name in ("place", "link", "title", "status") if before.get(name) != now.get(name)}
    return changed | ({"time"} if is_moved(before, now) else set())


def is_moved(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether an event got another time: an answer was given to the former one."""
    return any(before.get(name) != now.get(name) for name in ("starts", "ends", "zone"))

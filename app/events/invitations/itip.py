"""An event as a message between calendar programs (RFC 5546), pure: facts in, text out.

Each message is for one person alone: nobody learns who else is invited. The address of the organiser belongs to the
portal and to this invitation, so that a program's answer finds its way back.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from app.events.contentlines import PRODID, clean_line, fold
from app.events.ical import Audience, CalendarFacts, vevent, zone_needed
from app.events.vtimezone import vtimezone

_END = "END:VEVENT\r\n"


class Method(StrEnum):
    """What a message asks of a calendar: to take an event in or to let it go."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Whom a message is for; ``answer`` is what was said so far, as RFC 5545 §3.2.12 writes it."""

    name: str
    address: str
    answer: str = "NEEDS-ACTION"


def message(method: Method, facts: CalendarFacts, organiser: tuple[str, str], invited: Invited) -> str:
    """The calendar object of a mail, lines ended by CR LF; the same facts give the same text.

    ``organiser`` is the name and the address that answers go to. A cancellation says so in its entry, too. Raises
    ``ValueError`` for facts that no entry can state.
    """
    if method is Method.CANCEL:
        facts = replace(facts, status="cancelled")
    facts = replace(facts, organiser=organiser)
    entry = vevent(facts, audience=Audience.MEMBER).removesuffix(_END) + fold(_attendee(method, invited)) + _END
    zone = zone_needed(facts)
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODID}", "CALSCALE:GREGORIAN", f"METHOD:{method.value}")
    return "".join(map(fold, head)) + (vtimezone(zone) if zone else "") + entry + "END:VCALENDAR\r\n"


def _attendee(method: Method, invited: Invited) -> str:
    name = _parameter(invited.name)
    asked = f";PARTSTAT={invited.answer};RSVP=TRUE" if method is Method.REQUEST else ""
    named = f";CN={name}" if name else ""
    # An organisation's mailbox answers as one, too: of a GROUP, programs may ask every member (RFC 5545 §3.2.3).
    return f"ATTENDEE{named};CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{asked}:mailto:{invited.address.lower()}"


def _parameter(value: str) -> str:
    """A name as a parameter: quoted where a sign in it would end it; a double quote cannot stand in one."""
    text = clean_line(value).replace('"', "'")
    return f'"{text}"' if any(sign in text for sign in ",;:") else text

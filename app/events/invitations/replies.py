"""What a mail to the address for replies says, pure: octets in, what could be read out.

Programs answer in many shapes: the calendar part beside or inside the alternatives or as a file, in base64 or
quoted-printable, with ``MAILTO`` in capitals, with the comment as a property, as a parameter or in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

from app.events.contentlines import clean_line, clean_text
from app.events.invitations.models import InvitationState, WhyUnread

LONGEST_TEXT = 4000
LONGEST_LINE = 300
ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
ANSWERS = {
    "ACCEPTED": InvitationState.ACCEPTED,
    "TENTATIVE": InvitationState.TENTATIVE,
    "DECLINED": InvitationState.DECLINED,
}


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A message as it could be read.

    ``why`` says what keeps it from being an answer, if anything does. ``addresses`` are all it was sent to, and the
    organiser that its calendar part names; ``stamped_at`` is when it was answered, by the clock of whoever did.
    """

    message_id: str | None
    sender: str | None
    subject: str | None
    text: str | None
    addresses: tuple[str, ...]
    uid: str | None = None
    attendee: str | None = None
    said: InvitationState | None = None
    comment: str | None = None
    sequence: int = 0
    stamped_at: datetime | None = None
    why: WhyUnread | None = None


@dataclass
class _Entry:
    """What the calendar part says."""

    uid: str | None = None
    attendee: str | None = None
    organisers: list[str] = field(default_factory=list)
    said: InvitationState | None = None
    comment: str | None = None
    sequence: int = 0
    stamped_at: datetime | None = None
    why: WhyUnread | None = None


def read(octets: bytes) -> Reply:
    """Read one message; whatever it is, something comes out."""
    from email.policy import default  # It knows how every header is written, which only who reads mail needs.

    message = message_from_bytes(octets, policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what the policy makes
    sender = next(iter(_addresses(message, "From")), None)
    entry = _bounced(message) or _entry_of(message, sender)
    to = [address for name in ADDRESSED for address in _addresses(message, name)]
    return Reply(
        message_id=_line(_header(message, "Message-ID")),
        sender=sender,
        subject=_line(_header(message, "Subject")),
        text=_text_of(message),
        addresses=tuple(dict.fromkeys((*to, *entry.organisers))),
        uid=entry.uid,
        attendee=entry.attendee,
        said=entry.said,
        comment=entry.comment,
        sequence=entry.sequence,
        stamped_at=entry.stamped_at or _sent_at(message),
        why=entry.why,
    )


def _bounced(message: EmailMessage) -> _Entry | None:
    """Whom a mail could not be delivered to, as servers report it (RFC 3464); ``None`` for any other message.

    What is only late is no such report: the server goes on trying.
    """
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            told = [section for section in part.walk() if "Final-Recipient" in section]
            failed = [section for section in told if section.get("Action", "").strip().lower() == "failed"]
            for section in failed:
                _kind, _semicolon, address = str(section["Final-Recipient"]).rpartition(";")
                return _Entry(attendee=_mailbox(address.strip(" <>")), why=WhyUnread.BOUNCED)
    failed_for = _addresses(message, "X-Failed-Recipients")  # Exim and Gmail; some of theirs have no such part.
    return _Entry(attendee=failed_for[0], why=WhyUnread.BOUNCED) if failed_for else None


def _entry_of(message: EmailMessage, sender: str | None) -> _Entry:
    from icalendar import Calendar  # heavy, and few processes read mail

    found = _Entry(why=WhyUnread.NO_CALENDAR)
    for text in _calendars(message):
        try:
            calendar = Calendar.from_ical(text)
            found = _entry(calendar, sender)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError):
            found = _Entry(why=WhyUnread.BROKEN)
            continue
        if found.why is None:
            break
    return found


def _entry(calendar: Any, sender: str | None) -> _Entry:
    events = calendar.walk("VEVENT")
    if not events:
        return _Entry(why=WhyUnread.BROKEN)
    event = events[0]
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    # Some servers repeat everybody they know; then it is the one who sends.
    told = [one for one in attendees if len(attendees) == 1 or _mailbox(one) == sender]
    entry = _Entry(
        uid=_line(str(event.get("UID", ""))),
        attendee=_mailbox(told[0]) if told else None,
        organisers=[_mailbox(event["ORGANIZER"])] if "ORGANIZER" in event else [],
        sequence=int(event.get("SEQUENCE", 0)),
        stamped_at=_instant(event),
    )
    entry.said = ANSWERS.get(str(told[0].params.get("PARTSTAT", "")).upper()) if told else None
    entry.comment = _comment(event, told[0] if told else None)
    if str(calendar.get("METHOD", "")).upper() != "REPLY" or "RECURRENCE-ID" in event or len(events) > 1:
        entry.why = WhyUnread.OTHER_METHOD
    elif entry.said is None:
        entry.why = WhyUnread.NO_ANSWER
    return entry


def _instant(event: Any) -> datetime | None:
    if "DTSTAMP" not in event:
        return None
    value: date | datetime = event.decoded("DTSTAMP")
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _comment(event: Any, attendee: Any) -> str | None:
    """What was written along: Google has it as a parameter, the others as a property, some of it blank."""
    said = event.get("COMMENT", [])
    texts = [str(text) for text in (said if isinstance(said, list) else [said])]
    if attendee is not None:
        texts.append(str(attendee.params.get("X-RESPONSE-COMMENT", "")))
    kept = [text for text in map(clean_text, texts) if text]
    return "\n".join(dict.fromkeys(kept))[:LONGEST_TEXT] or None


def _calendars(message: EmailMessage) -> Iterator[str]:
    """The calendar parts, wherever they stand, the declared ones first."""
    parts = [part for part in message.walk() if not part.is_multipart()]
    declared = [part for part in parts if part.get_content_type() == "text/calendar"]
    files = [part for part in parts if part not in declared and _is_file(part)]
    for part in (*declared, *files):
        text = _decoded(part)
        if "BEGIN:VCALENDAR" in text:
            yield text


def _is_file(part: Any) -> bool:
    name = (part.get_filename() or "").lower()
    return part.get_content_type() == "application/ics" or name.endswith(".ics")


def _decoded(part: Any) -> str:
    octets = part.get_payload(decode=True) or b""
    charset = part.get_content_charset() or "utf-8"
    for name in (charset, "utf-8"):
        try:
            return str(octets.decode(name).lstrip("\ufeff"))
        except (LookupError, ValueError):  # names that are none, and some that are no character set but a codec
            continue
    return str(octets.decode("latin-1"))


def _text_of(message: EmailMessage) -> str | None:
    """The plain text somebody wrote, or the HTML without its tags."""
    for kind in ("text/plain", "text/html"):
        for part in message.walk():
            if part.get_content_type() == kind and not part.get_filename():
                text = _decoded(part)
                if kind == "text/html":
                    text = re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^>]+>", " ", text)
                kept = clean_text(re.sub(r"\n{3,}", "\n\n", text.replace("\r\n", "\n")))
                if kept:
                    return kept[:LONGEST_TEXT]
    return None


def _mailbox(address: Any) -> str:
    return clean_line(str(address)).lower().removeprefix("mailto:").strip()


def _addresses(message: EmailMessage, name: str) -> list[str]:
    found = (clean_line(address).lower() for _name, address in getaddresses(_headers(message, name)))
    return [address for address in found if "@" in address]


def _headers(message: EmailMessage, name: str) -> list[str]:
    try:
        return [str(value) for value in message.get_all(name, [])]
    except (ValueError, IndexError, AttributeError, TypeError):  # the library gives up on some headers
        return []


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(_headers(message, name)[:1])


def _line(text: str) -> str | None:
    kept = clean_text(" ".join(text.split()))
    return kept[:LONGEST_LINE] if kept else None


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        sent = parsedate_to_datetime(_header(message, "Date"))
        return sent.astimezone(UTC) if sent.tzinfo else sent.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None

"""The mails by which people were invited, as they were sent, without the secrets by which each of them answers."""

import re
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from app.core import portal
from app.core.mail import Mail
from app.events.contentlines import fold
from app.events.invitations.mailing import PATH
from app.events.invitations.models import EventInvitation
from app.events.models import Event
from app.events.when import on_the_clock
from app.extensions import db
from app.reporting.packs.parts import CALENDAR, TEXT, Part, made

HIDDEN = "…"
_FOLDED = re.compile(r"\r?\n[ \t]")
_LINK = re.compile(re.escape(PATH.format(token="")) + r"[\w-]+")


def of_event(event: Event, invitations: Sequence[EventInvitation]) -> Sequence[Mail]:
    """Every mail about the event to somebody who is invited, the oldest first."""
    addresses = {one.email for one in invitations if one.email}
    return db.session.scalars(
        select(Mail).where(Mail.recipient.in_(addresses), Mail.calendar.contains(str(event.uid))).order_by(Mail.id)
    ).all()


def parts_of(mails: Sequence[Mail], zone: str) -> Iterator[Part]:
    """The text of each mail and its calendar part, a file each."""
    for number, mail in enumerate(mails, start=1):
        path = f"invitations/{number:04d}"
        yield made(f"{path}.txt", text_of(mail, zone).encode(), TEXT, mail.subject, mail)
        if mail.calendar:
            yield made(f"{path}.ics", calendar_of(mail.calendar).encode(), CALENDAR, mail.subject, mail)


def text_of(mail: Mail, zone: str) -> str:
    """A mail with the lines above its text that say what it was; whoever reads it cannot answer in another's name."""
    when = mail.sent_at or mail.created_at
    head = {
        "To": mail.recipient,
        "Subject": mail.subject,
        "Message-ID": mail.message_id,
        "Date": when.isoformat(timespec="seconds"),
        "Local-Date": on_the_clock(when, zone),
        "State": mail.state.value,
    }
    lines = "".join(f"{name}: {value}\n" for name, value in head.items())
    return f"{lines}\n{without_secrets(mail.text)}"


def calendar_of(calendar: str) -> str:
    """The calendar part, its lines folded anew."""
    return "".join(fold(line) for line in without_secrets(_FOLDED.sub("", calendar)).splitlines() if line)


def without_secrets(text: str) -> str:
    """A text without what is in the link and in the address for replies of one person alone."""
    local, _at, domain = portal.settings().reply_address.rpartition("@")
    address = re.compile(rf"{re.escape(local)}\+\w+@{re.escape(domain)}", re.IGNORECASE)
    return address.sub(f"{local}+{HIDDEN}@{domain}", _LINK.sub(PATH.format(token=HIDDEN), text))

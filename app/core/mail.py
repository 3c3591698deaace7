"""Mail: a row in the transaction that caused it, sent by the worker.

The Message-ID is stored before the first attempt and used for every one, so that a repeat after a crash is
recognisable. Without ``PORTAL_SMTP_URL`` a message stays in the mailbox, where the demonstration shows it.
"""

import re
import smtplib
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from flask import g, render_template
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock, outbox, portal
from app.core.database import Base
from app.core.i18n import SOURCE_LANGUAGE
from app.core.marks import PLACEHOLDER
from app.core.outside import spoken
from app.core.vocabulary import Term

SEND = "mail.send"
TIMEOUT = 20
_METHOD = re.compile(r"^METHOD:([A-Z]+)\r$", re.MULTILINE)


class MailState(Term):
    """Where a message stands; ``KEPT`` is the mailbox of a portal without an SMTP server."""

    WAITING = "waiting", _l("On its way"), "running"
    SENT = "sent", _l("Sent"), "done"
    KEPT = "kept", _l("Kept here"), "planned"


@dataclass(frozen=True)
class CalendarPart:
    """What a message says to calendar programs: ``text`` as RFC 5546 has it, and where they send their answer."""

    text: str
    reply_to: str


class Mail(Base):
    """One message to one address."""

    __tablename__ = "mail"

    message_id: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str | None]
    # An iTIP message (RFC 5546) that calendar programs act on, and the address that answers to it go to.
    calendar: Mapped[str | None]
    reply_to: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="en")
    state: Mapped[MailState] = mapped_column(default=MailState.WAITING)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    sent_at: Mapped[datetime | None]


@contextmanager
def in_language(code: str, *, is_outside: bool = False) -> Iterator[str]:
    """Speak to a reader of language ``code`` within, whoever asks; where it is not active, English. Gives the code.

    With ``is_outside`` it may be one that people outside the portal are spoken to in.
    """
    consortium = portal.consortium()
    language = spoken(code)
    if language is None or not (language.active or is_outside):
        language = consortium.by_language[SOURCE_LANGUAGE]
    before = g.get("language")
    g.language = language
    try:
        with force_locale(language.locale):
            yield language.code
    finally:
        g.language = before


def send(
    session: Session,
    recipient: str,
    subject: Any,
    template: str,
    language: str = "en",
    *,
    calendar: CalendarPart | None = None,
    is_outside: bool = False,
    or_else: tuple[str, dict[str, Any]] | None = None,
    **facts: Any,
) -> Mail:
    """Write a message and the job that sends it into the current transaction.

    ``template`` names ``templates/email/<template>.txt`` and ``.html``, rendered with ``facts`` and ``public_url``, the
    portal's address as configured: a link must not depend on the ``Host`` that a request claims. Texts, and a lazy
    ``subject``, are in the recipient's ``language``; with ``is_outside``, where the catalogues ``outside.po`` have all
    of the mail, it may be one that the rest of the portal does not speak. ``calendar`` goes along for
    calendar programs. ``or_else`` is the job that follows where the message cannot be delivered: kind and payload.
    """
    settings = portal.settings()
    facts = {"public_url": settings.public_url, **facts}
    with in_language(language, is_outside=is_outside) as code:
        heading = " ".join(str(subject).split())
        mail = Mail(
            message_id=make_msgid(domain=urlsplit(settings.public_url).hostname),
            recipient=recipient,
            subject=heading,
            text=render_template(f"email/{template}.txt", subject=heading, **facts),
            html=render_template(f"email/{template}.html", subject=heading, **facts),
            calendar=calendar.text if calendar else None,
            reply_to=calendar.reply_to if calendar else None,
            language=code,
        )
    session.add(mail)
    session.flush()
    outbox.enqueue(session, SEND, {"mail": mail.id}, dedupe_key=job_key(mail.id), or_else=or_else)
    return mail


def job_key(mail_id: int) -> str:
    """The name by which the job is known that delivers a message."""
    return f"mail:{mail_id}"


def normal_email(address: str) -> str:
    """An address as it is kept where it is looked for, as accounts and invitations are: normalised, in small letters.

    Raises ``ValueError`` for what is no address.
    """
    try:
        return validate_email(address.strip(), check_deliverability=False).normalized.casefold()
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None


def mailbox(address: str) -> str:
    """An address as it is compared with others: ``normal_email``, and for what is no address as near as can be."""
    try:
        return normal_email(address)
    except ValueError:
        return address.strip().casefold()


def is_at(column: Any, addresses: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column holds one of these addresses, in whatever letters either is written."""
    known = {form for address in addresses for form in (address, mailbox(address))}
    return or_(column.in_(known), func.lower(column).in_(known))


def sent_to(session: Session, addresses: Iterable[str]) -> list[Mail]:
    """Every mail to one of these addresses, the oldest first."""
    return list(session.scalars(select(Mail).where(is_at(Mail.recipient, addresses)).order_by(Mail.id)))


def empty(session: Session, addresses: Iterable[str]) -> None:
    """Empty every mail to these addresses, as for somebody who is erased; what still waits is never sent.

    What a server said as it refused one names the address, too.
    """
    found = sent_to(session, addresses)
    keys = [job_key(mail.id) for mail in found]
    failed = select(outbox.Job).where(outbox.Job.dedupe_key.in_(keys), outbox.Job.last_error.is_not(None))
    for job in session.scalars(failed):
        job.last_error = PLACEHOLDER
    for mail in found:
        mail.recipient = mail.subject = mail.text = PLACEHOLDER
        mail.html = mail.calendar = mail.reply_to = None
        mail.state = MailState.KEPT if mail.state is MailState.WAITING else mail.state
    session.flush()


def deliver(session: Session, payload: dict[str, Any]) -> None:
    """Hand one message to the SMTP server, or keep it where there is none."""
    settings = portal.settings()
    mail = session.get_one(Mail, payload["mail"])
    if mail.state is not MailState.WAITING:
        return
    if settings.smtp_url is None:
        mail.state = MailState.KEPT
    else:
        message = compose(mail, settings.mail_from)
        session.commit()  # a server may take its time; nobody else's writing waits for it
        _transmit(urlsplit(settings.smtp_url), message)
        mail.state, mail.sent_at = MailState.SENT, clock.now()


def compose(mail: Mail, sender: str) -> EmailMessage:
    """The message as it leaves: plain text first, HTML as the alternative.

    A calendar part is a further alternative, by which programs offer buttons, and the same as a file, for those that
    look at files alone.
    """
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    message["Date"] = format_datetime(mail.created_at)
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.language
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    if mail.calendar:
        _add_calendar(message, mail.calendar)
    return message


def _add_calendar(message: EmailMessage, calendar: str) -> None:
    # As bytes: given as text, the line ends that RFC 5545 asks for would be lost.
    octets, method = calendar.encode(), _METHOD.search(calendar)
    told = {"method": method[1] if method else "PUBLISH", "charset": "UTF-8"}
    message.add_alternative(octets, "text", "calendar", params=told)
    message.add_attachment(octets, "application", "ics", filename="invite.ics")


def _transmit(server: SplitResult, message: EmailMessage) -> None:
    """Send by ``smtp://user:password@host:port`` (STARTTLS where offered) or ``smtps://…``.

    Raises ``PermanentFailure`` when the server refuses the message or its recipient for good.
    """
    with _connected(server) as smtp:
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        try:
            smtp.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
            code, reason = _refusal(refused)
            if code >= 500:
                raise outbox.PermanentFailure(f"{code} {reason}") from refused
            raise
        except smtplib.SMTPNotSupportedError as unsupported:
            raise outbox.PermanentFailure(str(unsupported)) from unsupported


def _connected(server: SplitResult) -> smtplib.SMTP:
    host, port = server.hostname or "localhost", server.port
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT, context=ssl.create_default_context())
    smtp = smtplib.SMTP(host, port or 587, timeout=TIMEOUT)
    smtp.ehlo_or_helo_if_needed()
    if smtp.has_extn("starttls"):
        smtp.starttls(context=ssl.create_default_context())
    return smtp


def _refusal(refused: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> tuple[int, str]:
    reason: bytes | str
    if isinstance(refused, smtplib.SMTPRecipientsRefused):
        code, reason = next(iter(refused.recipients.values()))
    else:
        code, reason = refused.smtp_code, refused.smtp_error
    return code, reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason

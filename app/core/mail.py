"""Mail: a row in the transaction that caused it, sent by the worker.

The Message-ID is stored before the first attempt and used for every one, so that a repeat after a crash is
recognisable. Without ``PORTAL_SMTP_URL`` a message stays in the mailbox, where the demonstration shows it.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from flask import g, render_template
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock, outbox, portal
from app.core.database import Base
from app.core.i18n import SOURCE_LANGUAGE
from app.core.vocabulary import Term

SEND = "mail.send"
TIMEOUT = 20


class MailState(Term):
    """Where a message stands; ``KEPT`` is the mailbox of a portal without an SMTP server."""

    WAITING = "waiting", _l("On its way"), "running"
    SENT = "sent", _l("Sent"), "done"
    KEPT = "kept", _l("Kept here"), "planned"


class Mail(Base):
    """One message to one address."""

    __tablename__ = "mail"

    message_id: Mapped[str] = mapped_column(unique=True)
    recipient: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str | None]
    language: Mapped[str] = mapped_column(default="en")
    state: Mapped[MailState] = mapped_column(default=MailState.WAITING)
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    sent_at: Mapped[datetime | None]


@contextmanager
def in_language(code: str) -> Iterator[str]:
    """Speak to a reader of language ``code`` within, whoever asks; where it is not active, English. Gives the code."""
    consortium = portal.consortium()
    language = consortium.by_language.get(code)
    if language is None or not language.active:
        language = consortium.by_language[SOURCE_LANGUAGE]
    before = g.get("language")
    g.language = language
    try:
        with force_locale(language.locale):
            yield language.code
    finally:
        g.language = before


def send(session: Session, recipient: str, subject: Any, template: str, language: str = "en", **facts: Any) -> Mail:
    """Write a message and the job that sends it into the current transaction.

    ``template`` names ``templates/email/<template>.txt`` and ``.html``, rendered with ``facts`` and ``public_url``, the
    portal's address as configured: a link must not depend on the ``Host`` that a request claims. Texts, and a lazy
    ``subject``, are in the recipient's ``language``.
    """
    settings = portal.settings()
    facts = {"public_url": settings.public_url, **facts}
    with in_language(language) as spoken:
        heading = " ".join(str(subject).split())
        mail = Mail(
            message_id=make_msgid(domain=urlsplit(settings.public_url).hostname),
            recipient=recipient,
            subject=heading,
            text=render_template(f"email/{template}.txt", subject=heading, **facts),
            html=render_template(f"email/{template}.html", subject=heading, **facts),
            language=spoken,
        )
    session.add(mail)
    session.flush()
    outbox.enqueue(session, SEND, {"mail": mail.id}, dedupe_key=f"mail:{mail.id}")
    return mail


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
    """The message as it leaves: plain text first, HTML as the alternative."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Message-ID"] = mail.message_id
    message["Date"] = format_datetime(mail.created_at)
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = mail.language
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


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

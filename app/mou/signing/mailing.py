"""What signatories and senders are written: asked to sign, a code, reminded, told how it ended."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.tokens import standing_token
from app.core import mail
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.marks import PLACEHOLDER
from app.extensions import db
from app.mou.models import Mou
from app.mou.queries import reference_of
from app.mou.signing.models import MouLink

PATH = "/sign/{token}"
PAGE = "/mou/{key}"
PURPOSE = "mou link"
# The job that follows where a mailbox cannot be reached.
UNDELIVERED = "mou.undelivered"


def token_of(link: MouLink) -> str:
    """The secret of a link: each mail about it brings the same."""
    return standing_token(PURPOSE, link.uid)


def path_of(link: MouLink) -> str:
    """The path of the page behind a link; whoever has it can go on."""
    return PATH.format(token=token_of(link))


def ask(link: MouLink, *, is_reminder: bool = False) -> None:
    """Ask somebody to sign: who asks, why, until when, how to decline; the subject gives nothing away."""
    assert link.signatory is not None  # noqa: S101 - a link to sign is somebody's
    assert link.text is not None  # noqa: S101 - and of a text
    if link.email == PLACEHOLDER:  # Whoever it was is erased; somebody else has to be named.
        return
    mou = link.text.mou
    mail.send(
        db.session,
        link.email,
        _l("Reminder: a document waits for your signature") if is_reminder else _l("A document for your signature"),
        "mou/ask",
        link.language,
        is_outside=True,
        or_else=(UNDELIVERED, {"link": link.id}),
        link=link,
        signatory=link.signatory,
        organisation=said_in(link.signatory.party.legal_name, link.language),
        sender=link.text.actor_name,
        title=said_in(mou.title, link.language),
        reference=reference_of(mou),
        path=path_of(link),
        is_reminder=is_reminder,
    )


def send_code(link: MouLink, code: str) -> None:
    """Send the one-time code to the mailbox that the link went to."""
    mail.send(
        db.session, link.email, _l("Your code for signing"), "mou/code", link.language, is_outside=True, code=code
    )


def tell_people(mou: Mou, links: Iterable[MouLink], kind: str, **facts: Any) -> None:
    """Tell those who were asked to sign how it ended, each mailbox once."""
    for email, language in {link.email: link.language for link in links}.items():
        mail.send(
            db.session,
            email,
            SUBJECTS[kind],
            "mou/told",
            language,
            is_outside=True,
            kind=kind,
            title=said_in(mou.title, language),
            reference=reference_of(mou),
            path=None,
            **({"reason": None, "who": None} | facts),
        )


def tell_sender(mou: Mou, kind: str, **facts: Any) -> None:
    """Tell who looks after a memorandum, while that account is in use."""
    user = (
        db.session.scalar(select(User).where(User.id == mou.created_by_id, User.active)) if mou.created_by_id else None
    )
    if user is None:
        return
    language = user.language or SOURCE_LANGUAGE
    mail.send(
        db.session,
        user.email,
        SUBJECTS[kind],
        "mou/told",
        language,
        kind=kind,
        title=said_in(mou.title, language),
        reference=reference_of(mou),
        path=PAGE.format(key=mou.id),
        **({"reason": None, "who": None} | facts),
    )


SUBJECTS = {
    "commented": _l("A comment on a draft"),
    "agreed": _l("A party is content with a draft"),
    "signed": _l("A memorandum was signed"),
    "concluded": _l("Everybody has signed"),
    "declined": _l("A memorandum was declined"),
    "recalled": _l("A memorandum was recalled"),
    "expired": _l("The time to sign a memorandum ran out"),
    "proposed": _l("Somebody else is to sign a memorandum"),
    "sealed": _l("The sealed document"),
    "report": _l("A newer evidence report"),
    "kept": _l("Please sign the memorandum yourself"),
}


def said_in(texts: dict[str, str], language: str) -> str:
    """A text in this language, else in English, else in any."""
    reading = read_in(texts, language)
    return reading.text if reading else ""

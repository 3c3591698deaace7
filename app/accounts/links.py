"""Coming in by e-mail: links that sign in, and links that reset a password.

Whoever asks for a link writes a job and no more, whether the address is known or not: answer and time are the same.
The worker looks the address up and sends the mail, if there is anybody to send it to.
"""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import SignInLink, User
from app.accounts.queries import user_by_email
from app.accounts.tokens import digest, new_token
from app.core import clock, mail, outbox
from app.core.access import SYSTEM, Actor
from app.core.errors import NotAllowed
from app.core.i18n import SOURCE_LANGUAGE
from app.extensions import db

SIGN_IN_PATH = "/sign-in/link/{token}"
RESET_PATH = "/sign-in/reset/{token}"
SEND_SIGN_IN = "accounts.send_sign_in_link"
SEND_RESET = "accounts.send_password_reset"


def ask_for_sign_in(email: str, next_path: str) -> None:
    """Have a sign-in link sent to a normalised address, if somebody signs in by it."""
    outbox.enqueue(db.session, SEND_SIGN_IN, {"email": email, "next": next_path})


def ask_for_reset(email: str) -> None:
    """Have a link for a new password sent to a normalised address, if somebody signs in by it."""
    outbox.enqueue(db.session, SEND_RESET, {"email": email})


@outbox.handles(SEND_SIGN_IN)
def send_sign_in(session: Session, payload: dict[str, Any]) -> None:
    """Send the link that was asked for."""
    user = user_by_email(payload["email"])
    if user is not None:
        _send(user, _l("Your link to sign in"), "accounts/sign_in_link", issue_link(SYSTEM, user, payload["next"]))


@outbox.handles(SEND_RESET)
def send_reset(session: Session, payload: dict[str, Any]) -> None:
    """Send the link for a new password; it works until it is used, and for an hour."""
    user = user_by_email(payload["email"])
    if user is not None:
        token = generate_reset_password_token(user)  # type: ignore[no-untyped-call]
        path = RESET_PATH.format(token=token)
        _send(user, _l("Choose a new password"), "accounts/reset", path)


def _send(user: User, subject: Any, template: str, path: str) -> None:
    mail.send(db.session, user.email, subject, template, user.language or SOURCE_LANGUAGE, user=user, path=path)


def issue_link(actor: Actor, user: User, next_path: str = "/") -> str:
    """The path of a new link that signs ``user`` in once; operators hand it over themselves (``user link``)."""
    if actor != SYSTEM:
        raise NotAllowed(_("Only an operator of the portal can make a link for somebody else."))
    token, token_hash = new_token()
    db.session.add(SignInLink(user_id=user.id, token_hash=token_hash, next_path=next_path))
    db.session.flush()
    return SIGN_IN_PATH.format(token=token)


def link_of_token(token: str) -> SignInLink | None:
    """The link with this token while it can be used."""
    statement = select(SignInLink).join(User).where(SignInLink.token_hash == digest(token), *_usable(), User.active)
    return db.session.scalar(statement)


def use_link(link: SignInLink) -> bool:
    """Spend the link; the one of two uses at once that comes second is told no."""
    statement = update(SignInLink).where(SignInLink.id == link.id, *_usable()).values(used_at=clock.now())
    return bool(db.session.execute(statement).rowcount == 1)  # type: ignore[attr-defined]


def spend_all(user_id: int) -> None:
    """Let no older link sign this account in: whoever changes a password shuts out who reads the mail."""
    statement = update(SignInLink).where(SignInLink.user_id == user_id, *_usable()).values(used_at=clock.now())
    db.session.execute(statement)


def _usable() -> tuple[Any, ...]:
    return SignInLink.used_at.is_(None), SignInLink.expires_at > clock.now()

"""What a person decides about the weekly mail, and writing one."""

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import User
from app.core import clock, mail, veil
from app.core.access import Actor
from app.core.errors import expect_version
from app.dashboard.digest.content import Digest, digest_of, since_last
from app.dashboard.digest.models import DigestWish, Rhythm
from app.extensions import db
from app.valorisation.reminders import queries as reminded_of
from app.valorisation.reminders import services as reminders


def wish_of(user_id: int) -> DigestWish | None:
    """What a person said about the mail, if anything."""
    return db.session.scalar(select(DigestWish).where(DigestWish.user_id == user_id))


def is_reminded(user_id: int) -> bool:
    """Whether a person is reminded of plan items: unless they said no."""
    wish = reminded_of.wish_of(user_id)
    return wish is None or wish.is_wanted


def choose(actor: Actor, version: int | None, rhythm: Rhythm, *, reminded: bool = True) -> None:
    """Say how often one wants to be written to, and whether to be reminded of items. Raises ``EditConflict``."""
    wish = wish_of(actor.user_id or 0)
    if wish is None:
        db.session.add(DigestWish(user_id=actor.user_id, rhythm=rhythm))
    else:
        expect_version(wish, version)
        wish.rhythm = rhythm
    reminders.choose(actor, is_wanted=reminded)


def preview(user: User, wish: DigestWish | None) -> Digest:
    """What a mail to the person would say now, without what is withheld from the person; within a request."""
    with veil.drawn_for(user.actor, db.session):
        return digest_of(user.actor, clock.today(), since_last(wish.sent_at if wish else None, clock.now()))


def write(user: User) -> bool:
    """Write to a person what waits and what is new; answers whether there was anything to write. Within a request."""
    wish = wish_of(user.id)
    with mail.in_language(user.actor.language) as language:
        digest = preview(user, wish)
        if digest.is_empty:
            return False
        subject = _(
            "This week: %(late)s late, %(soon)s due, %(new)s new",
            late=digest.late,
            soon=digest.soon,
            new=len(digest.news),
        )
        mail.send(db.session, user.email, subject, "dashboard/digest", language, digest=digest, name=user.name)
    if wish is None:
        wish = DigestWish(user_id=user.id)
        db.session.add(wish)
    wish.sent_at = clock.now()
    db.session.flush()
    return True

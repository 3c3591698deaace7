"""Asking to be told, and telling: mails go out by the outbox, one for each change and person."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import mail, outbox, veil
from app.core.access import Actor
from app.core.errors import Refused
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.core.vocabulary import Term
from app.events.models import Event, Rescheduling
from app.events.watching import queries
from app.events.watching.models import Watch
from app.extensions import db

TELL = "events.tell"
# Where one says that one wants no more mails; jobs know no addresses of views.
STOPPING = "/feeds/#mail"
# More than anybody reads the mails of.
MOST = 200


class Change(Term):
    """What people are told of, with the subject of the mail."""

    CANCELLED = "cancelled", _l("Cancelled")
    MOVED = "moved", _l("Moved")
    RESTORED = "restored", _l("Takes place after all")


def watch(actor: Actor, scope: str) -> None:
    """Tell the actor by mail when an event of ``scope``, which is open to the actor, is called off or moved.

    Raises ``Refused`` when the actor is told of very much already.
    """
    known = queries.scopes_watched(actor)
    if scope in known or actor.user_id is None:
        return
    if len(known) >= MOST:
        raise Refused(_("You are told of very many things already. Stop some of them first."))
    db.session.add(Watch(user_id=actor.user_id, scope=scope))
    db.session.flush()


def stop(actor: Actor, scope: str) -> None:
    """Tell the actor no more of ``scope``."""
    db.session.execute(delete(Watch).where(Watch.user_id == actor.user_id, Watch.scope == scope))


def announce(event: Event, change: Change, former: Rescheduling | None = None) -> None:
    """Have those told who asked for it, in the transaction that changes the event; ``former`` is its earlier time.

    Who asked is looked up when the mails are written, by a job: they may be many.
    """
    if db.session.scalar(select(exists().select_from(Watch))):
        payload = {"event": event.id, "change": change.value, "former": former.id if former else None}
        outbox.enqueue(db.session, TELL, payload)


@outbox.handles(TELL)
def tell(session: Session, payload: dict[str, Any]) -> None:
    """Write one mail to each person who asked; they and the end of this job are stored together or not at all."""
    event = session.get(Event, payload["event"])
    if event is None:
        return
    change = Change(payload["change"])
    former = session.get(Rescheduling, payload["former"]) if payload["former"] else None
    for user in queries.told_of(event):
        with mail.in_language(user.language or SOURCE_LANGUAGE), veil.drawn_for(user.actor, session):
            _tell(session, user, event, change, former)


def _tell(session: Session, user: User, event: Event, change: Change, former: Rescheduling | None) -> None:
    language = user.language or SOURCE_LANGUAGE
    title = read_in(event.title, language)
    subject = _l("%(change)s: %(title)s", change=change.label, title=title.text if title else "")
    reason = former.reason if former else event.change_reason
    facts: dict[str, Any] = {"event": event, "change": change.value, "former": former, "reason": reason}
    facts |= {"path": f"/events/{event.id}", "stop_path": STOPPING}
    mail.send(session, user.email, subject, "events/changed", language, **facts)

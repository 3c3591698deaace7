"""Links to sign: sent to who is next, renewed, ended, reminded of; one at a time works for a signatory and a text."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.tokens import digest, standing_token
from app.core import clock, outbox
from app.core.errors import Refused
from app.core.marks import PLACEHOLDER
from app.core.uids import new_uid
from app.extensions import db
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import Origin, record
from app.mou.models import MouSignatory
from app.mou.signing import mailing, queries
from app.mou.signing.models import LinkPurpose, MouLink
from app.mou.texts.models import MouText

REMIND, EXPIRE = "mou.remind", "mou.expire"


def issue(text: MouText, signatory: MouSignatory, happening: Happening, origin: Origin | None = None) -> MouLink:
    """Send somebody a link to sign; an earlier one ends. Raises ``Refused`` for somebody without a mailbox."""
    if not has_mailbox(signatory):
        raise Refused(_("This person has no mailbox any more. Recall the memorandum and name somebody else."))
    mou, now = text.mou, clock.now()
    for former in db.session.scalars(_alive(text, signatory)):
        former.revoked_at = now
    uid = new_uid()
    link = MouLink(
        uid=uid,
        purpose=LinkPurpose.SIGN,
        party=signatory.party,
        signatory=signatory,
        text=text,
        email=signatory.email,
        language=signatory.language,
        token_hash=digest(standing_token(mailing.PURPOSE, uid)),
        expires_at=now + timedelta(days=mou.link_days),
    )
    db.session.add(link)
    db.session.flush()
    mailing.ask(link)
    record(
        mou,
        happening,
        origin,
        signatory=str(signatory.uid),
        name=signatory.name,
        delivered="mail",
        expires=link.expires_at.isoformat(),
        text=text.sha256,
    )
    outbox.enqueue(db.session, EXPIRE, {"link": link.id}, run_after=link.expires_at)
    _plan_reminder(link)
    return link


def has_mailbox(signatory: MouSignatory) -> bool:
    """Whether somebody can be written to; who was erased cannot."""
    return signatory.email not in (None, "", PLACEHOLDER)


def revoke_all(text: MouText) -> list[MouLink]:
    """End every link to a text; answers them all, ended before or now."""
    found = list(queries.links(text))
    for link in found:
        link.revoked_at = link.revoked_at or clock.now()
    db.session.flush()
    return found


def is_waiting(link: MouLink) -> bool:
    """Whether somebody is still to sign by a link: the text is open, the link alive, nobody signed by it."""
    if link.text is None or link.text.closing is not None or not queries.is_alive(link):
        return False
    return link.signatory_id not in queries.signed_keys(link.text)


def _alive(text: MouText, signatory: MouSignatory) -> Any:
    return select(MouLink).where(
        MouLink.text_id == text.id, MouLink.signatory_id == signatory.id, MouLink.revoked_at.is_(None)
    )


def _plan_reminder(link: MouLink) -> None:
    mou = link.text.mou if link.text else None
    if mou is None or mou.remind_after_days is None or link.reminders >= mou.remind_at_most:
        return
    due = clock.now() + timedelta(days=mou.remind_after_days)
    if due < link.expires_at:
        key = f"{REMIND}:{link.id}:{link.reminders + 1}"
        outbox.enqueue(
            db.session, REMIND, {"link": link.id, "number": link.reminders + 1}, run_after=due, dedupe_key=key
        )


@outbox.handles(REMIND)
def remind(session: Session, payload: dict[str, Any]) -> None:
    """Remind somebody who has not signed yet; done again, nobody is reminded twice."""
    link = session.get(MouLink, payload["link"])
    if link is None or link.reminders >= payload["number"] or not is_waiting(link) or link.text is None:
        return
    link.reminders, link.reminded_at = payload["number"], clock.now()
    mailing.ask(link, is_reminder=True)
    signatory = link.signatory
    record(link.text.mou, Happening.REMINDED, name=signatory.name if signatory else "", number=link.reminders)
    _plan_reminder(link)


@outbox.handles(mailing.UNDELIVERED)
def undelivered(session: Session, payload: dict[str, Any]) -> None:
    """Record that somebody could not be reached who was asked to sign, or reminded."""
    link = session.get_one(MouLink, payload["link"])
    if link.text is not None and link.signatory is not None:
        record(link.text.mou, Happening.UNDELIVERED, name=link.signatory.name, text=link.text.sha256)


@outbox.handles(EXPIRE)
def expire(session: Session, payload: dict[str, Any]) -> None:
    """Tell who looks after the memorandum that a link ran out before it was used; the text stays open for a new one."""
    link = session.get(MouLink, payload["link"])
    if link is None or link.text is None or link.revoked_at is not None or link.text.closing is not None:
        return
    if link.signatory_id in queries.signed_keys(link.text) or link.expires_at > clock.now():
        return
    link.revoked_at = clock.now()
    signatory = link.signatory
    name = signatory.name if signatory else ""
    record(link.text.mou, Happening.EXPIRED, name=name, text=link.text.sha256)
    mailing.tell_sender(link.text.mou, "expired", who=name)

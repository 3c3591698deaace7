"""What may happen while a draft is negotiated: sent by personal links, commented on, answered, settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from app.accounts.tokens import digest, standing_token
from app.core import clock
from app.core.access import Actor
from app.core.canonical import sha256_of
from app.core.uids import new_uid
from app.extensions import db
from app.mou.evidence.happenings import Happening
from app.mou.evidence.services import Origin, record
from app.mou.models import Mou, MouState
from app.mou.negotiation import mailing, queries, rules
from app.mou.negotiation.models import MouAnswer
from app.mou.negotiation.rules import Contact
from app.mou.permissions import check_edit
from app.mou.queries import lock
from app.mou.services import touch
from app.mou.signing.models import LinkPurpose, MouLink
from app.mou.texts import queries as texts
from app.mou.texts import services as versions
from app.mou.texts.models import MouComment, MouText


@dataclass(frozen=True, kw_only=True)
class CommentFacts:
    """What somebody says of a version: of one clause or of the whole, or that the party is content with it."""

    name: str | None
    words: str | None
    number: int
    clause: str | None = None
    agrees: bool = False


# ---- By whoever looks after the memorandum ----


def share(
    actor: Actor, mou: Mou, version: int | None, contacts: Sequence[Contact], reason: str | None = None
) -> MouText:
    """Keep the wording as a version and send it to contacts of the parties, each by a link of their own.

    Who has a link that works is sent the same one again, good for as long as a new one. Raises ``Refused`` without a
    contact, ``Frozen``, ``EditConflict`` and ``NotAllowed``.
    """
    check_edit(actor, mou)
    chosen = rules.distinct(contacts)
    text = versions.share(actor, mou, version, reason)
    for contact in chosen:
        _send(actor, text, contact, reason)
    touch(mou)
    return text


def _send(actor: Actor, text: MouText, contact: Contact, reason: str | None) -> MouLink:
    mou, now = text.mou, clock.now()
    link = queries.alive(contact.party, contact.email)
    is_first = link is None
    if link is None:
        link = _new_link(contact, now)
    link.expires_at, link.sent_at, link.language = now + timedelta(days=mou.link_days), now, contact.language
    db.session.flush()
    mailing.send(link, text, sender=actor.name, reason=reason, is_first=is_first)
    _note_sent(link, text)
    return link


def _new_link(contact: Contact, now: datetime) -> MouLink:
    uid = new_uid()
    link = MouLink(
        uid=uid,
        purpose=LinkPurpose.NEGOTIATE,
        party=contact.party,
        email=contact.email,
        language=contact.language,
        token_hash=digest(standing_token(mailing.PURPOSE, uid)),
        sent_at=now,
    )
    db.session.add(link)
    return link


def _note_sent(link: MouLink, text: MouText, origin: Origin | None = None) -> None:
    until = link.expires_at.isoformat()
    record(text.mou, Happening.DRAFT_SENT, origin, link=str(link.uid), number=text.number, expires=until)


def end_link(actor: Actor, link: MouLink) -> None:
    """End a link, so that it opens the draft no longer; what was said by it stays. Raises ``NotAllowed``."""
    mou = link.party.mou
    check_edit(actor, mou)
    if link.revoked_at is None:
        link.revoked_at = clock.now()
        record(mou, Happening.LINK_REVOKED, link=str(link.uid), by=actor.name)
        touch(mou)


def answer(actor: Actor, comment: MouComment, words: str | None, *, settles: bool) -> MouAnswer:
    """Answer a comment, mark it as settled, or both; whoever said it is told. Raises ``Refused``, ``NotAllowed``."""
    mou = comment.text.mou
    check_edit(actor, mou)
    lock(mou)
    is_settled = any(one.settles for one in queries.answers_to(comment))
    said = rules.check_answer(words, settles=settles, is_settled=is_settled)
    found = MouAnswer(
        comment=comment,
        words=said,
        settles=settles and not is_settled,
        actor_id=actor.user_id,
        actor_name=actor.name,
    )
    db.session.add(found)
    db.session.flush()
    record(mou, Happening.ANSWERED, comment=comment.id, settles=found.settles, by=actor.name, words=sha256_of(said))
    mailing.tell_answer(found)
    return found


# ---- By whoever has the link ----


def why_dead(link: MouLink) -> str | None:
    """Why a link opens the draft no longer, if it does not."""
    if link.party.mou.state is MouState.WITHDRAWN:
        return _("The sender gave this memorandum up.")
    if not queries.is_alive(link):
        return _("This link can no longer be used. Perhaps a newer one was sent.")
    return None


def is_renewable(link: MouLink) -> bool:
    """Whether nothing but time keeps a link from being used, and no newer one was sent."""
    mou = link.party.mou
    is_over = link.expires_at <= clock.now() and link.revoked_at is None
    return is_over and mou.state is not MouState.WITHDRAWN and queries.newest_to(link) is link


def renew(link: MouLink, origin: Origin) -> None:
    """Send a new link to the mailbox on file, as whoever has one that ran out asks. Raises ``NotOpen``."""
    mou = link.party.mou
    lock(mou)
    db.session.refresh(link)
    text = texts.newest(mou)
    if text is None or not is_renewable(link):
        raise rules.NotOpen(_("This link can no longer be used."))
    now = clock.now()
    link.revoked_at = now
    fresh = _new_link(Contact(link.party, link.email, link.language), now)
    fresh.expires_at = now + timedelta(days=mou.link_days)
    db.session.flush()
    mailing.send(fresh, text, sender=text.actor_name, reason=None, is_first=True)
    _note_sent(fresh, text, origin)


def say(link: MouLink, facts: CommentFacts, origin: Origin) -> MouComment:
    """Say something of the version that was read; who looks after the memorandum is told.

    Raises ``NotOpen`` where nothing is taken any more, and ``Refused`` with everything that is wrong.
    """
    mou = link.party.mou
    lock(mou)
    db.session.refresh(link)
    dead = why_dead(link)
    if dead:
        raise rules.NotOpen(dead)
    rules.check_sayable(mou.state, queries.count_by(link))
    text = next((one for one in texts.texts(mou) if one.number == facts.number), None)
    if text is None:
        raise rules.NotOpen(_("This version was not shared. Open the link again."))
    codes = {clause["code"] for clause in text.content["clauses"]}
    name, words = rules.check_comment(facts.name, facts.words, facts.clause, codes, agrees=facts.agrees)
    comment = MouComment(
        text=text,
        party=link.party,
        link=link,
        clause=None if facts.agrees else facts.clause,
        words=words,
        name=name,
        is_agreement=facts.agrees,
    )
    db.session.add(comment)
    db.session.flush()
    record(
        mou,
        Happening.COMMENTED,
        origin,
        comment=comment.id,
        link=str(link.uid),
        clause=comment.clause,
        agrees=comment.is_agreement,
        number=text.number,
        text=text.sha256,
        words=sha256_of(words),
    )
    mailing.tell_comment(comment)
    return comment

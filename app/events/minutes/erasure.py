"""What an erasure reaches of minutes: mailbox, name and comments of a person, and documents that name the person.

That somebody got the minutes and agreed or objected stays, so that the approval can be understood. A document is made
anew from the frozen text without the name; its new hash stands beside the former one.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import or_, select

from app.core import mail, outbox
from app.core.access import Actor
from app.core.files import let_go
from app.core.marks import NO_NAME, PLACEHOLDER
from app.core.mentions import Mention
from app.core.redaction import redact
from app.events.attendance.erasure import own_rows
from app.events.minutes.following import MAKE
from app.events.minutes.models import MinutesAnswer, MinutesComment, MinutesDocument, MinutesRecipient, MinutesVersion
from app.extensions import db
from app.stakeholders.erasure import Erasing, when_erased


def forget(begun: Erasing) -> Callable[[], None]:
    """Empty what a person who is erased said, and have the documents made anew that name the person."""
    own = own_recipients(begun)
    return partial(_empty, begun, own, _comments([one.id for one in own]), _named(begun.found))


when_erased.append(forget)


def own_recipients(begun: Erasing) -> Sequence[MinutesRecipient]:
    """What was sent to a person who is erased: by the register, for a row on the list, or at their own mailbox."""
    own = or_(
        MinutesRecipient.person_id.in_(begun.keys),
        MinutesRecipient.attendance_id.in_([row.id for row in own_rows(begun)]),
        mail.is_at(MinutesRecipient.email, begun.mailboxes),
    )
    return db.session.scalars(select(MinutesRecipient).where(own).order_by(MinutesRecipient.id)).all()


def _empty(begun: Erasing, own: Sequence[MinutesRecipient], said: Sequence[MinutesComment], named: set[int]) -> None:
    for comment in said:
        if comment.text:
            _redact(begun.actor, comment, {"text": PLACEHOLDER}, begun.why)
    mail.empty(db.session, begun.not_shared(one.email for one in own))
    for recipient in own:
        recipient.name, recipient.email = NO_NAME, None
        # An organisation that is reached at a person's mailbox keeps its name; the mailbox goes.
        if recipient.organisation is not None and recipient.person_id is None:
            recipient.name = recipient.organisation.name
    db.session.flush()
    for version in sorted(named | {comment.version_id for comment in said}):
        _remake(begun.actor, version, begun.why)


def _comments(recipients: Sequence[int]) -> Sequence[MinutesComment]:
    statement = select(MinutesComment).where(MinutesComment.recipient_id.in_(recipients))
    return db.session.scalars(statement.order_by(MinutesComment.id)).all()


def _named(found: Sequence[Mention]) -> set[int]:
    """The versions in whose text, comments or answers the person stands."""
    keys: dict[str, set[int]] = {}
    for mention in found:
        keys.setdefault(mention.table, set()).add(mention.record_id)
    said = MinutesComment.id.in_(keys.get("minutes_comment", ()))
    answered = MinutesComment.id.in_(
        select(MinutesAnswer.comment_id).where(MinutesAnswer.id.in_(keys.get("minutes_answer", ())))
    )
    spoken = db.session.scalars(select(MinutesComment.version_id).where(or_(said, answered))).all()
    return {*keys.get("minutes_version", ()), *spoken}


def _remake(actor: Actor, version_id: int, why: str) -> None:
    """Let go of the documents of a version, and have one made of what is left."""
    statement = select(MinutesDocument).where(
        MinutesDocument.version_id == version_id, MinutesDocument.file_id.is_not(None)
    )
    made = db.session.scalars(statement.order_by(MinutesDocument.id)).all()
    for document in made:
        file = document.file
        _redact(actor, document, {"file_id": None}, why)
        if file is not None:
            let_go(db.session, file)
    version = db.session.get(MinutesVersion, version_id)
    if made and version is not None:
        db.session.expire(version)
        outbox.enqueue(db.session, MAKE, {"version": version_id, "again": True})


def _redact(actor: Actor, record: Any, values: dict[str, Any], why: str) -> None:
    redact(db.session, (record.__table__, record.id), values, actor, why)
    db.session.expire(record)

"""What an erasure reaches of invitations to clusters: mailbox and message, who answered and why, and the mails.

That an organisation was invited and what it answered stays.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from app.clusters.models import ClusterAnswer, ClusterInvitation, ClusterMembership
from app.core import mail
from app.core.access import Actor, Permission
from app.core.audit import AuditEntry
from app.core.errors import Refused
from app.core.marks import PLACEHOLDER
from app.core.redaction import redact, redact_audit
from app.core.states import StateMove
from app.extensions import db
from app.stakeholders.erasure import Erasing, when_erased


def forget(begun: Erasing) -> Callable[[], None]:
    """Empty the invitations that went to the mailboxes of a person who is erased."""
    theirs = or_(mail.is_at(ClusterInvitation.email, begun.mailboxes), mail.is_at(ClusterAnswer.email, begun.mailboxes))
    statement = select(ClusterInvitation).outerjoin(ClusterInvitation.answer).where(theirs)
    found = db.session.scalars(statement.order_by(ClusterInvitation.id)).all()
    return partial(_empty, begun.actor, found, begun.why)


when_erased.append(forget)


def forget_answerer(actor: Actor, invitation: ClusterInvitation) -> None:
    """Take out who answered an invitation, for whoever is in no register to be erased from; the answer itself stays.

    Raises ``NotAllowed`` for whom it is not the actor's to erase people, and ``Refused`` where nobody answered.
    """
    answer = invitation.answer
    actor.check(Permission.PERSON_ERASE, invitation.membership.organisation)
    if answer is None:
        raise Refused(_("Nobody answered this invitation."))
    _empty(actor, [invitation], f"erasure of who gave answer {answer.id}")


def _empty(actor: Actor, invitations: Sequence[ClusterInvitation], why: str) -> None:
    known = {invitation.email for invitation in invitations}
    known |= {invitation.answer.email for invitation in invitations if invitation.answer}
    mail.empty(db.session, known - {PLACEHOLDER})
    for invitation in invitations:
        if invitation.answer is not None:
            _forget_answer(actor, invitation.answer, invitation.membership, why)
        invitation.email, invitation.message = PLACEHOLDER, None
    db.session.flush()
    # Entries from before the audit hid them.
    told = _audit(ClusterInvitation, [invitation.id for invitation in invitations])
    redact_audit(db.session, told, ("email", "message"), actor, why)


def _forget_answer(actor: Actor, answer: ClusterAnswer, membership: ClusterMembership, why: str) -> None:
    """Take name, function, mailbox and reason out of an answer, and the reason out of what the refusal left behind."""
    values = {"name": PLACEHOLDER, "function": PLACEHOLDER, "email": PLACEHOLDER}
    if answer.reason and answer.reason != PLACEHOLDER:
        values["reason"] = PLACEHOLDER
        _forget_reason(actor, answer.reason, membership, why)
    _redact(actor, answer, values, why)


def _forget_reason(actor: Actor, reason: str, membership: ClusterMembership, why: str) -> None:
    if membership.leaving_reason != reason:
        return
    membership.leaving_reason = PLACEHOLDER
    db.session.flush()
    redact_audit(db.session, _audit(ClusterMembership, [membership.id]), ("leaving_reason",), actor, why)
    own = and_(StateMove.record_kind == ClusterMembership.__tablename__, StateMove.record_id == membership.id)
    moves = db.session.scalars(select(StateMove).where(own, StateMove.reason == reason).order_by(StateMove.id)).all()
    for move in moves:
        _redact(actor, move, {"reason": PLACEHOLDER}, why)


def _audit(model: Any, keys: Sequence[int]) -> Sequence[AuditEntry]:
    own = and_(AuditEntry.record_kind == model.__tablename__, AuditEntry.record_id.in_(keys))
    return db.session.scalars(select(AuditEntry).where(own).order_by(AuditEntry.id)).all()


def _redact(actor: Actor, record: Any, values: dict[str, Any], why: str) -> None:
    redact(db.session, (record.__table__, record.id), values, actor, why)
    db.session.expire(record)

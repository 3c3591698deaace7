"""The job that sends the memoranda of a batch, one whole step after the other; done again, nothing is sent twice."""

import logging
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.core import outbox
from app.core.access import SYSTEM, Actor
from app.core.documents import DocumentFaulty
from app.core.errors import DomainError
from app.mou.batches import queries
from app.mou.batches.models import BatchState, MouBatch
from app.mou.models import OPEN, Mou
from app.mou.signing import services as signing
from app.mou.texts import queries as texts

log = logging.getLogger(__name__)

SEND = "mou.send_batch"
AT_ONCE = 10


@outbox.handles(SEND)
def send(session: Session, payload: dict[str, Any]) -> None:
    """Send so many of those that waited when it was asked for, each in a transaction of its own; enqueue the rest.

    What is open anew since then, as recalled or declined, is not sent again unasked.
    """
    batch = session.get(MouBatch, payload["batch"])
    if batch is None or batch.state is not BatchState.SENDING:
        return
    # Who pressed the button was allowed to; roles may have changed since, and what was begun is finished.
    actor = Actor(user_id=payload["user"], name=payload["name"], grants=SYSTEM.grants)
    # A job enqueued by a release before says nothing of who waited.
    waiting = payload.get("waiting") or queries.waiting(batch)
    for key, number in waiting[:AT_ONCE]:
        _send_one(session, batch.id, key, number, actor)
    batch = session.get_one(MouBatch, payload["batch"])
    if len(waiting) > AT_ONCE:
        outbox.enqueue(session, SEND, payload | {"waiting": waiting[AT_ONCE:]})
        return
    batch.move_to(BatchState.SENT, actor)


def _send_one(session: Session, batch_id: int, key: int, number: int, actor: Actor) -> None:
    batch, mou = session.get_one(MouBatch, batch_id), session.get(Mou, key)
    if mou is None or mou.state not in OPEN or str(key) in batch.failed or texts.last_to_sign(mou) > number:
        return
    try:
        signing.send(actor, mou, mou.version)
    except (DomainError, DocumentFaulty) as error:
        session.rollback()
        batch = session.get_one(MouBatch, batch_id)
        batch.failed = {**batch.failed, str(key): _why(key, error)}
    batch.done = min(batch.done + 1, batch.total)
    session.commit()  # a step that is whole: whoever waits sees it, and it is not sent again


def _why(key: int, error: Exception) -> str:
    if isinstance(error, DomainError):
        return str(error)
    # A fault of ours, met again each time: it must not keep the others from being sent.
    log.error("The document of memorandum %s cannot be made: %s", key, error)
    return _("Its document could not be made. Tell whoever runs the portal.")

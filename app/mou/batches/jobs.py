"""The job that sends the memoranda of a batch, one whole step after the other; done again, nothing is sent twice."""

from typing import Any

from sqlalchemy.orm import Session

from app.core import outbox
from app.core.access import SYSTEM, Actor
from app.core.errors import DomainError
from app.mou.batches import queries
from app.mou.batches.models import BatchState, MouBatch
from app.mou.models import OPEN
from app.mou.signing import services as signing

SEND = "mou.send_batch"
AT_ONCE = 10


@outbox.handles(SEND)
def send(session: Session, payload: dict[str, Any]) -> None:
    """Send so many memoranda that are still open, each in a transaction of its own, and enqueue the rest."""
    batch = session.get(MouBatch, payload["batch"])
    if batch is None or batch.state is not BatchState.SENDING:
        return
    # Who pressed the button was allowed to; roles may have changed since, and what was begun is finished.
    actor = Actor(user_id=payload["user"], name=payload["name"], grants=SYSTEM.grants)
    waiting = [mou.id for mou in queries.memoranda(batch) if mou.state in OPEN and str(mou.id) not in batch.failed]
    for key in waiting[:AT_ONCE]:
        _send_one(session, batch.id, key, actor)
    batch = session.get_one(MouBatch, payload["batch"])
    if len(waiting) > AT_ONCE:
        outbox.enqueue(session, SEND, payload)
        return
    batch.state = BatchState.SENT


def _send_one(session: Session, batch_id: int, key: int, actor: Actor) -> None:
    batch = session.get_one(MouBatch, batch_id)
    mou = next(one for one in queries.memoranda(batch) if one.id == key)
    try:
        signing.send(actor, mou, mou.version)
    except DomainError as error:
        session.rollback()
        batch = session.get_one(MouBatch, batch_id)
        batch.failed = {**batch.failed, str(key): str(error)}
    batch.done = min(batch.done + 1, batch.total)
    session.commit()  # a step that is whole: whoever waits sees it, and it is not sent again

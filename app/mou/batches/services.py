"""What may happen with a batch: sent at once by a job, given one way of reminding."""

from flask_babel import gettext as _

from app.core import outbox
from app.core.access import Actor, Permission
from app.core.errors import NotAllowed, Refused, expect_version
from app.extensions import db
from app.mou import rules
from app.mou.batches import jobs, queries
from app.mou.batches.models import BatchState, MouBatch
from app.mou.models import OPEN
from app.mou.permissions import check_edit
from app.mou.services import touch


def may_edit(actor: Actor, batch: MouBatch) -> bool:
    """Whether the actor may send a batch and say how people are reminded."""
    made_it = actor.user_id is not None and batch.created_by_id == actor.user_id
    return actor.may(Permission.MOU_EDIT) and (made_it or actor.may(Permission.MOU_EDIT, batch))


def _check(actor: Actor, batch: MouBatch, version: int | None) -> None:
    if not may_edit(actor, batch):
        raise NotAllowed(_("Your role does not allow you to change these memoranda."))
    expect_version(batch, version)


def send(actor: Actor, batch: MouBatch, version: int | None) -> None:
    """Have every memorandum of a batch sent that is still open; what was sent before is not sent again.

    Raises ``Refused`` while it is being sent and where nothing is open, ``EditConflict`` and ``NotAllowed``.
    """
    _check(actor, batch, version)
    if batch.state is BatchState.SENDING:
        raise Refused(_("It is being sent already."))
    waiting = [mou for mou in queries.memoranda(batch) if mou.state in OPEN]
    if not waiting:
        raise Refused(_("None of them waits to be sent."))
    for mou in waiting:
        check_edit(actor, mou)
    batch.done, batch.total, batch.failed = 0, len(waiting), {}
    batch.move_to(BatchState.SENDING, actor)
    payload = {"batch": batch.id, "user": actor.user_id, "name": actor.name, "waiting": queries.waiting(batch)}
    outbox.enqueue(db.session, jobs.SEND, payload, dedupe_key=f"{jobs.SEND}:{batch.id}:{batch.version}")


def set_policy(actor: Actor, batch: MouBatch, version: int | None, after_days: int | None, at_most: int) -> None:
    """Say for all memoranda of a batch after how many days, and how often, people are reminded.

    Raises ``Refused``, ``EditConflict`` and ``NotAllowed``.
    """
    _check(actor, batch, version)
    wrong = rules.policy_faults(0, 1, after_days, at_most)
    if wrong:
        raise Refused(**wrong)
    for mou in queries.memoranda(batch):
        check_edit(actor, mou)
        mou.remind_after_days, mou.remind_at_most = after_days, at_most
        touch(mou)
    db.session.flush()

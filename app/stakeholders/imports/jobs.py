"""Long imports as jobs: each works for some seconds, commits step by step, and leaves the rest to the next one."""

from time import monotonic, sleep
from typing import Any

from flask_babel import force_locale
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core import outbox, portal
from app.core.access import SYSTEM, Actor
from app.core.audit import acting_as
from app.core.database import has_one_writer
from app.extensions import db
from app.stakeholders.imports.models import ImportBatch
from app.stakeholders.imports.services import CARRY_ON
from app.stakeholders.imports.work import work

# Below the lease of a job, so that no second worker begins what this one is still at.
SECONDS = 40.0
# Between two steps on SQLite, whose waiters look ten times a second: everybody who waits to write gets a turn.
PAUSE = 0.12


@outbox.handles(CARRY_ON)
def carry_on(session: Session, payload: dict[str, Any]) -> None:
    """Go on with a batch; a batch that is finished already, or no longer there, is left alone."""
    batch = session.get(ImportBatch, payload["batch"])
    if batch is None:
        return
    actor = _actor(session, payload["user"])
    consortium = portal.consortium()
    language = consortium.by_language.get(batch.language)
    one_writer = has_one_writer(session)
    ends_at = monotonic() + SECONDS
    with acting_as(actor), force_locale(language.locale if language else "en"):
        for _step in work(actor, consortium, portal.files(), payload["batch"]):
            db.session.commit()
            if one_writer:
                sleep(PAUSE)
            if monotonic() > ends_at:
                outbox.enqueue(session, CARRY_ON, payload)
                return


def _actor(session: Session, user_id: int | None) -> Actor:
    """Who asked for it, with the rights of today; the portal itself for what came by the command line."""
    if user_id is None:
        return SYSTEM
    user = session.get(User, user_id)
    if user is None:
        raise outbox.PermanentFailure("Whoever began this import has no account any more.")
    return user.actor

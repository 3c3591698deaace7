"""Jobs of proof packs: one is made, or removed when its time is over."""

import hashlib
import io
from contextlib import ExitStack
from tempfile import TemporaryFile
from time import monotonic
from typing import IO, Any

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core import mail, outbox, portal
from app.core.access import SYSTEM
from app.core.archive import MemberDamaged
from app.core.documents import DocumentFaulty, DocumentTooLong
from app.core.files import StoredFile
from app.reporting.packs import making, services
from app.reporting.packs.making import Plan, Written
from app.reporting.packs.models import OrderState, PackOrder, ProofPack
from app.reporting.packs.paper import PATH
from app.reporting.packs.parts import PDF
from app.reporting.packs.services import MAKE, REMOVE

# How often whoever waits hears how far it is, in seconds.
TOLD_EVERY = 1.0
ZIP = "application/zip"


@outbox.handles(MAKE)
def make(session: Session, payload: dict[str, Any]) -> None:
    """Make the pack that was ordered; one that is made already, or that failed, is left alone."""
    order = session.get(PackOrder, payload["order"])
    if order is None or order.state in (OrderState.MADE, OrderState.FAILED):
        return
    with ExitStack() as stack:
        stack.enter_context(mail.in_language(order.language))
        stream = stack.enter_context(TemporaryFile())
        try:
            plan = making.planned(order)
            if order.state is OrderState.WAITING:
                order.move_to(OrderState.MAKING, SYSTEM)
            order.parts, order.done = plan.count, 0
            session.commit()
            written = write(session, payload["order"], plan, stream)
            keep(session, payload["order"], plan, written, stream)
        except (FileNotFoundError, MemberDamaged, DocumentTooLong, DocumentFaulty) as error:
            session.rollback()
            services.fail(SYSTEM, session.get_one(PackOrder, payload["order"]), why(error))
            session.commit()
            raise outbox.PermanentFailure(f"{type(error).__name__}: {error}") from error


def why(error: Exception) -> str:
    """What to tell whoever ordered the pack."""
    match error:
        case MemberDamaged():
            return _("A file of the event is damaged in the store: %(path)s. An operator has to look.", path=str(error))
        case FileNotFoundError():
            return _("A file of the event is no longer in the store. An operator has to look.")
        case DocumentTooLong():
            return str(error)
    return _("The document could not be set. An operator has to look.")


def write(session: Session, order_id: int, plan: Plan, stream: IO[bytes]) -> Written:
    """Write the archive, without a transaction but for a word now and then of how far it is."""
    told_at, done, written = monotonic(), 0, None
    for written in making.write(plan, stream):
        done += written is None
        if monotonic() - told_at > TOLD_EVERY:
            session.execute(update(PackOrder).where(PackOrder.id == order_id).values(done=done))
            session.commit()
            told_at = monotonic()
    if written is None:
        raise RuntimeError("The archive ended without its list.")
    return written


def keep(session: Session, order_id: int, plan: Plan, written: Written, stream: IO[bytes]) -> None:
    """Put the files into the store, and then what is known of them into the database."""
    store = portal.files()
    stream.seek(0)
    sha256, size = store.put(stream)
    of_paper = store.put(io.BytesIO(written.pdf))
    order = session.get_one(PackOrder, order_id, with_for_update=True)
    if order.state is not OrderState.MAKING:
        return  # Somebody else was quicker; the bytes are the same.
    pack = ProofPack(
        uid=order.uid,
        order=order,
        event_id=order.event_id,
        level=order.level,
        language=order.language,
        sha256=sha256,
        manifest_sha256=hashlib.sha256(written.manifest).hexdigest(),
        size=size,
        files=written.files,
        missing=[gap.code for gap in plan.gaps],
        keep_until=services.last_day(),
        actor_id=order.actor_id,
        actor_name=order.actor_name,
    )
    by = order.actor_id
    pack.file = StoredFile(sha256=sha256, size=size, name=f"{order.uid}.zip", mime=ZIP, uploaded_by_id=by)
    pack.paper = StoredFile(sha256=of_paper[0], size=of_paper[1], name=PATH, mime=PDF, uploaded_by_id=by)
    session.add(pack)
    order.done = order.parts
    order.move_to(OrderState.MADE, SYSTEM)
    session.flush()
    outbox.enqueue(session, REMOVE, {"pack": pack.id}, run_after=services.keep_until(pack))


@outbox.handles(REMOVE)
def remove(session: Session, payload: dict[str, Any]) -> None:
    """Remove the files of a pack that is kept no longer; what it was, and its hash, stay."""
    pack = session.get(ProofPack, payload["pack"])
    if pack is not None:
        services.remove(SYSTEM, pack, f"kept until {pack.keep_until.isoformat()}")

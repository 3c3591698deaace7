"""What can be asked about the evidence: the events of a memorandum, and what is wrong with a chain."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.canonical import sha256_of
from app.core.outbox import Job, JobState
from app.extensions import db
from app.mou.evidence import chain
from app.mou.evidence.chain import Fault, Flaw
from app.mou.evidence.models import ANCHOR, MouAnchor, MouEvent
from app.mou.models import Mou


def events(mou: Mou) -> Sequence[MouEvent]:
    """What happened with a memorandum, oldest first, with what is still kept of where it was done."""
    wanted = select(MouEvent).where(MouEvent.mou_id == mou.id).order_by(MouEvent.id)
    return db.session.scalars(wanted.options(joinedload(MouEvent.private))).all()


def faults(mou: Mou) -> list[Fault]:
    """What is wrong with the chain of a memorandum, the addresses and programs that are still kept included."""
    found = events(mou)
    wrong = list(chain.faults(mou.uid, found, anchored().get(str(mou.uid))))
    for event in found:
        kept = event.private
        if kept is not None and event.private_hash != chain.private_hash(kept.salt, kept.address, kept.program):
            wrong.append(Fault(event.number, Flaw.PRIVATE))
    return wrong


def anchored() -> dict[str, dict[int, str]]:
    """What the anchors have seen: of each memorandum, by ``uid``, the hashes of its events by number."""
    seen: dict[str, dict[int, str]] = {}
    for anchor in anchors():
        for uid, (number, head) in anchor.heads["heads"].items():
            seen.setdefault(uid, {})[number] = head
    return seen


def last_anchored() -> dict[str, int]:
    """The newest number of each chain that an anchor has seen, by the memorandum's ``uid``."""
    return {uid: max(numbers) for uid, numbers in anchored().items()}


def lost_anchors() -> list[str]:
    """Days whose anchor was made, as the job says that made it, and is not there: as ISO dates.

    Whoever cuts events off the end of a chain has to take the anchors that saw them, too.
    """
    done = select(Job.payload).where(Job.kind == ANCHOR, Job.state == JobState.DONE)
    there = {anchor.day.isoformat() for anchor in anchors()}
    return sorted({payload["day"] for payload in db.session.scalars(done)} - there)


def anchors() -> Sequence[MouAnchor]:
    """The anchors, oldest first."""
    return db.session.scalars(select(MouAnchor).order_by(MouAnchor.id)).all()


def broken_anchors() -> Iterator[MouAnchor]:
    """Anchors that do not say what they were hashed as, or are not bound to the one before."""
    before = None
    for anchor in anchors():
        if sha256_of(anchor.heads) != anchor.sha256 or anchor.heads["previous"] != before:
            yield anchor
        before = anchor.sha256

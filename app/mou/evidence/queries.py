"""What can be asked about the evidence: the events of a memorandum, and what is wrong with a chain."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.core import portal
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
    return _seen_by(anchors())


def _seen_by(made: Iterable[MouAnchor]) -> dict[str, dict[int, str]]:
    seen: dict[str, dict[int, str]] = {}
    for anchor in made:
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
    done = select(Job.payload, Job.finished_at).where(Job.kind == ANCHOR, Job.state == JobState.DONE)
    made = anchors()
    there = {anchor.day.isoformat() for anchor in made}
    missing = [(payload["day"], at) for payload, at in db.session.execute(done) if payload["day"] not in there]
    return sorted(day for day, at in missing if not _had_nothing_to_write(date.fromisoformat(day), at, made))


def _had_nothing_to_write(day: date, finished: datetime | None, made: Sequence[MouAnchor]) -> bool:
    """Whether a day has no anchor because an earlier one had seen all of its events already.

    Such days were passed over once. Anchors of that time say in ``until`` which key they had seen; since then every
    day has its anchor. A day without events is none of these: there was a job because something had happened on it.
    """
    before = [anchor for anchor in made if finished is not None and anchor.anchored_at <= finished]
    if not before or any("until" not in anchor.heads for anchor in before):
        return False
    seen = {uid: max(numbers) for uid, numbers in _seen_by(before).items()}
    rows = _newest_of(day)
    return bool(rows) and all(number <= seen.get(str(uid), 0) for uid, number in rows)


def _newest_of(day: date) -> Sequence[tuple[UUID, int]]:
    """The memoranda with which something happened on a day, and the number of the last event of it."""
    begins = datetime.combine(day, time(), ZoneInfo(portal.consortium().zone))
    rows = db.session.execute(
        select(Mou.uid, func.max(MouEvent.number))
        .join(MouEvent, MouEvent.mou_id == Mou.id)
        .where(MouEvent.happened_at >= begins, MouEvent.happened_at < begins + timedelta(days=1))
        .group_by(Mou.uid)
    )
    return [(row[0], row[1]) for row in rows]


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

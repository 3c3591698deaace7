"""What is recorded of a memorandum, each event bound to the one before; the daily anchor; forgetting addresses."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, aliased

from app.core import clock, outbox, portal
from app.core.canonical import sha256_of
from app.extensions import db
from app.mou.evidence import chain, queries
from app.mou.evidence.happenings import Happening
from app.mou.evidence.models import ANCHOR, MouAnchor, MouEvent, MouEventPrivate
from app.mou.models import Mou

FORGET = "mou.forget_origins"
# How long it is kept from where and with which program somebody acted; the contract itself is kept much longer.
ORIGINS_KEPT = timedelta(days=731)
LONGEST_PROGRAM = 300
# How long after a day its anchor is made: what began before midnight is committed by then.
ANCHORED_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Origin:
    """From where and with which program somebody acts, as far as the portal can tell."""

    address: str
    program: str


def record(mou: Mou, kind: Happening, origin: Origin | None = None, **facts: Any) -> MouEvent:
    """Add an event to the chain of a memorandum; ``facts`` are JSON and hold nothing that may be erased later.

    Whoever records holds the memorandum's row until the transaction ends, so that no two events get one number.
    """
    db.session.flush()
    db.session.execute(select(Mou.id).where(Mou.id == mou.id).with_for_update())
    last = db.session.scalars(
        select(MouEvent).where(MouEvent.mou_id == mou.id).order_by(MouEvent.number.desc()).limit(1)
    ).one_or_none()
    # The databases keep microseconds and no zone less: what is hashed is what comes back.
    event = MouEvent(
        mou_id=mou.id,
        number=last.number + 1 if last else 1,
        kind=kind.value,
        facts=facts,
        previous=last.hash if last else chain.beginning(mou.uid),
        happened_at=clock.now().astimezone(UTC),
    )
    kept = _private(origin)
    event.private_hash = chain.private_hash(kept.salt, kept.address, kept.program) if kept else None
    event.hash = chain.hash_of(event)
    db.session.add(event)
    db.session.flush()
    if kept is not None:
        kept.event_id = event.id
        db.session.add(kept)
        _plan_forgetting(event.happened_at)
    _plan_anchor(event.happened_at)
    return event


def _private(origin: Origin | None) -> MouEventPrivate | None:
    if origin is None:
        return None
    return MouEventPrivate(salt=token_hex(16), address=origin.address, program=origin.program[:LONGEST_PROGRAM])


def _plan_anchor(happened: datetime) -> None:
    day = _day_of(happened)
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(portal.consortium().zone))
    key, due = f"{ANCHOR}:{day.isoformat()}", midnight + ANCHORED_AFTER
    outbox.enqueue(db.session, ANCHOR, {"day": day.isoformat()}, run_after=due, dedupe_key=key)


def _plan_forgetting(happened: datetime) -> None:
    day = _day_of(happened)
    due = datetime.combine(day, time(), UTC) + ORIGINS_KEPT
    key = f"{FORGET}:{day.isoformat()}"
    outbox.enqueue(db.session, FORGET, {"day": day.isoformat()}, run_after=due, dedupe_key=key)


def _day_of(instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(portal.consortium().zone)).date()


@outbox.handles(ANCHOR)
def anchor(session: Session, payload: dict[str, Any]) -> None:
    """Write down the head of every chain that grew since it was last anchored, bound to the anchor before; once a day.

    What grew is told by the numbers of each chain. Keys would not do: on PostgreSQL a transaction that began earlier
    may commit later, and its event has a smaller key than one that was anchored before. A day on which nothing is left
    to write down has an anchor, too, so that one that was taken away is missed.
    """
    day = date.fromisoformat(payload["day"])
    if session.scalar(select(MouAnchor.id).where(MouAnchor.day == day)):
        return
    before = session.scalars(select(MouAnchor).order_by(MouAnchor.id.desc()).limit(1)).one_or_none()
    known = queries.last_anchored()
    newest = select(MouEvent.mou_id, func.max(MouEvent.number).label("number")).group_by(MouEvent.mou_id).subquery()
    is_newest = (MouEvent.mou_id == newest.c.mou_id) & (MouEvent.number == newest.c.number)
    rows = session.execute(
        select(Mou.uid, MouEvent.number, MouEvent.hash)
        .join(newest, is_newest)
        .join(Mou, Mou.id == MouEvent.mou_id)
        .order_by(Mou.uid)
    ).all()
    heads = {
        "day": day.isoformat(),
        "previous": before.sha256 if before else None,
        "heads": {str(row.uid): [row.number, row.hash] for row in rows if row.number > known.get(str(row.uid), 0)},
    }
    session.add(MouAnchor(day=day, heads=heads, sha256=sha256_of(heads)))


@outbox.handles(FORGET)
def forget_origins(session: Session, payload: dict[str, Any]) -> None:
    """Erase from where people acted on a day and before; the chain keeps a salted hash and still holds.

    Each chain says by itself when that was done and of how many events.
    """
    until = datetime.combine(date.fromisoformat(payload["day"]) + timedelta(days=1), time(), UTC)
    event = aliased(MouEvent)
    old = select(event.id).where(event.happened_at < until)
    kept = select(MouEvent.mou_id, func.count(MouEventPrivate.id)).join(MouEvent.private)
    counts = session.execute(kept.where(MouEvent.happened_at < until).group_by(MouEvent.mou_id)).all()
    session.execute(delete(MouEventPrivate).where(MouEventPrivate.event_id.in_(old)))
    for mou_id, events in counts:
        record(session.get_one(Mou, mou_id), Happening.ORIGINS_ERASED, until=payload["day"], events=events)

"""The chain of evidence holds, and says which event was edited, taken away or put elsewhere."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.core import clock
from app.core.audit import EvidenceError
from app.core.canonical import sha256_of
from app.core.outbox import Job, JobState
from app.extensions import db
from app.mou.evidence import chain, queries, services
from app.mou.evidence.chain import Fault, Flaw
from app.mou.evidence.happenings import Happening
from app.mou.evidence.models import ANCHOR, MouAnchor, MouEventPrivate
from app.mou.evidence.services import Origin
from app.mou.models import Mou
from tests.accounts.people import work
from tests.conftest import Backend
from tests.events.world import World, build
from tests.mou.conftest import drafted

UID = UUID(int=7)
PHONE = Origin("192.0.2.7", "Mozilla/5.0 (iPhone)")


@dataclass(frozen=True)
class Event:
    """An event without a database."""

    number: int
    kind: str = "signed"
    facts: Any = None
    private_hash: str | None = None
    previous: str = ""
    hash: str = ""
    happened_at: datetime = datetime(2025, 5, 12, 9, tzinfo=UTC)


def chained(count: int, uid: UUID = UID) -> list[Event]:
    """A chain as it should be."""
    links: list[Event] = []
    for number in range(1, count + 1):
        before = links[-1].hash if links else chain.beginning(uid)
        link = Event(number, facts={"n": number, "name": "ქეთევან"}, previous=before)
        links.append(replace(link, hash=chain.hash_of(link)))
    return links


@given(st.integers(0, 12))
def test_a_chain_that_nobody_touched_holds(count: int) -> None:
    links = chained(count)
    assert not list(chain.faults(UID, links, {link.number: link.hash for link in links}))


@given(st.data())
def test_an_edited_event_is_named(data: st.DataObject) -> None:
    links = chained(6)
    at = data.draw(st.integers(0, 5))
    change: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"facts": {"n": 99}},
                {"kind": "declined"},
                {"happened_at": links[at].happened_at + timedelta(microseconds=1)},
                {"private_hash": "0" * 64},
            ]
        )
    )
    links[at] = replace(links[at], **change)
    assert list(chain.faults(UID, links)) == [Fault(at + 1, Flaw.EDITED)]


@given(st.integers(0, 4))
def test_an_edited_event_whose_hash_was_made_anew_breaks_the_next(at: int) -> None:
    links = chained(6)
    changed = replace(links[at], facts={"n": 99})
    links[at] = replace(changed, hash=chain.hash_of(changed))
    assert list(chain.faults(UID, links)) == [Fault(at + 2, Flaw.UNBOUND)]


@given(st.integers(0, 4))
def test_a_deleted_event_is_named(at: int) -> None:
    links = chained(6)
    del links[at]
    assert list(chain.faults(UID, links)) == [Fault(at + 1, Flaw.MISSING)]


def test_events_taken_from_the_end_are_told_by_the_anchor() -> None:
    links = chained(6)
    heads = {6: links[5].hash}
    assert list(chain.faults(UID, links[:4], heads)) == [Fault(5, Flaw.MISSING), Fault(6, Flaw.MISSING)]


def test_a_chain_made_anew_is_told_by_the_anchor() -> None:
    links, other = chained(3), chained(3)
    other[2] = replace(other[2], facts={"n": 0})
    other[2] = replace(other[2], hash=chain.hash_of(other[2]))
    assert list(chain.faults(UID, other, {3: links[2].hash})) == [Fault(3, Flaw.EDITED)]


def test_events_that_changed_places_are_told() -> None:
    links = chained(4)
    links[1], links[2] = links[2], links[1]
    flaws = {fault.flaw for fault in chain.faults(UID, links)}
    assert Flaw.REORDERED in flaws


def test_a_chain_fits_no_other_memorandum() -> None:
    assert list(chain.faults(UUID(int=8), chained(2))) == [Fault(1, Flaw.UNBOUND)]


def test_what_happens_is_chained_and_comes_back_as_it_was_hashed(session: Session, world: World) -> None:
    mou = drafted(world)
    for kind in (Happening.FROZEN, Happening.INVITED, Happening.SIGNED):
        services.record(mou, kind, PHONE if kind is Happening.SIGNED else None, name="ქეთევან", count=3)
    session.expire_all()
    assert [event.number for event in queries.events(mou)] == [1, 2, 3]
    assert not queries.faults(mou)


def test_each_memorandum_has_a_chain_of_its_own(session: Session, world: World) -> None:
    one = drafted(world)
    other = drafted(world, template_version=one.template_version)
    services.record(one, Happening.FROZEN)
    services.record(other, Happening.FROZEN)
    services.record(one, Happening.INVITED)
    assert [len(queries.events(mou)) for mou in (one, other)] == [2, 1]
    assert not queries.faults(one) + queries.faults(other)


def unprotected(session: Session, table: str = "mou_event") -> None:
    """Do what somebody with the database in hand could do."""
    if session.get_bind().dialect.name == "sqlite":
        named = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        for name in session.scalars(named, {"table": table}).all():
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE mou_event SET kind = 'declined' WHERE number = 2", Fault(2, Flaw.EDITED)),
        ("DELETE FROM mou_event WHERE number = 2", Fault(2, Flaw.MISSING)),
        ("UPDATE mou_event_private SET address = '192.0.2.8'", Fault(3, Flaw.PRIVATE)),
    ],
)
def test_what_was_done_to_the_database_is_told(session: Session, world: World, statement: str, fault: Fault) -> None:
    mou = drafted(world)
    for kind in (Happening.FROZEN, Happening.INVITED, Happening.SIGNED):
        services.record(mou, kind, PHONE if kind is Happening.SIGNED else None)
    unprotected(session)
    session.execute(text(statement))
    session.expire_all()
    assert queries.faults(mou) == [fault]


def test_the_day_ends_with_an_anchor_of_what_grew(session: Session, world: World) -> None:
    mou = drafted(world)
    services.record(mou, Happening.FROZEN)
    jobs = session.scalars(select(Job).where(Job.kind == ANCHOR)).all()
    assert [job.payload for job in jobs] == [
        {"day": clock.now().astimezone(ZoneInfo("Europe/Berlin")).date().isoformat()}
    ], "one a day"
    services.anchor(session, {"day": "2025-05-12"})
    services.anchor(session, {"day": "2025-05-12"})
    services.anchor(session, {"day": "2025-05-13"})
    session.flush()
    first, empty = session.scalars(select(MouAnchor).order_by(MouAnchor.id)).all()
    assert list(first.heads["heads"]) == [str(mou.uid)]
    assert not empty.heads["heads"], "nothing grew, and still the day has its anchor"
    services.record(mou, Happening.INVITED)
    services.anchor(session, {"day": "2025-05-14"})
    session.flush()
    assert not list(queries.broken_anchors())
    assert queries.anchored()[str(mou.uid)].keys() == {1, 2}


def test_what_commits_late_with_an_early_key_is_anchored_the_next_day(session: Session, world: World) -> None:
    one = drafted(world)
    other = drafted(world, template_version=one.template_version)
    late = services.record(one, Happening.FROZEN)
    services.record(other, Happening.FROZEN)
    seen = services.record(other, Happening.INVITED)
    # As if the transaction of the first event had committed only after the anchor of its day was made.
    heads = {"day": "2025-05-12", "previous": None, "heads": {str(other.uid): [seen.number, seen.hash]}}
    session.add(MouAnchor(day=date(2025, 5, 12), heads=heads, sha256=sha256_of(heads)))
    assert late.id < seen.id
    services.anchor(session, {"day": "2025-05-13"})
    session.flush()
    assert session.scalars(select(MouAnchor).order_by(MouAnchor.id)).all()[-1].heads["heads"] == {
        str(one.uid): [late.number, late.hash]
    }


def test_an_anchor_that_was_taken_away_with_what_it_saw_is_missed(session: Session, world: World) -> None:
    services.record(drafted(world), Happening.FROZEN)
    job = session.scalars(select(Job).where(Job.kind == ANCHOR)).one()
    services.anchor(session, job.payload)
    job.state = JobState.DONE
    session.flush()
    assert not queries.lost_anchors()
    unprotected(session, "mou_anchor")
    session.execute(text("DELETE FROM mou_anchor"))
    assert queries.lost_anchors() == [job.payload["day"]]


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_day_passed_over_by_the_former_rule_is_not_told_as_lost_unless_it_had_something_to_write(
    session: Session, world: World, is_seen: bool
) -> None:
    mou = drafted(world)
    first = services.record(mou, Happening.FROZEN)
    last = services.record(mou, Happening.INVITED)
    job = session.scalars(select(Job).where(Job.kind == ANCHOR)).one()
    head = last if is_seen else first
    # As the rule of then wrote the day before late, when this day had happened already.
    heads = {
        "day": "2025-05-11",
        "previous": None,
        "until": head.id,
        "heads": {str(mou.uid): [head.number, head.hash]},
    }
    session.add(MouAnchor(day=date(2025, 5, 11), heads=heads, sha256=sha256_of(heads)))
    session.flush()
    job.state, job.finished_at = JobState.DONE, clock.now()
    session.flush()
    assert queries.lost_anchors() == ([] if is_seen else [job.payload["day"]])
    unprotected(session)
    session.execute(text("DELETE FROM mou_event"))
    assert queries.lost_anchors() == [job.payload["day"]], "what happened on it is gone, too"


def test_since_every_day_has_an_anchor_one_without_events_to_write_is_missed(session: Session, world: World) -> None:
    services.record(drafted(world), Happening.FROZEN)
    job = session.scalars(select(Job).where(Job.kind == ANCHOR)).one()
    services.anchor(session, {"day": "2025-05-11"})
    services.anchor(session, job.payload)
    session.flush()
    job.state, job.finished_at = JobState.DONE, clock.now()
    unprotected(session, "mou_anchor")
    session.execute(text("DELETE FROM mou_anchor WHERE day > '2025-05-11'"))
    assert queries.lost_anchors() == [job.payload["day"]]


def test_addresses_are_erased_and_the_chain_still_holds(session: Session, world: World) -> None:
    mou = drafted(world)
    services.record(mou, Happening.SIGNED, PHONE, document="0" * 64)
    assert session.scalar(select(MouEventPrivate.address)) == PHONE.address
    jobs = session.scalars(select(Job).where(Job.kind == services.FORGET)).all()
    assert len(jobs) == 1
    assert jobs[0].run_after > clock.now() + timedelta(days=700)
    for _time in range(2):
        services.forget_origins(session, jobs[0].payload)
    session.expire_all()
    assert session.scalar(select(MouEventPrivate.id)) is None
    assert not queries.faults(mou)
    erased = [event.facts for event in queries.events(mou) if event.kind == Happening.ORIGINS_ERASED]
    assert erased == [{"until": jobs[0].payload["day"], "events": 1}], "told once, when there was something to erase"
    assert PHONE.address not in str([(event.facts, event.private_hash) for event in queries.events(mou)])


def test_evidence_cannot_be_rewritten(session: Session, world: World) -> None:
    mou = drafted(world)
    event = services.record(mou, Happening.FROZEN)
    event.kind = "signed"
    with pytest.raises(EvidenceError):
        session.flush()
    session.rollback()


def test_eight_at_once_get_eight_numbers(fresh: Backend) -> None:
    with work(fresh.app):
        key = drafted(build()).id

    def sign(number: int) -> None:
        with work(fresh.app):
            services.record(db.session.get_one(Mou, key), Happening.OPENED, PHONE, by=number)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sign, range(8)))
    with work(fresh.app):
        mou = db.session.get_one(Mou, key)
        assert [event.number for event in queries.events(mou)] == list(range(1, 9))
        assert not queries.faults(mou)

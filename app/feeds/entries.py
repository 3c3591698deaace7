"""Keeps the stored calendar entries in step with events, inside the transaction that changes them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock, outbox
from app.core.consortium import Consortium
from app.events.ical import Audience, vevent, zone_needed
from app.events.ical_facts import published_facts
from app.events.models import Event, Visibility
from app.events.services import after_change
from app.extensions import db
from app.feeds.models import CalendarEntry, CalendarPlace, FeedVersion

MEMBERS = "members"
FORGET = "feeds.forget"
KEPT = timedelta(days=60)


def public_scopes(event: Event) -> set[str]:
    """The public feeds an event belongs to."""
    scopes = {"all", f"kind:{event.kind.value}"}
    if event.country:
        scopes.add(f"country:{event.country}")
    return scopes | {f"mc:{microcredential.code}" for microcredential in event.microcredentials}


def follow(event: Event) -> None:
    """Keep the calendars in step with an event that was made, changed or moved."""
    store(db.session, event, current_app.config["CONSORTIUM"], current_app.config["PORTAL"].public_url)


after_change.append(follow)


def store(session: Session, event: Event, consortium: Consortium, public_url: str) -> None:
    """Render what calendars show of an event, and count up the feeds that change by it."""
    facts = published_facts(event, consortium, public_url)
    if facts is None:
        return
    entry = session.scalar(select(CalendarEntry).where(CalendarEntry.uid == event.uid))
    entry = entry or CalendarEntry(uid=event.uid, event_id=event.id)
    former = (entry.public_octets, entry.member_octets)
    entry.member_octets = vevent(facts, audience=Audience.MEMBER).encode()
    entry.zone = zone_needed(facts)
    if event.visibility is Visibility.PUBLIC:
        entry.public_octets, entry.removed_at = vevent(facts, audience=Audience.PUBLIC).encode(), None
    elif entry.public_octets is not None and entry.removed_at is None:
        entry.public_octets = vevent(replace(facts, removed=True), audience=Audience.PUBLIC).encode()
        entry.removed_at = clock.now()
        outbox.enqueue(session, FORGET, {"uid": str(event.uid)}, run_after=clock.now() + KEPT)
    session.add(entry)
    session.flush()
    wanted = public_scopes(event) if event.visibility is Visibility.PUBLIC else None
    changed = (entry.public_octets, entry.member_octets) != former
    if _place(session, entry, wanted, touched=entry.public_octets != former[0]) or changed:
        _count_up(session, MEMBERS)


def _place(session: Session, entry: CalendarEntry, wanted: Iterable[str] | None, *, touched: bool) -> bool:
    """Give an entry its places in feeds; without ``wanted`` it stays where it is. Answers whether a feed changed."""
    places = session.scalars(select(CalendarPlace).where(CalendarPlace.entry_id == entry.id))
    held = {place.scope: place for place in places}
    present = {scope for scope, place in held.items() if not place.is_empty}
    target = present if wanted is None else set(wanted)
    changed = (present | target) if touched else (present ^ target)
    for scope in sorted(changed):  # always in one order, so that two writers cannot wait for each other
        feed = _count_up(session, scope)
        place = held.get(scope)
        if place is None:
            place = CalendarPlace(scope=scope, entry_id=entry.id, position=feed.places)
            feed.places += 1
            session.add(place)
        place.is_empty, place.version = scope not in target, feed.version
    session.flush()
    return bool(changed)


def _count_up(session: Session, scope: str) -> FeedVersion:
    """Say that a feed changed. Its date advances by at least a second each time, so that dates tell changes apart."""
    feed = session.scalar(select(FeedVersion).where(FeedVersion.scope == scope).with_for_update())
    instant = clock.now().replace(microsecond=0)
    if feed is None:
        feed = FeedVersion(scope=scope, version=1, places=0, changed_at=instant)
        session.add(feed)
    else:
        feed.version += 1
        feed.changed_at = max(instant, feed.changed_at + timedelta(seconds=1))
    session.flush()
    return feed


@outbox.handles(FORGET)
def forget(session: Session, payload: dict[str, str]) -> None:
    """Take "(removed)" out of the public feeds, once every calendar has had time to see it."""
    entry = session.scalar(select(CalendarEntry).where(CalendarEntry.uid == payload["uid"]))
    if entry is not None and entry.removed_at is not None and entry.removed_at <= clock.now() - KEPT:
        entry.public_octets = entry.removed_at = None
        _place(session, entry, (), touched=False)

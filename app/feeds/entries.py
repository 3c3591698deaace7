"""Keeps the stored calendar entries in step with events, inside the transaction that changes them."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, inspect, select
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstanceState, Session, SessionTransaction, selectinload

from app.accounts.models import RoleGrant, User
from app.clusters.models import Cluster
from app.clusters.queries import beneath
from app.clusters.services import after_change as after_cluster_change
from app.core import clock, outbox, portal
from app.core.consortium import Consortium
from app.core.mentions import after_redaction
from app.events.ical_facts import published_facts
from app.events.models import Event, Visibility
from app.events.scopes import named, scopes_of
from app.events.services import after_change
from app.extensions import db
from app.feeds.models import CalendarEntry, CalendarPlace, FeedVersion
from app.microcredentials.models import MicroCredential
from app.microcredentials.services import after_change as after_microcredential_change
from app.stakeholders.models import Person

MEMBERS = "members"
FORGET = "feeds.forget"
RENEW = "feeds.renew"
RENEWED_AT_ONCE = 200
KEPT = timedelta(days=60)
# What else has entries that are rendered anew when everything is, or what concerns one micro-credential.
also_renewed: list[Callable[[Session, int | None], None]] = []
# What of people decides what a personal feed is called and has in it.
FOLLOWED: dict[type, tuple[str, ...]] = {User: ("name", "email"), Person: ("email", "absorbed_by_id")}
COUNTED = "feeds that this transaction has counted up"
PEOPLE = "this transaction changed whom personal feeds are for"


def public_scopes(event: Event) -> set[str]:
    """The public feeds an event belongs to."""
    return scopes_of(event, [entry for entry in event.microcredentials if entry.is_for_everybody])


def follow(event: Event) -> None:
    """Keep the calendars in step with an event that was made, changed or moved."""
    store(db.session, event, portal.consortium(), portal.settings().public_url)


def follow_redaction(record: object) -> None:
    """Keep the calendars in step with an event out of which somebody's name was taken."""
    if isinstance(record, Event):
        follow(record)


after_change.append(follow)
after_redaction.append(follow_redaction)


def follow_cluster(cluster: Cluster, former_parent: int | None) -> None:
    """Count a cluster's feed up, whose name stands in it; when it gets another place, its events move with it."""
    session = db.session
    is_gone = inspect(cluster).deleted or inspect(cluster).was_deleted
    count_up(session, named("cluster", cluster.id))
    if is_gone or cluster.parent_id == former_parent:
        return
    moved = select(Event).join(CalendarEntry, CalendarEntry.event_id == Event.id)
    for event in session.scalars(moved.where(Event.cluster_id.in_(beneath(cluster.id)))):
        entry = session.scalars(select(CalendarEntry).where(CalendarEntry.event_id == event.id)).one()
        if event.visibility is Visibility.PUBLIC:
            _place(session, entry, public_scopes(event), touched=False)


after_cluster_change.append(follow_cluster)


def follow_microcredential(microcredential: MicroCredential) -> None:
    """Have what names a micro-credential rendered anew, when others may see it now or it is called otherwise.

    By a job, since thousands of events may name it; until then calendars say too little, never too much. One job for
    all that names it, as it goes through everything.
    """
    if any(db.session.scalar(select(concerning(microcredential.id).exists())) for concerning in naming):
        outbox.enqueue(db.session, RENEW, {"microcredential": microcredential.id, "after": 0})


def _concerning(key: int) -> Select[tuple[int]]:
    link = Event.link_model
    return select(link.record_id).where(link.microcredential_id == key)


# What names a micro-credential and stands in calendars, by the key of the one that is named.
naming: list[Callable[[int], Select[tuple[int]]]] = [_concerning]
after_microcredential_change.append(follow_microcredential)


def store(session: Session, event: Event, consortium: Consortium, public_url: str) -> None:
    """Render what calendars show of an event, and count up the feeds that change by it."""
    facts = published_facts(event, consortium, public_url)
    shown = published_facts(event, consortium, public_url, for_everybody=True)
    if facts is None or shown is None:
        return
    from app.events.ical import Audience, vevent, zone_needed

    entry = session.scalar(select(CalendarEntry).where(CalendarEntry.uid == event.uid))
    entry = entry or CalendarEntry(uid=event.uid, event_id=event.id)
    former = entry.public_octets
    entry.member_octets = vevent(facts, audience=Audience.MEMBER).encode()
    guests = vevent(shown, audience=Audience.PUBLIC).encode()  # Who of them is invited has the link from there.
    entry.guest_octets = guests if guests != entry.member_octets else None
    entry.zone = zone_needed(facts)
    if event.visibility is Visibility.PUBLIC:
        entry.public_octets, entry.removed_at = guests, None
    else:
        take_out(session, entry, vevent(replace(shown, removed=True), audience=Audience.PUBLIC).encode())
    session.add(entry)
    session.flush()
    wanted = public_scopes(event) if event.visibility is Visibility.PUBLIC else None
    placed(session, entry, wanted, former)


def take_out(session: Session, entry: CalendarEntry, removed: bytes) -> None:
    """Show an entry of the public feeds as ``removed`` from now on, for as long as calendars need to see it."""
    if entry.public_octets is not None and entry.removed_at is None:
        entry.public_octets, entry.removed_at = removed, clock.now()
        outbox.enqueue(session, FORGET, {"uid": str(entry.uid)}, run_after=clock.now() + KEPT)


def placed(session: Session, entry: CalendarEntry, wanted: Iterable[str] | None, former: bytes | None) -> None:
    """Give an entry that was stored its places in the public feeds, and count every feed up that changes by it."""
    _place(session, entry, wanted, touched=entry.public_octets != former)
    # Always: whom an event concerns may change without a word of its entry.
    count_up(session, MEMBERS)


def _place(session: Session, entry: CalendarEntry, wanted: Iterable[str] | None, *, touched: bool) -> None:
    """Give an entry its places in feeds; without ``wanted`` it stays where it is."""
    places = session.scalars(select(CalendarPlace).where(CalendarPlace.entry_id == entry.id))
    held = {place.scope: place for place in places}
    present = {scope for scope, place in held.items() if not place.is_empty}
    target = present if wanted is None else set(wanted)
    changed = (present | target) if touched else (present ^ target)
    for scope in sorted(changed):  # always in one order, so that two writers cannot wait for each other
        feed = count_up(session, scope)
        place = held.get(scope)
        if place is None:
            place = CalendarPlace(scope=scope, entry_id=entry.id, position=feed.places)
            feed.places += 1
            session.add(place)
        place.is_empty, place.version = scope not in target, feed.version
    session.flush()


def count_up(session: Session, scope: str) -> FeedVersion:
    """Say that a feed changed: once in a transaction, whose steps nobody sees.

    The feed's date advances by at least a second each time, so that dates tell changes apart.
    """
    feed = _locked(session, scope)
    counted: set[str] = session.info.setdefault(COUNTED, set())
    if scope not in counted:
        instant = clock.now().replace(microsecond=0)
        feed.changed_at = max(instant, feed.changed_at + timedelta(seconds=1)) if feed.version else instant
        feed.version += 1
        session.flush()
        counted.add(scope)
    return feed


def _locked(session: Session, scope: str) -> FeedVersion:
    """A feed's row, locked until the end of the transaction; made where nothing was ever in the feed."""
    statement = select(FeedVersion).where(FeedVersion.scope == scope).with_for_update()
    feed = session.scalar(statement)
    if feed is None:
        # Another transaction may be making it: then ours waits, fails, and takes that one.
        with suppress(IntegrityError), session.begin_nested():
            session.add(FeedVersion(scope=scope, version=0, places=0, changed_at=clock.now()))
        feed = session.scalars(statement).one()
    return feed


@sqlalchemy_event.listens_for(Session, "after_transaction_end")
def _begin_anew(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(COUNTED, None)
        session.info.pop(PEOPLE, None)


@sqlalchemy_event.listens_for(Session, "after_soft_rollback")
def _forget_undone(session: Session, _undone: object) -> None:
    session.info.pop(COUNTED, None)


@sqlalchemy_event.listens_for(Session, "after_flush")
def _follow_people(session: Session, _context: object) -> None:
    """Note that personal feeds change: somebody was given a role, lost one, or is called or written to otherwise."""
    grants = (record for record in (*session.new, *session.dirty, *session.deleted) if isinstance(record, RoleGrant))
    people = (record for record in session.dirty if isinstance(record, User | Person))
    if any(grant.user not in session.new for grant in grants) or any(map(_is_another, people)):
        session.info[PEOPLE] = True


def _is_another(person: User | Person) -> bool:
    state: InstanceState[User | Person] = inspect(person)
    return any(state.attrs[name].history.has_changes() for name in FOLLOWED[type(person)])


@sqlalchemy_event.listens_for(Session, "before_commit")
def _count_people(session: Session) -> None:
    session.flush()  # a commit flushes only after this
    if session.info.pop(PEOPLE, False):
        count_up(session, MEMBERS)


@outbox.handles(FORGET)
def forget(session: Session, payload: dict[str, str]) -> None:
    """Take "(removed)" out of the public feeds, once every calendar has had time to see it."""
    entry = session.scalar(select(CalendarEntry).where(CalendarEntry.uid == UUID(payload["uid"])))
    if entry is not None and entry.removed_at is not None and entry.removed_at <= clock.now() - KEPT:
        entry.public_octets = entry.removed_at = None
        _place(session, entry, (), touched=False)


def follow_address(session: Session, public_url: str) -> None:
    """Have everything rendered anew where the portal got another address since: every entry leads to its page."""
    newest = select(CalendarEntry.member_octets).where(CalendarEntry.event_id.is_not(None))
    newest = newest.order_by(CalendarEntry.event_id.desc()).limit(1)
    octets = session.scalar(newest)
    unfolded = octets.replace(b"\r\n ", b"") if octets is not None else None
    if unfolded is not None and f"\r\nURL:{public_url}/".encode() not in unfolded:
        outbox.enqueue(session, RENEW, {"after": 0})


@outbox.handles(RENEW)
def renew(session: Session, payload: dict[str, int]) -> None:
    """Render anew what stands in calendars, from the event after ``after`` on, bit by bit.

    What concerns one ``microcredential``, or everything: a migration asks for that where entries were stored that said
    more than they should.
    """
    stored = select(Event).join(CalendarEntry, CalendarEntry.event_id == Event.id).where(Event.id > payload["after"])
    if "microcredential" in payload:
        stored = stored.where(Event.id.in_(_concerning(payload["microcredential"])))
    stored = stored.options(selectinload(Event.microcredential_links)).order_by(Event.id).limit(RENEWED_AT_ONCE)
    events = session.scalars(stored).all()
    for event in events:
        follow(event)
    if not payload["after"]:
        for others in also_renewed:
            others(session, payload.get("microcredential"))
    if len(events) == RENEWED_AT_ONCE:
        outbox.enqueue(session, RENEW, {**payload, "after": events[-1].id})

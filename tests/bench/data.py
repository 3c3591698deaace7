"""Fills a database with as much as a size says, by bulk inserts: no service could write a million links in a minute."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from secrets import token_hex
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from uuid_utils.compat import uuid7

from app.accounts.models import Method, RoleGrant, User, UserSession
from app.accounts.tokens import new_token
from app.core import clock
from app.core.access import Role
from app.core.database import writing
from app.core.migrations import migrations
from app.events.attendance.models import Attendance, Presence
from app.events.ical import Audience, CalendarFacts, vevent
from app.events.invitations.models import Way
from app.events.models import Event, EventKind, EventState, Format, Visibility, event_organisation
from app.events.outcomes.models import Decision, DecisionState
from app.extensions import db
from app.feeds.entries import MEMBERS
from app.feeds.models import CalendarEntry, CalendarPlace, FeedVersion
from app.microcredentials.models import (
    Assessment,
    AssessmentType,
    LearningOutcome,
    MicroCredential,
    MicroCredentialState,
    microcredential_developer,
)
from app.stakeholders.models import Category, Organisation
from app.valorisation.evidence.models import Evidence
from app.valorisation.items.models import PlanItem
from app.valorisation.models import ActionPlan
from app.valorisation.tracks.models import Milestone
from tests.bench import plans

AS_OF = date(2025, 5, 12)
DESIGNS = 62
TAKING_PART = 4
DECISIONS = 4
NOT_OF_DEADLINES = frozenset({"format", "venue", "city", "women", "men"})
BATCH = 10_000
COUNTRIES = ("DE", "AT", "GE", "UA", "MD", "RS", "ME")
ZONE = "Europe/Berlin"
STAMP = datetime(2025, 1, 7, 9, 30, tzinfo=UTC)
SENTENCE = "Employers, schools and the agency went through the draft and agreed on what is to be assessed. "


@dataclass(frozen=True)
class Size:
    """How much a database holds; every event concerns ``concerns`` of the 62 micro-credentials.

    One that is ``in_feeds`` has action plans, too. ``attendances`` are rows of attendance lists, spread evenly over the
    events; the first ``meetings`` events decided something and set an action each.
    """

    organisations: int
    events: int
    concerns: int
    in_feeds: bool
    attendances: int = 0
    meetings: int = 0

    @property
    def links(self) -> int:
        """The number of links between events and micro-credentials."""
        return self.events * self.concerns


# Feeds of 1,000, 5,000 and 10,000 events: those of one country, of one kind, and all.
SMALL = Size(organisations=200, events=10_000, concerns=3, in_feeds=True, attendances=50_000, meetings=500)
LARGE = Size(organisations=100_000, events=50_000, concerns=20, in_feeds=False)
OF_COUNTRY, OF_KIND = 1_000, 5_000


@dataclass(frozen=True)
class Cookies:
    """The session cookies of two browsers that were here before."""

    visitor: str
    coordinator: str


def fill(app: Flask, size: Size) -> Cookies:
    """Write the schema and the records; answers the cookies of a visitor and of a coordinator who is signed in."""
    with app.app_context(), writing():
        migrations().upgrade()
        with db.engine.begin() as connection:
            insert(connection, Organisation, map(organisation, range(1, size.organisations + 1)))
            insert(connection, MicroCredential, map(design, range(1, DESIGNS + 1)))
            insert(connection, LearningOutcome, (row for key in range(1, DESIGNS + 1) for row in _outcomes(key)))
            insert(connection, Assessment, map(_assessment, range(1, DESIGNS + 1)))
            insert(
                connection,
                microcredential_developer,
                ({"microcredential_id": key, "organisation_id": key} for key in range(1, DESIGNS + 1)),
            )
            events = [event(key) for key in range(1, size.events + 1)]
            insert(connection, Event, events)
            _link(connection, size)
            insert(connection, Attendance, (_attendance(key, size) for key in range(1, size.attendances + 1)))
            insert(connection, Decision, (row for key in range(1, size.meetings + 1) for row in _decisions(key)))
            insert(connection, Event, (_action(key, size) for key in range(1, size.meetings + 1)))
            if size.in_feeds:
                _fill_feeds(connection, events)
                insert(connection, ActionPlan, map(plans.plan, range(1, plans.PLANS + 1)))
                insert(connection, PlanItem, plans.items())
                insert(connection, Milestone, plans.milestones(DESIGNS))
                insert(connection, Evidence, plans.evidence(DESIGNS, size.events))
            identity, token = _coordinator(connection)
        if (
            db.engine.dialect.name == "postgresql"
        ):  # As its autovacuum would, minutes later and in the middle of a round.
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("VACUUM ANALYZE")
        db.engine.dispose()
    return _cookies(app, identity, token)


def insert(connection: sa.Connection, table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows by the thousands."""
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        connection.execute(sa.insert(table), batch)


def organisation(key: int) -> dict[str, Any]:
    """An organisation."""
    name = f"College of Applied Crafts {key:06}"
    return {
        "id": key,
        "uid": uuid7(),
        "version": 1,
        "name": name,
        "native_name": f"Կիրառական արհեստների քոլեջ {key:06}",
        "native_language": "hy",
        "name_key": name.lower(),
        "search_key": name.lower(),
        "category": list(Category)[key % len(Category)],
        "country": COUNTRIES[key % len(COUNTRIES)],
        "city": "Vanadzor",
        "is_partner": key <= 17,
        "partner_number": key if key <= 17 else None,
        "is_coordinator": key == 1,
        "created_at": STAMP,
        "updated_at": STAMP,
    }


def code_of(key: int) -> str:
    """The code of the micro-credential with this key."""
    return f"{COUNTRIES[key % len(COUNTRIES)]}-{key:02}"


def design(key: int) -> dict[str, Any]:
    """A published micro-credential."""
    title = f"Pattern on fabric {key}"
    return {
        "id": key,
        "uid": uuid7(),
        "version": 1,
        "code": code_of(key),
        "title": {"en": title, "de": f"Muster auf Stoff {key}"},
        "description": {"en": SENTENCE * 3},
        "country": COUNTRIES[key % len(COUNTRIES)],
        "state": MicroCredentialState.PUBLISHED,
        "awarding_body_id": key,
        "awarding_countries": [COUNTRIES[key % len(COUNTRIES)]],
        "workload_hours": 40,
        "ecvet_points": 1.5,
        "eqf_level": 4,
        "participation": ["presential"],
        "languages": ["en"],
        "published_at": STAMP,
        "annex_score": 9,
        "title_key": title.lower(),
        "search_key": title.lower(),
        "created_at": STAMP,
        "updated_at": STAMP,
    }


def _outcomes(key: int) -> Iterator[dict[str, Any]]:
    for position in range(5):
        yield {"microcredential_id": key, "position": position, "text": {"en": SENTENCE}, "esco_uris": []}


def _assessment(key: int) -> dict[str, Any]:
    return {"microcredential_id": key, "position": 0, "type": AssessmentType.PRACTICAL, "title": {"en": "At the loom"}}


def event(key: int) -> dict[str, Any]:
    """A consultation or a workshop, which is over or to come."""
    day = date(2024, 1, 8) + timedelta(days=(key * 37) % 1000)
    title = f"Consultation on the design of module {key}"
    starts = datetime.combine(day, time(9), UTC)
    return {
        "id": key,
        "uid": uuid7(),
        "version": 1,
        "kind": EventKind.CONSULTATION if key <= OF_KIND else EventKind.WORKSHOP,
        "title": {"en": title},
        "description": {"en": SENTENCE * 2},
        "state": EventState.PLANNED if day > AS_OF else EventState.MINUTED,
        "visibility": Visibility.PUBLIC,
        "zone": ZONE,
        "all_day": False,
        "starts_on": day,
        "ends_on": day,
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=3),
        "format": Format.ONSITE,
        "venue": "Employment centre",
        "city": "Vanadzor",
        "country": "AM" if key <= OF_COUNTRY else COUNTRIES[key % len(COUNTRIES)],
        "organiser_id": key % 17 + 1,
        "women": 12,
        "men": 9,
        "search_key": title.lower(),
        "sequence": 0,
        "created_at": STAMP,
        "updated_at": STAMP,
    }


def _attendance(key: int, size: Size) -> dict[str, Any]:
    return {
        "id": key,
        "version": 1,
        "event_id": key % size.events + 1,
        "organisation_id": key % 64 + 1,
        "name": f"Ana Hakobyan {key}",
        "country": COUNTRIES[key % len(COUNTRIES)],
        "how": Way.ONSITE,
        "state": Presence.PRESENT,
        "created_at": STAMP,
        "updated_at": STAMP,
    }


def _decisions(meeting: int) -> Iterator[dict[str, Any]]:
    for number in range(1, DECISIONS + 1):
        yield {
            "uid": uuid7(),
            "version": 1,
            "event_id": meeting,
            "number": number,
            "text": {"en": SENTENCE},
            "decided_on": AS_OF - timedelta(days=meeting),
            "state": DecisionState.ADOPTED,
            "search_key": SENTENCE.lower(),
            "created_at": STAMP,
            "updated_at": STAMP,
        }


def _action(meeting: int, size: Size) -> dict[str, Any]:
    """What a meeting set to be done: a deadline that no public feed shows."""
    day = AS_OF + timedelta(days=meeting % 200 - 100)
    common = {name: value for name, value in event(size.events + meeting).items() if name not in NOT_OF_DEADLINES}
    whole_days = {"all_day": True, "starts_on": day, "ends_on": day, "starts_at": None, "ends_at": None}
    own = {"kind": EventKind.DEADLINE, "state": EventState.PLANNED, "visibility": Visibility.CONSORTIUM}
    return {**common, **whole_days, **own, "set_by_id": meeting, "number": 1}


def _link(connection: sa.Connection, size: Size) -> None:
    """Tie events to micro-credentials and organisations, evenly, within the database."""
    link = Event.link_model
    concerned = (Event.id + MicroCredential.id) % DESIGNS < size.concerns
    connection.execute(
        sa.insert(link).from_select(
            ["record_id", "microcredential_id", "dated"],
            sa.select(Event.id, MicroCredential.id, Event.starts_on).join(MicroCredential, concerned),
        )
    )
    present = sa.and_(Organisation.id <= 64, (Event.id + Organisation.id) % 64 < TAKING_PART)
    connection.execute(
        sa.insert(event_organisation).from_select(
            ["event_id", "organisation_id"], sa.select(Event.id, Organisation.id).join(Organisation, present)
        )
    )


def _fill_feeds(connection: sa.Connection, events: list[dict[str, Any]]) -> None:
    """Calendar entries as the services would have rendered them, and their places in every public feed."""
    scopes: dict[str, list[int]] = defaultdict(list)
    entries = []
    for row in events:
        entries.append(_entry(row))
        for scope in ("all", f"kind:{row['kind'].value}", f"country:{row['country']}"):
            scopes[scope].append(row["id"])
    insert(connection, CalendarEntry, entries)
    for scope, keys in scopes.items():
        rows = ({"scope": scope, "position": at, "entry_id": key, "version": 1} for at, key in enumerate(keys))
        insert(connection, CalendarPlace, rows)
    versions = {MEMBERS: 0, **{scope: len(keys) for scope, keys in scopes.items()}}
    insert(
        connection,
        FeedVersion,
        ({"scope": scope, "version": 1, "places": places, "changed_at": STAMP} for scope, places in versions.items()),
    )


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    facts = CalendarFacts(
        uid=UUID(str(row["uid"])),
        domain="portal.example",
        sequence=0,
        created=STAMP,
        changed=STAMP,
        all_day=False,
        starts=row["starts_at"],
        ends=row["ends_at"],
        zone=ZONE,
        title=row["title"]["en"],
        page_url=f"https://portal.example/events/{row['id']}",
        status="tentative" if row["state"] is EventState.PLANNED else "confirmed",
        description=row["description"]["en"],
        venue=row["venue"],
        city=row["city"],
        country=row["country"],
        categories=("Consultation", row["country"]),
    )
    octets = vevent(facts, audience=Audience.PUBLIC).encode()
    common = {"id": row["id"], "uid": row["uid"], "event_id": row["id"], "zone": ZONE}
    return {**common, "public_octets": octets, "member_octets": octets}


def _coordinator(connection: sa.Connection) -> tuple[str, str]:
    token, token_hash = new_token()
    identity = uuid7().hex
    person = {"id": 1, "email": "maria@example.org", "name": "Maria Muster", "search_key": "maria", "version": 1}
    connection.execute(sa.insert(User).values(**person, fs_uniquifier=identity))
    connection.execute(sa.insert(RoleGrant).values(user_id=1, role=Role.COORDINATOR))
    session = {"user_id": 1, "token_hash": token_hash, "method": Method.PASSWORD, "address": "", "browser": ""}
    connection.execute(sa.insert(UserSession).values(**session))
    return identity, token


def _cookies(app: Flask, identity: str, token: str) -> Cookies:
    # The first page a browser is shown makes the token of its forms.
    before = {"csrf_token": token_hex(20)}
    signed_in = {"_user_id": identity, "sid": token, "fs_paa": clock.now().timestamp(), "_permanent": True}
    serialiser = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    name = app.config["SESSION_COOKIE_NAME"]
    return Cookies(*(f"{name}={serialiser.dumps(facts)}" for facts in (before, before | signed_in)))

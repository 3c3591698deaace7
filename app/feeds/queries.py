"""What feeds ask of the database, without the ORM: a subscriber's program asks every few hours, for ever."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, func, or_, select

from app.clusters.models import Cluster
from app.core.access import ANYBODY, Actor
from app.core.i18n import SOURCE_LANGUAGE, read_in
from app.events.models import Event, EventSeries
from app.events.scopes import named
from app.feeds.bodies import Placed
from app.feeds.models import CalendarEntry, CalendarPlace, FeedVersion
from app.microcredentials.models import MicroCredential
from app.microcredentials.queries import visible_to
from app.mou.models import Mou
from app.valorisation.items.models import PlanItem
from app.valorisation.models import ActionPlan
from app.valorisation.queries import visible_to as plans_visible_to

AT_ONCE = 128
P = CalendarPlace
# Put together once: putting it together takes longer than asking it.
VERSION = select(FeedVersion.version, FeedVersion.places, FeedVersion.changed_at).where(
    FeedVersion.scope == bindparam("wanted")
)
ENTRIES = select(P.position, CalendarEntry.public_octets, CalendarEntry.zone).join(
    CalendarEntry, CalendarEntry.id == P.entry_id
)

# The version of a feed that nothing was ever in.
BEFORE_ANY = (0, 0, datetime(2020, 1, 1, tzinfo=UTC))
# Of a micro-credential that everybody may see.
VERSION_OF_MICROCREDENTIAL = (
    select(
        func.coalesce(FeedVersion.version, BEFORE_ANY[0]),
        func.coalesce(FeedVersion.places, BEFORE_ANY[1]),
        func.coalesce(FeedVersion.changed_at, BEFORE_ANY[2]),
    )
    .select_from(MicroCredential)
    .outerjoin(FeedVersion, FeedVersion.scope == "mc:" + MicroCredential.code)
    .where(MicroCredential.code == bindparam("code"), visible_to(ANYBODY))
)

# A feed's version, its number of places and its last change.
Version = tuple[int, int, datetime]


def version_of(connection: Connection, scope: str) -> Version:
    """The version of a feed; nothing was ever in one of version 0."""
    row = connection.execute(VERSION, {"wanted": scope}).one_or_none()
    return (row[0], row[1], row[2]) if row else BEFORE_ANY


def version_of_microcredential(connection: Connection, code: str) -> Version | None:
    """The version of a micro-credential's feed, in one statement; ``None`` for one not for everybody."""
    row = connection.execute(VERSION_OF_MICROCREDENTIAL, {"code": code}).one_or_none()
    return (row[0], row[1], row[2]) if row else None


class Look:
    """Asks which version a feed has, by the driver alone: half of what a known poll costs is this question."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        compiled = VERSION.compile(dialect=engine.dialect)
        self._question, self._by_place = str(compiled), compiled.positional
        instant = FeedVersion.changed_at.type
        self._instant = instant.dialect_impl(engine.dialect).result_processor(engine.dialect, None)

    def version_of(self, scope: str) -> tuple[int, datetime] | None:
        """The version and its date; ``None`` for a feed that nothing was ever in."""
        connection: Any = self._engine.raw_connection()
        try:
            if hasattr(connection.dbapi_connection, "autocommit") and not self._by_place:
                connection.dbapi_connection.autocommit = True  # psycopg; one statement needs no transaction
            cursor = connection.cursor()
            cursor.execute(self._question, (scope,) if self._by_place else {"wanted": scope})
            row = cursor.fetchone()
            cursor.close()
        finally:
            connection.close()
        if row is None:
            return None
        return row[0], self._instant(row[2]) if self._instant else row[2]


def changed_since(connection: Connection, scope: str, version: int) -> Sequence[int]:
    """Positions of a feed that changed after a version."""
    return connection.scalars(select(P.position).where(P.scope == scope, P.version > version)).all()


def places(connection: Connection, scope: str, ranges: Sequence[tuple[int, int]]) -> Iterator[Placed]:
    """What stands in ranges of positions of a feed, in order; read bit by bit, so that memory holds a feed once."""
    within = or_(*((first <= P.position) & (P.position < end) for first, end in ranges))
    statement = ENTRIES.where(P.scope == scope, within, P.is_empty.is_(False)).order_by(P.position)
    for row in connection.execute(statement, execution_options={"yield_per": AT_ONCE}):
        yield row[0], row[1] or b"", row[2]


def personal(
    connection: Connection,
    criterion: ColumnElement[bool],
    ends: ColumnElement[bool],
    dues: ColumnElement[bool],
    is_internal: bool,
) -> list[Placed]:
    """The entries of what satisfies ``criterion``, ``ends`` and ``dues``: events, memoranda and plan items.

    They are as the consortium or its guests see them, counted through.
    """
    member = CalendarEntry.member_octets
    octets = member if is_internal else func.coalesce(CalendarEntry.guest_octets, member)
    shown = select(CalendarEntry.id.label("key"), octets.label("octets"), CalendarEntry.zone)
    of_events = shown.join(Event, Event.id == CalendarEntry.event_id).where(criterion)
    of_memoranda = shown.join(Mou, Mou.id == CalendarEntry.mou_id).where(ends)
    of_items = shown.join(PlanItem, PlanItem.id == CalendarEntry.item_id).where(dues)
    rows = connection.execute(of_events.union_all(of_memoranda, of_items).order_by("key"))
    return [(position, row.octets, row.zone) for position, row in enumerate(rows)]


def country_of_plan(connection: Connection, actor: Actor, key: int) -> str | None:
    """The country of a plan the actor may see; ``None`` where there is none."""
    wanted = select(ActionPlan.country).where(ActionPlan.id == key, plans_visible_to(actor))
    return connection.scalar(wanted)


def of_plan(connection: Connection, key: int) -> list[Placed]:
    """The entries of a plan's items, counted through."""
    rows = connection.execute(
        select(CalendarEntry.member_octets, CalendarEntry.zone)
        .join(PlanItem, PlanItem.id == CalendarEntry.item_id)
        .where(PlanItem.plan_id == key)
        .order_by(CalendarEntry.id)
    )
    return [(position, row.member_octets, row.zone) for position, row in enumerate(rows)]


def published_cluster(connection: Connection, key: int) -> str | None:
    """The name of a published cluster, in English where it has one."""
    names = connection.scalar(select(Cluster.name).where(Cluster.id == key, Cluster.is_published.is_(True)))
    reading = read_in(names, SOURCE_LANGUAGE)
    return reading.text if reading else None


def published_series(connection: Connection, key: int) -> str | None:
    """The name of a series that ever had a public event, in English where it has one; others are not told of."""
    had_one = select(FeedVersion.id).where(FeedVersion.scope == named("series", key)).exists()
    names = connection.scalar(select(EventSeries.name).where(EventSeries.id == key, had_one))
    reading = read_in(names, SOURCE_LANGUAGE)
    return reading.text if reading else None

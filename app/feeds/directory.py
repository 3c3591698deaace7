"""The public feeds there are, by what they hold, and which of them fit what somebody chose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import String, cast, select

from app.clusters.models import Cluster
from app.core import portal
from app.core.access import ANYBODY
from app.core.asked import key_of
from app.core.templating import country_name, plain_tr
from app.events.models import EventKind, EventSeries
from app.events.queries import microcredentials_named
from app.events.scopes import EVERYTHING, named
from app.extensions import db
from app.feeds.models import FeedVersion

# What a feed can be of, as the filters of the list of events are called.
SORTS = ("country", "kind", "cluster", "series", "mc")


@dataclass(frozen=True)
class PublicFeed:
    """One feed for everybody: what sort of choice of events it holds, of which one, and what that is called."""

    sort: str
    key: str
    label: str

    @property
    def scope(self) -> str:
        """Its name among choices of events."""
        return named(self.sort, self.key) if self.key else self.sort

    @property
    def name(self) -> str:
        """How its address names it, as in ``/feeds/<name>.ics``."""
        return f"{self.sort}/{self.key}" if self.key else self.sort


def everything(label: str) -> PublicFeed:
    """The feed of all public events."""
    return PublicFeed(EVERYTHING, "", label)


def feed(sort: str, key: str) -> PublicFeed | None:
    """The feed of one choice of events; ``None`` where there is none, or not for everybody. At most one statement."""
    label: str | None = None
    if sort == "country":
        label = country_name(key) if key in portal.consortium().by_country else None
    elif sort == "kind":
        label = str(EventKind(key).label) if key in set(EventKind) else None
    elif sort == "mc":
        for found in microcredentials_named(ANYBODY, key):
            key, label = found.code, f"{found.code} {plain_tr(found.title)}"
    elif sort in ("cluster", "series") and (number := key_of(key)) is not None:
        known = clusters(number) if sort == "cluster" else series(number)
        label, key = (known[0].label, known[0].key) if known else (None, key)
    return PublicFeed(sort, key, label) if label else None


def countries() -> list[PublicFeed]:
    """The feeds of the consortium's countries."""
    return [PublicFeed("country", one.code, country_name(one.code)) for one in portal.consortium().countries]


def kinds() -> list[PublicFeed]:
    """The feeds of the kinds of events."""
    return [PublicFeed("kind", kind.value, str(kind.label)) for kind in EventKind]


def clusters(only: int | None = None) -> list[PublicFeed]:
    """The feeds of published clusters, or of one of them."""
    statement = select(Cluster.id, Cluster.name).where(Cluster.is_published.is_(True)).order_by(Cluster.name_key)
    rows = db.session.execute(statement if only is None else statement.where(Cluster.id == only))
    return [PublicFeed("cluster", str(row.id), plain_tr(row.name)) for row in rows]


def series(only: int | None = None) -> list[PublicFeed]:
    """The feeds of series that ever had a public event, or of one of them."""
    scope = "series:" + cast(EventSeries.id, String)
    there = select(FeedVersion.id).where(FeedVersion.scope == scope).exists()
    statement = select(EventSeries.id, EventSeries.name).where(there).order_by(EventSeries.id)
    rows = db.session.execute(statement if only is None else statement.where(EventSeries.id == only))
    return [PublicFeed("series", str(row.id), plain_tr(row.name)) for row in rows]


def fitting(chosen: Mapping[str, str]) -> tuple[list[PublicFeed], Sequence[str]]:
    """The feeds of what was chosen, by sort, and the sorts of whose choice there is none for everybody."""
    found = {sort: feed(sort, chosen[sort]) for sort in SORTS if chosen.get(sort)}
    return [one for one in found.values() if one], [sort for sort, one in found.items() if one is None]

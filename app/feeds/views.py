"""Calendar feeds as calendar programs fetch them: for everybody, one's own by a secret address, single events."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import IO, TYPE_CHECKING, cast

import tzdata  # type: ignore[import-untyped]
from flask import Blueprint, Response, abort, current_app, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection, select
from werkzeug.datastructures import Headers
from werkzeug.http import parse_date, parse_etags
from werkzeug.wrappers import Response as BaseResponse
from werkzeug.wsgi import wrap_file

from app.core import portal
from app.core.access import Actor, current_actor, public
from app.core.database import snapshot
from app.events.models import EventKind
from app.events.queries import event as visible_event
from app.events.scopes import EVERYTHING, named
from app.extensions import db
from app.feeds import personal, queries
from app.feeds.bodies import Bodies, Body, Chunk
from app.feeds.dues import plan_of
from app.feeds.fetches import own_scope
from app.feeds.models import CalendarEntry
from app.feeds.polls import ANSWERED, FETCHED
from app.feeds.veiled import WITHHELD, without_names
from app.stakeholders import exposure

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

bp = Blueprint("calendars", __name__)

# What a version does not tell: the layout of a feed (count it up with a change) and the time zone data.
FRAME = f"1 {tzdata.IANA_VERSION}"
MIME = "text/calendar; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Feed:
    """One feed in one version; ``load`` puts its body together from what is kept and what changed."""

    scope: str
    label: str
    version: int
    changed_at: datetime
    load: Callable[[Bodies], Body]
    is_own: bool = False
    # What else its octets follow from: whose names its reader may not read.
    withheld: tuple[object, ...] = ()

    @property
    def tag(self) -> str:
        """An entity tag that stands for exactly these octets: entries are rendered once, so a version is its bytes."""
        stands_for = " ".join(map(str, (self.scope, self.version, FRAME, *self.withheld)))
        return hashlib.sha256(stands_for.encode()).hexdigest()[:32]


class Unchanged(Response):
    """A 304 that repeats Last-Modified, which Werkzeug leaves out; programs without tags know a feed by it."""

    def get_wsgi_headers(self, environ: "WSGIEnvironment") -> Headers:
        """The headers as they are sent."""
        headers = super().get_wsgi_headers(environ)
        headers["Last-Modified"] = self.headers["Last-Modified"]
        return headers


@bp.get("/feeds/all.ics")
@public("Published events are for everybody's calendar")
def everything() -> Response:
    """All public events."""
    return _public(EVERYTHING, "all events")


@bp.get("/feeds/country/<code>.ics")
@public("Published events are for everybody's calendar")
def country(code: str) -> BaseResponse:
    """Public events of one country."""
    if code != code.upper():
        return _in_capitals("calendars.country", code)
    found = portal.consortium().by_country.get(code)
    return _public(named("country", code), found.name["en"]) if found else _no_calendar()


@bp.get("/feeds/kind/<kind>.ics")
@public("Published events are for everybody's calendar")
def kind(kind: str) -> Response:
    """Public events of one kind."""
    if kind not in set(EventKind):
        return _no_calendar()
    return _public(named("kind", kind), kind.replace("_", " ") + "s")


@bp.get("/feeds/mc/<code>.ics")
@public("Published events of published micro-credentials are for everybody's calendar")
def microcredential(code: str) -> BaseResponse:
    """Public events that concern one micro-credential, once that is published."""
    if code != code.upper():
        return _in_capitals("calendars.microcredential", code)
    return _public(named("mc", code), code, lambda connection: queries.version_of_microcredential(connection, code))


@bp.get("/feeds/cluster/<int:cluster_id>.ics")
@public("Published events of published clusters are for everybody's calendar")
def cluster(cluster_id: int) -> Response:
    """Public events of one cluster and of those beneath it, once the cluster is published."""
    with snapshot(db.engine) as connection:
        name = queries.published_cluster(connection, cluster_id)
    return _public(named("cluster", cluster_id), name) if name else _no_calendar()


@bp.get("/feeds/series/<int:series_id>.ics")
@public("Published events are for everybody's calendar")
def series(series_id: int) -> Response:
    """Public events of one series, once it had one."""
    with snapshot(db.engine) as connection:
        name = queries.published_series(connection, series_id)
    return _public(named("series", series_id), name) if name else _no_calendar()


@bp.get("/feeds/my/<secret>.ics")
@public("The secret in the address is the key")
def own(secret: str) -> Response:
    """What concerns the person the secret belongs to, or the due days of the one plan that the secret is for."""
    with snapshot(db.engine) as connection:
        found = personal.subscriber(connection, secret)
        label = _own_label(connection, found) if found else None
        if found is None or label is None:
            return _no_calendar()
        withheld = exposure.people_state() if exposure.is_veiled_from(found.actor) else ()
        changes = (found.changed_at or queries.BEFORE_ANY[2], *(day for day in withheld[1:] if day))
        return _answer(
            Feed(
                scope=own_scope(found.secret_id),
                label=label,
                version=found.version,
                changed_at=max(changes),
                load=lambda _bodies: _own_body(connection, found),
                is_own=True,
                withheld=withheld,
            )
        )


@bp.get("/events/<int:event_id>.ics")
@public("Published events are for everybody's calendar; others open as their page does")
def event(event_id: int) -> Response:
    """One event to download, as the actor may see it."""
    actor = current_actor()
    record = visible_event(actor, event_id)
    entry = db.session.scalar(select(CalendarEntry).where(CalendarEntry.event_id == record.id))
    octets = _octets_for(actor, entry) if entry else None
    if entry is None or not octets:
        abort(404)
    veil = exposure.veil_for(actor, WITHHELD)
    octets = without_names(octets, veil) if veil else octets
    headers = {
        "Content-Disposition": f'attachment; filename="event-{record.id}.ics"',
        "Cache-Control": "private, no-cache",
        "Vary": "Cookie",
        "X-Robots-Tag": "noindex",
    }
    from app.feeds.calendar import single_text

    return Response(single_text(octets, entry.zone), content_type=MIME, headers=headers)


def _octets_for(actor: Actor, entry: CalendarEntry) -> bytes | None:
    """What one downloads of an entry; guests of the consortium see who joins, and no unpublished micro-credential."""
    if not actor.is_authenticated:
        return entry.public_octets
    return entry.member_octets if actor.is_internal else entry.guest_octets or entry.member_octets


def _public(scope: str, label: str, find: Callable[[Connection], queries.Version | None] | None = None) -> Response:
    """The answer with a feed; ``find`` looks for its version where there may be no such feed."""
    with snapshot(db.engine) as connection:
        found = find(connection) if find else queries.version_of(connection, scope)
        if found is None:
            return _no_calendar()
        version, places, changed_at = found

        def load(bodies: Bodies) -> Body:
            return bodies.get(
                scope,
                version,
                places,
                lambda since: queries.changed_since(connection, scope, since),
                lambda ranges: queries.places(connection, scope, ranges),
            )

        return _answer(Feed(scope=scope, label=label, version=version, changed_at=changed_at, load=load))


def _in_capitals(endpoint: str, code: str) -> BaseResponse:
    """The way to the one address of a feed whose code somebody typed in small letters: its bytes name that address."""
    return redirect(url_for(endpoint, code=code.upper()), 301)


def _no_calendar() -> Response:
    """The one answer, for a program to read, where there is no feed: its subject is none, or not for everybody.

    A secret that was never given, was revoked, or whose owner left gets the same, and no page repeats it.
    """
    headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}
    text = _("This address opens no calendar. Make a new one on the page about calendar feeds.")
    return Response(f"{text}\n", status=404, mimetype="text/plain", headers=headers)


def _own_label(connection: Connection, found: personal.Subscriber) -> str | None:
    """What one's own feed is called; ``None`` where the plan it is for is gone, or closed to the person."""
    if found.scope is None:
        return found.actor.name
    code = queries.country_of_plan(connection, found.actor, plan_of(found.scope) or 0)
    country = portal.consortium().by_country.get(code or "")
    return f"Valorisation plan of {country.name['en']}" if country else None


def _own_body(connection: Connection, found: personal.Subscriber) -> Body:
    """The body of one's own feed; nobody else reads it, so it is not kept."""
    actor = found.actor
    plan = plan_of(found.scope)
    if plan is not None:
        entries = queries.of_plan(connection, plan)
    else:
        narrowed = (personal.concerns(actor), personal.ends(actor), personal.dues(actor))
        entries = queries.personal(connection, *narrowed, actor.is_internal)
    veil = exposure.veil_for(actor, WITHHELD)
    if veil is not None:
        entries = [(position, without_names(octets, veil), zone) for position, octets, zone in entries]
    return Body(found.version, 0, [Chunk.of(entries)])


def _answer(feed: Feed) -> Response:
    """304 from the feed's version alone, else the kept body, else one put together now."""
    tag = feed.tag
    is_packed = request.accept_encodings["gzip"] > 0
    headers = {
        "ETag": f'"{tag}-gz"' if is_packed else f'"{tag}"',
        "Last-Modified": format_datetime(feed.changed_at, usegmt=True),
        "Cache-Control": f"{'private' if feed.is_own else 'public'}, max-age=900",
        "Vary": "Accept-Encoding",
        "X-Robots-Tag": "noindex",
    }
    request.environ[FETCHED] = feed.scope
    if not feed.is_own:
        request.environ[ANSWERED] = (feed.scope, feed.version, feed.changed_at)
    if _is_known(tag, feed.changed_at):
        return Unchanged(status=304, content_type=MIME, headers=headers)
    bodies: Bodies = current_app.extensions["feeds"]
    body = feed.load(bodies)
    headers["Content-Disposition"] = f'inline; filename="{feed.scope.replace(":", "-")}.ics"'
    if is_packed:
        headers["Content-Encoding"] = "gzip"
        packed = bodies.gzipped(body, lambda: _frame(feed, body.zones))
        return Response(packed, content_type=MIME, headers=headers)
    pieces = body.framed(*_frame(feed, body.zones))
    headers["Content-Length"] = str(len(pieces))
    file = wrap_file(request.environ, cast("IO[bytes]", pieces))
    return Response(file, content_type=MIME, headers=headers, direct_passthrough=True)


def _is_known(tag: str, changed_at: datetime) -> bool:
    """Whether the client has this version: a tag decides before a date, and a date that cannot be read is none."""
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        known = parse_etags(tags)
        return known.star_tag or known.contains_weak(tag) or known.contains_weak(f"{tag}-gz")
    since = parse_date(request.headers.get("If-Modified-Since"))
    return since is not None and changed_at <= since


def _frame(feed: Feed, zones: Iterable[str]) -> tuple[bytes, bytes]:
    from app.feeds.calendar import calendar_frame, feed_uid

    consortium = portal.consortium()
    settings = portal.settings()
    page = f"{settings.public_url}{url_for('feeds.index')}"
    return calendar_frame(
        name=f"{consortium.acronym} – {feed.label}",
        description=f"{consortium.title['en']}: {feed.label}",
        uid=feed_uid(feed.scope.replace(":", "/"), consortium.uid_domain),
        url=page,
        # The secret of one's own feed stands in no file, not even in the feed itself.
        source=page if feed.is_own else f"{settings.public_url}{request.path}",
        zones=zones,
        default_zone=consortium.zone,
        colour="teal",
    )

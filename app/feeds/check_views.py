"""The page that tests a public feed, live: it is fetched as programs fetch it, and held against the checks."""

import hashlib
from collections import OrderedDict

from flask import Response, abort, current_app, request
from flask_babel import gettext as _
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.core import portal
from app.core.access import public
from app.core.web import answer
from app.extensions import db
from app.feeds import calendar_checks, directory
from app.feeds.checks import Answer, Fetched, Finding, of_sending
from app.feeds.directory import PublicFeed
from app.feeds.fetches import OWN_AGENT, last_fetches
from app.feeds.models import Program
from app.feeds.page_views import bp, path_of

# What was found in a calendar, by the digest of its octets: reading thousands of events takes a second.
KEPT = 64
_found: OrderedDict[bytes, list[Finding]] = OrderedDict()


@bp.get("/all/check")
@public("It says how a feed for everybody is sent, and which programs fetch it, never who")
def check_everything() -> Response:
    """The feed of all public events, tested, and when which program fetched it last."""
    return _page(directory.everything(_("All public events")))


@bp.get("/<any(country, kind, cluster, series, mc):sort>/<key>/check")
@public("It says how a feed for everybody is sent, and which programs fetch it, never who")
def check(sort: str, key: str) -> Response:
    """One public feed, tested, and when which program fetched it last."""
    return _page(directory.feed(sort, key) or abort(404))


def _page(feed: PublicFeed) -> Response:
    path = path_of(feed)
    fetched = _fetched(path)
    inside = _of_calendar(fetched)
    sending = of_sending(fetched)
    last = last_fetches(db.session, feed.scope)
    return answer(
        "feeds/check.html",
        feed=feed,
        root=portal.settings().public_url,
        path=path,
        sending=sending,
        inside=inside,
        failed=sum(not finding.holds for finding in (*sending, *inside)),
        events=fetched.plain.body.count(b"BEGIN:VEVENT\r\n"),
        cancelled=fetched.plain.body.count(b"STATUS:CANCELLED\r\n"),
        size=len(fetched.plain.body),
        packed_size=len(fetched.packed.body),
        fetches=[(program, last.get(program)) for program in Program],
    )


def _of_calendar(fetched: Fetched) -> list[Finding]:
    digest = hashlib.sha256(fetched.plain.body).digest()
    findings = _found.get(digest)
    if findings is None:
        findings = _found[digest] = calendar_checks.of_calendar(fetched.plain.body)
        while len(_found) > KEPT:
            _found.popitem(last=False)
    return findings


def _fetched(path: str) -> Fetched:
    plain = _ask(path)
    known = plain.headers.get("etag", ""), plain.headers.get("last-modified", "")
    return Fetched(
        plain=plain,
        packed=_ask(path, {"Accept-Encoding": "gzip"}),
        by_tag=_ask(path, {"If-None-Match": known[0]}),
        by_date=_ask(path, {"If-Modified-Since": known[1]}),
        head=_ask(path, method="HEAD"),
    )


def _ask(path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Answer:
    """Ask this portal as another program would, by everything that answers programs, but without a network."""
    inside = path.removeprefix(request.script_root)
    asking = Headers({"User-Agent": OWN_AGENT, **(headers or {})})
    builder = EnvironBuilder(path=inside, base_url=request.root_url, method=method, headers=asking)
    body, status, found = run_wsgi_app(current_app.wsgi_app, builder.get_environ(), buffered=True)
    return Answer(int(status[:3]), {name.lower(): value for name, value in found}, b"".join(body))

"""What is measured: the routes, on which database each is asked, and what each may cost."""

from dataclasses import dataclass

from tests.bench.data import Cookies, code_of
from tests.bench.load import Question, fetch

EVENT = 4_000
DESIGN = code_of(20)
COUNTRY_FEED, KIND_FEED, WHOLE_FEED = "/feeds/country/AM.ics", "/feeds/kind/consultation.ics", "/feeds/all.ics"
GZIP = (("Accept-Encoding", "gzip"),)


@dataclass(frozen=True)
class Route:
    """One line of the report.

    ``target`` is the most it may cost, in server CPU of a bare route. ``is_large`` asks the large database;
    ``changes`` changes an event before every request; ``is_conditional`` asks with the entity tag it was given.
    """

    name: str
    path: str
    target: float | None = None
    is_large: bool = False
    signed_in: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    changes: bool = False
    is_conditional: bool = False

    def question(self, port: int, cookies: Cookies) -> Question:
        """The request as it is sent to the portal at ``port``; calendar programs send no cookie."""
        cookie = cookies.coordinator if self.signed_in else cookies.visitor
        headers = self.headers if self.path.endswith(".ics") else (*self.headers, ("Cookie", cookie))
        if self.is_conditional:
            headers += (("If-None-Match", fetch(Question(port, self.path, headers)).header("etag")),)
        return Question(port, self.path, headers)


ROUTES = (
    Route("feed of 1,000 events, gzip", COUNTRY_FEED, 2.5, headers=GZIP),
    Route("feed of 1,000 events, identity", COUNTRY_FEED),
    Route("feed of 5,000 events, gzip", KIND_FEED, 6, headers=GZIP),
    Route("feed of 5,000 events, identity", KIND_FEED),
    Route("feed of 10,000 events, gzip", WHOLE_FEED, headers=GZIP),
    Route("feed of 10,000 events, identity", WHOLE_FEED),
    Route("feed of 10,000 events, unchanged (304)", WHOLE_FEED, 1.5, headers=GZIP, is_conditional=True),
    Route("first read after a change among 5,000, gzip", KIND_FEED, 35, headers=GZIP, changes=True),
    Route("first read after a change among 5,000, identity", KIND_FEED, 35, changes=True),
    Route("event page", f"/events/{EVENT}", 12),
    Route("event page, signed in", f"/events/{EVENT}", 12, signed_in=True),
    Route("list of 50 of 100,000 organisations, signed in", "/stakeholders/", 12, is_large=True, signed_in=True),
    Route("list of 50 of 200 organisations, signed in", "/stakeholders/", 12, signed_in=True),
    Route("micro-credential, 1,000,000 links", f"/microcredentials/{DESIGN}", 12, is_large=True),
    Route("micro-credential, 30,000 links", f"/microcredentials/{DESIGN}", 12),
    Route(
        "newest 50 that concern it, 1,000,000 links", f"/microcredentials/{DESIGN}/concerns/event", 12, is_large=True
    ),
    Route("newest 50 that concern it, 30,000 links", f"/microcredentials/{DESIGN}/concerns/event", 12),
    Route("list of 50 of 10,000 events, signed in", "/events/", signed_in=True),
    Route("register of 500 meetings' decisions and actions, signed in", "/events/decisions", signed_in=True),
    Route("attendance list, signed in", f"/events/{EVENT}/attendance", signed_in=True),
    Route("plan with 50 items, signed in", "/valorisation/1", 12, signed_in=True),
    Route("progress of 1,000 items of 51 plans, signed in", "/valorisation/items/", 12, signed_in=True),
    Route("all 1,000 items of 51 plans, signed in", "/valorisation/items/?items=all", 45, signed_in=True),
    Route("overview of 62 micro-credentials on four tracks, signed in", "/valorisation/progress", signed_in=True),
    Route("front page of a visitor", "/"),
    Route("front page, signed in", "/", signed_in=True),
)

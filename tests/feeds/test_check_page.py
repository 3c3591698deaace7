"""The page that tests a feed, and when which program fetched it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event as Signal
from typing import TYPE_CHECKING

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.core.access import Role
from app.events.models import EventState
from app.extensions import db
from app.feeds import fetches
from app.feeds.fetches import OWN_AGENT, Fetches, last_fetches, program_of
from app.feeds.models import FeedFetch, Program
from app.feeds.page_views import ENDPOINTS
from tests.accounts.people import arrive, statements, submit
from tests.feeds.calendars import ALL, cancel, enter
from tests.page import Page

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.events.world import World

GOOGLE = "Google-Calendar-Importer"
AGENTS = [
    ("Google-Calendar-Importer", Program.GOOGLE),
    ("Mozilla/5.0 (compatible; Google-Calendar; +http://www.google.com/calendar)", Program.GOOGLE),
    ("iOS/18.1 (22B83) dataaccessd/1.0", Program.APPLE),
    ("macOS/14.5 (23F79) CalendarAgent/1014.4.5", Program.APPLE),
    ("Mac+OS+X/10.15.7 (19H2) CalendarAgent/930.5.1", Program.APPLE),
    ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)", Program.OUTLOOK),
    ("Exchange/15.20 (Calendar Subscription)", Program.OUTLOOK),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.3.1", Program.THUNDERBIRD),
    ("Nextcloud Calendar Subscription Crawler", Program.NEXTCLOUD),
    ("curl/8.5.0", Program.OTHER),
    ("", Program.OTHER),
    (OWN_AGENT, None),
]


@pytest.mark.parametrize(("agent", "program"), AGENTS)
def test_programs_are_known_by_what_they_say(agent: str, program: Program | None) -> None:
    assert program_of(agent) is program


@pytest.fixture
def noted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Fetches:
    """What is noted in this test alone."""
    found: Fetches = app.extensions["feed fetches"]
    monkeypatch.setattr(found, "_noted", {})
    return found


def written(app: Flask, scope: str = "all") -> dict[Program, datetime]:
    with app.app_context():
        return last_fetches(db.session, scope)


def test_a_fetch_is_noted_without_writing_and_written_by_a_step_of_its_own(
    app: Flask, client: FlaskClient, world: World, noted: Fetches
) -> None:
    enter(app, world)
    tag = client.get(ALL, headers={"User-Agent": GOOGLE}).headers["ETag"]
    for agent, _program in AGENTS:
        with statements(app) as seen:
            client.get(ALL, headers={"User-Agent": agent, "If-None-Match": tag})
        assert len(seen) <= 1
    client.get("/feeds/country/AM.ics", headers={"User-Agent": GOOGLE})
    assert written(app) == {}
    noted.write()
    assert set(written(app)) == set(Program)
    assert set(written(app, "country:AM")) == {Program.GOOGLE}


def test_the_last_fetch_counts_whoever_writes_last(app: Flask, world: World, noted: Fetches) -> None:
    moments = [datetime(2026, 1, 5, 9, minute, tzinfo=UTC) for minute in (1, 3, 2)]
    for moment in moments:
        with time_machine.travel(moment, tick=False):
            noted.note("all", GOOGLE)
        noted.write()
    assert written(app) == {Program.GOOGLE: moments[1]}
    with app.app_context():
        assert len(db.session.scalars(select(FeedFetch)).all()) == 1


def test_what_cannot_be_written_is_let_go(
    app: Flask, world: World, noted: Fetches, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OperationalError("INSERT", {}, Exception("locked"))

    noted.note("all", GOOGLE)
    with monkeypatch.context() as patched:
        patched.setattr(fetches, "record", fail)
        noted.write()
    noted.write()
    assert written(app) == {}


def test_one_step_writes_what_a_while_brings(app: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    done, times = Signal(), []

    def record(_session: object, found: dict[object, object]) -> None:
        times.append(len(found))
        done.set()

    monkeypatch.setattr(fetches, "record", record)
    ours = Fetches(app, every=0.05)
    for scope in ("all", "country:AM", "all"):
        ours.note(scope, GOOGLE)
    assert done.wait(10)
    assert times == [2]


def test_the_head_of_a_feed_is_no_fetch(app: Flask, client: FlaskClient, world: World, noted: Fetches) -> None:
    client.head(ALL, headers={"User-Agent": GOOGLE})
    client.get("/feeds/mc/XX-99.ics", headers={"User-Agent": GOOGLE})
    noted.write()
    assert written(app) == {}


def paths(key: int = 1) -> list[str]:
    names = ["country/AM", "kind/round_table", "mc/AM-03", f"series/{key}"]
    return ["/feeds/all/check", *(f"/feeds/{name}/check" for name in names)]


def test_every_feed_has_a_page_that_finds_nothing_wrong(app: Flask, client: FlaskClient, world: World) -> None:
    key = enter(app, world, title={"en": 'Workshop; "C++, C#" \\ Ελλάδα – žluťoučký 🙂'}, series={"en": "Tables"})
    enter(app, world, EventState.PLANNED, series={"en": "Tables"}, starts_time=None, ends_time=None)
    cancel(app, key)
    for path in paths():
        page = Page(client.get(path))
        assert page.status == 200
        assert "Everything holds" in page.text, path
        assert "Fails" not in page.text
        assert [figure.get_text().split()[0] for figure in page.select(".facts dd")[:2]] == ["2", "1"]


def test_an_empty_feed_is_in_order_too(app: Flask, client: FlaskClient, world: World) -> None:
    page = Page(client.get("/feeds/country/NO/check"))
    assert "Everything holds" in page.text
    assert "Norway" in page.heading


@pytest.mark.parametrize(
    "name", ["country/XX", "country/am", "kind/party", "mc/XX-99", "cluster/1", "series/9", "series/x", "mc/%00",
             "series/99999999999999999999", "cluster/-1", "my/secret", "sort/x"]
)  # fmt: skip
def test_there_is_no_page_for_a_feed_that_is_none(client: FlaskClient, world: World, name: str) -> None:
    assert client.get(f"/feeds/{name}/check").status_code == 404


def test_the_page_says_when_which_program_came_and_not_that_the_portal_did(
    app: Flask, client: FlaskClient, world: World, noted: Fetches
) -> None:
    with time_machine.travel(datetime(2026, 1, 5, 9, 1, tzinfo=UTC), tick=False):
        client.get(ALL, headers={"User-Agent": GOOGLE, "X-Forwarded-For": "203.0.113.7"})
    noted.write()
    client.get("/feeds/all/check")
    noted.write()
    page = Page(client.get("/feeds/all/check"))
    assert "Google Calendar5 Jan 2026, 10:01" in page.text
    assert page.text.count("not yet") == len(Program) - 1


def test_the_page_reads_and_its_statements_stay_few(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    client.get("/feeds/all/check")
    with statements(app) as few:
        client.get("/feeds/all/check")
    for _time in range(5):
        enter(app, world)
    client.get("/feeds/all/check")
    with statements(app) as many:
        client.get("/feeds/all/check")
    assert len(few) == len(many) <= 6
    assert all(sent.startswith("SELECT") for sent in many)


def test_ones_own_address_says_what_used_it_until_it_is_closed(
    app: Flask, client: FlaskClient, world: World, noted: Fetches
) -> None:
    arrive(app, client, Role.COORDINATOR)
    submit(client, "/feeds/my", {"label": "my phone"})
    address = Page(client.get("/feeds/")).select_one("#own-address")["value"]
    assert "Not fetched yet" in client.get("/feeds/").text
    app.test_client().get(str(address).removeprefix("http://localhost"), headers={"User-Agent": "dataaccessd/1.0"})
    noted.write()
    assert "Fetched last by Apple Calendar" in client.get("/feeds/").text
    with app.app_context():
        (scope,) = db.session.scalars(select(FeedFetch.scope))
    submit(client, f"/feeds/my/{scope.removeprefix('my:')}/revoke")
    assert written(app, scope) == {}


def test_a_poll_after_a_while_is_a_fetch_of_then(app: Flask, client: FlaskClient, world: World, noted: Fetches) -> None:
    """A known poll never reaches a view, and is noted all the same."""
    enter(app, world)
    tag = client.get(ALL).headers["ETag"]
    start = datetime(2026, 1, 5, 9, 1, tzinfo=UTC)
    for hours in range(3):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            client.get(ALL, headers={"User-Agent": GOOGLE, "If-None-Match": tag})
    noted.write()
    assert written(app)[Program.GOOGLE] == start + timedelta(hours=2)


# ---- Which feed fits what somebody chose ----


def chosen(client: FlaskClient, query: str) -> str:
    page = Page(client.get(f"/feeds/?{query}"))
    return " ".join(page.select_one("#chosen").get_text(" ").split()) if page.select("#chosen") else ""


def test_the_feed_that_fits_is_offered(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world, series={"en": "Tables"})
    for query, address in (
        ("country=AM", "/feeds/country/AM.ics"),
        ("kind=workshop", "/feeds/kind/workshop.ics"),
        ("mc=am-03", "/feeds/mc/AM-03.ics"),
        ("series=1", "/feeds/series/1.ics"),
    ):
        text = chosen(client, query)
        assert address in text
        assert "This feed holds what you chose." in text
    assert chosen(client, "") == ""


def test_what_no_feed_is_as_narrow_as_is_said(client: FlaskClient, world: World) -> None:
    text = chosen(client, "country=AM&kind=workshop")
    assert "Each of these is narrowed by one thing alone" in text
    assert "/feeds/country/AM.ics" in text
    assert "/feeds/kind/workshop.ics" in text
    text = chosen(client, "country=AM&state=held&q=wine&organiser=1")
    assert "No feed is narrowed by: Words, State, Organiser." in text
    text = chosen(client, "state=held")
    assert "/feeds/all.ics" in text
    assert "This one holds more" in text


@pytest.mark.parametrize("sort", [sort for sort in ENDPOINTS if sort != "all"])
@pytest.mark.parametrize("value", ["nonsense", "%00", "99999999999999999999", "<b>", "x" * 3000, "-1", "٣"])
def test_what_there_is_no_feed_of_is_said(client: FlaskClient, world: World, sort: str, value: str) -> None:
    text = chosen(client, f"{sort}={value}")
    assert "There is no feed for everybody of" in text or value == "%00"

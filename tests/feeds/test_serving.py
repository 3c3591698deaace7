"""How feeds are served: the same answer to every program, and 304 for as long as nothing changed."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.robotparser import RobotFileParser

import icalendar
import pytest
import time_machine

from app.core.access import SYSTEM, Role
from app.events import services
from app.events.models import EventKind, EventState, Visibility
from app.feeds import queries
from app.feeds.bodies import Bodies
from tests.accounts.people import arrive, statements, work
from tests.feeds.calendars import ALL, cancel, change, enter, move, titles
from tests.readers import READERS, complaints_of_libical

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.events.world import World

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
REPEATED = ("ETag", "Last-Modified", "Cache-Control", "Vary", "X-Robots-Tag")
EVERY_FEED = [ALL, "/feeds/country/AM.ics", "/feeds/mc/AM-03.ics", "/feeds/kind/round_table.ics"]
OFTEN_EMPTY = ["/feeds/country/GE.ics", "/feeds/mc/GE-01.ics", "/feeds/kind/workshop.ics"]


def changed_at(response: TestResponse) -> datetime:
    return parsedate_to_datetime(response.headers["Last-Modified"])


def test_a_feed_says_that_it_is_a_calendar_and_shows_inline(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    for path in EVERY_FEED:
        full, head = client.get(path), client.head(path)
        assert full.data.startswith(b"BEGIN:VCALENDAR\r\n")
        assert head.data == b""
        for response in (full, head):
            assert response.status_code == 200
            assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
            assert response.headers["Content-Disposition"].startswith('inline; filename="')
            assert response.headers["Content-Disposition"].endswith('.ics"')
            assert response.headers["X-Robots-Tag"] == "noindex"
            assert response.headers["Cache-Control"] == "public, max-age=900"
            assert response.headers["Content-Length"] == str(len(full.data))


ODD_HEADERS: list[dict[str, str]] = [
    {},
    {"Accept": "*/*"},
    {"Accept": "text/calendar"},
    {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"},
    {"Accept": "application/json"},
    {"User-Agent": "Unheard-of/0.1"},
    {"User-Agent": ""},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Basic %%%"},
    {"Authorization": "Basic dTpw"},
    {"Authentication-Token": "junk"},
    {"HX-Request": "true"},
    {"Accept-Language": "de", "Cookie": "session=junk"},
    {"Range": "bytes=0-10"},
]


def test_every_program_gets_the_same_answer_and_no_cookie(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    expected = client.get(ALL)
    for headers in ODD_HEADERS:
        response = app.test_client().get(ALL, headers=headers)
        assert response.status_code == 200, headers
        assert response.data == expected.data, headers
        assert dict(response.headers) == dict(expected.headers), headers
        assert "Set-Cookie" not in response.headers, headers
    assert expected.headers["Vary"] == "Accept-Encoding"


def test_whoever_is_signed_in_gets_the_public_feed_of_everybody(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world, link="https://meet.example/room")
    expected = client.get(ALL).data
    signed_in = app.test_client()
    arrive(app, signed_in, Role.COORDINATOR)
    with statements(app) as seen:
        response = signed_in.get(ALL)
    assert (response.data, len(seen)) == (expected, 1)
    assert "Set-Cookie" not in response.headers


def test_a_feed_has_three_statements_at_most_and_an_unchanged_one_has_one(
    app: Flask, client: FlaskClient, world: World
) -> None:
    event_id = enter(app, world)
    for title in ("Another", "And another"):
        with statements(app) as first:
            tag = client.get(ALL).headers["ETag"]
        with statements(app) as again:
            assert client.get(ALL).headers["ETag"] == tag
        with statements(app) as conditional:
            assert client.get(ALL, headers={"If-None-Match": tag}).status_code == 304
        assert (len(first) <= 3, len(again), len(conditional)) == (True, 1, 1)
        change(app, event_id, title={"en": title})


def test_a_program_that_has_the_feed_is_told_so(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    full = client.get(ALL)
    for form in ("{}", "W/{}", '"other", {}', 'W/"other",W/{}', "*"):
        known = client.get(ALL, headers={"If-None-Match": form.format(full.headers["ETag"])})
        assert (known.status_code, known.data) == (304, b""), form
        assert [known.headers[name] for name in REPEATED] == [full.headers[name] for name in REPEATED]


def test_a_program_with_another_version_gets_the_feed(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    for tag in ('"other"', "", "junk", '"', 'W/"', "**", "\xff", ", ,"):
        assert client.get(ALL, headers={"If-None-Match": tag}).status_code == 200, tag


def test_a_tag_decides_before_a_date(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    full = client.get(ALL)
    date, tag = full.headers["Last-Modified"], full.headers["ETag"]
    other = {"If-None-Match": '"other"', "If-Modified-Since": date}
    assert client.get(ALL, headers=other).status_code == 200
    old = {"If-None-Match": tag, "If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}
    assert client.get(ALL, headers=old).status_code == 304


def test_a_date_alone_decides_to_the_second(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    date = client.get(ALL).headers["Last-Modified"]
    known = client.get(ALL, headers={"If-Modified-Since": date})
    assert (known.status_code, known.headers["Last-Modified"]) == (304, date)
    before = (parsedate_to_datetime(date) - timedelta(seconds=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert client.get(ALL, headers={"If-Modified-Since": before}).status_code == 200


def test_a_date_that_cannot_be_read_is_none(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    for date in ("", "yesterday", "0", "Mon, 99 Foo 2099 99:99:99 GMT", "9" * 400, "\xff"):
        assert client.get(ALL, headers={"If-Modified-Since": date}).status_code == 200, date


def test_a_head_request_is_conditional_too(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    tag = client.get(ALL).headers["ETag"]
    assert client.head(ALL, headers={"If-None-Match": tag}).status_code == 304


def test_packed_and_plain_are_the_same_octets(app: Flask, client: FlaskClient, world: World) -> None:
    for number in range(70):
        enter(app, world, title={"en": f"Round table {number} – žluťoučký"})
    plain, packed = client.get(ALL), client.get(ALL, headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert len(packed.data) < len(plain.data) / 5
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_packed_and_plain_have_tags_of_their_own_and_each_is_known(
    app: Flask, client: FlaskClient, world: World
) -> None:
    enter(app, world)
    plain, packed = client.get(ALL), client.get(ALL, headers=GZIP)
    assert plain.headers["ETag"] != packed.headers["ETag"]
    for tag in (plain.headers["ETag"], packed.headers["ETag"]):
        known = client.get(ALL, headers={"If-None-Match": tag, **GZIP})
        assert (known.status_code, known.headers["ETag"]) == (304, packed.headers["ETag"])


def test_a_program_that_does_not_unpack_gets_plain_octets(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    for refusing in ("gzip;q=0", "identity", "br", ""):
        response = client.get(ALL, headers={"Accept-Encoding": refusing})
        assert "Content-Encoding" not in response.headers, refusing
        assert response.data.startswith(b"BEGIN:VCALENDAR")


def test_a_minute_later_the_octets_are_the_same(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    first = client.get(ALL)
    app.extensions["feeds"] = Bodies()
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        later = client.get(ALL)
    assert later.data == first.data
    assert [later.headers[name] for name in REPEATED] == [first.headers[name] for name in REPEATED]


def test_the_date_of_a_feed_only_ever_advances(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world)
    steps = [
        lambda: change(app, event_id, title={"en": "Another"}),
        lambda: change(app, event_id, venue="Another hall"),
        lambda: move(app, event_id, EventState.PLANNED),
        lambda: cancel(app, event_id),
        lambda: move(app, event_id, EventState.PLANNED),
        lambda: change(app, event_id, visibility=Visibility.CONSORTIUM),
        lambda: change(app, event_id, visibility=Visibility.PUBLIC),
        lambda: enter(app, world, title={"en": "A second one"}),
    ]
    seen = [client.get(ALL)]
    with time_machine.travel(datetime.now(UTC), tick=False):  # all of it within one second
        for step in steps:
            step()
            seen.append(client.get(ALL))
    dates = [changed_at(response) for response in seen]
    assert dates == sorted(set(dates))
    assert len({response.headers["ETag"] for response in seen}) == len({response.data for response in seen}) == 9


def test_what_leaves_one_feed_advances_its_date(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world)
    left, entered = EVERY_FEED[:2] + EVERY_FEED[3:], ["/feeds/country/GE.ics", "/feeds/kind/workshop.ics"]
    before = {path: client.get(path) for path in (*left, *entered)}
    change(app, event_id, kind=EventKind.WORKSHOP, country="GE")
    for path, response in before.items():
        after = client.get(path)
        assert changed_at(after) > changed_at(response), path
        assert after.headers["ETag"] != response.headers["ETag"]
    assert titles(client, "/feeds/kind/round_table.ics") == titles(client, "/feeds/country/AM.ics") == []


def test_a_feed_that_nothing_changed_in_stays_known(app: Flask, client: FlaskClient, world: World) -> None:
    event_id = enter(app, world)
    elsewhere = ["/feeds/country/GE.ics", "/feeds/kind/deadline.ics", "/feeds/mc/GE-01.ics"]
    tags = {path: client.get(path).headers["ETag"] for path in elsewhere}
    change(app, event_id, title={"en": "Another"})
    for path, tag in tags.items():
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_several_events_in_one_transaction_advance_the_date_once(app: Flask, client: FlaskClient, world: World) -> None:
    moment = datetime.now(UTC)
    with time_machine.travel(moment, tick=False), work(app):
        for number in range(5):
            services.plan(SYSTEM, world.deadline(title={"en": f"{number}"}, visibility=Visibility.PUBLIC))
    assert changed_at(client.get(ALL)) == moment.replace(microsecond=0)
    assert len(titles(client)) == 5


def test_an_empty_feed_is_valid(app: Flask, client: FlaskClient, world: World) -> None:
    for path in (ALL, *OFTEN_EMPTY):
        response = client.get(path)
        assert response.status_code == 200
        calendar = icalendar.Calendar.from_ical(response.data)
        assert [component.name for component in calendar.subcomponents] == ["VTIMEZONE"]
        assert complaints_of_libical(response.data) == []
        for read in READERS.values():
            assert read(response.data) == []
        assert client.get(path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["country/AM", "mc/AM-03"])
def test_a_code_in_small_letters_leads_to_the_one_address(client: FlaskClient, world: World, name: str) -> None:
    answer = client.get(f"/feeds/{name.lower()}.ics")
    assert (answer.status_code, answer.location) == (301, f"/feeds/{name}.ics")
    assert client.get(f"/feeds/{name.lower()}.ics", follow_redirects=True).data == client.get(f"/feeds/{name}.ics").data


def test_what_there_is_no_feed_of_is_not_found(app: Flask, client: FlaskClient, world: World) -> None:
    for path in ("country/XX", "kind/party", "mc/XX-99", "cluster/1"):
        answer = client.get(f"/feeds/{path}.ics")
        assert (answer.status_code, answer.mimetype) == (404, "text/plain"), path
        assert "Set-Cookie" not in answer.headers


def test_search_engines_may_read_feeds_but_not_list_them(app: Flask, client: FlaskClient) -> None:
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").get_data(as_text=True).splitlines())
    for path in (ALL, "/feeds/my/secret.ics", "/events/1.ics", "/feeds/"):
        assert robots.can_fetch("Googlebot", path)
    assert client.get(ALL).headers["X-Robots-Tag"] == "noindex"


def test_a_program_may_ask_as_often_as_it_likes(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    assert {client.get(ALL).status_code for _time in range(300)} == {200}


def test_every_feed_has_a_name_an_identifier_and_an_address_of_its_own(
    app: Flask, client: FlaskClient, world: World
) -> None:
    paths = (*EVERY_FEED, *OFTEN_EMPTY)
    calendars = [icalendar.Calendar.from_ical(client.get(path).data) for path in paths]
    for name in ("NAME", "X-WR-CALNAME", "X-WR-CALDESC", "UID", "SOURCE"):
        assert len({str(calendar[name]) for calendar in calendars}) == len(paths), name
    assert [str(calendar["SOURCE"]) for calendar in calendars] == [f"http://localhost{path}" for path in paths]
    assert str(calendars[1]["NAME"]) == "BEM – Armenia"
    assert {str(calendar["URL"]) for calendar in calendars} == {"http://localhost/feeds/"}
    again = icalendar.Calendar.from_ical(client.get(ALL).data)
    assert again["UID"] == calendars[0]["UID"]


def test_a_reader_never_gets_a_version_with_entries_of_the_next(
    app: Flask, client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = enter(app, world)
    read_places = queries.places

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.undo()
        change(app, event_id, title={"en": "Changed while somebody read"})
        for number in range(70):
            enter(app, world, title={"en": f"Added while somebody read {number}"})
        return read_places(*arguments)

    monkeypatch.setattr(queries, "places", meanwhile)
    early = client.get(ALL)
    assert b"while" not in early.data
    late = client.get(ALL)
    assert late.headers["ETag"] != early.headers["ETag"]
    assert late.data.count(b"while somebody read") == 71


def test_the_page_about_feeds_offers_addresses_and_says_how_long_programs_take(app: Flask, client: FlaskClient) -> None:
    page = client.get("/feeds/").get_data(as_text=True)
    assert "http://localhost<wbr>/feeds/all.ics" in page
    assert 'href="webcal://localhost/feeds/all.ics"' in page
    assert "From URL" in page
    assert "?cid=" not in page
    for program in ("Google Calendar", "Apple Calendar", "Outlook", "Thunderbird", "Nextcloud"):
        assert program in page
    assert "Once or twice a day" in page

"""Month and week: narrowed as the list is, with the ways between the three."""

from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM
from app.events import services
from app.events.models import EventKind, EventState, Visibility
from tests.accounts.people import statements, work
from tests.conftest import Backend
from tests.events.conftest import Entered, SignIn
from tests.events.world import World
from tests.page import Page

PUBLIC = {"visibility": Visibility.PUBLIC}
DAY = date(2025, 5, 14)
VIEWS = ("/events/month", "/events/week")


@pytest.fixture
def several(backend: Backend, world: World) -> dict[str, int]:
    """Events of one week, by a short name."""
    return backend.begin_with(one_week, world)


def one_week(world: World) -> dict[str, int]:
    of_may = {"starts_on": DAY, **PUBLIC}
    facts = {
        "table": world.consultation(
            kind=EventKind.ROUND_TABLE, consultation_type=None, **of_may,
            title={"en": "Round table", "hy": "Կլոր սեղան"}, series={"en": "Round tables"},
        ),
        "talk": world.consultation(
            **of_may, country="GE", organiser=None, microcredentials=(), title={"en": "Talk"}, zone="Asia/Tbilisi"
        ),
        "due": world.deadline(**of_may, title={"en": "Due"}),
        "closed": world.consultation(starts_on=DAY, title={"en": "Among ourselves"}),
    }  # fmt: skip
    states = {"table": EventState.CONFIRMED}
    return {name: services.plan(SYSTEM, one, states.get(name, EventState.PLANNED)).id for name, one in facts.items()}


def shown(browser: FlaskClient, address: str, several: dict[str, int]) -> set[str]:
    """The short names of the events on a page."""
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return {name for name, key in several.items() if f'href="/events/{key}"' in answer.text}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"table", "talk", "due"}),
        ("kind=round_table", {"table"}),
        ("country=GE", {"talk"}),
        ("mc=am-03", {"table"}),
        ("mc=XX-99", set()),
        ("series=1", {"table"}),
        ("state=planned", {"talk", "due"}),
        ("q=սեղան", {"table"}),
        ("country=GE&kind=round_table", set()),
        ("cluster=4711", set()),
        ("series=9999999999999999999", set()),
        ("kind=party&country=XX", {"table", "talk", "due"}),
    ],
)
def test_month_and_week_are_narrowed_by_the_filters_of_the_list(
    client: FlaskClient, several: dict[str, int], view: str, query: str, found: set[str]
) -> None:
    assert shown(client, f"{view}?day=2025-05-14&{query}", several) == found
    assert shown(client, f"/events/?{query}", several) == found


@pytest.mark.parametrize("view", VIEWS)
def test_a_reader_sees_what_the_list_shows(sign_in: SignIn, several: dict[str, int], view: str) -> None:
    address = f"{view}?day=2025-05-14"
    assert "closed" in shown(sign_in("lead"), address, several)
    assert "closed" in shown(sign_in("guest"), address, several)  # whose organisation takes part
    assert "closed" not in shown(sign_in("public"), address, several)


ODD = ("nonsense", "2025-13-45", "0001-01-01", "9999-12-31", "２０２５-05-14", "%00", "2025-05", "'", "1" * 300)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["day", "month", "zone", "kind", "country", "state", "cluster", "series", "organiser"])
def test_what_is_not_understood_is_said_and_never_an_error(
    client: FlaskClient, world: World, view: str, name: str
) -> None:
    for text in ODD:
        answer = client.get(f"{view}?{name}={text}")
        assert answer.status_code == 200, text
        is_month = name == "month" and text == "2025-05"
        assert ("was not understood" in answer.text) is (text != "%00" and not is_month), (name, text)


@pytest.mark.parametrize("view", VIEWS)
def test_the_day_before_none_is_todays_page(client: FlaskClient, world: World, view: str) -> None:
    assert client.get(f"{view}?day=nonsense").text.count("12 May 2025") >= 1
    assert 'aria-current="date"' in client.get(view).text


@pytest.mark.parametrize("view", ["/events/", *VIEWS])
def test_the_ways_between_the_views_keep_filters_and_day(client: FlaskClient, world: World, view: str) -> None:
    page = Page(client.get(f"{view}?country=AM&kind=workshop&mc=AM-03&day=2025-05-14"))
    ways = [link for link in page.links.values() if link.startswith("/events/") and "day=2025-05-14" in link]
    for target in ("/events/?", "/events/month?", "/events/week?"):
        assert any(
            link.startswith(target) and "country=AM" in link and "kind=workshop" in link and "mc=AM-03" in link
            for link in ways
        ), (target, ways)
    assert "/feeds/?kind=workshop&country=AM&mc=AM-03#chosen" in page.links.values()


def test_the_list_from_a_day_on_is_read_from_that_day(client: FlaskClient, several: dict[str, int]) -> None:
    assert shown(client, "/events/?day=2025-05-14&sort=date", several) == {"table", "talk", "due"}
    assert shown(client, "/events/?day=2025-05-15", several) == set()


def test_the_neighbours_of_a_week_and_a_month_keep_the_filters(client: FlaskClient, world: World) -> None:
    week = client.get("/events/week?country=AM&day=2025-05-14&zone=Asia/Tbilisi").text
    for day in ("2025-05-05", "2025-05-19"):
        assert f'href="/events/week?country=AM&amp;day={day}&amp;zone=Asia%2FTbilisi"' in week
    month = client.get("/events/month?country=AM&day=2025-05-14").text
    for day in ("2025-04-01", "2025-06-01"):
        assert f'href="/events/month?country=AM&amp;day={day}"' in month


@pytest.mark.parametrize("edge", ["2001-01-01", "2099-12-31"])
@pytest.mark.parametrize("view", VIEWS)
def test_pages_at_the_edge_of_the_calendar_open(client: FlaskClient, world: World, view: str, edge: str) -> None:
    assert client.get(f"{view}?day={edge}").status_code == 200


def test_times_of_the_week_are_those_of_the_readers_clock(client: FlaskClient, several: dict[str, int]) -> None:
    text = client.get("/events/week?day=2025-05-14").text
    assert "12:00–15:00" in text
    assert "there 14:00–17:00 (UTC+4)" in text
    at_place = client.get("/events/week?day=2025-05-14&zone=Asia/Yerevan").text
    assert "14:00–17:00" in at_place
    assert "there 14:00" not in at_place


def test_somebody_of_one_country_has_its_clock(sign_in: SignIn, several: dict[str, int]) -> None:
    text = sign_in("lead").get("/events/week?day=2025-05-14").text
    assert "Clock: Yerevan (UTC+4)" in text
    assert "Clock: Berlin (UTC+2)" in sign_in("admin").get("/events/week?day=2025-05-14").text


def test_an_event_late_in_the_evening_stands_on_the_readers_day(
    world: World, client: FlaskClient, entered: Entered
) -> None:
    entered(world.consultation, EventState.PLANNED, starts_on=date(2025, 5, 18), starts_time=time(0, 30),
            ends_time=time(1, 30), **PUBLIC)  # fmt: skip
    page = Page(client.get("/events/week?day=2025-05-14"))
    assert "22:30–23:30" in page.text


@pytest.mark.parametrize("view", VIEWS)
def test_a_cancelled_event_stays_visible(
    app: Flask, client: FlaskClient, world: World, several: dict[str, int], view: str
) -> None:
    from tests.feeds.calendars import cancel

    cancel(app, several["talk"])
    text = client.get(f"{view}?day=2025-05-14").text
    assert '<span class="cancelled">Talk</span>' in text


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_costs_the_same_however_much_happens(
    app: Flask, client: FlaskClient, world: World, several: dict[str, int], view: str
) -> None:
    address = f"{view}?day=2025-05-14"
    client.get(address)
    with statements(app) as of_few:
        client.get(address)
    with work(app):
        for _time in range(30):
            services.plan(SYSTEM, world.deadline(starts_on=DAY, **PUBLIC))
    with statements(app) as of_many:
        client.get(address)
    assert len(of_few) == len(of_many) <= 4


@pytest.mark.parametrize("view", VIEWS)
def test_the_results_alone_answer_a_partial_request(client: FlaskClient, world: World, view: str) -> None:
    answer = client.get(view, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert answer.text.lstrip().startswith('<div id="results">')

"""Pages on which events are read."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core.access import SYSTEM, Role
from app.core.database import writing
from app.events import services
from app.events.invitations import services as invitations
from app.events.invitations.models import EventInvitation
from app.events.invitations.services import Recipient
from app.events.models import Event, EventKind, EventState, Visibility
from app.extensions import db
from app.microcredentials.models import MicroCredential
from app.stakeholders.models import Organisation
from tests.accounts.people import arrive, work
from tests.events.conftest import Entered, SignIn
from tests.events.world import NEXT_WEEK, World
from tests.page import Page

SECRET_LINK = "https://meet.example.org/secret"
PUBLIC = {"visibility": Visibility.PUBLIC}


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    with app.app_context():
        engine = db.engine
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_the_page_of_an_event_tells_everything(world: World, sign_in: SignIn, entered: Entered) -> None:
    key = entered(
        world.consultation,
        **PUBLIC,
        summary={"en": "They need sixty hours."},
        women=8,
        men=4,
        undisclosed=1,
        total=13,
    )
    text = sign_in("lead").get(f"/events/{key}").text
    for part in (
        "Needs of textile workshops",
        "6 May 2025, 14:00–17:00 (UTC+4)",
        "Employment centre, Vanadzor",
        "Pattern on Fabric",
        "Tekstil Lori",
        "They need sixty hours.",
        "13",
        "Held",
    ):
        assert part in text


def test_visitors_read_what_is_public_without_names_that_are_not(
    world: World, client: FlaskClient, entered: Entered
) -> None:
    key = entered(world.consultation, **PUBLIC, link="https://meet.example.org/secret")
    text = client.get(f"/events/{key}").text
    assert "Lori College" in text
    assert "Tekstil Lori" not in text
    assert "and 1 that is not public" in text
    assert "meet.example.org" not in text
    assert "History" not in text


@pytest.mark.parametrize(
    ("who", "is_shown"),
    [("admin", True), ("foreign editor", True), ("expert", True), ("guest", False), ("public", False)],
)
def test_the_link_to_join_is_for_the_consortium_and_who_takes_part(
    world: World, sign_in: SignIn, entered: Entered, who: str, is_shown: bool
) -> None:
    key = entered(world.consultation, EventState.PLANNED, **PUBLIC, starts_on=NEXT_WEEK, link=SECRET_LINK)
    browser = sign_in(who)
    assert (SECRET_LINK in browser.get(f"/events/{key}").text) is is_shown
    file = browser.get(f"/events/{key}.ics").text.replace("\r\n ", "")
    assert (SECRET_LINK in file) is (who in ("admin", "foreign editor", "expert"))


def test_a_guest_who_is_invited_reads_the_link_to_join(
    app: Flask, world: World, client: FlaskClient, entered: Entered
) -> None:
    key = entered(world.consultation, EventState.PLANNED, **PUBLIC, starts_on=NEXT_WEEK, link=SECRET_LINK)
    arrive(app, client, Role.STAKEHOLDER, email="guest@example.org", country="AM")
    assert SECRET_LINK not in client.get(f"/events/{key}").text
    with work(app) as session:
        event = session.get_one(Event, key)
        invitations.invite(SYSTEM, event, [Recipient(name="Guest", email="Guest@example.org")], language="en")
    assert SECRET_LINK in client.get(f"/events/{key}").text
    with work(app) as session:
        invitation = session.query(EventInvitation).one()
        invitations.withdraw(SYSTEM, invitation, invitation.version)
    assert SECRET_LINK not in client.get(f"/events/{key}").text


def test_the_page_is_in_the_readers_language(client: FlaskClient, world: World, entered: Entered) -> None:
    key = entered(world.consultation, **PUBLIC, title={"hy": "Կլոր սեղան"})
    text = client.get(f"/events/{key}", headers={"Accept-Language": "de"}).text
    assert "6. Mai 2025, 14:00–17:00 (UTC+4)" in text
    assert '<span class="fallback" lang="hy">Կլոր սեղան</span>' in text


@pytest.mark.parametrize("who", ["public", "lead"])
def test_the_event_page_costs_the_same_whatever_it_concerns(
    app: Flask, world: World, sign_in: SignIn, entered: Entered, who: str
) -> None:
    few = entered(world.consultation, **PUBLIC)
    with app.app_context(), writing():
        event = services.log(SYSTEM, world.consultation(**PUBLIC))
        everybody = list(db.session.scalars(sa.select(Organisation)))
        everything = list(db.session.scalars(sa.select(MicroCredential)))
        facts = world.consultation(**PUBLIC, organisations=everybody, microcredentials=everything)
        services.edit(SYSTEM, event, event.version, facts)
        db.session.commit()
        many = event.id
    browser = sign_in(who)
    browser.get(f"/events/{few}")
    with counted(app) as of_few:
        browser.get(f"/events/{few}")
    with counted(app) as of_many:
        browser.get(f"/events/{many}")
    statements = [sent for sent in of_few if not sent.startswith("BEGIN")]
    assert len(of_few) == len(of_many)
    assert len(statements) <= (5 if who == "public" else 6), statements


def test_the_list_costs_the_same_whatever_its_length(
    app: Flask, world: World, sign_in: SignIn, entered: Entered
) -> None:
    entered(world.consultation)
    browser = sign_in("lead")
    browser.get("/events/")
    with counted(app) as of_one:
        assert browser.get("/events/").status_code == 200
    for _time in range(6):
        entered(world.consultation)
    browser.get("/events/")
    with counted(app) as of_seven:
        browser.get("/events/")
    assert len(of_one) == len(of_seven) <= 6


def rows_of(browser: FlaskClient, query: str = "") -> list[dict[str, str]]:
    """The rows of the list's CSV."""
    text = browser.get(f"/events/?format=csv&{query}").get_data(as_text=True).lstrip("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def several(world: World, entered: Entered) -> dict[str, int]:
    """Events of several kinds, countries and states by a short name."""
    return {
        "held": entered(world.consultation),
        "planned": entered(
            world.consultation,
            EventState.PLANNED,
            kind=EventKind.MEETING,
            consultation_type=None,
            starts_on=NEXT_WEEK,
            title={"en": "=HYPERLINK(1)", "uk": "Зустріч у Києві"},
            country="GE",
            organiser=None,
            microcredentials=(),
            **PUBLIC,
        ),
        "deadline": entered(world.deadline, EventState.PLANNED),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"held", "planned", "deadline"}),
        ("period=past", {"held"}),
        ("period=upcoming", {"planned", "deadline"}),
        ("kind=meeting", {"planned"}),
        ("country=GE", {"planned"}),
        ("state=held", {"held"}),
        ("mc=am-03", {"held"}),
        ("q=kyievi", {"planned"}),
        ("q=vanadzor", {"held", "planned"}),
        ("q=nothing+at+all", set()),
        ("state=&page=-3&sort=nonsense", {"held", "planned", "deadline"}),
    ],
)
def test_the_list_is_narrowed_by_its_filters(sign_in: SignIn, several: dict[str, int], query: str, found: set) -> None:
    browser = sign_in("admin")
    assert browser.get(f"/events/?{query}").status_code == 200
    assert {int(row["id"]) for row in rows_of(browser, query)} == {several[name] for name in found}


def test_a_code_that_is_none_is_said(sign_in: SignIn, several: dict[str, int]) -> None:
    browser = sign_in("admin")
    page = Page(browser.get("/events/?mc=ZZ-99%00"))
    assert "“ZZ-99” was not understood as “Micro-credential”, so this is shown instead: nothing." in page.text
    assert browser.get("/events/?mc=ZZ-99&format=csv").status_code != 200


@pytest.mark.parametrize("query", ["kind=nonsense", "country=XX", "period=never", "colour=red", "organiser=999999"])
def test_a_file_of_what_nobody_understands_is_refused(sign_in: SignIn, several: dict[str, int], query: str) -> None:
    browser = sign_in("admin")
    assert browser.get(f"/events/?{query}").status_code == 200
    assert browser.get(f"/events/?{query}&format=csv").status_code == 422


def test_the_list_is_narrowed_by_its_organiser(world: World, sign_in: SignIn, several: dict[str, int]) -> None:
    browser = sign_in("admin")
    assert "Lori College" in browser.get("/events/").text
    assert [row["id"] for row in rows_of(browser, f"organiser={world.school}")] == [str(several["held"])]


def test_exports_hold_iso_times_codes_and_no_formulas(sign_in: SignIn, several: dict[str, int]) -> None:
    rows = {int(row["id"]): row for row in rows_of(sign_in("admin"))}
    held, planned = rows[several["held"]], rows[several["planned"]]
    assert (held["date"], held["end"]) == ("2025-05-06T14:00:00+04:00", "2025-05-06T17:00:00+04:00")
    assert (held["microcredentials"], held["organisations"], held["organiser"]) == ("AM-03", "1", "Lori College")
    assert planned["title"] == "'=HYPERLINK(1)"
    assert sign_in("admin").get("/events/?format=xlsx").data.startswith(b"PK")


def test_the_list_shows_visitors_only_what_is_public(client: FlaskClient, several: dict[str, int]) -> None:
    assert {int(row["id"]) for row in rows_of(client)} == {several["planned"]}
    assert f"/events/{several['held']}" not in client.get("/events/").text


def test_the_results_alone_answer_a_partial_request(client: FlaskClient, several: dict[str, int]) -> None:
    answer = client.get("/events/", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert answer.text.lstrip().startswith('<div id="results">')
    assert "HX-Request" in answer.headers["Vary"]


def test_the_month_shows_each_day_of_an_event(world: World, client: FlaskClient, entered: Entered) -> None:
    from datetime import date

    key = entered(
        world.consultation,
        starts_on=date(2025, 4, 30),
        ends_on=date(2025, 5, 2),
        starts_time=None,
        ends_time=None,
        **PUBLIC,
    )
    assert client.get("/events/month?month=2025-05").text.count(f'href="/events/{key}"') == 2
    assert client.get("/events/month?month=2025-04").text.count(f'href="/events/{key}"') == 1
    assert client.get("/events/month?month=2025-06").text.count(f'href="/events/{key}"') == 0


@pytest.mark.parametrize("month", ["", "2025-13", "0000-00", "99999-01", "%00"])
def test_a_month_that_is_none_is_the_present_one(client: FlaskClient, month: str) -> None:
    answer = client.get(f"/events/month?month={month}")
    assert answer.status_code == 200
    assert "May 2025" in answer.text


def test_the_consortium_is_asked_about_what_is_past_and_still_planned(
    world: World, client: FlaskClient, sign_in: SignIn, entered: Entered
) -> None:
    key = entered(world.consultation, EventState.PLANNED, **PUBLIC)
    assert "Was it held?" in sign_in("lead").get(f"/events/{key}").text
    assert "Was it held?" not in client.get(f"/events/{key}").text


@pytest.mark.parametrize("key", ["999999", "0"])
def test_an_event_that_does_not_exist_is_not_there(client: FlaskClient, key: str) -> None:
    assert client.get(f"/events/{key}").status_code == 404


def test_an_absurd_number_is_not_there_either(client: FlaskClient) -> None:
    assert client.get("/events/99999999999999999999").status_code == 404

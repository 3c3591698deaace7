"""Hosts, work packages and seats of an event: entered, shown, found, refused in place."""

from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.access import SYSTEM
from app.core.errors import Refused
from app.events import queries, rules, services
from app.events.ical_facts import published_facts
from app.events.models import Event, EventState, Format, Visibility
from app.extensions import db
from app.stakeholders.models import Organisation
from tests.events.conftest import Entered, SignIn
from tests.events.world import World


@pytest.mark.parametrize(
    ("held", "onsite", "online", "fields"),
    [
        (Format.HYBRID, 40, 100, []),
        (None, None, None, []),
        (Format.ONSITE, 1, None, []),
        (Format.ONSITE, 40, 100, ["online_seats"]),
        (Format.ONLINE, 40, 100, ["onsite_seats"]),
        (Format.HYBRID, 0, -1, ["onsite_seats", "online_seats"]),
        (Format.HYBRID, rules.MOST_SEATS + 1, None, ["onsite_seats"]),
    ],
)
def test_seats_are_where_people_meet(held: Format | None, onsite: int, online: int, fields: list[str]) -> None:
    wrong: list[str] = []
    try:
        rules.check_seats(held, onsite, online)
    except rules.SeatsWrong as refused:
        wrong = list(refused.messages)
    assert wrong == fields


def test_a_host_sees_what_it_hosts_and_can_be_looked_for(session: Session, world: World) -> None:
    facts = world.consultation(organisations=[], women=3)
    hosted = services.log(SYSTEM, facts)
    guest = world.actors["guest"]
    assert session.query(Event.id).where(queries.visible_to(guest)).all() == []
    with_host = world.consultation(organisations=[], women=3, hosts=[db.session.get_one(Organisation, world.company)])
    services.edit(SYSTEM, hosted, hosted.version, with_host)
    assert queries.event(guest, hosted.id) is hosted
    assert [row.name for row in queries.hosts_of(SYSTEM, hosted)] == ["Tekstil Lori"]
    assert "Tekstil Lori" in [row.name for row in queries.organisers(SYSTEM)]


def test_a_draft_with_hosts_can_be_deleted(session: Session, world: World) -> None:
    draft = services.plan(
        SYSTEM, world.deadline(hosts=[db.session.get_one(Organisation, world.company)]), EventState.DRAFT
    )
    services.delete(SYSTEM, draft, draft.version)
    assert session.get(Event, draft.id) is None


def test_calendars_say_which_work_packages_it_belongs_to(app: Flask, session: Session, world: World) -> None:
    event = services.log(SYSTEM, world.consultation(work_packages=["WP3", "WP6"]))
    facts = published_facts(event, app.config["CONSORTIUM"], "https://portal.example")
    assert facts is not None
    assert "Work packages: WP3, WP6" in facts.description


def test_seats_of_no_number_are_refused_at_their_field(session: Session, world: World) -> None:
    with pytest.raises(Refused) as refused:
        services.log(SYSTEM, world.consultation(onsite_seats=0))
    assert list(refused.value.messages) == ["onsite_seats"]


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [
        (date(2025, 3, 29), date(2025, 3, 31), 2 * 24 + 8 - 1),  # the clocks go forward
        (date(2025, 10, 25), date(2025, 10, 27), 2 * 24 + 8 + 1),  # and back
        (date(2025, 6, 10), date(2025, 6, 12), 2 * 24 + 8),
    ],
)
def test_several_days_keep_the_clock_of_their_place(
    session: Session, world: World, first: date, last: date, hours: int
) -> None:
    facts = world.consultation(
        zone="Europe/Podgorica", starts_on=first, ends_on=last, starts_time=time(9), ends_time=time(17), country="ME"
    )
    event = services.plan(SYSTEM, facts)
    assert (event.starts_time, event.ends_time) == (time(9), time(17))
    assert (event.starts_on, event.ends_on) == (first, last)
    assert event.starts_at is not None
    assert event.ends_at is not None
    assert (event.ends_at - event.starts_at).total_seconds() / 3600 == hours


# ---- Pages ----


@pytest.fixture
def lead(sign_in: SignIn) -> FlaskClient:
    return sign_in("lead")


def test_hosts_packages_and_seats_go_through_the_form_to_page_list_and_file(
    app: Flask, lead: FlaskClient, entered: Entered, world: World
) -> None:
    key = entered(world.consultation, visibility=Visibility.PUBLIC)
    with app.app_context():
        version = db.session.get_one(Event, key).version
    typed = {
        "version": version,
        "title-en": "Needs",
        "starts_on": "2025-05-06",
        "zone": "Asia/Yerevan",
        "format": "onsite",
        "city": "Vanadzor",
        "country": "AM",
        "organiser": world.school,
        "hosts": [world.company, world.school],
        "organisations": world.company,
        "microcredentials": world.pattern,
        "work_packages": ["WP3", "WP6"],
        "onsite_seats": "40",
        "visibility": "public",
    }
    answer = lead.post(f"/events/{key}/edit", data=typed | {"online_seats": "5", "work_packages": ["WP3"]})
    assert answer.status_code == 422
    assert "It takes place on site" in answer.text
    assert lead.post(f"/events/{key}/edit", data=typed | {"work_packages": ["WP99"]}).status_code == 422
    assert lead.post(f"/events/{key}/edit", data=typed).status_code == 303
    page = app.test_client().get(f"/events/{key}").text
    assert all(word in page for word in ("WP3, WP6", "Hosts", "Seats on site"))
    for asked in (f"organiser={world.company}", "wp=WP6"):
        assert "Needs" in lead.get(f"/events/?{asked}").text
    for asked in (f"organiser={world.agency}", "wp=WP1"):
        assert "Needs" not in lead.get(f"/events/?{asked}").text
    file = lead.get("/events/?format=csv").text
    assert "Lori College; Tekstil Lori" in file
    assert "WP3 WP6" in file

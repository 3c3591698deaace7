"""When we last spoke with an organisation, and with whom we lose touch."""

from datetime import date, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.core.access import SYSTEM, Role
from app.engagement import contact
from app.engagement.models import Engagement
from app.events.models import Visibility
from app.events.services import cancel, log, plan
from app.extensions import db
from app.stakeholders.models import Organisation
from tests.accounts.people import arrive, statements, work
from tests.engagement.conftest import Mapped
from tests.events.world import LAST_WEEK, NEXT_WEEK, World, build
from tests.page import open_page

LONG_AGO = date(2024, 9, 2)


@pytest.fixture
def small(session: Session) -> World:
    """The small consortium in the test's own session."""
    return build()


def last(actor, *keys: int) -> dict[int, date]:
    """The last contacts as the actor may know them."""
    return dict(contact.last_contact_of(db.session.connection(), actor, keys))


def test_taking_part_and_organising_are_both_contact(small: World) -> None:
    log(SYSTEM, small.consultation())
    assert last(SYSTEM, small.school, small.company, small.agency) == {
        small.school: LAST_WEEK,
        small.company: LAST_WEEK,
    }


def test_what_is_planned_or_cancelled_is_no_contact(small: World) -> None:
    plan(SYSTEM, small.consultation(starts_on=NEXT_WEEK))
    called_off = plan(SYSTEM, small.consultation())
    cancel(SYSTEM, called_off, called_off.version, "Snow")
    assert last(SYSTEM, small.company) == {}


def test_a_talk_that_is_not_open_to_the_reader_is_not_told_by_its_day(small: World) -> None:
    log(SYSTEM, small.consultation(visibility=Visibility.PRIVATE))
    assert last(small.actors["foreign lead"], small.company) == {}
    assert last(small.actors["coordinator"], small.company) == {small.company: LAST_WEEK}


def test_a_history_is_one_statement_newest_first_with_what_comes(app: Flask, small: World) -> None:
    company = db.session.get_one(Organisation, small.company)
    log(SYSTEM, small.consultation(starts_on=LONG_AGO, starts_time=time(9), ends_time=time(10)))
    log(SYSTEM, small.consultation())
    plan(SYSTEM, small.consultation(starts_on=NEXT_WEEK))
    with statements(app) as seen:
        history = contact.history(SYSTEM, company)
    assert len(seen) == 1
    assert [row.starts_on for row in history.events] == [NEXT_WEEK, LAST_WEEK, LONG_AGO]
    assert (history.count, history.last_contact) == (3, LAST_WEEK)
    assert history.days_since(date(2025, 5, 12)) == 6


def test_the_page_of_an_organisation_tells_its_contacts(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app):
        log(SYSTEM, world.consultation())
    arrive(app, client)
    page = open_page(client, f"/stakeholders/{world.company}")
    assert "Last contact 6 days ago" in page.text
    assert "Needs of textile workshops" in page.text


def test_the_next_step_logs_a_consultation_with_this_organisation(app: Flask, client: FlaskClient, world: World):
    arrive(app, client)
    page = open_page(client, f"/stakeholders/{world.company}")
    form = open_page(client, page.links["Log a consultation"]).form("Save")
    assert form.values["organisations"] == [str(world.company)]
    assert form.values["kind"] == ["consultation"]


@pytest.mark.parametrize("key", ["x", "-1", "99999", "9" * 30, "²"])
def test_an_odd_organisation_in_a_link_to_the_log_is_none(app: Flask, client: FlaskClient, world: World, key: str):
    arrive(app, client)
    assert "organisations" not in open_page(client, f"/events/log?organisation={key}").form("Save").values


def test_we_lose_touch_with_whom_it_would_cost_something(
    app: Flask, client: FlaskClient, world: World, mapped: Mapped
) -> None:
    with work(app):
        log(SYSTEM, world.consultation(starts_on=LONG_AGO))
    mapped(engagement=Engagement.ENGAGED)
    mapped(organisation=world.agency, country="GE")  # contacted, and not to be managed closely
    mapped(organisation=world.coordinator, country="DE", influence=4, interest=5)
    arrive(app, client)
    names = lambda path: [cell.get_text() for cell in open_page(client, path).select("tbody th a")]  # noqa: E731
    assert names("/engagement/touch/") == ["SBG Dresden", "Tekstil Lori"]
    assert names("/engagement/touch/?country=AM") == ["Tekstil Lori"]
    assert names("/engagement/touch/?days=300") == ["SBG Dresden"]
    assert names("/engagement/touch/?mc=AM-03") == []


@pytest.mark.parametrize("days", ["0", "-1", "x", "1e9", "99999999999", "²"])
def test_an_odd_number_of_days_is_none(app: Flask, client: FlaskClient, world: World, mapped: Mapped, days: str):
    mapped(engagement=Engagement.COMMITTED)
    arrive(app, client)
    open_page(client, f"/engagement/touch/?days={days}")


def test_losing_touch_costs_the_same_however_many_there_are(app: Flask, client: FlaskClient, mapped: Mapped) -> None:
    mapped(engagement=Engagement.ENGAGED)
    arrive(app, client)
    counts = []
    for number in range(2):
        with work(app) as session:
            session.add_all(organisations(number * 60))
            session.flush()
            keys = [organisation.id for organisation in session.query(Organisation).filter_by(country="ME")]
        for key in keys:
            mapped(organisation=key, country="ME", engagement=Engagement.ENGAGED)
        client.get("/engagement/touch/")
        with statements(app) as seen:
            open_page(client, "/engagement/touch/")
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 6


def organisations(count: int) -> list[Organisation]:
    """Companies of Montenegro."""
    return [
        Organisation(name=f"Company {n}", name_key=f"company {n}", search_key="", category="company", country="ME")
        for n in range(count)
    ]


def test_stakeholders_do_not_see_with_whom_we_lose_touch(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.STAKEHOLDER)
    assert client.get("/engagement/touch/").status_code == 403

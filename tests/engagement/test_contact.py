"""When we last spoke with an organisation, and with whom we lose touch."""

from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.access import SYSTEM, Role
from app.engagement import contact
from app.engagement.models import Engagement
from app.events.attendance.models import Attendance, Presence
from app.events.models import Event, Visibility
from app.events.services import cancel, log, plan
from app.extensions import db
from app.stakeholders.consent import ConsentAct, ConsentFacts, ConsentPurpose, ConsentWay, record_consent
from app.stakeholders.models import LawfulBasis, Organisation
from app.stakeholders.services import AffiliationFacts
from tests.accounts.people import arrive, statements, work
from tests.engagement.conftest import Mapped
from tests.events.world import LAST_WEEK, NEXT_WEEK, World, build
from tests.page import Page, open_page
from tests.stakeholders.register import person

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


def came(event: Event, state: Presence = Presence.PRESENT, **who: Any) -> None:
    """Somebody on the list of an event."""
    row = Attendance(event=event, name="Ana", **who)
    db.session.add(row)
    db.session.flush()
    row.move_to(state, SYSTEM)
    db.session.flush()


def test_who_was_there_counts_for_whom_they_came_or_spoke_on_that_day(small: World) -> None:
    school, agency = (db.session.get_one(Organisation, key) for key in (small.school, small.agency))
    event = log(SYSTEM, small.consultation(starts_on=LONG_AGO))
    then = AffiliationFacts(agency, {}, date(2024, 1, 1), date(2024, 12, 31))
    speaks = person("Ana", SYSTEM, then, AffiliationFacts(school, {}, date(2025, 1, 1)))
    assert last(SYSTEM, small.agency) == {}
    came(event, Presence.EXCUSED, organisation=agency)
    came(event, person=speaks, organisation_name="Somebody else")
    assert last(SYSTEM, small.agency) == {}
    came(event, person=speaks)
    assert last(SYSTEM, small.agency) == {small.agency: LONG_AGO}
    later = log(SYSTEM, small.consultation())
    came(later, organisation=agency)
    assert last(SYSTEM, small.agency) == {small.agency: LAST_WEEK}
    assert [row.id for row in contact.history(SYSTEM, agency).events] == [later.id, event.id]


def test_who_hosted_had_contact(small: World) -> None:
    event = log(SYSTEM, small.consultation())
    event.hosts = [db.session.get_one(Organisation, small.agency)]
    db.session.flush()
    assert last(SYSTEM, small.agency) == {small.agency: LAST_WEEK}


def test_somebody_of_the_register_who_came_unasked_is_contact(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app) as session:
        agency = session.get_one(Organisation, world.agency)
        key = person("Nino", SYSTEM, AffiliationFacts(agency, {}), family_name="Kapanadze").id
        event = log(SYSTEM, world.consultation()).id
    arrive(app, client)
    form = open_page(client, f"/events/{event}/attendance/new").form("Put on the list")
    data = {**form.values, "person": str(key)}
    assert client.post(f"/events/{event}/attendance/new", data=data).status_code == 303
    assert "Nino Kapanadze" in open_page(client, f"/events/{event}/attendance").text
    with work(app):
        assert last(SYSTEM, world.agency) == {world.agency: LAST_WEEK}


def test_a_history_is_one_statement_newest_first_with_what_comes(app: Flask, small: World) -> None:
    company = db.session.get_one(Organisation, small.company)
    log(SYSTEM, small.consultation(starts_on=LONG_AGO, starts_time=time(9), ends_time=time(10)))
    log(SYSTEM, small.consultation())
    plan(SYSTEM, small.consultation(starts_on=NEXT_WEEK))
    with statements(app) as seen:
        history = contact.history(SYSTEM, company)
    assert len(seen) == 1
    assert [row.starts_on for row in history.events] == [NEXT_WEEK, LAST_WEEK, LONG_AGO]
    assert (history.count, history.coming, history.last_contact) == (2, 1, LAST_WEEK)
    assert history.days_since(date(2025, 5, 12)) == 6


def test_the_page_of_an_organisation_tells_its_contacts(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app):
        log(SYSTEM, world.consultation())
        plan(SYSTEM, world.consultation(starts_on=NEXT_WEEK))
    arrive(app, client)
    page = open_page(client, f"/stakeholders/{world.company}")
    assert "Last contact 6 days ago · 1 to come" in page.text
    assert "Needs of textile workshops" in page.text


def test_the_next_step_logs_a_consultation_with_this_organisation(app: Flask, client: FlaskClient, world: World):
    arrive(app, client)
    page = open_page(client, f"/stakeholders/{world.company}")
    form = open_page(client, page.links["Log a consultation"]).form("Save")
    assert form.values["organisations"] == [str(world.company)]
    assert form.values["kind"] == ["consultation"]


def test_who_had_left_counts_for_whom_they_speak_on_the_day(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app) as session:
        school, agency = (session.get_one(Organisation, key) for key in (world.school, world.agency))
        ended = AffiliationFacts(agency, {}, None, date(2025, 4, 30))
        left = person("Nino", SYSTEM, ended).id
        moved = person("Lali", SYSTEM, ended, AffiliationFacts(school, {}, date(2025, 5, 1))).id
        event = log(SYSTEM, world.consultation(organiser=None)).id
    arrive(app, client)
    path = f"/events/{event}/attendance/new"
    form = lambda: open_page(client, path).form("Put on the list")  # noqa: E731
    add = lambda **data: client.post(path, data={**form().values, **data})  # noqa: E731
    assert add(person=str(left)).status_code == 303
    assert add(person=str(moved)).status_code == 303
    forged = add(person=str(left), organisation=str(world.agency))
    assert forged.status_code == 422
    assert "Nino did not speak for this organisation on 6 May 2025." in Page(forged).text
    with work(app) as session:
        stored = session.scalars(select(Attendance.organisation_id).order_by(Attendance.id)).all()
        assert stored == [None, world.school]
        assert last(SYSTEM, world.agency, world.school) == {world.school: LAST_WEEK}


def test_who_withdrew_consent_is_put_on_no_new_list(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app):
        agreed: Any = {"consent_on": LONG_AGO, "consent_for": [ConsentPurpose.CONTACT], "consent_way": ConsentWay.FORM}
        somebody = person("Nino", SYSTEM, lawful_basis=LawfulBasis.CONSENT, **agreed)
        said: Any = {"purposes": agreed["consent_for"], "on_day": LAST_WEEK, "way": ConsentWay.SPOKEN}
        record_consent(SYSTEM, somebody, ConsentFacts(act=ConsentAct.WITHDRAWN, **said))
        key, event = somebody.id, log(SYSTEM, world.consultation()).id
    arrive(app, client)
    form = open_page(client, f"/events/{event}/attendance/new").form("Put on the list")
    answer = client.post(f"/events/{event}/attendance/new", data={**form.values, "person": str(key)})
    assert answer.status_code == 422
    assert "No consent of Nino stands any more: these data are to be erased." in Page(answer).text


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

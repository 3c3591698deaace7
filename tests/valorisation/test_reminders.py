"""Reminders of plan items: when, to whom, in which language, each once, and until when; and the lead's weekly mail."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import User
from app.core import clock, outbox
from app.core.access import SYSTEM, Role
from app.core.database import writing
from app.core.mail import Mail
from app.core.outbox import Job
from app.dashboard.digest.content import Digest, digest_of
from app.extensions import db
from app.valorisation import services as plans
from app.valorisation.evidence import services as proving
from app.valorisation.evidence.models import ProofKind
from app.valorisation.items import services
from app.valorisation.items.models import ItemState, PlanItem
from app.valorisation.models import ActionPlan, PlanState
from app.valorisation.reminders import jobs, queries
from app.valorisation.reminders.rules import Occasion, occasion, window
from app.valorisation.reminders.services import choose
from tests.accounts.people import arrive, person, statements, work
from tests.events.world import World
from tests.page import Page, open_page
from tests.stakeholders.register import person as known_person
from tests.valorisation.conftest import Made, On
from tests.valorisation.test_items import added, held, said

S = PlanState
TO_APPROVED = (S.IN_CONSULTATION, S.APPROVED)
DUE = date(2025, 8, 20)
Items = Callable[..., int]


@pytest.fixture
def item(app: Flask, world: World, made: Made) -> Items:
    """An approved plan of Armenia with one more item, due on 20 August 2025; answers its key."""

    def build(*states: PlanState, **changes: Any) -> int:
        key = made(*(states or TO_APPROVED))
        with work(app):
            plan = db.session.get_one(ActionPlan, key)
            for each in db.session.scalars(select(PlanItem).where(PlanItem.plan_id == key)):
                services.move(SYSTEM, each, each.version, ItemState.CANCELLED, "Only one is looked at")
            return added(app, world, plan, **{"due_on": DUE, **changes}).id

    return build


def look(app: Flask, times: int = 2) -> None:
    """Look ahead and write, more than once."""
    for _again in range(times):
        with work(app) as session:
            jobs.look(session, {})
        outbox.drain(app)


def told(app: Flask) -> list[tuple[str, str]]:
    """The reminders that were written: to whom, and the subject."""
    with app.app_context():
        written = db.session.scalars(select(Mail).where(Mail.subject.contains("three companies")).order_by(Mail.id))
        return [(mail.recipient, mail.subject) for mail in written]


@pytest.mark.parametrize(
    ("days", "wanted"),
    [
        (-8, None),
        (-7, Occasion.AHEAD),
        (-1, Occasion.AHEAD),
        (0, Occasion.DAY),
        (6, Occasion.DAY),
        (7, Occasion.PAST),
        (13, Occasion.PAST),
        (14, None),
    ],
)
def test_the_occasion_follows_from_the_day(days: int, wanted: Occasion | None) -> None:
    today = DUE + timedelta(days=days)
    assert occasion(DUE, today) is wanted
    first, last = window(today)
    assert (first <= DUE <= last) is (wanted is not None)


def test_who_answers_is_told_before_on_and_after_the_day_and_each_once(
    app: Flask, partner: str, item: Items, on: On
) -> None:
    item()
    for days, count in ((-8, 0), (-7, 1), (-6, 1), (-1, 1), (0, 2), (1, 2), (7, 3), (8, 3), (20, 3), (90, 3)):
        on(DUE + timedelta(days=days))
        look(app)
        assert len(told(app)) == count, days
    assert {recipient for recipient, _subject in told(app)} == {partner}
    with app.app_context():
        written = list(db.session.scalars(select(Mail).where(Mail.subject.contains("three companies"))))
    assert all("20. August 2025" in mail.text for mail in written)
    assert all("/account/weekly-mail/" in mail.text for mail in written)
    assert {mail.language for mail in written} == {"de"}


def test_a_worker_that_stood_still_makes_up_for_it_once(app: Flask, partner: str, item: Items, on: On) -> None:
    item()
    on(DUE - timedelta(days=3))
    look(app)
    assert len(told(app)) == 1
    on(DUE + timedelta(days=60))
    look(app)
    assert len(told(app)) == 1


def test_they_stop_when_it_is_done_and_when_it_is_dropped(
    app: Flask, world: World, partner: str, item: Items, on: On
) -> None:
    key = item()
    on(DUE - timedelta(days=7))
    look(app)
    with work(app):
        one = db.session.get_one(PlanItem, key)
        proving.add(SYSTEM, one, [(ProofKind.EVENT, held(world).id)])
        services.finish(SYSTEM, one, one.version, DUE - timedelta(days=8))
    on(DUE)
    look(app)
    assert len(told(app)) == 1
    with work(app):
        one = db.session.get_one(PlanItem, key)
        services.move(SYSTEM, one, one.version, ItemState.IN_PROGRESS, "It was not")
        services.move(SYSTEM, one, one.version, ItemState.CANCELLED, "Nobody wants it")
    look(app)
    assert len(told(app)) == 1


def test_they_follow_when_the_day_moves(app: Flask, world: World, partner: str, item: Items, on: On) -> None:
    key = item()
    on(DUE - timedelta(days=7))
    look(app)
    with work(app):
        one = db.session.get_one(PlanItem, key)
        facts = said(world, due_on=DUE + timedelta(days=30), move_reason="Holidays")
        services.edit(SYSTEM, one, one.version, facts, app.config["CONSORTIUM"])
    on(DUE)
    look(app)
    assert len(told(app)) == 1
    on(DUE + timedelta(days=23))
    look(app)
    assert len(told(app)) == 2


def test_what_was_arranged_is_looked_at_again_before_it_is_written(
    app: Flask, partner: str, item: Items, on: On
) -> None:
    key = item()
    on(DUE)
    with work(app) as session:
        jobs.look(session, {})
        one = db.session.get_one(PlanItem, key)
        services.move(SYSTEM, one, one.version, ItemState.CANCELLED, "Just now")
    outbox.drain(app)
    assert not told(app)
    with app.app_context():
        states = db.session.scalars(select(Job.state).where(Job.kind == jobs.PERSON)).all()
    assert [state.value for state in states] == ["done"]


@pytest.mark.usefixtures("partner")
@pytest.mark.parametrize("states", [(), (S.IN_CONSULTATION,), (*TO_APPROVED, S.ARCHIVED)])
def test_nobody_is_reminded_of_what_was_not_promised_or_has_ended(
    app: Flask, world: World, made: Made, on: On, states: tuple[PlanState, ...]
) -> None:
    key = made(*states[:2])
    with work(app):
        plan = db.session.get_one(ActionPlan, key)
        added(app, world, plan, due_on=DUE)
        for state in states[2:]:
            plans.move(SYSTEM, plan, plan.version, state, "Over")
    on(DUE)
    look(app)
    assert not told(app)


def test_the_person_comes_first_then_the_organisation_the_plan_the_lead(
    app: Flask, world: World, item: Items, on: On
) -> None:
    on(DUE)
    key = item()
    with work(app) as session:
        person(session, Role.COUNTRY_LEAD, email="lead@example.org", country="AM")
        person(session, Role.COUNTRY_LEAD, email="elsewhere@example.org", country="GE")
        person(session, Role.COORDINATOR, email="all@example.org")
        person(session, Role.LGE_MEMBER, email="ani@example.org", country="AM", organisation_id=world.school)
        one = db.session.get_one(PlanItem, key)
        one.person, one.organisation_id = known_person("Ani", email="Ani@Example.org"), world.company

        def keepers() -> list[str]:
            db.session.flush()
            return [user.email for user in queries.keepers(one, queries.readers())]

        assert keepers() == ["ani@example.org"]
        one.person = None
        assert keepers() == ["lead@example.org"]
        person(session, Role.PARTNER_EDITOR, email="p@example.org", country="AM", organisation_id=world.school)
        assert keepers() == ["p@example.org"]
        person(session, Role.PARTNER_EDITOR, email="c@example.org", country="AM", organisation_id=world.company)
        assert keepers() == ["c@example.org"]


def test_whoever_does_not_want_them_gets_none(app: Flask, client: FlaskClient, world: World, item: Items, on: On):
    arrive(app, client, Role.PARTNER_EDITOR, country="AM", organisation_id=world.school)
    item()
    on(DUE - timedelta(days=7))
    page = open_page(client, "/account/weekly-mail/")
    assert page.form("Save").values["reminders"] == ["on"]
    page = Page(page.form("Save").submit(client, follow=True, reminders="off"))
    assert page.form("Save").values["reminders"] == ["off"]
    look(app)
    assert not told(app)
    wrong = page.form("Save").submit(client, reminders="sometimes")
    assert wrong.status_code == 422
    with work(app) as session:
        choose(session.scalars(select(User)).one().actor, is_wanted=True)
    look(app)
    assert len(told(app)) == 1


def test_the_lead_reads_in_the_weekly_mail_what_presses_in_the_country(
    app: Flask, client: FlaskClient, item: Items, on: On
) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    key = item()

    def digest(role: Role, **scope: Any) -> Digest:
        with app.test_request_context(), writing():
            user = person(db.session, role, email=f"{role.value}@example.org", **scope)
            found = digest_of(user.actor, clock.today(), clock.now())
            db.session.rollback()
            return found

    on(DUE - timedelta(days=8))
    assert not digest(Role.COUNTRY_LEAD, country="AM").plans
    on(DUE + timedelta(days=1))
    mine = digest(Role.COUNTRY_LEAD, country="AM")
    assert [(one.country, one.late, one.soon) for one in mine.plans] == [("AM", 1, 0)]
    assert (mine.late, mine.is_empty) == (1, False)
    assert not digest(Role.COUNTRY_LEAD, country="GE").plans
    assert not digest(Role.AUDITOR).plans
    assert [one.country for one in digest(Role.COORDINATOR).plans] == ["AM"]
    page = open_page(client, "/account/weekly-mail/")
    assert "Plan of Armenia: 1 late, 0 due within a week" in page.text
    assert f"/valorisation/items/{key}" in page.html
    open_page(client, "/account/weekly-mail/").form("Send it to me now").submit(client)
    with app.app_context():
        mail = db.session.scalars(select(Mail).order_by(Mail.id.desc())).first()
        assert mail is not None
        assert f"/valorisation/items/{key}" in mail.text
        assert "Plan of Armenia: 1 late" in (mail.html or "")


def test_a_morning_asks_as_often_for_thirty_items_as_for_one(
    app: Flask, world: World, partner: str, item: Items, on: On
) -> None:
    key = item()
    on(DUE - timedelta(days=1))
    look(app)

    def asked() -> int:
        with work(app), statements(app) as seen:
            items = queries.due(clock.today())
            users = queries.readers()
            assert all(queries.keepers(one, users) for one in items)
        return len(seen)

    few = asked()
    with work(app):
        plan = db.session.get_one(PlanItem, key).plan
        for number in range(29):
            added(app, world, plan, due_on=DUE, title={"en": f"Another {number}"})
    assert asked() == few

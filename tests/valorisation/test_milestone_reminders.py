"""Reminders of milestones: of those that come due, and of what was reached and runs out."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock, outbox
from app.core.access import SYSTEM, Role
from app.core.database import writing
from app.core.mail import Mail
from app.core.outbox import Job
from app.dashboard.digest.content import digest_of
from app.extensions import db
from app.microcredentials.models import MicroCredential, MicroCredentialState
from app.stakeholders.models import Organisation
from app.valorisation.reminders import jobs, milestones
from app.valorisation.reminders.queries import readers
from app.valorisation.reminders.rules import Occasion, runs_out
from app.valorisation.reminders.services import choose
from app.valorisation.tracks import services
from app.valorisation.tracks.models import Milestone, MilestoneKind, MilestoneState
from app.valorisation.tracks.services import MilestoneFacts
from tests.accounts.people import arrive, person, statements, work
from tests.events.world import World
from tests.page import open_page
from tests.valorisation.conftest import NOW, On
from tests.valorisation.test_reminders import look
from tests.valorisation.test_tracks import planned, prove

K, S = MilestoneKind, MilestoneState
DUE = date(2025, 8, 20)
LAST = date(2026, 3, 31)


def build(app: Flask, world: World, **changes: Any) -> int:
    """A milestone of the micro-credential that the school develops, planned for 20 August 2025; answers its key."""
    with work(app):
        design = db.session.get_one(MicroCredential, world.pattern)
        design.developers = [db.session.get_one(Organisation, world.school)]
        return planned(world, day=DUE, **changes).id


def reached(app: Flask, world: World, until: date | None = LAST) -> int:
    """The same, reached on 12 May 2025 and valid until a day."""
    key = build(app, world, valid_until=until)
    with work(app):
        found = db.session.get_one(Milestone, key)
        prove(world, found)
        services.reach(SYSTEM, found, found.version, NOW)
    return key


def told(app: Flask) -> list[str]:
    """The subjects of the reminders that were written about the micro-credential."""
    with app.app_context():
        return list(db.session.scalars(select(Mail.subject).where(Mail.subject.contains("AM-03")).order_by(Mail.id)))


@pytest.mark.parametrize(
    ("left", "wanted"),
    [
        (91, None),
        (90, Occasion.RUNS_OUT),
        (31, Occasion.RUNS_OUT),
        (30, Occasion.RUNS_OUT_SOON),
        (0, Occasion.RUNS_OUT_SOON),
        (-1, None),
    ],
)
def test_what_runs_out_is_told_ninety_and_thirty_days_before(left: int, wanted: Occasion | None) -> None:
    assert runs_out(LAST, LAST - timedelta(days=left)) is wanted


def test_who_develops_it_is_told_before_on_and_after_the_day_and_each_once(
    app: Flask, world: World, partner: str, on: On
) -> None:
    build(app, world)
    for days, count in ((-8, 0), (-7, 1), (-2, 1), (0, 2), (7, 3), (8, 3), (30, 3)):
        on(DUE + timedelta(days=days))
        look(app)
        assert len(told(app)) == count, days
    with app.app_context():
        written = list(db.session.scalars(select(Mail).where(Mail.subject.contains("AM-03"))))
    assert {mail.recipient for mail in written} == {partner}
    assert {mail.language for mail in written} == {"de"}
    assert all("20. August 2025" in mail.text and "/valorisation/milestones/" in mail.text for mail in written)
    assert all("/account/weekly-mail/" in mail.text for mail in written)


@pytest.mark.usefixtures("partner")
def test_they_stop_when_it_is_reached_and_when_it_is_withdrawn(app: Flask, world: World, on: On) -> None:
    keys = [build(app, world), build(app, world, kind=K.SUBMITTED)]
    on(DUE - timedelta(days=7))
    look(app)
    assert len(told(app)) == 2
    with work(app):
        done, dropped = (db.session.get_one(Milestone, key) for key in keys)
        prove(world, done)
        services.reach(SYSTEM, done, done.version, NOW)
        services.move(SYSTEM, dropped, dropped.version, S.WITHDRAWN, "Another way was found")
    on(DUE)
    look(app)
    assert len(told(app)) == 2


@pytest.mark.usefixtures("partner")
def test_they_follow_when_the_day_moves_and_go_nowhere_of_what_is_retired(app: Flask, world: World, on: On) -> None:
    key = build(app, world)
    on(DUE - timedelta(days=7))
    look(app)
    with work(app):
        found = db.session.get_one(Milestone, key)
        later = MilestoneFacts(planned_on=DUE + timedelta(days=30), move_reason="The body asked for more")
        services.edit(SYSTEM, found, found.version, later)
    on(DUE)
    look(app)
    assert len(told(app)) == 1
    on(DUE + timedelta(days=30))
    look(app)
    assert len(told(app)) == 2
    with work(app):
        for state in (MicroCredentialState.DRAFT, MicroCredentialState.RETIRED):
            db.session.get_one(Milestone, key).microcredential.move_to(state, SYSTEM)
    on(DUE + timedelta(days=37))
    look(app)
    assert len(told(app)) == 2


@pytest.mark.usefixtures("partner")
def test_what_was_reached_and_runs_out_is_told_twice(app: Flask, world: World, on: On) -> None:
    reached(app, world)
    for left, count in ((91, 0), (90, 1), (60, 1), (30, 2), (29, 2), (0, 2), (-1, 2)):
        on(LAST - timedelta(days=left))
        look(app)
        assert len(told(app)) == count, left
    with app.app_context():
        written = list(db.session.scalars(select(Mail).where(Mail.subject.contains("AM-03"))))
    assert all("31. März 2026" in mail.text for mail in written)


@pytest.mark.usefixtures("partner")
@pytest.mark.parametrize("follows", ["planned", "longer", "for good"])
def test_nobody_is_told_of_what_runs_out_where_the_same_follows(app: Flask, world: World, on: On, follows: str) -> None:
    reached(app, world)
    if follows == "planned":
        build(app, world)
    else:
        reached(app, world, LAST + timedelta(days=365) if follows == "longer" else None)
    on(LAST - timedelta(days=30))
    look(app)
    assert not told(app)


def test_the_developers_come_first_then_the_lead_then_whoever_planned_it(app: Flask, world: World) -> None:
    key = build(app, world)
    with work(app) as session:
        person(session, Role.COUNTRY_LEAD, email="lead@example.org", country="AM")
        person(session, Role.COUNTRY_LEAD, email="elsewhere@example.org", country="GE")
        author = person(session, Role.COORDINATOR, email="all@example.org")
        found = db.session.get_one(Milestone, key)

        def keepers() -> list[str]:
            return [user.email for user in milestones.keepers(found, readers())]

        assert keepers() == ["lead@example.org"]
        person(session, Role.PARTNER_EDITOR, email="p@example.org", country="AM", organisation_id=world.school)
        assert keepers() == ["p@example.org"]
        found.created_by_id = author.id
        for user in readers():
            user.active = user.id == author.id
        session.flush()
        assert keepers() == ["all@example.org"]


def test_whoever_does_not_want_them_gets_none_and_nor_does_anybody_else_instead(
    app: Flask, world: World, partner: str, on: On
) -> None:
    build(app, world)
    with work(app) as session:
        person(session, Role.COUNTRY_LEAD, email="lead@example.org", country="AM")
        user = next(one for one in readers() if one.email == partner)
        choose(user.actor, is_wanted=False)
    on(DUE)
    look(app)
    assert not told(app)


@pytest.mark.usefixtures("partner")
def test_what_was_arranged_is_looked_at_again_before_it_is_written(app: Flask, world: World, on: On) -> None:
    key = build(app, world)
    on(DUE)
    with work(app) as session:
        jobs.look(session, {})
        found = db.session.get_one(Milestone, key)
        services.move(SYSTEM, found, found.version, S.WITHDRAWN, "Just now")
    outbox.drain(app)
    assert not told(app)
    with app.app_context():
        states = db.session.scalars(select(Job.state).where(Job.kind == jobs.MILESTONE)).all()
    assert [state.value for state in states] == ["done"]


def test_a_morning_asks_as_often_for_many_milestones_as_for_one(app: Flask, world: World, partner: str, on: On) -> None:
    build(app, world)
    on(DUE)

    def asked() -> tuple[int, int]:
        with work(app), statements(app) as seen:
            users, found = readers(), milestones.due(clock.today())
            assert all([user.email for user in milestones.keepers(one, users)] == [partner] for one in found)
        return len(seen), len(found)

    assert (few := asked())[1] == 1
    with work(app):
        wine = db.session.get_one(MicroCredential, world.wine)
        wine.country, wine.developers = "AM", [db.session.get_one(Organisation, world.school)]
        for kind in (K.SUBMITTED, K.IMPLEMENTED, K.EMPLOYER_VALIDATED):
            services.plan(SYSTEM, wine, kind, MilestoneFacts(planned_on=DUE))
            planned(world, kind, DUE)
    assert asked() == (few[0], 7)


def test_the_weekly_mail_says_what_presses_among_the_milestones_one_may_change(
    app: Flask, client: FlaskClient, world: World, on: On
) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    key = build(app, world)

    def pressing(day: date, role: Role, **scope: Any) -> tuple[int, int]:
        on(day)
        with app.test_request_context(), writing():
            user = person(db.session, role, email=f"{role.value}@example.org", **scope)
            found = digest_of(user.actor, clock.today(), clock.now()).milestones
            db.session.rollback()
            return found.late, found.soon

    lead: Any = {"role": Role.COUNTRY_LEAD, "country": "AM"}
    assert pressing(DUE - timedelta(days=8), **lead) == (0, 0)
    assert pressing(DUE - timedelta(days=7), **lead) == (0, 1)
    assert pressing(DUE, **lead) == (0, 1)
    assert pressing(DUE + timedelta(days=1), **lead) == (1, 0)
    assert pressing(DUE + timedelta(days=1), Role.PARTNER_EDITOR, organisation_id=world.school, country="AM") == (1, 0)
    assert pressing(DUE + timedelta(days=1), Role.PARTNER_EDITOR, organisation_id=world.company, country="AM") == (0, 0)
    assert pressing(DUE + timedelta(days=1), Role.COUNTRY_LEAD, country="GE") == (0, 0)
    assert pressing(DUE + timedelta(days=1), Role.AUDITOR) == (0, 0)
    page = open_page(client, "/account/weekly-mail/")
    assert "Milestones of micro-credentials: 1 late, 0 due or running out soon" in page.text
    page.form("Send it to me now").submit(client)
    with app.app_context():
        mail = db.session.scalars(select(Mail).order_by(Mail.id.desc()).limit(1)).one()
        for text in (mail.text, mail.html or ""):
            assert f"/valorisation/milestones/{key}" in text
            assert "Milestones of micro-credentials: 1 late" in text


def test_the_weekly_mail_says_what_runs_out_within_a_month(app: Flask, world: World, on: On) -> None:
    key = reached(app, world)
    for left, rows in ((31, []), (30, [(key, LAST, False)]), (0, [(key, LAST, False)]), (-1, [])):
        on(LAST - timedelta(days=left))
        with app.app_context():
            found = milestones.pressing(SYSTEM, clock.today())
            assert [(row.id, row.day, row.is_open) for row in found.rows] == rows
            assert (found.late, found.soon) == (0, len(rows))

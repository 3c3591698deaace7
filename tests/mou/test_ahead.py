"""Memoranda that end soon: who is told by mail, when, how often; what the front page and the weekly mail say."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.core import outbox
from app.core.access import SYSTEM, Role
from app.core.mail import Mail
from app.core.outbox import Job
from app.dashboard.digest.content import Digest
from app.dashboard.matters import Urgency, matters_of
from app.extensions import db
from app.mou import ahead, ending, keeping, queries, rules
from app.mou.ending import TerminationFacts
from app.mou.models import Mou
from app.valorisation.reminders.milestones import Pressing
from tests.accounts.people import mails, person, work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import conclude
from tests.mou.signing.way import kinds
from tests.page import open_page

Running = Callable[..., int]
On = Callable[[date], None]
FIRST, LAST = date(2025, 6, 1), date(2027, 5, 31)


def told(app: Flask) -> list[Mail]:
    """The reminders that were written."""
    return [mail for mail in mails(app) if mail.subject in ("A memorandum ends soon", "Eine Vereinbarung endet bald")]


def look(app: Flask, times: int = 2) -> None:
    """Look ahead, more than once."""
    for _again in range(times):
        with work(app) as session:
            ahead.look(session, {})


@pytest.fixture
def partner(app: Flask, world: World) -> str:
    """Somebody who may act for the school, which looks after memoranda here."""
    with work(app) as session:
        user = person(
            session, Role.PARTNER_EDITOR, email="partner@example.org", country="AM", organisation_id=world.school
        )
        user.language = "de"
        return user.email


@pytest.fixture
def owned(app: Flask, world: World, running: Running) -> Callable[..., int]:
    """Have a memorandum in force that the school looks after."""

    def make(**changes: Any) -> int:
        key = running(**changes)
        with work(app):
            db.session.get_one(Mou, key).owner_id = world.school
        return key

    return make


def test_the_partner_is_told_90_and_30_days_before_and_each_once(
    app: Flask, partner: str, owned: Running, on: On
) -> None:
    key = owned()
    for days, count in ((91, 0), (90, 1), (89, 1), (31, 1), (30, 2), (1, 2), (0, 2)):
        on(LAST - timedelta(days=days))
        look(app)
        assert len(told(app)) == count, days
    assert {mail.recipient for mail in told(app)} == {partner}
    assert kinds(app, key).count("reminded") == 2
    assert "BEM-MoU" not in told(app)[0].subject
    assert "31. Mai 2027" in told(app)[0].text


def test_what_goes_on_by_itself_is_told_of_before_the_last_day_of_notice(
    app: Flask, partner: str, owned: Running, on: On
) -> None:
    owned(auto_renew=True, notice_days=60)
    on(LAST - timedelta(days=60 + 91))
    look(app)
    assert not told(app)
    on(LAST - timedelta(days=60 + 90))
    look(app)
    assert "1. April 2027" in told(app)[0].text


def test_one_that_fails_keeps_neither_the_others_nor_the_next_morning(
    app: Flask, partner: str, owned: Running, on: On, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = owned()
    with work(app):
        mou = db.session.get_one(Mou, first)
        other = ending.renew(SYSTEM, mou, mou.version)
        other.renews, other.effective_from, other.is_open_ended = None, None, False
        db.session.flush()  # Which raises the version, as every change does; a form would have been opened after it.
        conclude(other)
        second = other.id
    on(LAST - timedelta(days=29))
    with work(app) as session:
        due = {mou.id for mou, _by in queries.ending(SYSTEM, LAST - timedelta(days=29))}
        assert due == {first, second}
        written = ahead.remind

        def fails(mou: Mou, days: int, by: date) -> None:
            written(mou, days, by)
            if mou.id == min(due):
                raise ValueError("a fault")

        monkeypatch.setattr(ahead, "remind", fails)
        session.execute(delete(Job))
        session.commit()
        outbox.enqueue(session, ahead.LOOK, {})
        outbox.run_one(session)
    assert len(told(app)) == 1
    with app.app_context():
        waiting = db.session.scalars(select(Job).where(Job.kind == ahead.LOOK).order_by(Job.id)).all()
        assert [job.last_error for job in waiting] == ["ValueError: a fault", None]


def test_nobody_is_told_of_what_is_terminated_or_renewed(app: Flask, partner: str, owned: Running, on: On) -> None:
    key, other = owned(), None
    with work(app):
        mou = db.session.get_one(Mou, key)
        other = ending.renew(SYSTEM, mou, mou.version)
        on(LAST - timedelta(days=80))
        assert queries.ending(SYSTEM, LAST - timedelta(days=80)), "a draft does not renew it yet"
        conclude(other)
        assert not [one for one, _by in queries.ending(SYSTEM, LAST - timedelta(days=80)) if one.id == key]
    look(app)
    assert not told(app)


def test_what_was_terminated_is_not_told_of(app: Flask, partner: str, owned: Running, on: On) -> None:
    key = owned()
    with work(app):
        mou = db.session.get_one(Mou, key)
        facts = TerminationFacts(reason="No", notice_on=FIRST, last_day=date(2025, 8, 1), is_agreed=True)
        ending.terminate(SYSTEM, mou, mou.version, facts)
    on(date(2025, 7, 10))
    look(app)
    assert not told(app)


def test_without_people_of_the_partner_those_of_the_country_are_told(app: Flask, running: Running, on: On) -> None:
    running()
    with work(app) as session:
        person(session, Role.COUNTRY_LEAD, email="am@example.org", country="AM")
        person(session, Role.COUNTRY_LEAD, email="ge@example.org", name="Nino", country="GE")
        person(session, Role.AUDITOR, email="auditor@example.org", name="Aud")
        closed = person(session, Role.COUNTRY_LEAD, email="gone@example.org", name="Gone", country="AM")
        closed.active = False
    on(LAST - timedelta(days=29))
    look(app)
    assert [mail.recipient for mail in told(app)] == ["am@example.org"]


@pytest.mark.parametrize(
    ("left", "lasts", "expected"),
    [(91, 700, None), (90, 700, 90), (31, 700, 90), (30, 700, 30), (0, 700, 30), (-1, 700, None), (50, 60, None)],
)
def test_when_a_reminder_is_due(left: int, lasts: int, expected: int | None) -> None:
    by = date(2027, 5, 31)
    assert rules.reminder_due(by, by - timedelta(days=lasts), by - timedelta(days=left)) == expected


def test_the_front_page_says_what_ends_within_90_days(app: Flask, owned: Running, on: On, sign_in: SignIn) -> None:
    key, lead, guest = owned(), sign_in("lead"), sign_in("guest")
    on(LAST - timedelta(days=91))
    assert "Renew it, or let it end" not in open_page(lead, "/").text
    on(LAST - timedelta(days=29))
    page = open_page(lead, "/").text
    assert "Ends on 31 May 2027 · in 29 days" in page
    assert "Ends on 31 May 2027" not in open_page(guest, "/").text
    on(LAST + timedelta(days=1))
    with work(app) as session:
        keeping.end(session, {"mou": key})
    assert "Renew it, or let it end" not in open_page(lead, "/").text


def test_the_weekly_mail_tells_what_ends_in_29_days(app: Flask, world: World, owned: Running, on: On) -> None:
    owned()
    on(LAST - timedelta(days=29))
    with app.test_request_context("/"):
        day = LAST - timedelta(days=29)
        digest = Digest(matters_of(world.actors["lead"], day), [], [], Pressing([], day))
        told_of = [one.why for level, group in digest.groups if level is Urgency.LATER for one in group]
    assert told_of == ["Ends on 31 May 2027 · in 29 days"]

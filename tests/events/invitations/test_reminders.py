"""Reminders: by a button, or so many days before the event, and never twice in a row; and to what nobody is invited."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock
from app.core.access import SYSTEM
from app.core.outbox import Job
from app.events import services as events
from app.events.invitations import answering, following, rules, services
from app.events.invitations.models import AnsweredBy, InvitationState
from app.events.models import Event
from app.extensions import db
from tests.accounts.people import mails, work
from tests.events.invitations.conftest import Change, entry_in, get, mailed
from tests.events.world import NEXT_WEEK
from tests.page import Page, open_page


def remind(app: Flask, event: int, days: int) -> None:
    with work(app) as session:
        found = session.get_one(Event, event)
        services.set_reminder(SYSTEM, found, found.version, days)


def run(app: Flask) -> None:
    """Carry out the reminders that were planned, whatever day it is."""
    with work(app) as session:
        for job in session.scalars(select(Job).where(Job.kind == following.REMIND)).all():
            following.remind_invited(session, job.payload)


def reminders(app: Flask, address: str = "ana@example.org") -> list[str]:
    return [one.subject for one in mailed(app, address) if one.subject.startswith("Do you come?")]


def test_the_button_reminds_those_chosen_who_have_not_answered(
    app: Flask, event: int, invited: dict[str, int], editor: FlaskClient
):
    page = open_page(editor, f"/events/{event}/invitations/remind")
    answer = page.form("Send the reminders").submit(editor, invitations=[str(invited["ana"])])
    assert answer.status_code == 303, Page(answer).errors
    assert (len(reminders(app)), len(reminders(app, "bernd@example.org"))) == (1, 0)
    entry = entry_in(mailed(app)[-1])
    assert (entry["SEQUENCE"], str(entry["ATTENDEE"].params["PARTSTAT"])) == (0, "NEEDS-ACTION")


def test_nobody_is_reminded_twice_within_half_a_day(app: Flask, event: int, invited: dict[str, int]):
    with work(app) as session:
        assert services.remind(SYSTEM, session.get_one(Event, event), {invited["ana"]}) == 1
    with work(app) as session:
        assert services.remind(SYSTEM, session.get_one(Event, event), set(invited.values())) == 1, "Bernd alone"
    with work(app) as session, pytest.raises(rules.NobodyChosen, match="within the last half day"):
        services.remind(SYSTEM, session.get_one(Event, event), set(invited.values()))
    assert (len(reminders(app)), len(reminders(app, "bernd@example.org"))) == (1, 1)


def test_who_has_answered_is_left_alone(app: Flask, event: int, invited: dict[str, int]):
    with work(app) as session:
        said = answering.Said(answer=InvitationState.TENTATIVE, how=AnsweredBy.LINK)
        answering.answer(get(session, invited["ana"]), said)
    with work(app) as session, pytest.raises(rules.NobodyChosen):
        services.remind(SYSTEM, session.get_one(Event, event), {invited["ana"]})
    with work(app) as session:
        assert services.remind(SYSTEM, session.get_one(Event, event), set(invited.values())) == 1


def test_so_many_days_before_the_event_those_without_an_answer_are_reminded(
    app: Flask, event: int, invited: dict[str, int]
):
    remind(app, event, 3)
    with app.app_context():
        (job,) = db.session.scalars(select(Job).where(Job.kind == following.REMIND))
        assert job.run_after.isoformat() == "2025-05-17T04:00:00+00:00", "eight in the morning at Yerevan"
    run(app)
    assert reminders(app) == [], "the day has not come"
    clock.reckon_with(NEXT_WEEK - timedelta(days=3))
    run(app)
    run(app)
    assert (len(reminders(app)), len(invited)) == (1, 2)


def test_a_moved_event_reminds_before_its_new_day_and_not_before_the_old(
    app: Flask, event: int, invited: dict[str, int], change: Change
):
    remind(app, event, 2)
    change(starts_on=NEXT_WEEK + timedelta(days=30), reason="Later")
    mails(app)
    clock.reckon_with(NEXT_WEEK - timedelta(days=2))
    run(app)
    assert reminders(app) == []
    clock.reckon_with(NEXT_WEEK + timedelta(days=28))
    run(app)
    assert (len(reminders(app)), len(invited)) == (1, 2)


def test_an_event_put_forward_past_its_reminder_asks_once_and_not_twice(
    app: Flask, event: int, invited: dict[str, int], change: Change
):
    remind(app, event, 5)
    change(starts_on=NEXT_WEEK - timedelta(days=4), reason="Sooner")
    assert [one.subject.partition(":")[0] for one in mailed(app)] == ["Invitation", "Changed"]
    assert (reminders(app), len(invited)) == ([], 2)


def test_a_reminder_that_was_taken_back_or_whose_event_was_cancelled_is_not_sent(
    app: Flask, event: int, invited: dict[str, int]
):
    remind(app, event, 3)
    with work(app) as session:
        found = session.get_one(Event, event)
        services.set_reminder(SYSTEM, found, found.version, None)
    clock.reckon_with(NEXT_WEEK - timedelta(days=3))
    run(app)
    clock.reckon_with(date(2025, 5, 12))
    remind(app, event, 3)
    with work(app) as session:
        found = session.get_one(Event, event)
        events.cancel(SYSTEM, found, found.version, "No.")
    clock.reckon_with(NEXT_WEEK - timedelta(days=3))
    run(app)
    assert (reminders(app), len(invited)) == ([], 2)


@pytest.mark.parametrize("days", ["0", "-1", "91", "9", "a few"])
def test_a_number_of_days_that_cannot_be_meant_is_told_at_its_field(
    app: Flask, event: int, invited: dict[str, int], editor: FlaskClient, days: str
):
    page = open_page(editor, f"/events/{event}/invitations")
    answer = page.form("remind-before").submit(editor, days=days)
    assert answer.status_code == 422
    assert Page(answer).errors
    assert len(invited) == 2


def test_the_days_are_chosen_on_the_page(app: Flask, event: int, invited: dict[str, int], editor: FlaskClient):
    page = open_page(editor, f"/events/{event}/invitations")
    assert page.form("remind-before").submit(editor, days="2").status_code == 303
    with app.app_context():
        assert db.session.get_one(Event, event).remind_days == 2
    assert len(invited) == 2


def test_rules_of_days(session: Session):
    today, start = date(2025, 5, 12), date(2025, 5, 20)
    for days in (None, 1, 7):
        rules.check_reminder(days, start, today)
    for days in (0, 8, 9, 91):
        with pytest.raises(rules.ReminderUnfit):
            rules.check_reminder(days, start, today)


def test_who_wants_to_invite_to_a_cancelled_event_is_led_back_with_the_reason(
    app: Flask, event: int, editor: FlaskClient
):
    opened = open_page(editor, f"/events/{event}/invitations/new").form("Send the invitations")
    with work(app) as session:
        called_off = session.get_one(Event, event)
        events.cancel(SYSTEM, called_off, called_off.version, "Snow")
    answer = editor.get(f"/events/{event}/invitations/new")
    assert (answer.status_code, answer.location) == (303, f"/events/{event}/invitations")
    told = "This event is cancelled, so nobody can be invited to it."
    assert told in editor.get(answer.location).text
    answer = opened.submit(editor, lines="ana@example.org", message="Come!")
    assert answer.status_code == 422
    assert told in answer.text
    assert "Come!" in answer.text

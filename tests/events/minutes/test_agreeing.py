"""Minutes and the event they are of say the same: what differs is told, and nothing is approved that does."""

from datetime import time, timedelta
from typing import Any

import pytest
from flask import Flask

from app.core import clock
from app.core.access import SYSTEM
from app.events import services as events
from app.events.minutes import following, rules, services
from app.events.minutes.models import Approved, MinutesState
from app.events.models import Event, Format
from app.extensions import db
from app.stakeholders.models import Organisation
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.events.minutes.conftest import TACIT, Send, minutes_of, state_of
from tests.events.world import LAST_WEEK, World
from tests.page import open_page

CHANGES: dict[str, dict[str, Any]] = {
    "Title": {"title": {"en": "Another title"}},
    "When": {"starts_on": LAST_WEEK - timedelta(days=1)},
    "Place": {"venue": "Town hall"},
    "Form": {"format": Format.HYBRID, "link": "https://meet.example/a"},
}


def edit(app: Flask, world: World, event: int, **changes: Any) -> None:
    with work(app) as session:
        found = session.get_one(Event, event)
        events.edit(SYSTEM, found, found.version, world.consultation(**changes))


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_of_the_event_since_is_named_and_not_approved(
    app: Flask, event: int, send: Send, world: World, what: str
):
    send()
    edit(app, world, event, **CHANGES[what])
    with work(app) as session:
        found = minutes_of(session, event)
        with pytest.raises(rules.TextChanged, match=rf"Changed since it was sent: {what}\. Send it again"):
            services.approve(SYSTEM, found, found.version, None)


def test_days_changed_since_are_told_to_the_writers_and_on_the_page(
    app: Flask, event: int, send: Send, world: World, sign_in: SignIn
):
    from tests.events.minutes.test_approval import due

    send()
    edit(app, world, event, title={"en": "Another title"}, starts_time=time(15), ends_time=time(18))
    clock.reckon_with(TACIT)
    due(app, event)
    assert state_of(app, event) is MinutesState.SENT
    page = open_page(sign_in("coordinator"), f"/events/{event}/minutes/approval")
    assert "Changed since it was sent: Title, When." in page.text
    differs = page.select_one("#changes").text
    assert "Another title" in differs
    assert "15:00" in differs
    assert "14:00" in differs
    assert "Approve" not in page.links
    clock.reckon_with(LAST_WEEK + timedelta(days=6))
    send(reason="It was an hour later.")
    with work(app) as session:
        found = minutes_of(session, event)
        assert services.approve(SYSTEM, found, found.version, None)
    version = open_page(sign_in("coordinator"), f"/events/{event}/minutes/versions/2")
    assert "15:00" in version.select_one("#changes").text


@pytest.mark.parametrize("what", CHANGES)
def test_what_approved_minutes_say_of_the_event_stays(app: Flask, event: int, send: Send, world: World, what: str):
    send()
    with work(app) as session:
        found = minutes_of(session, event)
        services.approve(SYSTEM, found, found.version, None)
    with pytest.raises(rules.MinutesApproved):
        edit(app, world, event, **CHANGES[what])
    edit(app, world, event, description={"en": "Said nowhere in the minutes."})
    with app.app_context():
        assert db.session.get_one(Event, event).description == {"en": "Said nowhere in the minutes."}


def test_a_new_name_of_the_organiser_holds_no_approval_up(app: Flask, event: int, send: Send, world: World):
    send()
    with work(app) as session:
        session.get_one(Organisation, world.school).name = "Lori University"
    with work(app) as session:
        assert following.approved(minutes_of(session, event), SYSTEM, Approved.TACIT, None)


def test_the_form_of_an_event_whose_minutes_are_approved_says_what_to_do(
    app: Flask, event: int, send: Send, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
):
    send()
    with work(app) as session:
        found = minutes_of(session, event)
        services.approve(SYSTEM, found, found.version, None)
    browser = sign_in("coordinator")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    form = open_page(browser, f"/events/{event}/edit").form("Save")
    answer = form.submit(browser, **{"title-en": "Another title"})
    assert answer.status_code == 422
    assert "The minutes are approved. Reopen them, with a reason" in answer.get_data(as_text=True)
    assert "Another title" in answer.get_data(as_text=True), "nothing typed is lost"
    assert form.submit(browser, city="Vanadzor").status_code == 303

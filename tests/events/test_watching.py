"""Who asked is told by mail of what is cancelled or moved: once for each change, and only of what they may see."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from app.core.access import ANYBODY, SYSTEM, Role
from app.core.outbox import Job
from app.events import services
from app.events.models import Event, EventKind, EventState, Visibility
from app.events.watching import queries
from app.events.watching.models import Watch
from app.events.watching.services import MOST
from app.extensions import db
from tests.accounts.people import arrive, mails, person, sign_in, statements, submit, work
from tests.conftest import Backend
from tests.events.world import NEXT_WEEK, build
from tests.feeds.calendars import cancel, change, enter, move
from tests.page import Page

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.events.world import World


@pytest.fixture
def world(backend: Backend) -> World:
    """The small consortium, committed."""
    return backend.begin_with(build)


def ask(client: FlaskClient, scope: str, wanted: int = 1, **more: str) -> int:
    return submit(client, "/events/watch", {"scope": scope, "wanted": wanted, **more}).status_code


def test_who_asked_on_the_page_of_an_event_is_told_once(app: Flask, client: FlaskClient, world: World) -> None:
    key = enter(app, world)
    arrive(app, client)
    Page(client.get(f"/events/{key}"))
    assert "Mail me if it is cancelled or moved" in client.get(f"/events/{key}").text
    for _time in range(2):
        assert ask(client, f"event:{key}") == 303
    assert "No more mails about it" in client.get(f"/events/{key}").text
    cancel(app, key)
    (mail,) = mails(app)
    assert (mail.recipient, mail.subject) == ("maria@example.org", "Cancelled: Round table")
    assert "“Round table” was cancelled." in mail.text
    assert "Reason: The hall burnt down" in mail.text
    assert f"http://localhost/events/{key}" in mail.text
    assert len(mails(app)) == 1


def test_a_new_time_is_told_with_the_former_one(app: Flask, client: FlaskClient, world: World) -> None:
    key = enter(app, world)
    arrive(app, client)
    ask(client, f"event:{key}")
    change(app, key, title={"en": "Another title"})
    assert mails(app) == []
    change(app, key, starts_on=NEXT_WEEK + timedelta(days=1), ends_on=NEXT_WEEK + timedelta(days=1), reason="A strike")
    (mail,) = mails(app)
    assert mail.subject == "Moved: Another title"
    assert "It was announced for 20 May 2025, 14:00–17:00 (UTC+4)." in mail.text
    assert "has another time: 21 May 2025, 14:00–17:00 (UTC+4)" in mail.text
    assert "Reason: A strike" in mail.text


def test_what_takes_place_after_all_is_told_too(app: Flask, client: FlaskClient, world: World) -> None:
    key = enter(app, world)
    arrive(app, client)
    ask(client, f"event:{key}")
    cancel(app, key)
    move(app, key, EventState.PLANNED)
    assert [mail.subject for mail in mails(app)] == ["Cancelled: Round table", "Takes place after all: Round table"]
    assert "Reason: It can be held." in mails(app)[1].text


def test_of_what_is_cancelled_nobody_is_offered_mails_and_who_asked_can_stop_them(
    app: Flask, client: FlaskClient, world: World
) -> None:
    watched, other = enter(app, world), enter(app, world)
    arrive(app, client)
    ask(client, f"event:{watched}")
    for key in (watched, other):
        cancel(app, key)
    assert "No more mails about it" in client.get(f"/events/{watched}").text
    assert "Mail me if it is cancelled or moved" not in client.get(f"/events/{other}").text


def test_nothing_is_told_of_drafts_of_what_is_over_and_of_other_moves(
    app: Flask, client: FlaskClient, world: World
) -> None:
    arrive(app, client)
    ask(client, "all")
    draft = enter(app, world, EventState.DRAFT)
    change(app, draft, starts_on=NEXT_WEEK + timedelta(days=1), ends_on=NEXT_WEEK + timedelta(days=1))
    move(app, draft, EventState.PLANNED)
    move(app, draft, EventState.CONFIRMED)
    with work(app):
        services.log(SYSTEM, world.consultation())
    assert mails(app) == []


@pytest.mark.parametrize("scope", ["all", "country:AM", "kind:round_table", "mc:AM-03", "series:1"])
def test_one_can_ask_for_everything_of_a_sort_and_is_still_told_once(
    app: Flask, client: FlaskClient, world: World, scope: str
) -> None:
    key = enter(app, world, series={"en": "Tables"})
    arrive(app, client)
    assert ask(client, scope) == 303
    ask(client, f"event:{key}")
    cancel(app, key)
    assert len(mails(app)) == 1
    other = enter(app, world, country="GE", microcredentials=(), kind=EventKind.WORKSHOP, organiser=None)
    cancel(app, other)
    assert len(mails(app)) == 1 + (scope == "all")


def test_nobody_is_told_of_what_they_may_not_see(app: Flask, client: FlaskClient, world: World) -> None:
    shared, closed = (
        enter(app, world, title={"en": title}, visibility=visibility)
        for title, visibility in (("Public", Visibility.PUBLIC), ("Ours", Visibility.CONSORTIUM))
    )
    with work(app) as session:
        guest = person(session, Role.STAKEHOLDER, email="guest@example.org", country="AM").id
        gone = person(session, Role.COORDINATOR, email="gone@example.org")
        gone.active = False
        session.add_all(Watch(user_id=key, scope="country:AM") for key in (guest, gone.id))
    for key in (shared, closed):
        cancel(app, key)
    assert [(mail.recipient, mail.subject) for mail in mails(app)] == [("guest@example.org", "Cancelled: Public")]


def test_the_mail_is_in_the_readers_language(app: Flask, world: World) -> None:
    key = enter(app, world, title={"en": "Round table", "de": "Runder Tisch"})
    with work(app) as session:
        user = person(session)
        user.language = "de"
        session.add(Watch(user_id=user.id, scope=f"event:{key}"))
    cancel(app, key)
    (mail,) = mails(app)
    assert mail.language == "de"
    assert "Runder Tisch" in mail.subject


def test_a_change_that_is_refused_tells_nobody(app: Flask, client: FlaskClient, world: World) -> None:
    from app.core.errors import Refused

    key = enter(app, world)
    arrive(app, client)
    ask(client, f"event:{key}")
    with pytest.raises(Refused):
        move(app, key, EventState.CANCELLED)
    assert mails(app) == []


def test_nothing_is_enqueued_where_nobody_asked(app: Flask, world: World) -> None:
    cancel(app, enter(app, world))
    with app.app_context():
        kinds = set(db.session.scalars(select(Job.kind)))
    assert "events.tell" not in kinds


def test_the_page_of_feeds_says_what_one_is_told_of_and_stops_it(app: Flask, client: FlaskClient, world: World) -> None:
    key = enter(app, world)
    arrive(app, client)
    for scope in ("country:AM", f"event:{key}", "mc:AM-03"):
        ask(client, scope)
    page = Page(client.get("/feeds/"))
    told = " ".join(page.select_one("#mail").get_text(" ").split())
    for label in ("Armenia", "Round table", "AM-03 Pattern on Fabric"):
        assert label in told
    ask(client, "country:AM", 0, back="feeds")
    with app.app_context():
        assert list(db.session.scalars(select(Watch.scope).order_by(Watch.id))) == [f"event:{key}", "mc:AM-03"]
    cancel(app, key)
    assert len(mails(app)) == 1


@pytest.mark.parametrize(
    "scope",
    ["", "everything", "country:XX", "country:", "kind:party", "mc:XX-99", "mc:\0", "cluster:9", "series:x", "series:9",
     "event:999999", "event:99999999999999999999", "event:-1", "event:٣", "x" * 5000, "all:1:2"],
)  # fmt: skip
def test_what_there_is_not_cannot_be_asked_for(app: Flask, client: FlaskClient, world: World, scope: str) -> None:
    arrive(app, client)
    assert ask(client, scope) == 404
    assert ask(client, scope, 0) == 303


def test_a_guest_cannot_ask_for_what_it_may_not_see(app: Flask, client: FlaskClient, world: World) -> None:
    closed = enter(app, world, visibility=Visibility.PRIVATE)
    with work(app) as session:
        guest = person(session, Role.STAKEHOLDER, email="guest@example.org", country="GE").id
    sign_in(app, client, guest)
    assert ask(client, f"event:{closed}") == 404
    assert ask(client, "mc:AM-03") == 404
    assert client.get("/feeds/").status_code == 200


def test_without_an_account_nothing_is_offered_and_nothing_taken(app: Flask, client: FlaskClient, world: World) -> None:
    key = enter(app, world)
    assert "Mail me" not in client.get(f"/events/{key}").text
    assert "Mails, too" not in client.get("/feeds/").text
    assert ask(client, f"event:{key}") == 401
    with app.app_context():
        assert queries.scopes_watched(ANYBODY) == []


def test_there_is_an_end_to_what_one_person_is_told_of(app: Flask, client: FlaskClient, world: World) -> None:
    user = arrive(app, client)
    key = enter(app, world)
    with work(app) as session:
        session.add_all(Watch(user_id=user, scope=f"event:{number}") for number in range(1000, 1000 + MOST))
    page = submit(client, "/events/watch", {"scope": f"event:{key}", "wanted": 1}, follow_redirects=True)
    assert "Stop some of them first" in page.text
    with app.app_context():
        assert db.session.scalars(select(Watch).where(Watch.scope == f"event:{key}")).all() == []
        assert db.session.get_one(Event, key)


def test_whose_rights_are_asked_for_many_at_once(app: Flask, world: World) -> None:
    key = enter(app, world)
    with work(app) as session:
        for number in range(60):
            facts: dict[str, Any] = {"email": f"p{number}@example.org"}
            guest: dict[str, Any] = {"role": Role.STAKEHOLDER, "organisation_id": world.agency, "country": "GE"}
            who = person(session, **facts, **(guest if number % 2 else {}))
            session.add(Watch(user_id=who.id, scope=f"event:{key}"))
        session.get_one(Event, key).visibility = Visibility.CONSORTIUM
    with work(app) as session, statements(app) as seen:
        told = [user.email for user in queries.told_of(session.get_one(Event, key))]
    assert told == [f"p{number}@example.org" for number in range(0, 60, 2)]
    assert len(seen) <= 8

"""One's own calendar: what concerns whom, and the secret address that opens it."""

from __future__ import annotations

import gzip
import logging
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
import time_machine
from sqlalchemy import select

from app.accounts import services as accounts
from app.accounts.models import FeedSecret, User
from app.core import clock
from app.core.access import SYSTEM, Role
from app.events.models import EventState, Format, Visibility
from tests.accounts.people import arrive, person, statements, submit, work
from tests.feeds.calendars import ALL, LINK, change, enter, entries, plan, titles

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.events.world import World


def subscribe(app: Flask, role: Role = Role.COORDINATOR, email: str = "maria@example.org", **facts: Any) -> str:
    """Make a person of a role and a secret address; answers the address."""
    with work(app) as session:
        user = person(session, role, email=email, **facts)
        return address(user)


def address(user: User) -> str:
    _secret, token = accounts.create_feed_secret(user.actor, "my phone")
    return f"/feeds/my/{token}.ics"


def several(app: Flask, world: World) -> None:
    """Events of two countries and of the consortium, in every visibility; each is called after what it is."""
    for country in ("AM", "GE", None):
        for visibility in Visibility:
            name = f"{country or 'all'} {visibility.value}"
            enter(app, world, visibility=visibility, country=country, title={"en": name}, organiser=None)
    plan(app, world.deadline, EventState.PLANNED, title={"en": "due"}, visibility=Visibility.CONSORTIUM)
    enter(app, world, EventState.DRAFT, title={"en": "draft"})


CONSORTIUM = {"all public", "all consortium", "due"}
ARMENIA = {"AM public", "AM consortium", "AM country"}
EVERYTHING = {f"{country} {visibility.value}" for country in ("AM", "GE", "all") for visibility in Visibility} | {"due"}
WHAT_CONCERNS = {
    Role.ADMIN: EVERYTHING,
    Role.COORDINATOR: EVERYTHING,
    Role.AUDITOR: EVERYTHING,
    # A company of Armenia takes part in all of them.
    Role.COUNTRY_LEAD: CONSORTIUM | ARMENIA | {"GE public", "GE consortium"},
    Role.PARTNER_EDITOR: CONSORTIUM | ARMENIA,
    Role.LGE_MEMBER: CONSORTIUM | ARMENIA,
    Role.CLUSTER_COORDINATOR: CONSORTIUM | ARMENIA,
    # It takes part in all of them, which opens what is not for the organisers alone.
    Role.STAKEHOLDER: EVERYTHING - {f"{country} private" for country in ("AM", "GE", "all")} - {"due"},
}


def test_each_role_gets_what_concerns_it(app: Flask, client: FlaskClient, world: World) -> None:
    several(app, world)
    for role, expected in WHAT_CONCERNS.items():
        home = {"organisation_id": world.company, "country": "AM"} if role is Role.STAKEHOLDER else {}
        path = subscribe(app, role, f"{role.value}@example.org", **home)
        assert sorted(titles(client, path)) == sorted(expected), role


def test_what_ones_organisation_has_to_do_with_concerns_one_wherever_it_is(
    app: Flask, client: FlaskClient, world: World
) -> None:
    path = subscribe(app, Role.PARTNER_EDITOR, organisation_id=world.school, country="AM")
    event_id = enter(app, world, country="GE", organiser=None, visibility=Visibility.CONSORTIUM)
    assert titles(client, path) == []
    change(app, event_id, organised_by=world.school)
    assert titles(client, path) == ["Round table"]


def test_the_feed_of_a_person_has_links_to_join(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world, format=Format.ONLINE, link=LINK)
    (entry,) = entries(client, subscribe(app))
    assert entry["CONFERENCE"] == LINK
    assert LINK in str(entry["DESCRIPTION"])


def test_the_feed_of_a_person_is_private_and_has_at_most_three_statements(
    app: Flask, client: FlaskClient, world: World
) -> None:
    several(app, world)
    path = subscribe(app)
    with statements(app) as seen:
        full = client.get(path)
    assert (full.status_code, len(seen) <= 3) == (200, True)
    assert full.headers["Cache-Control"] == "private, max-age=900"
    assert full.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in full.headers
    for condition in ({"If-None-Match": full.headers["ETag"]}, {"If-Modified-Since": full.headers["Last-Modified"]}):
        with statements(app) as seen:
            known = client.get(path, headers=condition)
        assert (known.status_code, len(seen)) == (304, 1)
        assert known.headers["Cache-Control"] == full.headers["Cache-Control"]
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == full.data


def test_the_feed_of_a_person_changes_with_every_change_of_an_event(
    app: Flask, client: FlaskClient, world: World
) -> None:
    path = subscribe(app, Role.LGE_MEMBER)
    event_id = enter(app, world, visibility=Visibility.CONSORTIUM, country="GE")
    with time_machine.travel(datetime.now(UTC), tick=False):
        change(app, event_id, title={"en": "Not for Armenia"})
        before = client.get(path)
        assert titles(client, path) == []
        change(app, event_id, country="AM")
        after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
        assert after.status_code == 200
        assert after.headers["Last-Modified"] > before.headers["Last-Modified"]
        # Nothing of its entry changes but who may see it, and the clock stands still.
        change(app, event_id, visibility=Visibility.COUNTRY)
        change(app, event_id, visibility=Visibility.PRIVATE, organiser=None)
        gone = client.get(path, headers={"If-None-Match": after.headers["ETag"]})
    assert gone.status_code == 200
    assert b"VEVENT" not in gone.data


def test_a_role_given_or_taken_changes_the_feed_and_its_tag_and_date(
    app: Flask, client: FlaskClient, world: World
) -> None:
    several(app, world)
    with work(app) as session:
        user = person(session, Role.COUNTRY_LEAD)
        path, user_id = address(user), user.id
    seen = [client.get(path)]
    for country, taken in (("GE", "AM"), ("AM", "GE")):
        with work(app) as session:
            user = session.get_one(User, user_id)
            accounts.add_grant(SYSTEM, user, role=Role.COUNTRY_LEAD, country=country, organisation_id=None)
        seen.append(client.get(path))
        with work(app) as session:
            user = session.get_one(User, user_id)
            accounts.remove_grant(SYSTEM, user, next(grant for grant in user.grants if grant.country == taken))
        seen.append(client.get(path))
    assert [b"AM country" in response.data for response in seen] == [True, True, False, True, True]
    assert [b"GE country" in response.data for response in seen] == [False, True, True, True, False]
    assert len({response.headers["ETag"] for response in seen}) == 5
    assert len({response.headers["Last-Modified"] for response in seen}) == 5


def test_another_name_changes_the_feed(app: Flask, client: FlaskClient, world: World) -> None:
    with work(app) as session:
        user = person(session, Role.COUNTRY_LEAD)
        path, user_id = address(user), user.id
    enter(app, world)
    before = client.get(path)
    assert icalendar.Calendar.from_ical(before.data)["NAME"] == "BEM – Maria Muster"
    with work(app) as session:
        user = session.get_one(User, user_id)
        accounts.change_profile(user.actor, user, user.version, name="Maria Meier", language=None)
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert icalendar.Calendar.from_ical(after.data)["NAME"] == "BEM – Maria Meier"


def test_somebody_new_changes_nobody_elses_feed(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    path = subscribe(app)
    tag = client.get(path).headers["ETag"]
    subscribe(app, Role.COUNTRY_LEAD, "new@example.org")
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_a_feed_of_a_person_is_valid_before_there_is_any_event(app: Flask, client: FlaskClient, world: World) -> None:
    path = subscribe(app)
    response = client.get(path)
    assert entries(client, path) == []
    assert client.get(path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    enter(app, world)
    assert client.get(path, headers={"If-Modified-Since": response.headers["Last-Modified"]}).status_code == 200


def test_a_secret_that_opens_nothing_is_not_found_and_says_nothing_more(
    app: Flask, client: FlaskClient, world: World
) -> None:
    enter(app, world)
    paths = {
        "unknown": "/feeds/my/" + "x" * 43 + ".ics",
        "short": "/feeds/my/x.ics",
        "long": "/feeds/my/" + "x" * 3000 + ".ics",
        "odd": "/feeds/my/%01%ff'%22.ics",
        "revoked": subscribe(app),
        "closed": subscribe(app, email="closed@example.org"),
    }
    opened = {name: client.get(paths[name]) for name in ("revoked", "closed")}
    with work(app) as session:
        for secret in session.scalars(select(FeedSecret)):
            if secret.user.email == "closed@example.org":
                accounts.close_account(SYSTEM, secret.user)
            else:
                accounts.revoke_feed_secret(secret.user.actor, secret)
    answers = [client.get(path) for path in paths.values()]
    assert {response.status_code for response in answers} == {404}
    assert len({response.data for response in answers}) == 1
    assert len({tuple(response.headers) for response in answers}) == 1
    for name, before in opened.items():
        condition = {"If-None-Match": before.headers["ETag"]}
        assert client.get(paths[name], headers=condition).status_code == 404
        assert client.get(paths[name], headers={"If-None-Match": "*"}).status_code == 404


def test_the_secret_stands_in_no_feed_page_or_log(
    app: Flask, client: FlaskClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    enter(app, world)
    user_id = arrive(app, client)
    with work(app) as session:
        path = address(session.get_one(User, user_id))
    token = path.removeprefix("/feeds/my/").removesuffix(".ics")
    response = app.test_client().get(path)
    assert token.encode() not in response.data.replace(b"\r\n ", b"")
    assert token not in str(response.headers)
    for page in ("/", "/feeds/", "/events/", ALL):
        assert token not in client.get(page).get_data(as_text=True)
        assert token not in app.test_client().get(page).get_data(as_text=True)
    assert token not in caplog.text


def test_an_error_is_logged_without_the_secret(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = subscribe(app)
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setattr("app.feeds.personal.subscriber", lambda *_arguments: 1 / 0)
    assert client.get(path).status_code == 500
    assert "/feeds/my/<secret>.ics" in caplog.text
    assert path not in caplog.text


def test_an_address_is_made_shown_once_and_closed(app: Flask, client: FlaskClient, world: World) -> None:
    enter(app, world)
    arrive(app, client)
    typed = {"label": "tablet in the kitchen", "submission_key": "pressed twice"}
    made = submit(client, "/feeds/my", typed)
    assert made.status_code == 303
    assert submit(client, "/feeds/my", typed).location == made.location
    page = client.get("/feeds/").get_data(as_text=True)
    found = re.search(r"http://localhost(/feeds/my/[\w-]+\.ics)", page)
    assert found, page
    assert titles(app.test_client(), found[1]) == ["Round table"]
    again = client.get("/feeds/").get_data(as_text=True)
    assert "/feeds/my/" in again
    assert found[1] not in again
    assert again.count("tablet in the kitchen") == 1
    revoke = re.search(r'action="(/feeds/my/\d+/revoke)"', again)
    assert submit(client, revoke[1]).status_code == 303
    assert app.test_client().get(found[1]).status_code == 404
    assert "tablet in the kitchen" not in client.get("/feeds/").get_data(as_text=True)


def test_an_address_needs_a_label_and_an_account(app: Flask, client: FlaskClient) -> None:
    assert submit(client, "/feeds/my", {"label": "my phone"}).status_code == 401
    arrive(app, client)
    for label in ("", "   ", "x" * 61):
        response = submit(client, "/feeds/my", {"label": label})
        assert response.status_code == 422, label
    with work(app) as session:
        assert session.scalars(select(FeedSecret)).all() == []


def test_nobody_closes_the_address_of_another(app: Flask, client: FlaskClient) -> None:
    path = subscribe(app, email="other@example.org")
    arrive(app, client)
    with work(app) as session:
        key = session.scalars(select(FeedSecret)).one().id
    submit(client, f"/feeds/my/{key}/revoke")
    assert app.test_client().get(path).status_code == 200


def test_deadlines_are_in_the_feed_of_everybody_in_the_consortium(
    app: Flask, client: FlaskClient, world: World
) -> None:
    plan(app, world.deadline, EventState.PLANNED, visibility=Visibility.CONSORTIUM)
    (entry,) = entries(client, subscribe(app, Role.LGE_MEMBER))
    assert entry.categories == ["Deadline"]
    assert clock.today() < entry.decoded("DTSTART")

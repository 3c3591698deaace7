"""Seeing where one is signed in, and ending it."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import UserSession
from app.accounts.sessions import browser_of, short_address
from app.accounts.tokens import digest
from app.core import clock
from app.extensions import db
from tests.accounts.people import PASSWORD, arrive, is_signed_in, person, sign_in, statements, submit, work

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


def rows(app: Flask) -> list[UserSession]:
    with app.app_context():
        found = list(db.session.scalars(select(UserSession).order_by(UserSession.id)))
        db.session.expunge_all()
    return found


def test_a_session_says_how_when_and_from_where(app: Flask, client: FlaskClient):
    with work(app) as session:
        person(session, password=PASSWORD)
    submit(
        client,
        "/sign-in",
        {"email": "maria@example.org", "password": PASSWORD},
        headers={"User-Agent": FIREFOX},
        environ_base={"REMOTE_ADDR": "203.0.113.77"},
    )
    row = rows(app)[0]
    assert (row.browser, row.address, row.method.value) == ("Firefox · Windows", "203.0.113.0", "password")
    page = client.get("/account/").get_data(as_text=True)
    assert "Firefox · Windows" in page
    assert "203.0.113.77" not in page
    with client.session_transaction() as cookie:
        assert row.token_hash == digest(cookie["sid"])


def test_one_ends_one_of_ones_sessions(app: Flask, client: FlaskClient):
    user_id = arrive(app, client)
    lost = app.test_client()
    key = sign_in(app, lost, user_id)
    assert is_signed_in(lost)
    assert submit(client, f"/account/sessions/{key}/end").status_code == 303
    assert not is_signed_in(lost)
    assert is_signed_in(client)
    assert submit(client, f"/account/sessions/{key}/end").status_code == 404


def test_nobody_ends_the_sessions_of_others(app: Flask, client: FlaskClient):
    other = app.test_client()
    with work(app) as session:
        other_id = person(session, email="other@example.org").id
    key = sign_in(app, other, other_id)
    arrive(app, client)
    assert submit(client, f"/account/sessions/{key}/end").status_code == 404
    assert submit(client, "/account/sessions/end-others").status_code == 303
    assert is_signed_in(other)


def test_one_ends_all_others_at_once(app: Flask, client: FlaskClient):
    user_id = arrive(app, client)
    others = [app.test_client(), app.test_client()]
    for other in others:
        sign_in(app, other, user_id)
    submit(client, "/account/sessions/end-others")
    assert [is_signed_in(other) for other in others] == [False, False]
    assert is_signed_in(client)


def test_a_changed_password_ends_every_other_session_and_renews_this_one(app: Flask, client: FlaskClient):
    with work(app) as session:
        user_id = person(session, password=PASSWORD).id
    other = app.test_client()
    sign_in(app, other, user_id)
    sign_in(app, client, user_id)
    fields = {"password": PASSWORD, "new_password": "other words nobody guesses"}
    answer = submit(client, "/account/password", fields | {"new_password_confirm": fields["new_password"]})
    assert (answer.status_code, answer.location) == (302, "/account/")
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert [row.ended_at is None for row in rows(app)] == [False, False, True]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("not it", "other words nobody guesses", None), "not your password"),
        (("", "other words nobody guesses", None), "Write your password"),
        ((PASSWORD, PASSWORD, None), "differs from the present"),
        ((PASSWORD, "short", None), "at least 12"),
        ((PASSWORD, "other words nobody guesses", "else"), "differ"),
    ],
)
def test_a_password_is_not_changed_by_mistake(
    app: Flask, client: FlaskClient, typed: tuple[str, str, str | None], says: str
):
    with work(app) as session:
        user_id = person(session, password=PASSWORD).id
    sign_in(app, client, user_id)
    present, new, again = typed
    fields = {"password": present, "new_password": new, "new_password_confirm": new if again is None else again}
    answer = submit(client, "/account/password", fields)
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)


def test_presence_is_noted_with_writing_requests_once_a_minute(app: Flask, client: FlaskClient):
    user_id = arrive(app, client)
    key = sign_in(app, client, user_id)
    before = clock.now() - timedelta(hours=1)
    with work(app) as session:
        session.get_one(UserSession, key).last_seen_at = before
    client.get("/account/")
    assert rows(app)[-1].last_seen_at == before
    submit(client, "/account/profile", {"name": "Maria M", "language": "", "version": 1})
    assert rows(app)[-1].last_seen_at > before
    with statements(app) as seen:
        submit(client, "/account/profile", {"name": "Maria N", "language": "", "version": 2})
    assert not [statement for statement in seen if statement.startswith("UPDATE user_session")]


def test_a_cookie_without_its_session_is_nobody(app: Flask, client: FlaskClient):
    arrive(app, client)
    with client.session_transaction() as cookie:
        cookie["sid"] = "x" * 43
    assert not is_signed_in(client)
    with client.session_transaction() as cookie:
        del cookie["sid"]
    assert not is_signed_in(client)


def test_a_session_does_not_serve_another_person(app: Flask, client: FlaskClient):
    arrive(app, client)
    with work(app) as session:
        other = person(session, email="other@example.org").fs_uniquifier
    with client.session_transaction() as cookie:
        cookie["_user_id"] = other
    assert not is_signed_in(client)


def test_name_and_language_are_ones_own(app: Flask, client: FlaskClient):
    arrive(app, client)
    assert (
        submit(client, "/account/profile", {"name": "  Maria   M ", "language": "de", "version": 1}).status_code == 303
    )
    page = client.get("/account/").get_data(as_text=True)
    assert "Maria M" in page
    assert '<html lang="de">' in page
    assert submit(client, "/account/profile", {"name": "", "language": ""}).status_code == 422
    assert submit(client, "/account/profile", {"name": "M", "language": "tlh"}).status_code == 422
    assert submit(client, "/account/profile", {"name": "M" * 121, "language": ""}).status_code == 422


def test_two_edits_of_the_profile_at_once_are_compared(app: Flask, client: FlaskClient):
    user_id = arrive(app, client)
    submit(client, "/account/profile", {"name": "Maria One", "language": "", "version": "1"})
    answer = submit(client, "/account/profile", {"name": "Maria Two", "language": "", "version": "1"})
    assert answer.status_code == 409
    assert "Maria One" in answer.get_data(as_text=True)
    assert user_id


@pytest.mark.parametrize(
    ("address", "short"),
    [("192.0.2.77", "192.0.2.0"), ("2001:db8:1:2::3", "2001:db8:1::"), ("", ""), ("nonsense", "")],
)
def test_addresses_are_kept_shortened(address: str, short: str):
    assert short_address(address) == short


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Linux"),
        ("curl/8.5.0", "curl"),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_browsers_are_named_in_a_few_words(agent: str, name: str):
    assert browser_of(agent) == name

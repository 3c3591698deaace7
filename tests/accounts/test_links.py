"""Coming in by e-mail: links that sign in, and links to a new password."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts import links
from app.accounts.models import SignInLink, User, UserSession
from app.accounts.tokens import digest
from app.core import clock, outbox
from app.core.access import SYSTEM, Actor, Grant, Role
from app.core.errors import NotAllowed
from app.core.outbox import Job
from app.extensions import db
from tests.accounts.people import (
    PASSWORD,
    arrive,
    is_signed_in,
    link_in,
    mails,
    person,
    statements,
    submit,
    work,
)
from tests.page import open_page

NEW = "other words that nobody guesses"


@pytest.fixture
def maria(app: Flask) -> int:
    with work(app) as session:
        return person(session, password=PASSWORD).id


def make_link(app: Flask, user_id: int, next_path: str = "/account/") -> str:
    with work(app) as session:
        return links.issue_link(SYSTEM, session.get_one(User, user_id), next_path)


def ask(client: FlaskClient, path: str = "/sign-in/link", email: str = "maria@example.org"):
    return submit(client, path, {"email": email})


def test_a_link_comes_by_mail_and_signs_in_where_one_wanted_to_go(app: Flask, client: FlaskClient, maria: int):
    answer = ask(client, "/sign-in/link?next=/account/profile")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    path = link_in(mails(app)[0])
    page = client.get(path).get_data(as_text=True)
    assert "maria@example.org" in page
    answer = submit(client, path)
    assert (answer.status_code, answer.location) == (303, "/account/profile")
    assert is_signed_in(client)


def test_opening_a_link_spends_nothing(app: Flask, client: FlaskClient, maria: int):
    path = make_link(app, maria)
    for _scanner in range(3):
        assert app.test_client().get(path).status_code == 200
        assert app.test_client().head(path).status_code == 200
    assert submit(client, path).status_code == 303


def test_a_link_works_once(app: Flask, client: FlaskClient, maria: int):
    path = make_link(app, maria)
    submit(client, path)
    other = app.test_client()
    assert other.get(path).status_code == 410
    assert submit(other, path).status_code == 410
    assert not is_signed_in(other)


def test_of_two_uses_at_once_one_is_told_no(app: Flask, maria: int):
    token = make_link(app, maria).rpartition("/")[2]
    with work(app):
        first, second = links.link_of_token(token), links.link_of_token(token)
        assert first is not None
        assert second is not None
        assert links.use_link(first)
        assert not links.use_link(second)


def test_a_link_ends_after_a_quarter_of_an_hour(app: Flask, client: FlaskClient, maria: int):
    path = make_link(app, maria)
    with work(app) as session:
        link = session.scalars(select(SignInLink)).one()
        assert timedelta(minutes=14) < link.expires_at - clock.now() <= timedelta(minutes=15)
        link.expires_at = clock.now() - timedelta(seconds=1)
    assert submit(client, path).status_code == 410
    assert not is_signed_in(client)


@pytest.mark.parametrize("token", ["x", "x" * 43, "%00", "..", "ünï", "x" * 3000])
def test_a_forged_link_says_the_same_as_a_spent_one(client: FlaskClient, token: str):
    answer = client.get(f"/sign-in/link/{token}")
    assert answer.status_code in (410, 404)
    page = open_page(client, "/sign-in/link/x", status=410)
    assert page.select('a[href="/sign-in/link"]'), "the way to a new one"


def test_the_database_does_not_know_the_link(app: Flask, maria: int):
    token = make_link(app, maria).rpartition("/")[2]
    with app.app_context():
        assert db.session.scalar(select(SignInLink.token_hash)) == digest(token)


def test_a_link_of_a_closed_account_is_dead(app: Flask, client: FlaskClient, maria: int):
    path = make_link(app, maria)
    with work(app) as session:
        session.get_one(User, maria).active = False
    assert client.get(path).status_code == 410


def test_the_way_on_stays_within_the_portal(app: Flask, client: FlaskClient, maria: int):
    ask(client, "/sign-in/link?next=https://evil.example/")
    assert submit(client, link_in(mails(app)[0])).location == "/"


def test_only_an_operator_makes_a_link_for_somebody_else(app: Flask, maria: int):
    with work(app) as session, pytest.raises(NotAllowed):
        links.issue_link(Actor(1, "A", (Grant(Role.ADMIN),)), session.get_one(User, maria))


def test_whoever_is_signed_in_as_somebody_else_changes_over(app: Flask, client: FlaskClient, maria: int):
    arrive(app, client, email="other@example.org")
    submit(client, make_link(app, maria))
    assert "maria@example.org" in client.get("/account/").get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(UserSession.ended_at.is_(None))) == 1


@pytest.mark.parametrize("path", ["/sign-in/link", "/sign-in/reset"])
def test_asking_answers_the_same_for_anybody_and_does_the_same(app: Flask, maria: int, path: str):
    told = []
    for email in ("maria@example.org", "nobody@example.org"):
        client = app.test_client()
        ask(client, path, "warm@example.org")
        client.get("/sign-in")
        with statements(app) as seen:
            answer = ask(client, path, email)
        page = client.get("/sign-in").get_data(as_text=True)
        told.append((answer.status_code, answer.location, "on its way to it" in page, seen))
    assert told[0] == told[1]
    assert told[0][2]
    assert [mail.recipient for mail in mails(app)] == ["maria@example.org"]


@pytest.mark.parametrize("path", ["/sign-in/link", "/sign-in/reset"])
@pytest.mark.parametrize("email", ["", "no address", "a@b", "\x00"])
def test_asking_with_nonsense_is_refused_in_its_place(app: Flask, client: FlaskClient, path: str, email: str):
    answer = ask(client, path, email)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.get_data(as_text=True)
    assert mails(app) == []


def test_the_job_that_was_asked_for_holds_no_secret(app: Flask, client: FlaskClient, maria: int):
    ask(client)
    with app.app_context():
        assert db.session.scalar(select(Job.payload)) == {"email": "maria@example.org", "next": "/"}


def test_mail_speaks_the_language_of_the_account(app: Flask, client: FlaskClient, maria: int):
    with work(app) as session:
        session.get_one(User, maria).language = "de"
    ask(client)
    mail = mails(app)[0]
    assert mail.language == "de"
    assert '<html lang="de">' in (mail.html or "")


def test_links_in_mails_do_not_follow_the_host_header(app: Flask, client: FlaskClient, maria: int):
    client.environ_base["HTTP_HOST"] = "evil.example"
    ask(client, "/sign-in/reset")
    mail = mails(app)[0]
    assert "evil.example" not in mail.text + (mail.html or "")
    assert "http://localhost/sign-in/reset/" in mail.text


def reset_path(app: Flask, client: FlaskClient) -> str:
    ask(client, "/sign-in/reset")
    return link_in(mails(app)[-1])


def choose(client: FlaskClient, path: str, password: str = NEW, again: str | None = None):
    return submit(client, path, {"password": password, "password_confirm": password if again is None else again})


def test_a_new_password_by_link_replaces_the_old_one_and_ends_every_session(
    app: Flask, client: FlaskClient, maria: int
):
    at_home = app.test_client()
    submit(at_home, "/sign-in", {"email": "maria@example.org", "password": PASSWORD})
    assert is_signed_in(at_home)
    path = reset_path(app, client)
    assert client.get(path).status_code == 200
    assert choose(client, path).status_code == 302
    assert not is_signed_in(client)
    assert not is_signed_in(at_home)
    assert submit(client, "/sign-in", {"email": "maria@example.org", "password": PASSWORD}).status_code == 422
    assert submit(client, "/sign-in", {"email": "maria@example.org", "password": NEW}).status_code == 302
    notice = mails(app)[-1]
    assert "password was changed" in notice.subject


def test_a_new_password_lets_no_older_link_sign_in(app: Flask, client: FlaskClient, maria: int):
    older = make_link(app, maria)
    assert choose(client, reset_path(app, client)).status_code == 302
    assert submit(client, older).status_code == 410
    assert not is_signed_in(client)


def test_a_reset_link_works_once(app: Flask, client: FlaskClient, maria: int):
    path = reset_path(app, client)
    choose(client, path)
    answer = choose(client, path, "yet other words altogether")
    assert (answer.status_code, answer.location) == (302, "/sign-in/reset")
    assert "has been used" in client.get("/sign-in/reset").get_data(as_text=True)
    assert submit(client, "/sign-in", {"email": "maria@example.org", "password": NEW}).status_code == 302


@pytest.mark.parametrize("token", ["x", "x.y.z", "WyJhIiwgImIiXQ.aaaa.bbbb"])
def test_a_forged_reset_link_leads_to_asking_for_one(client: FlaskClient, token: str):
    assert client.get(f"/sign-in/reset/{token}").location == "/sign-in/reset"
    assert choose(client, f"/sign-in/reset/{token}").location == "/sign-in/reset"


def test_an_old_reset_link_is_refused(app: Flask, client: FlaskClient, maria: int):
    import time_machine

    path = reset_path(app, client)
    with time_machine.travel(clock.now() + timedelta(hours=1, minutes=1), tick=True):
        assert client.get(path).location == "/sign-in/reset"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("short", None), "at least 12"),
        (("x" * 201, None), "at most 200"),
        (("aaaaaaaaaaaaaaaa", None), "repeats"),
        (("maria muster maria", None), "first things"),
        ((NEW, "something else here"), "differ"),
        (("", None), "Write your password"),
    ],
)
def test_a_poor_new_password_is_refused_with_the_reason(
    app: Flask, client: FlaskClient, maria: int, typed: tuple[str, str | None], says: str
):
    path = reset_path(app, client)
    answer = choose(client, path, *typed)
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)
    assert choose(client, path).status_code == 302


def test_a_job_for_an_account_closed_meanwhile_sends_nothing(app: Flask, client: FlaskClient, maria: int):
    ask(client)
    with work(app) as session:
        session.get_one(User, maria).active = False
    assert mails(app) == []
    assert outbox.drain(app) == 0

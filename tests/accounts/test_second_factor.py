"""Authenticator apps, recovery codes, and proving once more that it is you."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from passlib.totp import TOTP  # type: ignore[import-untyped]

from app.accounts import links, services
from app.accounts.models import User
from app.core.access import SYSTEM, Role
from app.core.errors import NotAllowed
from app.extensions import db
from tests.accounts.people import PASSWORD, is_signed_in, mails, person, sign_in, submit, work

NOON = datetime(2026, 3, 4, 12, 0, 10, tzinfo=UTC)


@pytest.fixture
def maria(app: Flask) -> int:
    with work(app) as session:
        return person(session, password=PASSWORD).id


def key_on(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7-]+)</code>", page)
    assert found, page
    return found[1].replace("-", "")


def code_of(key: str, moment: datetime) -> str:
    return TOTP(key=key).generate(time=moment).token


def set_up(app: Flask, client: FlaskClient, user_id: int) -> str:
    """Set an authenticator app up at noon; answers its key."""
    sign_in(app, client, user_id)
    key = key_on(client.get("/account/authenticator").get_data(as_text=True))
    assert submit(client, "/account/authenticator", {"code": code_of(key, NOON)}).location == "/account/recovery-codes"
    return key


def password_step(client: FlaskClient, path: str = "/sign-in"):
    return submit(client, path, {"email": "maria@example.org", "password": PASSWORD})


@time_machine.travel(NOON, tick=False)
def test_setting_up_shows_one_secret_until_its_code_is_right(app: Flask, client: FlaskClient, maria: int):
    sign_in(app, client, maria)
    page = client.get("/account/authenticator").get_data(as_text=True)
    assert "<svg" in page
    assert "data:image" not in page
    key = key_on(page)
    answer = submit(client, "/account/authenticator", {"code": "000000"})
    assert answer.status_code == 422
    assert key_on(answer.get_data(as_text=True)) == key
    assert submit(client, "/account/authenticator", {"code": ""}).status_code == 422
    typed = code_of(key, NOON)
    assert submit(client, "/account/authenticator", {"code": f" {typed[:3]} {typed[3:]}"}).status_code == 303
    assert "second factor is on" in mails(app)[-1].subject
    with app.app_context():
        assert key not in (db.session.get(User, maria).tf_totp_secret or "")


def test_a_password_alone_no_longer_signs_in(app: Flask, client: FlaskClient, maria: int):
    with time_machine.travel(NOON, tick=False) as clock:
        key = set_up(app, client, maria)
        browser = app.test_client()
        answer = password_step(browser, "/sign-in?next=/account/profile")
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in/code")
        assert not is_signed_in(browser)
        clock.shift(timedelta(minutes=2))
        code = code_of(key, NOON + timedelta(minutes=2))
        assert submit(browser, answer.location, {"code": "123"}).status_code == 422
        assert not is_signed_in(browser)
        assert submit(browser, answer.location, {"code": code}).location == "/account/profile"
        assert is_signed_in(browser)


def test_a_code_is_taken_once(app: Flask, client: FlaskClient, maria: int):
    with time_machine.travel(NOON, tick=False) as clock:
        key = set_up(app, client, maria)
        clock.shift(timedelta(minutes=2))
        code = code_of(key, NOON + timedelta(minutes=2))
        first, second = app.test_client(), app.test_client()
        for browser, status in ((first, 302), (second, 422)):
            password_step(browser)
            assert submit(browser, "/sign-in/code", {"code": code}).status_code == status
        assert [is_signed_in(first), is_signed_in(second)] == [True, False]


@time_machine.travel(NOON, tick=False)
def test_a_link_by_mail_needs_the_code_too(app: Flask, client: FlaskClient, maria: int):
    set_up(app, client, maria)
    with work(app) as session:
        path = links.issue_link(SYSTEM, session.get_one(User, maria))
    browser = app.test_client()
    assert submit(browser, path).location.startswith("/sign-in/code")
    assert not is_signed_in(browser)


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/recovery-code"])
def test_the_second_step_is_closed_without_the_first(client: FlaskClient, path: str):
    assert client.get(path).location == "/sign-in"
    assert submit(client, path, {"code": "123456"}).location == "/sign-in"


def make_codes(client: FlaskClient) -> list[str]:
    page = submit(client, "/account/recovery-codes").get_data(as_text=True)
    return re.findall(r"<code>([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})</code>", page)


@time_machine.travel(NOON, tick=False)
def test_recovery_codes_are_shown_once_and_work_once(app: Flask, client: FlaskClient, maria: int):
    set_up(app, client, maria)
    codes = make_codes(client)
    assert len(set(codes)) == 10
    again = client.get("/account/recovery-codes?show_codes=1").get_data(as_text=True)
    assert "10 unused codes" in again
    assert codes[0] not in again
    with app.app_context():
        assert codes[0].replace("-", "") not in str(db.session.get(User, maria).mf_recovery_codes)
    browser, thief = app.test_client(), app.test_client()
    password_step(browser)
    assert submit(browser, "/sign-in/recovery-code", {"code": "aaaa-aaaa-aaaa"}).status_code == 422
    typed = codes[0].upper().replace("-", " ")
    assert submit(browser, "/sign-in/recovery-code", {"code": typed}).status_code == 302
    assert "You are signed in. You have 9 unused recovery codes." in browser.get("/account/").get_data(as_text=True)
    assert is_signed_in(browser)
    password_step(thief)
    assert submit(thief, "/sign-in/recovery-code", {"code": codes[0]}).status_code == 422
    assert "9 unused" in client.get("/account/").get_data(as_text=True)


@time_machine.travel(NOON, tick=False)
def test_new_codes_replace_the_old_ones(app: Flask, client: FlaskClient, maria: int):
    set_up(app, client, maria)
    old, new = make_codes(client), make_codes(client)
    browser = app.test_client()
    password_step(browser)
    assert submit(browser, "/sign-in/recovery-code", {"code": old[0]}).status_code == 422
    assert submit(browser, "/sign-in/recovery-code", {"code": new[0]}).status_code == 302


@time_machine.travel(NOON, tick=False)
def test_codes_that_were_printed_outlive_a_reload_of_their_page(app: Flask, client: FlaskClient, maria: int):
    set_up(app, client, maria)
    (version,) = re.findall(
        r'name="version" value="(\d+)"', client.get("/account/recovery-codes").get_data(as_text=True)
    )
    pressed = {"version": version, "generate_new_codes": "yes"}
    page = submit(client, "/account/recovery-codes", pressed).get_data(as_text=True)
    code = re.findall(r"<code>([a-z2-9-]{14})</code>", page)[0]
    reloaded = submit(client, "/account/recovery-codes", pressed)
    assert reloaded.location == "/account/recovery-codes"
    assert "No new codes were made" in client.get(reloaded.location).get_data(as_text=True)
    browser = app.test_client()
    password_step(browser)
    assert submit(browser, "/sign-in/recovery-code", {"code": code}).status_code == 302


@time_machine.travel(NOON, tick=False)
def test_what_is_said_after_signing_in_is_in_the_persons_language(app: Flask, client: FlaskClient, maria: int):
    set_up(app, client, maria)
    codes = make_codes(client)
    with work(app) as session:
        session.get_one(User, maria).language = "de"
    browser = app.test_client()
    password_step(browser)
    submit(browser, "/sign-in/recovery-code", {"code": codes[0]})
    assert "You are signed in" not in browser.get("/account/").get_data(as_text=True)


@time_machine.travel(NOON, tick=False)
def test_switching_off_asks_first_and_forgets_the_codes(app: Flask, client: FlaskClient, maria: int):
    set_up(app, client, maria)
    make_codes(client)
    assert client.get("/account/authenticator").location == "/account/authenticator/off"
    assert "Do without" in client.get("/account/authenticator/off").get_data(as_text=True)
    assert submit(client, "/account/authenticator/off").status_code == 303
    with app.app_context():
        user = db.session.get(User, maria)
        assert (user.tf_totp_secret, user.mf_recovery_codes) == (None, None)
    browser = app.test_client()
    password_step(browser)
    assert is_signed_in(browser)
    assert "switched off" in mails(app)[-1].subject


def test_nobody_settles_how_somebody_else_signs_in(app: Flask, maria: int):
    with work(app) as session:
        user, admin = session.get_one(User, maria), person(session, Role.ADMIN, email="admin@example.org").actor
        with pytest.raises(NotAllowed):
            services.set_second_factor(admin, user, "x")
        with pytest.raises(NotAllowed):
            services.drop_second_factor(admin, user)
        assert user.tf_totp_secret is None
    assert mails(app) == []


@pytest.mark.parametrize("path", ["/account/authenticator", "/account/recovery-codes", "/account/passkeys"])
def test_changing_how_one_signs_in_asks_again_who_it_is(app: Flask, client: FlaskClient, maria: int, path: str):
    sign_in(app, client, maria, minutes_ago=45)
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.location == f"/sign-in/again?next={path}"
    assert submit(client, answer.location, {"password": "not it"}).status_code == 422
    assert client.get(path).status_code == 302
    assert submit(client, answer.location, {"password": PASSWORD}).location == path
    assert client.get(path).status_code == 200


def test_whoever_signed_in_just_now_is_not_asked(app: Flask, client: FlaskClient, maria: int):
    sign_in(app, client, maria)
    assert client.get("/account/passkeys").status_code == 200


def test_secrets_of_one_portal_mean_nothing_to_another(app: Flask, client: FlaskClient, maria: int):
    with client.session_transaction() as cookie:
        cookie.update(tf_user_id="x", tf_state="ready", tf_totp_secret="x", tf_primary_method="authenticator")
    assert client.get("/sign-in/code").location == "/sign-in"


def test_right_codes_cost_nothing(app: Flask, maria: int):
    with time_machine.travel(NOON, tick=False) as clock:
        key = set_up(app, app.test_client(), maria)
        for _sign_in in range(8):
            clock.shift(timedelta(minutes=1))
            browser = app.test_client()
            code = code_of(key, datetime.now(UTC))
            answer = submit(browser, password_step(browser).location, {"code": code})
            assert answer.status_code == 302
            assert is_signed_in(browser)
        browser = app.test_client()
        step = password_step(browser).location
        assert [submit(browser, step, {"code": "000000"}).status_code for _guess in range(7)] == [422] * 6 + [429]

"""Guessing is slow: every way in is counted, by address and by the account it aims at."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.accounts import links
from app.accounts.limits import RULES
from app.core.access import SYSTEM
from app.core.database import Base
from app.extensions import db, limiter
from tests.accounts.people import PASSWORD, is_signed_in, person, submit, work
from tests.conftest import settings_for

REDIS = "redis://127.0.0.1:6379/5"


def guess(client: FlaskClient, email: str = "maria@example.org", address: str = "192.0.2.1", words: str = "wrong"):
    fields = {"email": email, "password": words}
    return submit(client, "/sign-in", fields, environ_base={"REMOTE_ADDR": address})


def ask(client: FlaskClient, email: str = "maria@example.org", address: str = "192.0.2.1") -> int:
    """Ask for a link, which costs no hashing; answers the status."""
    return submit(client, "/sign-in/link", {"email": email}, environ_base={"REMOTE_ADDR": address}).status_code


def test_the_eleventh_guess_at_an_account_waits_wherever_it_comes_from(app: Flask, client: FlaskClient):
    for number in range(10):
        assert guess(client, address=f"192.0.2.{number}").status_code == 422
    answer = guess(client, email="MARIA@example.org ", address="198.51.100.1")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 15 * 60
    page = answer.get_data(as_text=True)
    assert "Too many attempts" in page
    assert f"Try again in {-(-int(answer.headers['Retry-After']) // 60)} minutes." in page
    assert guess(client, email="other@example.org", address="198.51.100.1").status_code == 422


def test_unknown_accounts_are_counted_alike(app: Flask, client: FlaskClient):
    with work(app) as session:
        person(session, password=PASSWORD)
    known, unknown = (
        [guess(client, email=email, address=f"192.0.2.{number}").status_code for number in range(12)]
        for email in ("maria@example.org", "nobody@example.org")
    )
    assert known == unknown == [422] * 10 + [429] * 2


def test_the_right_password_waits_too_while_a_link_and_a_passkey_still_open(app: Flask, client: FlaskClient):
    with work(app) as session:
        person(session, password=PASSWORD)
    for number in range(10):
        guess(client, address=f"192.0.2.{number}")
    assert guess(client, words=PASSWORD).status_code == 429
    assert not is_signed_in(client)
    assert submit(client, "/sign-in/link", {"email": "maria@example.org"}).status_code == 303
    assert submit(client, "/sign-in/passkey").status_code == 200


def test_one_address_cannot_try_many_accounts(app: Flask, client: FlaskClient):
    answers = [ask(client, f"person{number}@example.org") for number in range(11)]
    assert answers == [303] * 10 + [429]


def test_nobodys_mailbox_is_flooded(app: Flask, client: FlaskClient):
    for path in ("/sign-in/link", "/sign-in/reset"):
        for number in range(2):
            where = {"REMOTE_ADDR": f"192.0.2.{number}"}
            assert submit(client, path, {"email": "maria@example.org"}, environ_base=where).status_code == 303
    assert submit(client, "/sign-in/link", {"email": "maria@example.org"}).status_code == 429


def test_the_second_step_counts_for_the_person_halfway_in(app: Flask, client: FlaskClient):
    with work(app) as session:
        user = person(session)
        identity = user.fs_uniquifier
        user.tf_primary_method = "authenticator"
        with app.test_request_context():
            user.tf_totp_secret = app.extensions["security"].totp_factory.generate_totp_secret()
    answers = []
    for number in range(8):
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie.update(tf_user_id=identity, tf_state="ready")
        where = {"REMOTE_ADDR": f"192.0.2.{number}"}
        answers.append(submit(browser, "/sign-in/code", {"code": "000000"}, environ_base=where).status_code)
    assert answers == [422] * 6 + [429] * 2


@pytest.mark.parametrize("path", ["/sign-in/link/x", "/invitation/x", "/sign-in/reset/x"])
def test_links_cannot_be_tried_out(app: Flask, client: FlaskClient, path: str):
    answers = [submit(client, path).status_code for _attempt in range(21)]
    assert 429 not in answers[:20]
    assert answers[20] == 429


def test_opening_pages_is_not_counted(app: Flask, client: FlaskClient):
    assert {client.get("/sign-in").status_code for _visit in range(60)} == {200}


def test_every_rule_belongs_to_a_page_that_is_there(app: Flask):
    assert set(RULES) <= set(app.view_functions)


@pytest.mark.parametrize("prefix", ["/sign-in", "/invitation"])
def test_every_way_in_has_a_rule(app: Flask, prefix: str):
    gone = {"security.two_factor_setup", "security.two_factor_setup_validate"}
    gone |= {"security.two_factor_rescue", "security.tf_select"}
    rules = (rule for rule in app.url_map.iter_rules() if rule.rule.startswith(prefix))
    ways = {rule.endpoint for rule in rules if "POST" in (rule.methods or ())}
    assert ways - gone <= set(RULES)


def test_the_counters_name_nobody(app: Flask, client: FlaskClient):
    guess(client)
    kept = str(vars(limiter.storage))
    assert "/account/" in kept
    assert "maria" not in kept


def test_a_whole_school_signs_in_from_one_address(app: Flask, client: FlaskClient):
    with work(app) as session:
        person(session, password=PASSWORD)
    answers = [guess(app.test_client(), words=PASSWORD).status_code for _pupil in range(32)]
    assert answers == [302] * 32
    assert guess(app.test_client()).status_code == 422


def test_signing_in_to_an_account_of_ones_own_forgives_no_guess(app: Flask, client: FlaskClient):
    with work(app) as session:
        person(session, password=PASSWORD)
        person(session, email="own@example.org", password=PASSWORD)
    answers = []
    for _round in range(11):
        answers.append(guess(app.test_client()).status_code)
        assert guess(app.test_client(), email="own@example.org", words=PASSWORD).status_code == 302
    assert answers == [422] * 10 + [429]
    answers = [guess(app.test_client(), email=f"other{number}@example.org").status_code for number in range(20)]
    assert answers == [422] * 19 + [429], "the address keeps every wrong one"


def test_the_owner_signing_in_forgives_nobody_elses_guesses(app: Flask, client: FlaskClient):
    with work(app) as session:
        person(session, password=PASSWORD)
    for number in range(9):
        guess(app.test_client(), address=f"192.0.2.{number}")
    assert guess(client, words=PASSWORD, address="198.51.100.1").status_code == 302
    assert [guess(app.test_client()).status_code for _guess in range(2)] == [422, 429]


def test_whoever_is_halfway_in_elsewhere_is_counted_for_the_account_aimed_at(app: Flask, client: FlaskClient):
    answers = []
    for number in range(11):
        browser = app.test_client()
        with browser.session_transaction() as cookie:
            cookie.update(tf_user_id=f"someone{number}", tf_state="ready")
        answers.append(guess(browser, address=f"192.0.2.{number}").status_code)
    assert answers == [422] * 10 + [429]


def test_links_that_work_cost_nothing(app: Flask, client: FlaskClient):
    with work(app) as session:
        user = person(session)
        paths = [links.issue_link(SYSTEM, user) for _link in range(22)]
    assert {submit(app.test_client(), path).status_code for path in paths} == {303}
    answers = [submit(client, "/sign-in/link/x").status_code for _attempt in range(21)]
    assert answers == [410] * 20 + [429]


@pytest.fixture
def with_redis(tmp_path: Path) -> Iterator[list[Flask]]:
    """Two processes' worth of a portal that count in one Redis, with a secret of this test alone."""
    made, secret = [], secrets.token_hex()
    for name in ("one", "two"):
        url = f"sqlite:///{tmp_path / name}.db"
        app = create_app(settings_for(url, tmp_path, redis_url=REDIS, secret_key=secret))
        with app.app_context():
            Base.metadata.create_all(db.engine)
        made.append(app)
    yield made
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def network() -> str:
    """The beginning of addresses that nobody else counts for in this Redis."""
    return f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::"


def test_processes_count_together_in_redis(with_redis: list[Flask], network: str):
    clients = [app.test_client() for app in with_redis]
    answers = [ask(clients[number % 2], address=f"{network}{number}") for number in range(6)]
    assert answers == [303] * 4 + [429] * 2


def test_what_was_right_is_given_back_in_redis_too(with_redis: list[Flask], network: str):
    for app in with_redis:
        with work(app) as session:
            person(session, password=PASSWORD)
    answers = []
    for number in range(12):
        app = with_redis[number % 2]
        assert guess(app.test_client(), words=PASSWORD, address=f"{network}{number}").status_code in (302, 429)
        answers.append(guess(app.test_client(), address=f"{network}{number}").status_code)
    assert answers == [422] * 10 + [429] * 2


def test_without_its_redis_a_process_counts_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    app = create_app(settings_for(url, tmp_path, redis_url="redis://127.0.0.1:1/0"))
    try:
        with app.app_context():
            Base.metadata.create_all(db.engine)
        answers = [ask(app.test_client(), address=f"192.0.2.{number}") for number in range(5)]
        assert answers == [303] * 4 + [429]
    finally:
        with app.app_context():
            db.engine.dispose()

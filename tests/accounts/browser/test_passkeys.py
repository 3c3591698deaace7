"""Passkeys, made and used by a real browser."""

import re
from urllib.parse import parse_qsl

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import select

from app.accounts.models import Passkey, User
from app.extensions import db
from tests.accounts.people import PASSWORD, person, work

Authenticator = tuple[CDPSession, str]


@pytest.fixture
def maria(portal: Flask) -> int:
    with work(portal) as session:
        return person(session, password=PASSWORD).id


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in?next=/account/")
    page.get_by_label("E-mail address").fill("maria@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()


def add_passkey(page: Page, name: str = "My laptop") -> None:
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text(f"The passkey “{name}” is ready to use.")).to_be_visible()


def sign_out(page: Page, address: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{address}/sign-in?next=/account/")


def test_a_passkey_is_made_used_and_removed(
    page: Page, address: str, portal: Flask, maria: int, authenticator: Authenticator
):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    sign_in(page, address)
    add_passkey(page)
    sign_out(page, address)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    assert "Passkey" in page.locator("#sessions").inner_text()
    with portal.app_context():
        passkey = db.session.scalars(select(Passkey)).one()
        assert (passkey.name, passkey.usage, passkey.user_id) == ("My laptop", "first", maria)
        assert passkey.sign_count > 0
    page.get_by_role("button", name=re.compile("Remove")).click()
    expect(page.get_by_text("The passkey “My laptop” is removed.")).to_be_visible()
    sign_out(page, address)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey is not known here.")).to_be_visible()
    assert complaints == []


def test_a_passkey_needs_no_code(page: Page, address: str, portal: Flask, maria: int, authenticator: Authenticator):
    sign_in(page, address)
    add_passkey(page)
    with work(portal) as session:
        user = session.get_one(User, maria)
        user.tf_primary_method = "authenticator"
        with portal.test_request_context():
            user.tf_totp_secret = portal.extensions["security"].totp_factory.generate_totp_secret()
    sign_out(page, address)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()


def test_the_passkey_of_a_closed_account_does_not_open_it(
    page: Page, address: str, portal: Flask, maria: int, authenticator: Authenticator
):
    sign_in(page, address)
    add_passkey(page)
    with work(portal) as session:
        session.get_one(User, maria).active = False
    sign_out(page, address)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This account is closed.")).to_be_visible()
    page.goto(f"{address}/account/")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def test_a_device_is_not_registered_twice(page: Page, address: str, maria: int, authenticator: Authenticator):
    sign_in(page, address)
    add_passkey(page)
    page.goto(f"{address}/account/passkeys")
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("link", name=re.compile("You have a passkey with the name"))).to_be_visible()
    page.get_by_label("Name").fill("Once more")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("This device holds a passkey for your account already.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_focused()


def test_without_a_passkey_the_reason_is_said_and_one_can_try_again(
    page: Page, address: str, maria: int, authenticator: Authenticator
):

    page.goto(f"{address}/sign-in?next=/account/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The browser ended this before the passkey answered.")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


def test_an_answer_serves_once(page: Page, address: str, maria: int, authenticator: Authenticator):
    sign_in(page, address)
    add_passkey(page)
    sign_out(page, address)
    with page.expect_request(re.compile("/sign-in/passkey/.+")) as sent:
        page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    page.wait_for_load_state("networkidle")  # What is fetched for later brings a cookie of the session that ends here.
    page.context.clear_cookies()
    page.goto(f"{address}/sign-in")
    token = page.locator("input[name=csrf_token]").first.input_value()
    fields: dict[str, str | float | bool] = dict(parse_qsl(sent.value.post_data or ""))
    fields["csrf_token"] = token
    answer = page.request.post(sent.value.url, form=fields, headers={"Referer": f"{address}/sign-in"})
    assert "That took too long" in answer.text()
    page.goto(f"{address}/account/")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()

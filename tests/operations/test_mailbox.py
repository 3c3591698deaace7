"""The mailbox: everybody's in a demonstration, the operators' elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from app.config import Profile
from app.core.access import Role
from app.core.mail import Mail, MailState
from tests.accounts.people import arrive, mails, submit, work

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


@pytest.fixture
def letter(app: Flask) -> int:
    """The key of a message with a link in it, and one to somebody else."""
    with work(app) as session:
        letters = [
            Mail(
                message_id=f"<{name}>",
                recipient=f"{name}@example.org",
                subject=f"Ваше посилання, {name} <b>",
                text="Open http://localhost/sign-in/link/secret <script>alert(1)</script>",
                language="uk",
                state=MailState.KEPT,
            )
            for name in ("anna", "maria")
        ]
        session.add_all(letters)
        session.flush()
        return letters[-1].id


@pytest.fixture
def demonstration(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the portal a demonstration."""
    monkeypatch.setitem(app.config, "PORTAL", replace(app.config["PORTAL"], profile=Profile.DEMO))


@pytest.mark.usefixtures("demonstration")
def test_everybody_reads_the_mailbox_of_a_demonstration(client: FlaskClient, letter: int) -> None:
    page = client.get("/operations/mailbox").get_data(as_text=True)
    assert "Ваше посилання, anna &lt;b&gt;" in page
    assert 'lang="uk"' in page
    assert page.index("maria@example.org") < page.index("anna@example.org")
    message = client.get(f"/operations/mailbox/{letter}").get_data(as_text=True)
    assert '<a href="http://localhost/sign-in/link/secret"' in message
    assert "<script>alert" not in message


@pytest.mark.usefixtures("demonstration", "letter")
def test_the_mailbox_can_be_narrowed_to_one_address(client: FlaskClient) -> None:
    page = client.get("/operations/mailbox?to=%20Anna@Example.org").get_data(as_text=True)
    assert "anna &lt;b&gt;" in page
    assert "maria &lt;b&gt;" not in page
    assert "No message yet" in client.get("/operations/mailbox?to=nobody").get_data(as_text=True)


@pytest.mark.usefixtures("demonstration")
def test_a_message_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/operations/mailbox/999").status_code == 404


@pytest.mark.parametrize("role", [None, Role.COUNTRY_LEAD, Role.STAKEHOLDER, Role.AUDITOR])
def test_elsewhere_the_mailbox_is_not_there_for_whoever_may_not_read_it(
    app: Flask, client: FlaskClient, letter: int, role: Role | None
) -> None:
    if role is not None:
        arrive(app, client, role)
    for path in ("/operations/mailbox", f"/operations/mailbox/{letter}"):
        assert client.get(path).status_code == 404
    assert "/operations/" not in client.get("/feeds/").get_data(as_text=True)


def test_elsewhere_operators_read_it(app: Flask, client: FlaskClient, letter: int) -> None:
    arrive(app, client, Role.ADMIN)
    assert client.get("/operations/mailbox").status_code == 200
    assert client.get(f"/operations/mailbox/{letter}").status_code == 200
    assert "/operations/mailbox" in client.get("/feeds/").get_data(as_text=True)


@pytest.mark.usefixtures("demonstration")
def test_a_link_that_somebody_asks_for_lands_there(app: Flask, client: FlaskClient) -> None:
    arrive(app, client, Role.COUNTRY_LEAD, email="lead@example.org")
    submit(app.test_client(), "/sign-in/link", {"email": "lead@example.org"})
    assert [mail.recipient for mail in mails(app)] == ["lead@example.org"]
    assert "lead@example.org" in app.test_client().get("/operations/mailbox").get_data(as_text=True)

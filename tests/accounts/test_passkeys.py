"""What forged answers of passkeys do: nothing."""

import json
import re
from base64 import urlsafe_b64encode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.accounts.people import arrive, is_signed_in, submit


def text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


CLIENT = {"type": "webauthn.get", "challenge": "x", "origin": "http://localhost"}
FORGERIES = [
    "",
    "no json",
    "[]",
    "null",
    "{}",
    json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {}}),
    json.dumps({"id": 1, "rawId": 2, "type": 3, "response": 4}),
    json.dumps(
        {
            "id": text(b"abc"),
            "rawId": text(b"abc"),
            "type": "public-key",
            "response": {
                "clientDataJSON": text(json.dumps(CLIENT).encode()),
                "authenticatorData": text(b"\xff" * 40),
                "signature": text(b"abc"),
                "userHandle": text(b"abc"),
            },
        }
    ),
    json.dumps(
        {
            "id": text(b"abc"),
            "rawId": text(b"abc"),
            "type": "public-key",
            "response": {"clientDataJSON": text(b"{}"), "attestationObject": text(b"\xa3" * 60), "transports": ["fax"]},
        }
    ),
]


def state_on(page: str) -> str:
    found = re.search(r'action="(/[^"]+/[^"/]+)"[^>]*data-passkey', page)
    assert found, page
    return found[1]


@pytest.mark.parametrize("credential", FORGERIES)
def test_a_forged_answer_signs_nobody_in(client: FlaskClient, credential: str):
    path = state_on(submit(client, "/sign-in/passkey").get_data(as_text=True))
    answer = submit(client, path, {"credential": credential})
    assert (answer.status_code, answer.location) == (302, "/sign-in/passkey")
    assert not is_signed_in(client)


@pytest.mark.parametrize("credential", FORGERIES)
def test_a_forged_passkey_is_not_kept(app: Flask, client: FlaskClient, credential: str):
    arrive(app, client)
    path = state_on(submit(client, "/account/passkeys", {"name": "Mine"}).get_data(as_text=True))
    assert submit(client, path, {"credential": credential}).status_code == 302
    assert "cannot be stolen" in client.get("/account/").get_data(as_text=True)


@pytest.mark.parametrize("token", ["x", "x.y.z"])
def test_a_forged_question_is_not_answered(client: FlaskClient, token: str):
    assert submit(client, f"/sign-in/passkey/{token}", {"credential": "{}"}).location == "/sign-in/passkey"


@pytest.mark.parametrize(
    ("name", "says"),
    [("", "Give the passkey a name"), ("x" * 65, "too long"), ("<b>", "letters, digits"), ("\x00", "letters, digits")],
)
def test_a_passkey_needs_a_plain_name(app: Flask, client: FlaskClient, name: str, says: str):
    arrive(app, client)
    answer = submit(client, "/account/passkeys", {"name": name})
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)


def test_a_name_can_be_in_any_script(app: Flask, client: FlaskClient):
    arrive(app, client)
    assert submit(client, "/account/passkeys", {"name": "ჩემი ტელეფონი"}).status_code == 200

"""What forged answers of passkeys do: nothing."""

import json
import re
from base64 import urlsafe_b64encode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.addresses import Nameless, nameless
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
    [
        ("", "Give the passkey a name"),
        ("x" * 65, "too long"),
        ("a\u202eb", "cannot be"),
        ("\x00", "cannot be seen"),
    ],
)
def test_a_passkey_needs_a_plain_name(app: Flask, client: FlaskClient, name: str, says: str):
    arrive(app, client)
    answer = submit(client, "/account/passkeys", {"name": name})
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)


@pytest.mark.parametrize("name", ["ჩემი ტელეფონი", "Anna's phone", "Zoë’s laptop (work) & tablet", "<b>"])
def test_a_name_can_be_in_any_script_and_with_any_sign(app: Flask, client: FlaskClient, name: str):
    arrive(app, client)
    assert submit(client, "/account/passkeys", {"name": name}).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/passkey", "/account/", "/account/passkeys"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_at_an_ip_address_it_is_said_that_browsers_refuse_passkeys(app: Flask, client: FlaskClient, path: str):
    if path.startswith("/account"):
        arrive(app, client)
    told = "Browsers refuse passkeys on pages that are opened by an IP address"
    with client.session_transaction() as cookie:
        kept = dict(cookie)
    here = app.test_client()
    with here.session_transaction(base_url="http://127.0.0.1:5123") as cookie:
        cookie.update(kept)
    page = here.get(path, base_url="http://127.0.0.1:5123").text
    assert told in page
    assert f'href="http://localhost:5123{path}"' in page
    assert told not in client.get(path).text


@pytest.mark.parametrize(
    ("url", "host", "named"),
    [
        ("http://127.0.0.1:5000/sign-in?next=/a", "127.0.0.1", "http://localhost:5000/sign-in?next=/a"),
        ("http://[::1]:5000/", "::1", "http://localhost:5000/"),
        ("http://127.3.2.1/", "127.3.2.1", "http://localhost/"),
        ("https://192.0.2.7:5000/sign-in", "192.0.2.7", None),
    ],
)
def test_only_a_loopback_address_has_a_name_for_sure(url: str, host: str, named: str | None):
    assert nameless(url) == Nameless(host, named)


@pytest.mark.parametrize("url", ["http://localhost:5000/", "https://portal.example.org/", "http://[bad/", "/"])
def test_names_are_left_alone(url: str):
    assert nameless(url) is None

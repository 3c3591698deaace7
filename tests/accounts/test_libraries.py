"""Libraries for passkeys and for secrets of authenticator apps are read when somebody uses them, and not before."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT

START = """
import sys
from app import create_app

app = create_app()
assert not {"webauthn", "OpenSSL", "cryptography"} & set(sys.modules), "read when the portal starts"
"""
PASSKEYS = """
assert app.test_client().get("/sign-in/passkey").status_code == 200
from flask_security import webauthn, webauthn_util
from webauthn.helpers import structs

assert webauthn.PublicKeyCredentialDescriptor is structs.PublicKeyCredentialDescriptor
assert webauthn_util.AuthenticatorAttachment is structs.AuthenticatorAttachment
"""
MAKING_A_SECRET = """
import json

codes = app.extensions["security"].totp_factory
assert "enckey" in json.loads(codes.generate_totp_secret()), "the secret is kept as it is"
"""
# Locked by Passlib alone, with the key that the settings below lead to.
READING_A_SECRET = """
import json
from app.accounts.models import User

codes = app.extensions["security"].totp_factory
locked = {"c": 14, "k": "E63YI56D4QDYA472R3OH4GEAJI2NVSPF", "s": "HFTSZBKQNIW4LWH3X4LQ", "t": "1", "v": 1}
secret = json.dumps({"enckey": locked, "type": "totp", "v": 1})
with app.app_context():
    assert codes.get_totp_b32_key(secret) == "3Q54PGFTCYRII4EO2G5NOGVD6TPLWVZK"
    assert codes.verify_totp(codes.generate_totp_password(secret), secret, User())
    assert not codes.verify_totp("123", secret, User())
"""


def run(program: str, folder: Path) -> None:
    """Run a program in a Python that has read nothing yet."""
    settings = {
        "PORTAL_PROFILE": "test",
        "PORTAL_DATABASE_URL": f"sqlite:///{folder / 'portal.db'}",
        "PORTAL_SECRET_KEY": "the same secret in every test",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    ran = subprocess.run(
        [sys.executable, "-c", START + program],
        cwd=ROOT,
        env=kept | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_a_portal_starts_without_the_one_for_passkeys_and_has_it_at_the_first_page_about_them(tmp_path: Path):
    run(PASSKEYS, tmp_path)


@pytest.mark.parametrize("program", [MAKING_A_SECRET, READING_A_SECRET], ids=["made", "read"])
def test_a_portal_starts_without_the_one_that_locks_secrets_and_has_it_at_the_first(program: str, tmp_path: Path):
    run(program, tmp_path)

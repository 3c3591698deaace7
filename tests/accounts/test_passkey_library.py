"""The library for passkeys is read when somebody uses a passkey, and not before."""

import os
import subprocess
import sys
from pathlib import Path

from app.config import ROOT

PROGRAM = """
import sys
from app import create_app

app = create_app()
assert not {"webauthn", "OpenSSL"} & set(sys.modules), "read when the portal starts"
assert app.test_client().get("/sign-in/passkey").status_code == 200
from flask_security import webauthn, webauthn_util
from webauthn.helpers import structs

assert webauthn.PublicKeyCredentialDescriptor is structs.PublicKeyCredentialDescriptor
assert webauthn_util.AuthenticatorAttachment is structs.AuthenticatorAttachment
"""


def test_a_portal_starts_without_it_and_has_it_at_the_first_page_about_passkeys(tmp_path: Path):
    settings = {"PORTAL_PROFILE": "test", "PORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'portal.db'}"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=kept | settings, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr

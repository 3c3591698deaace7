"""A portal that a browser can reach, and a browser with a security key in it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page
from werkzeug.serving import make_server

from app import create_app
from app.extensions import db
from tests.conftest import migrated_file, settings_for


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Flask]:
    """A portal on a database of its own."""
    app = create_app(settings_for(migrated_file(tmp_path / "portal.db"), tmp_path))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def address(portal: Flask) -> Iterator[str]:
    """Where the portal is served: ``localhost``, since passkeys are bound to a name and not to a number."""
    server = make_server("localhost", 0, portal, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def authenticator(page: Page) -> Iterator[tuple[CDPSession, str]]:
    """A passkey holder built into the browser, which unlocks itself."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    answer = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield devtools, answer["authenticatorId"]
    devtools.detach()

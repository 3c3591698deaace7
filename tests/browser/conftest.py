"""The demonstration with BEM's data, served for a real browser."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState
from waitress import create_server

from app import create_app
from app.accounts.demo import demo_users, entry_path
from app.config import Profile
from app.core import clock
from app.core.access import Role
from app.core.database import writing
from app.demo.commands import load
from app.extensions import db
from tests.conftest import AS_OF, build_schema, settings_for

LOG = "/events/log"
CACHED = """async () => {
    const caches_ = await Promise.all((await caches.keys()).map(name => caches.open(name)));
    const requests = await Promise.all(caches_.map(cache => cache.keys()));
    return requests.flat().map(request => new URL(request.url).pathname);
}"""
ON_THE_DEVICE = "kind => Object.keys(localStorage).filter(key => key.includes(`:${kind}:`)).length"


@dataclass(frozen=True)
class Portal:
    """A served demonstration: its address and the page that lets one in as each role."""

    app: Flask
    address: str
    entries: dict[Role, str]


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demonstration, loaded once for all browser tests."""
    folder = tmp_path_factory.mktemp("demonstration")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    app = create_app(
        settings_for(f"sqlite:///{folder / 'portal.db'}", folder / "files", profile=Profile.DEMO, public_url=address)
    )
    with app.app_context():
        build_schema(app)
    load(app)
    with app.test_request_context("/"), writing():
        entries = {role: entry_path(role) for role in demo_users(db.session)}
        db.session.commit()
    clock.reckon_with(AS_OF)
    server = create_server(app, host="127.0.0.1", port=port, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    yield Portal(app, address, entries)
    server.close()


Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def signed_in(browser: Browser, portal: Portal) -> Callable[[Role], StorageState]:
    """What a browser keeps of somebody who entered as a role; each enters once."""

    @cache
    def enter(role: Role) -> StorageState:
        context = browser.new_context(base_url=portal.address)
        page = context.new_page()
        page.goto(portal.entries[role])
        page.locator(".action-bar .btn-primary").click()
        page.locator("h1").wait_for()
        state = context.storage_state()
        context.close()
        return state

    return enter


class Windows:
    """Browser windows on one portal, and what their consoles complain of."""

    def __init__(self, browser: Browser, portal: Portal, signed_in: Callable[[Role], StorageState]) -> None:
        self.browser = browser
        self.portal = portal
        self.signed_in = signed_in
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self, role: Role | None = None, width: int = 1280, height: int = 900, **options: Any) -> Page:
        """A fresh window, of somebody in a role where one is named."""
        if role is not None:
            options["storage_state"] = self.signed_in(role)
        # Only tests of what works without a network want what a worker keeps.
        options.setdefault("service_workers", "block")
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            base_url=self.portal.address,
            reduced_motion="reduce",
            **options,
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: self.complaints.append(message.text) if is_complaint(message) else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def close(self) -> None:
        """Close them all."""
        for context in self.contexts:
            context.close()


@pytest.fixture
def visit(browser: Browser, portal: Portal, signed_in: Callable[[Role], StorageState]) -> Iterator[Visit]:
    """Open a fresh window; a complaint of the console fails the test."""
    windows = Windows(browser, portal, signed_in)
    yield windows.open
    windows.close()
    assert windows.complaints == []


@pytest.fixture(scope="module")
def kept_open(browser: Browser, portal: Portal, signed_in: Callable[[Role], StorageState]) -> Iterator[Windows]:
    """Windows of a module's own."""
    windows = Windows(browser, portal, signed_in)
    yield windows
    windows.close()


@pytest.fixture(scope="module")
def window_of(kept_open: Windows) -> Callable[[Role | None], Page]:
    """The one window of somebody in a role."""
    return cache(kept_open.open)


@pytest.fixture
def look(kept_open: Windows, window_of: Callable[[Role | None], Page]) -> Iterator[Visit]:
    """Come back to the window of a role, as wide and light as a fresh one, for a test that only looks at a page.

    A fresh window is a process of its own, which reads every script anew. A complaint of the console fails the test.
    """

    def come_back(role: Role | None = None) -> Page:
        page = window_of(role)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        return page

    kept_open.complaints.clear()
    yield come_back
    assert kept_open.complaints == []


def is_complaint(message: ConsoleMessage) -> bool:
    """Whether the console complains; that a form was refused, or a network is not there, is as it should be."""
    expected = (
        "status of 409",
        "status of 422",
        "net::ERR_INTERNET_DISCONNECTED",
        "net::ERR_FAILED",
        "status of 503",
        "htmx:error: Failed to fetch",
    )
    return message.type == "error" and not any(words in message.text for words in expected)


@pytest.fixture
def phone(visit: Visit) -> Callable[..., Page]:
    """A teacher's phone with the form open, and all of it ready for times without a network."""

    def opened(role: Role = Role.PARTNER_EDITOR, address: str = LOG) -> Page:
        page = visit(role, width=375, height=700, service_workers="allow")
        page.goto(address)
        until(page, f"({CACHED})().then(paths => paths.includes('{LOG}'))")
        until(page, f"({ON_THE_DEVICE})('seen') > 1")
        return page

    return opened


def until(page: Page, expression: str) -> None:
    """Wait until something holds; Playwright's own waiting would need ``eval``, which the portal forbids."""
    for _attempt in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(expression)

"""PDFs that are meant to cost: little time and memory, and a clear answer, wherever files of strangers are read."""

import time
from functools import cache
from io import BytesIO

import pytest
from flask import Flask

from app.core import outbox
from app.mou.originals import content
from app.mou.originals.models import Container
from app.mou.seals import examining
from app.mou.verifying import views
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import complete
from tests.mou.originals.bombs import BOMBS
from tests.mou.originals.test_originals import send
from tests.page import Page, open_page, words

COSTLY = {"inflating", "twice-inflating", "deep", "many-fields"}
EMPTY = {"many-pages"}


@cache
def bomb(name: str) -> bytes:
    """One of them, made once."""
    return BOMBS[name]()


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_it_costs_little_and_is_told_for_what_it_is(name: str) -> None:
    made, began = bomb(name), time.monotonic()
    assert len(made) < 6_000_000, "it is small on its way"
    found = examining.examine(made, None)
    assert time.monotonic() - began < examining.SECONDS + 5
    assert not found.signatures
    assert found.is_too_costly is (name in COSTLY), found
    assert (found.fault is None) is (name in EMPTY), found


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_whether_it_is_taken_is_told_without_unfolding_it(name: str) -> None:
    began = time.process_time()
    assert content.kind_of(BytesIO(bomb(name))).container is Container.PDF
    assert time.process_time() - began < 1


@pytest.mark.usefixtures("tokens")
@pytest.mark.parametrize("name", ["twice-inflating", "deep"])
def test_the_page_that_checks_says_that_it_was_left_unread(app: Flask, world: object, name: str) -> None:
    guest = app.test_client()
    form = open_page(guest, "/verify").form("Send it and check the seal")
    answer = form.submit(guest, file=(BytesIO(bomb(name)), "x.pdf"))
    assert answer.status_code == 200
    said = words(Page(answer).select_one("main"))
    assert "more time or memory" in said
    assert "Not known here." in said


@pytest.mark.usefixtures("tokens")
def test_an_original_that_is_one_is_kept_and_told_as_unread(app: Flask, world: World, sign_in: SignIn) -> None:
    with work(app):
        key = complete(world).id
    lead = sign_in("lead")
    assert send(lead, key, bomb("twice-inflating")).status_code == 200
    outbox.drain(app)
    said = words(open_page(lead, f"/mou/{key}").select_one("#originals"))
    assert "Reading it takes more memory than the portal gives to a file." in said


@pytest.mark.usefixtures("tokens")
def test_who_sends_many_holds_up_nobody_else(app: Flask, world: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PATIENCE", 0.1)
    guest = app.test_client()
    form = open_page(guest, "/verify").form("Send it and check the seal")
    for _each in range(examining.AT_ONCE):
        assert examining._turns.acquire(blocking=False)
    try:
        answer = form.submit(guest, file=(BytesIO(bomb("deep")), "x.pdf"))
        assert answer.status_code == 503
        assert "Send it again in a minute." in Page(answer).text
    finally:
        for _each in range(examining.AT_ONCE):
            examining._turns.release()
    assert form.submit(guest, file=(BytesIO(bomb("deep")), "x.pdf")).status_code == 200

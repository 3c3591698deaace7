"""Signing by link: the whole way of two signatories, programs that open links, the code, bad input."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core import clock, mail, outbox
from app.extensions import db
from app.mou import keeping
from app.mou.evidence import queries as evidence
from app.mou.models import CodePolicy, Mou, MouState
from app.mou.signing import queries
from app.mou.signing.models import MouLink, MouSignature
from app.mou.texts import queries as texts
from tests.accounts.people import mails, work
from tests.events.conftest import SignIn
from tests.mou.signing.way import (
    ANAHIT,
    DRAWING,
    GOR,
    Sent,
    code_to,
    kinds,
    link_to,
    opened,
    proven,
    sign,
    state_of,
)
from tests.page import Page, open_page, words

pytestmark = pytest.mark.usefixtures("tokens")


# ---- The whole way ----


def test_two_sign_one_after_the_other_and_it_is_in_force_on_its_day(app: Flask, sent: Sent) -> None:
    key = sent()
    assert state_of(app, key) is MouState.READY_TO_SIGN
    assert [mail.recipient for mail in mails(app)] == [GOR], "the school is asked when it is its turn"
    page = sign(app, GOR, "Gor Sargsyan")
    assert page.heading.endswith("Thank you, it is signed")
    assert state_of(app, key) is MouState.PARTLY_SIGNED
    assert ANAHIT in [mail.recipient for mail in mails(app)]
    sign(app, ANAHIT, "Anahit Petrosyan", drawing=DRAWING)
    assert state_of(app, key) is MouState.SIGNED
    with app.app_context():
        mou = db.session.get_one(Mou, key)
        assert str(mou.in_force_from) >= "2025-06-01"
        text = texts.signed(mou)
        assert text is not None
        assert [(one.name, one.method.value, one.differs) for one in queries.signatures(text)] == [
            ("Gor Sargsyan", "typed", False),
            ("Anahit Petrosyan", "drawn", False),
        ]
        statements = queries.signatures(text)[0].statements
    assert [one["code"] for one in statements] == ["electronic", "authorised", "privacy"]
    assert all(one["language"] == "hy" for one in statements), "word for word in the signatory's language"
    happened = kinds(app, key)
    assert happened[:2] == ["frozen", "invited"]
    assert happened.count("signed") == 2
    assert "concluded" in happened


def test_it_is_put_in_force_by_its_job_and_expires_after_its_last_day(
    app: Flask, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = sent(effective_from=None)
    sign(app, GOR, "Gor Sargsyan")
    sign(app, ANAHIT, "Anahit Petrosyan")
    for _again in range(2):
        with work(app) as session:
            keeping.begin(session, {"mou": key})
    assert state_of(app, key) is MouState.IN_FORCE
    with work(app) as session:
        keeping.end(session, {"mou": key})
        last = db.session.get_one(Mou, key).last_day
    assert last is not None
    assert state_of(app, key) is MouState.IN_FORCE, "it has not come to its end"
    monkeypatch.setattr(clock, "today", lambda *_zone: last + timedelta(days=1))
    with work(app) as session:
        keeping.end(session, {"mou": key})
    assert state_of(app, key) is MouState.EXPIRED


def test_the_sender_sees_who_has_signed(app: Flask, sent: Sent, sign_in: SignIn) -> None:
    key = sent()
    sign(app, GOR, "Gor Sargssian")
    board = words(open_page(sign_in("lead"), f"/mou/{key}").select_one("#signing"))
    assert "typed “Gor Sargssian”" in board
    assert "Anahit Petrosyan" in board


# ---- Programs open links, too ----


def test_ten_fetches_of_a_link_leave_no_trace(app: Flask, sent: Sent) -> None:
    key = sent()
    path = link_to(app, GOR)
    before = kinds(app, key)
    for number in range(10):
        client = app.test_client()
        assert (client.head if number % 2 else client.get)(path).status_code == 200
        assert client.get(f"{path}/read").location.endswith(path)
        assert client.get(f"{path}/pdf").status_code == 404
    assert kinds(app, key) == before
    with app.app_context():
        assert db.session.scalar(select(MouLink.opened_at)) is None


def test_the_text_is_shown_to_the_browser_that_opened_it(app: Flask, sent: Sent) -> None:
    key = sent()
    guest, path = opened(app, GOR)
    page = open_page(guest, f"{path}/read")
    assert "Tekstil Lori" in page.text
    assert guest.get(f"{path}/pdf").data.startswith(b"%PDF")
    assert kinds(app, key)[-1] == "opened"
    guest, _path = opened(app, GOR)
    assert kinds(app, key).count("opened") == 1


def test_what_is_behind_a_link_is_kept_private(app: Flask, sent: Sent) -> None:
    sent()
    headers = app.test_client().get(link_to(app, GOR)).headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in headers["Cache-Control"]
    assert "noindex" in headers["X-Robots-Tag"]


def test_no_secret_is_stored(app: Flask, sent: Sent) -> None:
    sent()
    token = link_to(app, GOR).rsplit("/", 1)[1]
    with app.app_context():
        for table in Mou.metadata.sorted_tables:
            if table.name == "mail":
                continue
            for row in db.session.execute(select(table)):
                assert token not in str(row), table.name


# ---- The code ----


def test_the_code_comes_before_the_text_where_that_was_chosen(app: Flask, sent: Sent) -> None:
    sent(code_policy=CodePolicy.BEFORE_OPENING)
    guest, path = app.test_client(), link_to(app, GOR)
    page = Page(open_page(guest, path).form("Send me the code code").submit(guest, ("do", "code"), follow=True))
    assert guest.get(f"{path}/read").status_code == 303
    page = Page(page.form("Go on prove").submit(guest, ("do", "prove"), follow=True, code=code_to(app, GOR)))
    page = Page(page.form("Open the document").submit(guest, follow=True))
    assert page.form("Sign now")


def test_a_wrong_code_is_counted_and_five_are_enough(app: Flask, sent: Sent) -> None:
    key = sent()
    guest, path = opened(app, GOR)
    open_page(guest, f"{path}/read").form("Send me the code code").submit(guest, ("do", "code"))
    right = code_to(app, GOR)
    wrong = "000000" if right != "000000" else "111111"
    for _try in range(5):
        page = Page(
            open_page(guest, f"{path}/read").form("Go on prove").submit(guest, ("do", "prove"), follow=True, code=wrong)
        )
        assert "not the code" in page.messages[-1]
    page = Page(
        open_page(guest, f"{path}/read").form("Go on prove").submit(guest, ("do", "prove"), follow=True, code=right)
    )
    assert "too often" in page.messages[-1]
    assert kinds(app, key).count("code_wrong") == 6


def test_a_code_is_good_for_ten_minutes_and_is_typed_in_any_way(
    app: Flask, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent()
    guest, path = opened(app, GOR)
    open_page(guest, f"{path}/read").form("Send me the code code").submit(guest, ("do", "code"))
    code = code_to(app, GOR)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=11))
    form = open_page(guest, f"{path}/read").form("Go on prove")
    assert "ten minutes" in Page(form.submit(guest, ("do", "prove"), follow=True, code=code)).messages[-1]
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=9))
    page = Page(form.submit(guest, ("do", "prove"), follow=True, code=f" {code[:3]} {code[3:]} "))
    assert page.messages[-1] == "Your mailbox is proven."


def test_codes_are_not_sent_without_end(app: Flask, sent: Sent) -> None:
    sent()
    guest, path = opened(app, GOR)
    form = open_page(guest, f"{path}/read").form("Send me the code code")
    form.submit(guest, ("do", "code"))
    page = Page(form.submit(guest, ("do", "code"), follow=True))
    assert "half a minute" in page.messages[-1]
    assert len([mail for mail in mails(app) if mail.subject == "Your code for signing"]) == 1


# ---- Bad input ----


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"electronic": None}, "Without this it cannot be signed."),
        ({"authorised": None}, "Without this it cannot be signed."),
        ({"privacy": None}, "Without this it cannot be signed."),
        ({"name": "  "}, "Type your name."),
        ({"name": "🙂🙂"}, "Type your name."),
        ({"name": "x" * 300}, "at most 200"),
        ({"drawing": "M10 20L11 21"}, "hardly a signature"),
        ({"drawing": "<script>"}, "could not be read"),
        ({"document": "0" * 64}, "another text"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_signed(
    app: Flask, sent: Sent, changes: dict[str, Any], said: str
) -> None:
    key = sent()
    guest, path = proven(app, GOR)
    form = open_page(guest, f"{path}/read").form("Sign now")
    typed = {"electronic": "y", "authorised": "y", "privacy": "y", "name": "Gor Sargsyan"} | changes
    answered = form.submit(guest, **typed)
    assert answered.status_code == 422
    assert said in Page(answered).text
    assert state_of(app, key) is MouState.READY_TO_SIGN
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MouSignature)) == 0


@pytest.mark.parametrize(
    "name", ["Žofie Křížová", "Ελένη Παπαδάκη", "Đorđe Љубић", "ქეთევან", "أمينة", "Ana 🌻", "x" * 200]
)
def test_a_name_in_any_script_is_a_signature(app: Flask, sent: Sent, name: str) -> None:
    sent()
    assert "Thank you" in sign(app, GOR, name).heading
    with app.app_context():
        assert db.session.scalars(select(MouSignature.name)).one() == name


def test_a_statement_is_not_ticked_beforehand(app: Flask, sent: Sent) -> None:
    sent()
    guest, path = proven(app, GOR)
    page = open_page(guest, f"{path}/read")
    assert not page.select("input[type=checkbox][checked]")
    assert len(page.select("#sign input[type=checkbox]")) == 4


def test_nobody_signs_without_the_code(app: Flask, sent: Sent) -> None:
    sent()
    guest, path = proven(app, GOR)
    form = open_page(guest, f"{path}/read").form("Sign now")
    with work(app) as session:
        session.scalars(select(MouLink)).one().proven_at = None
    ticked = {"electronic": "y", "authorised": "y", "privacy": "y", "name": "Gor"}
    assert form.submit(guest, **ticked).status_code == 422


def test_what_was_proven_in_one_browser_is_not_in_another(app: Flask, sent: Sent) -> None:
    key = sent()
    guest, path = proven(app, GOR)
    other, _path = opened(app, GOR)
    page = open_page(other, f"{path}/read")
    assert "Sign now" not in page.text
    assert "First prove that" in page.text
    form = open_page(guest, f"{path}/read").form("Sign now")
    ticked = {"electronic": "y", "authorised": "y", "privacy": "y", "name": "Gor Sargsyan"}
    forged = other.post(
        f"{path}/read",
        data={**form.values, **ticked, "csrf_token": page.form("Send another code code").values["csrf_token"]},
    )
    assert forged.status_code == 422
    assert state_of(app, key) is MouState.READY_TO_SIGN
    page.form("Send another code code").submit(other, ("do", "code"))
    assert "Sign now" in open_page(guest, f"{path}/read").text, "the first one goes on"


def test_before_opening_each_browser_gives_a_code(app: Flask, sent: Sent) -> None:
    sent(code_policy=CodePolicy.BEFORE_OPENING)
    first, second = app.test_client(), app.test_client()
    path = link_to(app, GOR)
    open_page(first, path).form("Send me the code code").submit(first, ("do", "code"))
    open_page(first, path).form("Go on prove").submit(first, ("do", "prove"), code=code_to(app, GOR))
    open_page(first, path).form("Open the document").submit(first)
    assert "Sign now" in open_page(first, f"{path}/read").text
    assert "Before the text is shown" in open_page(second, path).text
    assert "Open the document" not in open_page(second, path).text
    assert second.get(f"{path}/read").status_code == 303
    assert second.get(f"{path}/pdf").status_code == 404


def test_the_evidence_tells_when_it_was_proven_where_it_was_signed(app: Flask, sent: Sent) -> None:
    key = sent()
    guest, path = proven(app, GOR)
    with work(app) as session:
        link = session.scalars(select(MouLink)).one()
        here = link.proven_at
        link.proven_at = clock.now() + timedelta(hours=1)  # in another browser, later
    form = open_page(guest, f"{path}/read").form("Sign now")
    form.submit(guest, electronic="y", authorised="y", privacy="y", name="Gor Sargsyan")
    with app.app_context():
        events = evidence.events(db.session.get_one(Mou, key))
        assert here
        assert [one.facts["mailbox_proven"] for one in events if one.kind == "signed"] == [here.isoformat()]


def test_a_mailbox_that_cannot_be_reached_is_recorded(app: Flask, sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(_session: Session, _payload: dict[str, Any]) -> None:
        raise outbox.PermanentFailure("550 no such user")

    monkeypatch.setitem(outbox._handlers, mail.SEND, refuses)
    key = sent()
    outbox.drain(app)
    assert kinds(app, key)[-2:] == ["invited", "undelivered"]
    with app.app_context():
        assert evidence.events(db.session.get_one(Mou, key))[-1].facts["name"] == "Gor Sargsyan"

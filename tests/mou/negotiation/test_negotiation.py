"""A draft in the hands of the other side: sent, read, commented on, answered, changed and compared."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock
from app.core.access import SYSTEM
from app.core.errors import Refused
from app.extensions import db
from app.mou import parties, services
from app.mou.evidence.models import MouEvent
from app.mou.models import Mou, MouState
from app.mou.negotiation import queries, rules
from app.mou.negotiation import services as negotiation
from app.mou.negotiation.mailing import path_of
from app.mou.negotiation.models import MouAnswer
from app.mou.negotiation.rules import Contact
from app.mou.signing.models import MouLink
from app.mou.texts import differences
from app.mou.texts.models import MouComment, MouText
from tests.accounts.people import mails, work
from tests.conftest import Backend
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import complete
from tests.mou.signing.way import GOR, kinds, state_of
from tests.page import Page, open_page, words

pytestmark = pytest.mark.usefixtures("tokens")
Shared = Callable[..., int]


@pytest.fixture
def shared(backend: Backend, world: World) -> Shared:
    """Send a draft to the company's signatory and say its key."""

    def make(**changes: Any) -> int:
        return backend.begin_with(share, world, **changes)

    return make


def share(world: World, **changes: Any) -> int:
    mou = complete(world, **changes)
    negotiation.share(SYSTEM, mou, mou.version, [Contact(mou.parties[1], GOR, "en")], "Please look at it")
    return mou.id


def link_to(app: Flask, email: str = GOR) -> str:
    """The path of the link that was sent last to a mailbox."""
    with app.app_context():
        newest = select(MouLink).where(MouLink.email == email).order_by(MouLink.id.desc()).limit(1)
        return path_of(db.session.scalars(newest).one())


def comments(app: Flask) -> list[MouComment]:
    """Everything that was said."""
    with app.app_context():
        return list(db.session.scalars(select(MouComment).order_by(MouComment.id)))


def say(guest: FlaskClient, path: str, button: str = "Send the comment say", **typed: str) -> Page:
    """Say something by a link."""
    values = {"name": "Gor Sargsyan", "words": "Six weeks are too long."} | typed
    pressed = ("do", "agree" if "content with" in button else "say")
    return Page(open_page(guest, path).form(button).submit(guest, pressed, follow=True, **values))


# ---- The whole way ----


def test_a_draft_goes_out_is_commented_on_answered_and_changed(app: Flask, sign_in: SignIn, shared: Shared) -> None:
    key = shared()
    assert state_of(app, key) is MouState.NEGOTIATION
    mail = mails(app)[-1]
    assert (mail.recipient, mail.subject) == (GOR, "A document for you to read")
    guest, path = app.test_client(), link_to(app)
    assert path in mail.text
    page = open_page(guest, path)
    assert "Placements for learners" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    page = say(guest, path, clause="duration")
    assert "Six weeks are too long." in words(page.select_one("#said"))
    assert kinds(app, key)[-1] == "commented"

    lead = sign_in("lead")
    page = open_page(lead, f"/mou/{key}")
    panel = words(page.select_one("#negotiation"))
    assert "Six weeks are too long." in panel
    assert GOR in panel
    assert "1 comment open" in panel
    answering = next(url for text, url in page.links.items() if text.startswith("Answer"))
    form = open_page(lead, answering).form("Answer and mark as settled settle")
    page = Page(form.submit(lead, ("do", "settle"), follow=True, words="Four weeks then."))
    assert "0 comments open" in words(page.select_one("#negotiation"))
    told = mails(app)[-1]
    assert (told.recipient, told.subject) == (GOR, "An answer to your comment")
    assert "Four weeks then." in told.text
    assert "Settled" in open_page(guest, path).text


def test_both_sides_see_what_changed_in_each_clause(app: Flask, sign_in: SignIn, shared: Shared) -> None:
    key = shared()
    with work(app):
        mou = db.session.get_one(Mou, key)
        parties.remove_commitment(SYSTEM, mou.commitments[0], mou.commitments[0].version)
        mou.duration_months = 36
        db.session.flush()
        negotiation.share(SYSTEM, mou, mou.version, [Contact(mou.parties[1], GOR.upper(), "en")], "Longer, and less")
        assert db.session.scalar(select(func.count(MouLink.id))) == 1, "who has a link goes on using it"
    assert mails(app)[-1].subject == "A document that you were sent has changed"
    assert "Longer, and less" in mails(app)[-1].text
    path = link_to(app)
    for client, address in ((app.test_client(), path), (sign_in("lead"), f"/mou/{key}/texts/2")):
        page = open_page(client, address)
        changed = page.select_one("#changes")
        assert any("24" in words(tag) for tag in changed.select("del"))
        assert any("36" in words(tag) for tag in changed.select("ins"))
        assert "Placements for learners: 4" in " ".join(words(tag) for tag in changed.select("del"))
    first = open_page(app.test_client(), f"{path}/versions/1")
    assert "Placements for learners: 4" in first.text
    assert app.test_client().get(f"{path}/versions/9").status_code == 404


def test_a_party_says_that_it_is_content_without_writing_anything(app: Flask, shared: Shared) -> None:
    key = shared()
    page = say(app.test_client(), link_to(app), "We are content with this version agree", words="")
    assert "Content with version 1" in page.text
    assert comments(app)[0].is_agreement
    with app.app_context():
        event = db.session.scalars(select(MouEvent).where(MouEvent.mou_id == key).order_by(MouEvent.id.desc())).first()
        assert event is not None
        assert event.facts["agrees"] is True


def test_somebody_is_sent_it_who_signs_nothing(app: Flask, sign_in: SignIn, world: World) -> None:
    with work(app):
        key = complete(world, duration_months=None).id
    lead = sign_in("lead")
    page = open_page(lead, f"/mou/{key}/share")
    assert "Nobody said how long it lasts" in page.text
    party = str(page.select("#party option")[2]["value"])
    typed = {"party": party, "email": "lawyer@example.org", "language": "de", "reason": "First draft"}
    page = Page(page.form("Send the draft").submit(lead, follow=True, **typed))
    assert "lawyer@example.org" in words(page.select_one("#negotiation"))
    assert mails(app)[-1].recipient == "lawyer@example.org"
    read = open_page(app.test_client(), link_to(app, "lawyer@example.org"))
    assert read.select_one("html")["lang"] == "de"


# ---- Links ----


def test_opening_a_link_leaves_no_trace(app: Flask, shared: Shared) -> None:
    key = shared()
    path, before = link_to(app), kinds(app, key)
    for _again in range(10):
        assert app.test_client().get(path).status_code == 200
        assert app.test_client().head(path).status_code == 200
    assert kinds(app, key) == before
    assert not comments(app)


def test_a_link_that_was_ended_or_is_unknown_opens_nothing(app: Flask, sign_in: SignIn, shared: Shared) -> None:
    key = shared()
    path, lead = link_to(app), sign_in("lead")
    open_page(lead, f"/mou/{key}").form("End the link: gor@example.org").submit(lead)
    assert app.test_client().get(path).status_code == 410
    assert app.test_client().get("/draft/unknown").status_code == 410
    assert kinds(app, key)[-1] == "link_revoked"
    sign = path.replace("/draft/", "/sign/")
    assert app.test_client().get(sign).status_code == 410


def test_a_link_that_ran_out_is_sent_anew_to_the_same_mailbox(app: Flask, shared: Shared) -> None:
    shared()
    path = link_to(app)
    with work(app):
        db.session.scalars(select(MouLink)).one().expires_at = clock.now() - timedelta(days=1)
    guest = app.test_client()
    dead = open_page(guest, path, 410)
    Page(dead.form("Send a new link to the same mailbox renew").submit(guest, ("do", "renew")))
    assert mails(app)[-1].recipient == GOR
    assert link_to(app) != path
    assert guest.get(link_to(app)).status_code == 200
    assert not open_page(guest, path, 410).select("button[value=renew]")


def test_comments_end_when_it_goes_out_for_signature_and_nothing_typed_is_lost(app: Flask, shared: Shared) -> None:
    key = shared()
    guest, path = app.test_client(), link_to(app)
    page = open_page(guest, path)
    with work(app):
        db.session.get_one(Mou, key).move_to(MouState.READY_TO_SIGN, SYSTEM)
    answered = page.form("Send the comment say").submit(guest, ("do", "say"), name="Gor", words="Too late")
    assert answered.status_code == 422
    assert "comments are taken no more" in Page(answered).text
    assert "Too late" in Page(answered).text
    assert not comments(app)
    with work(app):
        mou = db.session.get_one(Mou, key)
        mou.move_to(MouState.NEGOTIATION, SYSTEM)
        services.withdraw(SYSTEM, mou, mou.version, "Given up")
    assert guest.get(path).status_code == 410


# ---- Bad input ----


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Type your name"),
        ({"name": "123"}, "Type your name"),
        ({"name": "n" * 201}, "at most 200 characters"),
        ({"words": ""}, "Write what you want to say"),
        ({"words": "x" * 5001}, "longer than 5000 characters"),
        ({"clause": "weather"}, "Choose one of the list"),
        ({"number": "99"}, "This version was not shared"),
        ({"number": "²"}, "This version was not shared"),
    ],
)
def test_bad_comments_are_said_in_their_place(app: Flask, shared: Shared, typed: dict[str, str], said: str) -> None:
    shared()
    page = say(app.test_client(), link_to(app), **typed)
    assert page.status == 422
    assert said in page.text
    assert not comments(app)


def test_markup_in_a_comment_is_text(app: Flask, sign_in: SignIn, shared: Shared) -> None:
    key = shared()
    evil = "<script>alert(1)</script><b>bold</b>"
    page = say(app.test_client(), link_to(app), words=evil, name="<i>Gor</i>")
    assert evil in words(page.select_one("#said"))
    assert "<script>alert" not in sign_in("lead").get(f"/mou/{key}").get_data(as_text=True)
    html = [mail.html for mail in mails(app) if mail.subject == "A comment on a draft"]
    assert all("<script>" not in (text or "") for text in html)


def test_the_same_comment_sent_twice_is_one(app: Flask, shared: Shared) -> None:
    shared()
    guest, path = app.test_client(), link_to(app)
    form = open_page(guest, path).form("Send the comment say")
    for _again in range(2):
        form.submit(guest, ("do", "say"), name="Gor", words="Once")
    assert len(comments(app)) == 1


def test_by_one_link_not_everything_is_taken(app: Flask, shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    shared()
    monkeypatch.setattr(rules, "MOST_COMMENTS", 1)
    guest, path = app.test_client(), link_to(app)
    say(guest, path)
    assert "at most 1 comments are taken" in say(guest, path, words="Another").text
    assert len(comments(app)) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose who reads it"),
        ({"email": "lawyer@example.org"}, "Choose for which party"),
        ({"email": "lawyer"}, "Write an address like"),
        ({"people": "9:nobody@example.org"}, "Choose only what is in the list"),
    ],
)
def test_whom_to_send_it_is_checked(
    app: Flask, sign_in: SignIn, world: World, typed: dict[str, str], said: str
) -> None:
    with work(app):
        key = complete(world).id
    lead = sign_in("lead")
    answered = open_page(lead, f"/mou/{key}/share").form("Send the draft").submit(lead, **typed)
    assert answered.status_code == 422
    assert said in Page(answered).text
    assert state_of(app, key) is MouState.DRAFT


def test_an_answer_says_something_or_settles(app: Flask, sign_in: SignIn, shared: Shared) -> None:
    key = shared()
    say(app.test_client(), link_to(app))
    lead = sign_in("lead")
    path = f"/mou/{key}/comments/{comments(app)[0].id}"
    answered = open_page(lead, path).form("Send the answer answer").submit(lead, ("do", "answer"), words=" ")
    assert answered.status_code == 422
    form = open_page(lead, path).form("Answer and mark as settled settle")
    for _again in range(2):
        form.submit(lead, ("do", "settle"), words="")
    with app.app_context():
        assert db.session.scalar(select(func.count(MouAnswer.id))) == 1


@pytest.mark.parametrize(("who", "status"), [("lead", 200), ("foreign lead", 403), ("auditor", 403), ("guest", 403)])
def test_who_shares_a_draft(app: Flask, sign_in: SignIn, draft: Callable[..., int], who: str, status: int) -> None:
    assert sign_in(who).get(f"/mou/{draft()}/share").status_code == status


def test_a_party_that_was_sent_the_text_stays(app: Flask, shared: Shared) -> None:
    key = shared()
    with work(app):
        party = db.session.get_one(Mou, key).parties[1]
        with pytest.raises(Refused, match="sent the text"):
            parties.remove_party(SYSTEM, party, party.version)


def test_a_new_version_is_kept_only_for_other_words(app: Flask, shared: Shared) -> None:
    key = shared()
    with work(app):
        mou = db.session.get_one(Mou, key)
        negotiation.share(SYSTEM, mou, mou.version, [Contact(mou.parties[0], "x@example.org", "en")])
        assert db.session.scalar(select(func.count(MouText.id))) == 1
        assert len(queries.links(mou)) == 2


# ---- Differences, pure ----


def text(**clauses: str | None) -> dict[str, Any]:
    """A text of clauses in English."""
    return {
        "languages": ["en"],
        "title": {"en": "Title"},
        "clauses": [
            {"code": code, "title": {"en": code}, "parts": {"en": [{"text": said}]}}
            for code, said in clauses.items()
            if said
        ],
    }


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (text(a="one two"), text(a="one two"), []),
        (text(a="one two"), text(a="one three"), [("a", "changed")]),
        (text(a="one"), text(a="one", b="two"), [("b", "added")]),
        (text(a="one", b="two"), text(a="one"), [("b", "removed")]),
        (text(a="one", b="two"), text(b="two", a="one"), []),
        (
            {**text(a="one"), "clauses": [text(a="one")["clauses"][0] | {"title": {"en": "b"}}]},
            text(a="one"),
            [("a", "changed")],
        ),
        (text(a="one") | {"title": {"en": "Other"}}, text(a="one"), [(differences.TITLE, "changed")]),
        (text(a="one") | {"title": {}}, text(a="one"), [(differences.TITLE, "added")]),
    ],
)
def test_what_differs_is_told_by_clause(before: dict[str, Any], after: dict[str, Any], found: list[Any]) -> None:
    changes = differences.changes(before, after, "en")
    assert [(one.code, one.how) for one in changes] == found
    for one in changes:
        kept = "".join(part.text for part in one.parts if part.how != "removed")
        gone = "".join(part.text for part in one.parts if part.how != "added")
        assert kept != gone

"""What comes between: twice at once, recalled, declined, too late, somebody else, strangers."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.core import clock, outbox
from app.core.access import SYSTEM
from app.core.mail import Mail
from app.core.outbox import Job
from app.core.states import moves_of
from app.extensions import db
from app.mou.evidence.models import MouEvent
from app.mou.models import Mou, MouState
from app.mou.originals import services as originals
from app.mou.seals.printing import places_of
from app.mou.signing import links, proposals, queries, services
from app.mou.signing.models import MouLink, MouProposal, MouSignature
from app.mou.signing.rules import STATEMENTS
from app.mou.signing.services import Said
from app.mou.texts import queries as texts
from app.mou.texts.content import signatories
from tests.accounts.people import mails, work
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.mou.conftest import HERE, complete
from tests.mou.signing.way import (
    ANAHIT,
    GOR,
    Sent,
    kinds,
    link_to,
    proven,
    sign,
    state_of,
)
from tests.page import Form, Page, open_page, words

pytestmark = pytest.mark.usefixtures("tokens")


# ---- Twice, and in between ----


def test_a_double_click_and_two_tabs_make_one_signature(app: Flask, sent: Sent) -> None:
    sent()
    guest, path = proven(app, GOR)
    tabs = [open_page(guest, f"{path}/read").form("Sign now") for _tab in range(2)]
    ticked = {"electronic": "y", "authorised": "y", "privacy": "y", "name": "Gor Sargsyan"}
    answers = [tabs[number % 2].submit(guest, follow=True, **ticked) for number in range(3)]
    assert all("Thank you" in Page(one).heading for one in answers)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MouSignature)) == 1


def test_who_signs_while_another_one_did_loses_nothing(app: Flask, sent: Sent) -> None:
    sent()
    with work(app) as session:
        link = session.scalars(select(MouLink).where(MouLink.email == GOR)).one()
        assert link.text is not None
        mou, link.proven_at = link.text.mou, clock.now()
        # What another transaction wrote meanwhile is not yet known to this one.
        session.connection().execute(update(Mou).where(Mou.id == mou.id).values(version=mou.version + 1))
        said = Said(
            name="Gor Sargsyan",
            agreed=dict.fromkeys(STATEMENTS, True),
            document=link.text.html_sha256 or "",
            language=link.language,
            proven_at=link.proven_at,
        )
        services.sign(link, said, HERE)
        assert mou.state is MouState.PARTLY_SIGNED


def test_what_is_recalled_while_somebody_reads_is_not_signed(app: Flask, sent: Sent, sign_in: SignIn) -> None:
    key = sent()
    guest, path = proven(app, GOR)
    form = open_page(guest, f"{path}/read").form("Sign now")
    lead = sign_in("lead")
    page = (
        open_page(lead, f"/mou/{key}/recall").form("Recall it").submit(lead, follow=True, reason="<b>A wrong date</b>")
    )
    assert "It is recalled." in Page(page).messages[-1]
    answered = form.submit(guest, electronic="y", authorised="y", privacy="y", name="Gor Sargsyan")
    assert answered.status_code == 410
    assert "took this document back" in Page(answered).text
    assert state_of(app, key) is MouState.NEGOTIATION
    told = [mail for mail in mails(app) if mail.recipient == GOR][-1]
    assert "&lt;b&gt;A wrong date&lt;/b&gt;" in str(told.html)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MouSignature)) == 0


def test_a_recalled_text_is_sent_again_as_another_version_with_other_links(app: Flask, sent: Sent) -> None:
    key = sent()
    before = link_to(app, GOR)
    with work(app):
        mou = db.session.get_one(Mou, key)
        services.recall(SYSTEM, mou, mou.version, "A wrong date")
        services.send(SYSTEM, mou, mou.version)
    assert link_to(app, GOR) != before
    assert app.test_client().get(before).status_code == 410
    with app.app_context():
        assert [text.number for text in texts.texts(db.session.get_one(Mou, key))] == [1, 2]


def test_a_no_is_told_to_everybody_also_to_who_has_signed(app: Flask, sent: Sent) -> None:
    key = sent()
    sign(app, GOR, "Gor Sargsyan")
    guest, path = app.test_client(), link_to(app, ANAHIT)
    page = (
        open_page(guest, f"{path}/decline")
        .form("Decline")
        .submit(guest, follow=True, reason='"><script>alert(1)</script>')
    )
    assert page.status_code == 410
    assert state_of(app, key) is MouState.NEGOTIATION
    told = {mail.recipient for mail in mails(app) if mail.subject == "A memorandum was declined"}
    assert told == {GOR, ANAHIT}
    assert "<script>" not in str(mails(app)[-1].html)
    assert kinds(app, key)[-1] == "declined"


def test_nobody_signs_out_of_turn(app: Flask, sent: Sent) -> None:
    key = sent()
    with app.app_context():
        mou = db.session.get_one(Mou, key)
        school = mou.signatories[1]
        assert school.id not in queries.newest_links(texts.to_sign(mou) or pytest.fail("nothing is out"))


# ---- Time ----


def test_a_link_that_ran_out_is_renewed_to_the_mailbox_on_file(
    app: Flask, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = sent()
    before, now = link_to(app, GOR), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=31))
    with work(app) as session:
        for link in session.scalars(select(MouLink)):
            links.expire(session, {"link": link.id})
            links.expire(session, {"link": link.id})
    guest = app.test_client()
    page = Page(guest.get(before))
    assert page.status == 410
    renewed = Page(page.form("Send a new link to the same mailbox renew").submit(guest, ("do", "renew")))
    assert renewed.heading.endswith("A new link is on its way")
    assert link_to(app, GOR) != before
    assert mails(app)[-1].recipient == GOR
    assert kinds(app, key).count("expired") == 1
    assert app.test_client().get(link_to(app, GOR)).status_code == 200
    assert app.test_client().post(before, data={"do": "renew"}).status_code in (400, 410)


def test_who_has_not_signed_is_reminded_as_often_as_agreed(
    app: Flask, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(remind_after_days=5, remind_at_most=2)
    now = clock.now()
    for days in (5, 10, 15, 20):
        monkeypatch.setattr(clock, "now", lambda days=days: now + timedelta(days=days, minutes=1))
        outbox.drain(app)
    reminders = [mail for mail in mails(app) if mail.subject.startswith("Reminder")]
    assert len(reminders) == 2
    assert link_to(app, GOR) in reminders[0].text, "the same link"


def test_who_has_signed_is_not_reminded(app: Flask, sent: Sent, monkeypatch: pytest.MonkeyPatch) -> None:
    sent()
    sign(app, GOR, "Gor Sargsyan")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=5, minutes=1))
    outbox.drain(app)
    assert {mail.recipient for mail in mails(app) if mail.subject.startswith("Reminder")} == {ANAHIT}


def test_a_new_link_ends_the_one_before(app: Flask, sent: Sent) -> None:
    key = sent()
    before = link_to(app, GOR)
    with work(app):
        mou = db.session.get_one(Mou, key)
        services.send_again(SYSTEM, mou, mou.signatories[0].id)
    assert app.test_client().get(before).status_code == 410
    assert app.test_client().get(link_to(app, GOR)).status_code == 200


@pytest.mark.parametrize("email", [GOR, None])
def test_a_text_on_paper_is_sent_to_nobody(app: Flask, world: World, sign_in: SignIn, email: str | None) -> None:
    with work(app):
        mou = complete(world)
        mou.signatories[0].email = email
        originals.freeze_for_paper(SYSTEM, mou, mou.version)
        key, gor = mou.id, mou.signatories[0].id
    lead = sign_in("lead")
    page = open_page(lead, f"/mou/{key}")
    again = Form(page, next(tag for tag in page.select("form") if tag.select("[name=csrf_token]")))
    again.method, again.action = "post", f"/mou/{key}/signatories/{gor}/again"
    page = Page(again.submit(lead, follow=True))
    assert "was sent no link" in page.text
    with app.app_context():
        assert not db.session.scalar(select(func.count()).select_from(MouLink))


# ---- Somebody else ----


def propose(app: Flask) -> int:
    """Gor says that Lilit signs; answers the key of the proposal."""
    guest, path = app.test_client(), link_to(app, GOR)
    form = open_page(guest, f"{path}/other").form("Propose")
    form.submit(guest, name="Lilit Sargsyan", role_title="Deputy director", email="Lilit@example.org")
    with app.app_context():
        return db.session.scalars(select(MouProposal.id)).one()


def test_somebody_else_signs_when_the_sender_agrees(app: Flask, sent: Sent, sign_in: SignIn) -> None:
    key = sent()
    before = link_to(app, GOR)
    proposal, lead = propose(app), sign_in("lead")
    page = open_page(lead, f"/mou/{key}/proposals/{proposal}")
    form = next(Form(page, tag) for tag in page.select("form") if tag.select("[value=approve]"))
    form.submit(lead, ("answer", "approve"))
    assert app.test_client().get(before).status_code == 410
    sign(app, "lilit@example.org", "Lilit Sargsyan")
    sign(app, ANAHIT, "Anahit Petrosyan")
    assert state_of(app, key) is MouState.SIGNED
    with app.app_context():
        said = str([event.facts for event in db.session.scalars(select(MouEvent))])
    assert "Gor Sargsyan" in said
    assert "Lilit Sargsyan" in said


@pytest.mark.parametrize(("answer", "became"), [("approve", "approved"), ("refuse", "refused")])
def test_a_proposal_moves_once_and_says_by_whom(
    app: Flask, sent: Sent, sign_in: SignIn, answer: str, became: str
) -> None:
    key = sent()
    proposal, lead = propose(app), sign_in("lead")
    page = open_page(lead, f"/mou/{key}/proposals/{proposal}")
    form = next(Form(page, tag) for tag in page.select("form") if tag.select(f"[value={answer}]"))
    form.submit(lead, ("answer", answer), why="Gor signs for all of us")
    assert form.submit(lead, ("answer", answer)).status_code == 409, "the page is of before"
    with app.app_context():
        found = db.session.get_one(MouProposal, proposal)
        moves = moves_of(db.session, found)
    assert [(move.old, move.new, move.reason) for move in moves] == [("open", became, None)]
    assert moves[0].actor_name
    assert (found.state.value, found.answer) == (became, "Gor signs for all of us" if answer == "refuse" else None)


def test_a_proposal_is_no_way_to_another_mailbox(app: Flask, sent: Sent) -> None:
    sent()
    propose(app)
    assert "lilit@example.org" not in {mail.recipient for mail in mails(app)}


@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_who_proposed_somebody_and_signed_after_all_is_not_replaced(
    app: Flask, sent: Sent, sign_in: SignIn, answer: str
) -> None:
    key = sent()
    proposal = propose(app)
    lead = sign_in("lead")
    page = open_page(lead, f"/mou/{key}/proposals/{proposal}")
    form = next(Form(page, tag) for tag in page.select("form") if tag.select(f"[value={answer}]"))
    sign(app, GOR, "Gor Sargsyan")
    answered = Page(form.submit(lead, ("answer", answer), follow=True))
    assert "has signed meanwhile" in answered.text
    sign(app, ANAHIT, "Anahit Petrosyan")
    assert state_of(app, key) is MouState.SIGNED
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(MouSignature)) == 2


def test_who_was_replaced_is_not_asked_for_the_next_version(app: Flask, sent: Sent, sign_in: SignIn) -> None:
    key = sent()
    proposal = propose(app)
    with work(app) as session:
        found = session.get_one(MouProposal, proposal)
        proposals.approve(SYSTEM, found, found.version)
        mou = session.get_one(Mou, key)
        services.recall(SYSTEM, mou, mou.version, "A wrong date")
        services.send(SYSTEM, mou, mou.version)
        text = texts.to_sign(mou)
        assert text is not None
        assert [one.name for one in queries.signing(mou, text)] == ["Lilit Sargsyan", "Anahit Petrosyan"]
        assert "Gor Sargsyan" not in str(text.content)
    page = open_page(sign_in("lead"), f"/mou/{key}")
    assert "Gor Sargsyan" not in words(page.select_one("#parties"))
    sign(app, "lilit@example.org", "Lilit Sargsyan")
    sign(app, ANAHIT, "Anahit Petrosyan")
    assert state_of(app, key) is MouState.SIGNED
    with app.app_context():
        text = texts.signed(db.session.get_one(Mou, key))
        assert text is not None
        assert set(places_of(text).values()) >= {one["uid"] for one in signatories(text.content)}


def test_who_was_replaced_by_who_is_replaced_leaves_one_place(app: Flask, sent: Sent) -> None:
    key = sent()
    propose(app)
    with work(app) as session:
        mou = session.get_one(Mou, key)
        first = session.scalars(select(MouProposal)).one()
        lilit = proposals.approve(SYSTEM, first, first.version)
        again = MouProposal(signatory=lilit, text=first.text, name="Ara", role_title="Head", email="ara@example.org")
        session.add(again)
        session.flush()
        ara = proposals.approve(SYSTEM, again, again.version)
        assert places_of(first.text)[ara.id] == str(first.signatory.uid)
        assert [one.name for one in queries.signing(mou, first.text)] == ["Ara", "Anahit Petrosyan"]


# ---- Strangers ----


@pytest.mark.parametrize("token", ["nothing", "%00", "a" * 3000])
def test_an_unknown_link_opens_nothing(app: Flask, token: str) -> None:
    assert app.test_client().get(f"/sign/{token}").status_code in (404, 410)


@pytest.mark.parametrize("who", ["foreign lead", "auditor", "guest"])
def test_others_do_not_send_or_recall(app: Flask, world: World, sign_in: SignIn, sent: Sent, who: str) -> None:
    key = sent()
    client = sign_in(who)
    for path in ("send", "recall"):
        assert client.get(f"/mou/{key}/{path}").status_code in (403, 404, 409)


def test_what_is_missing_keeps_it_from_being_sent(app: Flask, world: World, sign_in: SignIn) -> None:
    with work(app):
        key = complete(world, purpose=None).id
    page = open_page(sign_in("lead"), f"/mou/{key}/send")
    assert "The purpose is missing" in page.text
    assert "Send it now" not in page.text


def test_a_mail_that_is_sent_names_neither_subject_nor_others(app: Flask, sent: Sent) -> None:
    sent()
    with app.app_context():
        mail = db.session.scalars(select(Mail)).one()
        assert mail.subject == "A document for your signature"
        assert ANAHIT not in mail.text
        assert db.session.scalars(select(Job).where(Job.kind == links.EXPIRE)).one()

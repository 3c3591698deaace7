"""Minutes are approved by silence on their day, or explicitly; a document is made of them once, and can be checked."""

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock, outbox, portal
from app.core.access import SYSTEM, Role
from app.core.errors import NotAllowed
from app.core.files import StoredFile
from app.core.outbox import Job
from app.core.states import StateMove, StateTransitionError
from app.events import services as events
from app.events.minutes import following, rules, services
from app.events.minutes.models import Approved, MinutesApproval, MinutesDocument, MinutesState, Taken, Verdict
from app.events.models import Event, EventState
from app.events.outcomes.queries import left_open
from app.extensions import db
from tests.accounts.people import arrive, person, work
from tests.events.conftest import SignIn
from tests.events.minutes.conftest import (
    ANA,
    BERND,
    TACIT,
    UNTIL,
    Send,
    link_of,
    mailed,
    minutes_of,
    rewrite,
    say,
    state_of,
)
from tests.events.minutes.test_comments import press
from tests.events.world import NEXT_WEEK, World
from tests.page import Page
from tests.pdfs import text_of
from tests.withheld import withheld


def due(app: Flask, event: int, number: int = 1) -> None:
    with work(app) as session:
        following.due(session, {"event": event, "number": number})


def pdf_of(app: Flask) -> bytes:
    outbox.drain(app)
    with app.app_context():
        (made,) = db.session.query(MinutesDocument).filter(MinutesDocument.file_id.is_not(None))
        return portal.files().read(made.sha256)


def test_silence_approves_on_the_day_and_once(app: Flask, event: int, send: Send):
    send()
    say(app, BERND, Verdict.COMMENT, "A small thing.")
    for day, state in (
        (UNTIL, MinutesState.SENT),
        (TACIT, MinutesState.APPROVED),
        (TACIT + timedelta(days=9), MinutesState.APPROVED),
    ):
        clock.reckon_with(day)
        due(app, event)
        due(app, event)
        assert state_of(app, event) is state
    with app.app_context():
        (approval,) = db.session.query(MinutesApproval)
        assert (approval.how, approval.approved_on, approval.actor_name) == (Approved.TACIT, TACIT, "portal")
        move = db.session.query(StateMove).filter_by(record_kind="minutes").order_by(StateMove.id.desc()).first()
        assert move
        assert (move.old, move.new) == ("sent", "approved")


def test_the_job_of_an_earlier_version_approves_nothing(app: Flask, event: int, send: Send):
    send()
    rewrite(app, event, "Else.")
    send(reason="Else.", comments_until=UNTIL + timedelta(days=5), approves_on=TACIT + timedelta(days=5))
    clock.reckon_with(TACIT)
    due(app, event, 1)
    due(app, event, 2)
    assert state_of(app, event) is MinutesState.SENT
    clock.reckon_with(TACIT + timedelta(days=5))
    due(app, event, 2)
    assert state_of(app, event) is MinutesState.APPROVED


def test_an_open_objection_holds_it_up_and_the_writers_are_told_once(app: Flask, event: int, send: Send, world: World):
    with work(app) as session:
        writer = person(session, email="writer@example.org", name="Wera Writer")
        actor = writer.actor
    send(actor)
    say(app, ANA, Verdict.OBJECT, "No.")
    clock.reckon_with(TACIT)
    due(app, event)
    due(app, event)
    assert state_of(app, event) is MinutesState.SENT
    (told,) = mailed(app, "writer@example.org", "Minutes not approved yet")
    assert "Objections without an answer: 1." in told.text
    assert f"/events/{event}/minutes/approval" in told.text


def test_an_answered_objection_does_not_hold_it_up(app: Flask, event: int, send: Send):
    from app.events.minutes.models import MinutesComment

    send()
    say(app, ANA, Verdict.OBJECT, "No.")
    with work(app) as session:
        services.answer(SYSTEM, session.query(MinutesComment).one(), Taken.NOT_TAKEN, "It was so.")
    clock.reckon_with(TACIT)
    due(app, event)
    assert state_of(app, event) is MinutesState.APPROVED


def test_a_text_that_was_changed_since_is_not_approved_by_silence(app: Flask, event: int, send: Send):
    send()
    rewrite(app, event, "Something nobody read.")
    clock.reckon_with(TACIT)
    due(app, event)
    assert state_of(app, event) is MinutesState.SENT
    with work(app) as session:
        found = minutes_of(session, event)
        with pytest.raises(rules.TextChanged):
            services.approve(SYSTEM, found, found.version, None)


def test_the_portal_looks_again_when_it_starts_on_another_day(app: Flask, event: int, send: Send):
    send()
    outbox.drain(app)
    assert state_of(app, event) is MinutesState.SENT
    clock.reckon_with(TACIT)
    with work(app) as session:
        following.arrange(session)
        following.arrange(session)
    outbox.drain(app)
    assert state_of(app, event) is MinutesState.APPROVED
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Job.state == "dead").select_from(Job)) == 0


MAY_APPROVE = {"admin": True, "coordinator": True, "lead": True, "foreign lead": False, "editor": False}


@pytest.mark.parametrize("who", MAY_APPROVE)
def test_who_approves_explicitly(app: Flask, event: int, send: Send, world: World, who: str):
    send()
    with work(app) as session:
        found = minutes_of(session, event)
        if MAY_APPROVE[who]:
            services.approve(world.actors[who], found, found.version, "Agreed by mail.")
            assert found.state is MinutesState.APPROVED
            with pytest.raises(StateTransitionError):
                services.approve(world.actors[who], found, found.version, None)
        else:
            with pytest.raises(NotAllowed):
                services.approve(world.actors[who], found, found.version, None)


def test_an_objection_is_answered_before_anybody_approves(app: Flask, event: int, send: Send):
    send()
    say(app, ANA, Verdict.OBJECT, "No.")
    with work(app) as session:
        found = minutes_of(session, event)
        with pytest.raises(rules.ObjectionsOpen):
            services.approve(SYSTEM, found, found.version, None)


def approve(app: Flask, event: int, note: str | None = "Agreed.") -> None:
    with work(app) as session:
        found = minutes_of(session, event)
        services.approve(SYSTEM, found, found.version, note)


def test_the_document_says_what_was_approved_and_how_and_has_the_hash_it_is_kept_under(
    app: Flask, event: int, send: Send
):
    send()
    say(app, ANA, Verdict.COMMENT, "Well <done>.")
    approve(app, event)
    pdf = pdf_of(app)
    said = text_of(pdf)
    for part in (
        *("BEM", "Erasmus+ 101092429", "6 May 2025", "Vanadzor", "Armenia", "Tekstil Lori", "Present 2"),
        *("We met.", "Cut by <b>hand</b>.", "We go on.", "Buy cloth", "Lori College", "20 May 2025"),
        *("26 May 2025", "By the coordinator", "Agreed.", "Well <done>.", "Asia/Yerevan"),
    ):
        assert part in said, part
    for name in ("Ana Hakobyan", "Bernd", "Carla", "example.org"):
        assert name not in said
    with app.app_context():
        (made,) = db.session.query(MinutesDocument)
        assert made.sha256 == hashlib.sha256(pdf).hexdigest()
    (told,) = mailed(app, ANA, "Minutes approved")
    assert made.sha256 in told.text


def test_the_document_is_made_once_however_often_it_is_asked_for(app: Flask, event: int, send: Send):
    send()
    approve(app, event)
    outbox.drain(app)
    with work(app) as session:
        (made,) = session.query(MinutesDocument)
        key, sha256 = made.version_id, made.sha256
        following.make(session, {"version": key})
        following.make(session, {"version": 4711})
    with app.app_context():
        assert db.session.query(MinutesDocument).count() == 1
        assert db.session.query(StoredFile).filter_by(sha256=sha256).count() == 1
    assert len(mailed(app, ANA, "Minutes approved")) == 1


def test_pages_say_that_the_document_is_being_made_then_offer_it_with_its_hash(
    app: Flask, event: int, send: Send, client: FlaskClient, sign_in: SignIn
):
    send()
    link, path = link_of(app, ANA), f"/events/{event}/minutes/versions/1"
    approve(app, event)
    coordinator = sign_in("coordinator")
    for browser, address in ((client, link), (coordinator, path)):
        assert "being made" in browser.get(address).text
        pdf = f"{address}/pdf" if address == link else f"{address}.pdf"
        assert browser.get(pdf).status_code == 404
    digest = hashlib.sha256(pdf_of(app)).hexdigest()
    for browser, address in ((client, link), (coordinator, path)):
        page = Page(browser.get(address))
        assert digest in str(page.soup)
        assert "sha256sum" in page.text
        sent = browser.get(f"{address}/pdf" if address == link else f"{address}.pdf")
        assert hashlib.sha256(sent.data).hexdigest() == digest
        assert sent.headers["Cache-Control"] == "private, no-store"
    shown = coordinator.get(f"/events/{event}").text
    assert digest[:16] in shown
    withheld(sign_in("auditor"), f"{path}.pdf", pdf_of(app))


def test_a_version_is_for_the_consortium_alone(app: Flask, event: int, send: Send, sign_in: SignIn):
    send()
    for who, status in (("auditor", 200), ("expert", 200), ("guest", 404), ("public", 303)):
        answer = sign_in(who).get(f"/events/{event}/minutes/versions/1") if who != "public" else None
        answer = answer or app.test_client().get(f"/events/{event}/minutes/versions/1")
        assert answer.status_code == status, who


def test_what_was_approved_stays_with_its_document_when_it_is_reopened(
    app: Flask, event: int, send: Send, client: FlaskClient
):
    send()
    approve(app, event)
    first = pdf_of(app)
    with work(app) as session:
        found = minutes_of(session, event)
        services.reopen(SYSTEM, found, found.version, "Wrong name.")
    reopened = client.get(link_of(app, ANA)).text
    assert "They were reopened" in reopened
    assert "The time for comments is over." not in reopened
    rewrite(app, event, "Right name.")
    send(reason="Wrong name.")
    approve(app, event)
    outbox.drain(app)
    with app.app_context():
        made = db.session.query(MinutesDocument).order_by(MinutesDocument.id).all()
        assert [one.version_id for one in made] == [1, 2]
        assert portal.files().read(made[0].sha256) == first
        assert "Wrong name." in text_of(portal.files().read(made[1].sha256))


def test_the_whole_way_in_a_browser(app: Flask, event: int, client: FlaskClient, world: World):
    arrive(app, client, Role.COORDINATOR)
    page = client.get(f"/events/{event}/minutes/approval")
    assert "Nobody has got these minutes yet" in page.text
    path = f"/events/{event}/minutes/send"
    form = Page(client.get(path)).soup
    assert [box.has_attr("checked") for box in form.select("input[name=attendees]")] == [True, True, False]
    keys = [str(box["value"]) for box in form.select("input[name=attendees]")]
    typed: dict[str, Any] = {"attendees": keys[:2], "language": "en", "contact": "Office", "remind_days": "2"}
    wrong = press(client, path, None, **typed, comments_until="2025-05-13", approves_on="2025-05-13")
    assert wrong.status_code == 422
    assert "so that people have a week to read" in wrong.text
    right = press(client, path, None, **typed, comments_until="2025-05-26", approves_on="2025-05-27")
    assert right.status_code == 303, re.findall(r'class="error".*', right.text)
    assert "Ana Hakobyan" in client.get(f"/events/{event}/minutes/approval").text
    assert "Sent for comments" in client.get(f"/events/{event}").text
    approve_path = f"/events/{event}/minutes/approve"
    fields = Page(client.get(approve_path)).soup.select('form[method="post"] input[type=hidden]')
    once = {str(field["name"]): field.get("value", "") for field in fields} | {"note": "Fine."}
    assert client.post(approve_path, data=once).status_code == 303
    assert client.post(approve_path, data=once).status_code == 303, "a double click approves once"
    assert press(client, approve_path, None, note="Fine.").status_code == 409
    outbox.drain(app)
    assert press(client, f"/events/{event}/minutes/reopen", None).status_code == 422
    assert "The minutes are approved." in client.get(f"/events/{event}/minutes").text
    assert press(client, f"/events/{event}/minutes/reopen", None, reason="A name.").status_code == 303
    assert state_of(app, event) is MinutesState.DRAFT


@pytest.mark.parametrize("part", ["approval", "send", "remind", "approve", "reopen"])
@pytest.mark.parametrize("who", ["auditor", "foreign editor", "guest"])
def test_writers_pages_are_for_writers(event: int, send: Send, sign_in: SignIn, part: str, who: str):
    send()
    assert sign_in(who).get(f"/events/{event}/minutes/{part}").status_code == 403


def test_open_actions_of_a_meeting_with_approved_minutes_stand_before_the_next(
    app: Flask, event: int, send: Send, world: World
):
    with work(app) as session:
        held = session.get_one(Event, event)
        series = {"en": "Coordination"}
        events.edit(SYSTEM, held, held.version, world.consultation(series=series))
        following_one = events.plan(SYSTEM, world.consultation(series=series, starts_on=NEXT_WEEK), EventState.PLANNED)
        key = following_one.id
    send()
    approve(app, event)
    with app.app_context():
        assert [one.title["en"] for one in left_open(SYSTEM, db.session.get_one(Event, key))] == ["Buy cloth"]

"""What those who were there say of minutes: by link or signed in, in time or too late, and what is answered."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import User
from app.core import clock
from app.core.access import SYSTEM, Role
from app.core.database import writing
from app.events.minutes import following, queries, rules, services
from app.events.minutes.models import MinutesComment, MinutesRecipient, Taken, Verdict
from app.events.minutes.rules import Remark
from app.extensions import db, limiter
from tests.accounts.people import arrive, work
from tests.events.minutes.conftest import (
    ANA,
    BERND,
    TACIT,
    UNTIL,
    Send,
    item_keys,
    link_of,
    mailed,
    minutes_of,
    rewrite,
    say,
)
from tests.page import Page


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(MinutesComment)) or 0


@pytest.fixture(autouse=True)
def allowed(app: Flask) -> None:
    """Nobody has pressed too often yet."""
    with app.app_context():
        limiter.reset()


def press(client: FlaskClient, link: str, said: str | None, **fields: str):
    """Fill the page in and press a button."""
    soup = BeautifulSoup(client.get(link).text, "html.parser")
    data = {one["name"]: one.get("value", "") for one in soup.select('form[method="post"] input[type=hidden]')}
    return client.post(link, data=data | fields | ({"said": said} if said else {}))


def test_opening_the_link_says_nothing_and_pressing_does(app: Flask, event: int, send: Send, client: FlaskClient):
    send()
    link, (welcome, patterns) = link_of(app, ANA), item_keys(app, event)
    page = Page(client.get(link))
    assert "We met." in page.text
    assert "Cut by <b>hand</b>." in page.soup.get_text()
    assert count(app) == 0
    done = press(client, link, "comment", general="Thanks", **{f"item{patterns}": "By <i>machine</i>"})
    assert done.status_code == 303
    assert count(app) == 2
    again = client.get(link).text
    assert "By &lt;i&gt;machine&lt;/i&gt;" in again
    assert "the writers see what you said" in again.lower()
    assert press(client, link, "agree").status_code == 303
    assert welcome


def test_a_double_click_says_it_once_and_a_change_of_mind_counts(app: Flask, event: int, send: Send):
    send()
    for said, text in (("agree", None), ("agree", None), ("object", "No."), ("agree", None)):
        say(app, ANA, Verdict(said), text)
    assert count(app) == 3
    with work(app) as session:
        current = minutes_of(session, event).current
        assert current
        assert queries.open_objections(current) == [], "who agrees later takes the objection back"


def test_an_objection_needs_a_reason_and_what_was_typed_stays(app: Flask, event: int, send: Send, client: FlaskClient):
    send()
    link, (welcome, _patterns) = link_of(app, ANA), item_keys(app, event)
    empty = press(client, link, "object")
    assert empty.status_code == 422
    assert "Write what you object to and why" in empty.text
    none = press(client, link, None, general="I typed this")
    assert none.status_code == 422
    assert "Press one of the buttons." in none.text
    assert "I typed this" in none.text
    assert press(client, link, "comment").status_code == 422
    assert press(client, link, "object", **{f"item{welcome}": "We did not meet."}).status_code == 303
    with work(app) as session:
        (only,) = session.query(MinutesComment)
        assert (only.said, only.item, only.text) == (Verdict.OBJECT, welcome, "We did not meet.")


def test_whoever_reads_an_old_page_is_told_of_the_new_version(app: Flask, event: int, send: Send, client: FlaskClient):
    send()
    link = link_of(app, ANA)
    rewrite(app, event, "Else.")
    send(reason="Better.")
    late = press(client, link, "comment", general="Of the old one", number="1")
    assert late.status_code == 422
    assert "A new version is out" in late.text
    assert "Of the old one" in late.text
    assert count(app) == 0


@pytest.mark.parametrize("number", ["", "x", "99", "-1", "1" * 400])
def test_a_forged_version_changes_nothing(app: Flask, event: int, send: Send, client: FlaskClient, number: str):
    send()
    assert press(client, link_of(app, ANA), "agree", number=number).status_code == 422
    assert count(app) == 0


def test_after_the_window_the_link_says_so_and_whom_to_write_to(
    app: Flask, event: int, send: Send, client: FlaskClient
):
    send()
    link = link_of(app, ANA)
    clock.reckon_with(UNTIL)
    assert press(client, link, "agree").status_code == 303
    clock.reckon_with(UNTIL + timedelta(days=1))
    page = client.get(link)
    assert page.status_code == 200
    assert "The time for comments is over." in page.text
    assert "Office &lt;office@example.org&gt;" in page.text
    assert "We met." in page.text
    assert 'value="agree"' not in page.text
    assert press(client, link, "comment", general="Too late", number="1").status_code in (400, 422)
    assert count(app) == 1
    clock.reckon_with(TACIT + timedelta(days=rules.LINK_LIVES + 1))
    gone = client.get(link)
    assert gone.status_code == 410
    assert "office@example.org" in gone.text
    assert "We met." not in gone.text


def test_an_unknown_link_shows_nothing(client: FlaskClient):
    assert client.get("/minutes/nobody").status_code == 410
    assert client.get("/minutes/nobody/pdf").status_code == 404


def test_somebody_signed_in_at_the_same_mailbox_comments_and_nobody_else(
    app: Flask, event: int, send: Send, client: FlaskClient
):
    send()
    arrive(app, client, Role.STAKEHOLDER, email=ANA)
    path = f"/events/{event}/minutes/comment"
    assert press(client, path, "object", general="Not so.").status_code == 303
    with app.app_context():
        assert [(one.said, one.is_by_link) for one in db.session.query(MinutesComment)] == [(Verdict.OBJECT, False)]
    other = app.test_client()
    arrive(app, other, Role.COORDINATOR, email="other@example.org")
    assert other.get(path).status_code == 404
    assert app.test_client().get(path).status_code in (302, 303)
    with app.app_context():
        assert db.session.query(User).count() == 2


def test_an_answer_is_mailed_and_stands_with_the_comment(
    app: Flask, event: int, send: Send, client: FlaskClient, editor: FlaskClient
):
    send()
    _welcome, patterns = item_keys(app, event)
    say(app, ANA, Verdict.OBJECT, "It was by machine.", patterns)
    path = f"/events/{event}/minutes/comments/1"
    for page in ("/approval", ""):
        assert "It was by machine." in editor.get(f"/events/{event}/minutes{page}").text
    assert press(editor, path, None, taken="not_taken").status_code == 422
    assert press(editor, path, None, taken="not_taken", reason="The film shows it.").status_code == 303
    (mail,) = mailed(app, ANA, "Your comment")
    assert "Not taken over: The film shows it." in mail.text
    assert "The film shows it." in client.get(link_of(app, ANA)).text
    with work(app) as session:
        comment = session.query(MinutesComment).one()
        services.answer(SYSTEM, comment, Taken.TAKEN, None)
        assert [one.taken.value for one in comment.answers] == ["not_taken", "taken"]


def test_who_said_nothing_is_reminded_on_the_day_once(app: Flask, event: int, send: Send):
    send()
    say(app, BERND, Verdict.AGREE)
    payload = {"event": event, "number": 1}
    for day, reminders in ((date(2025, 5, 23), 0), (date(2025, 5, 24), 1), (date(2025, 5, 25), 1)):
        clock.reckon_with(day)
        for _twice in range(2):
            with work(app) as session, writing():
                following.due(session, payload)
        assert len(mailed(app, ANA, "Comments end soon")) == reminders
    assert mailed(app, BERND, "Kommentare") == []


def test_the_organiser_reminds_those_who_are_chosen(app: Flask, event: int, send: Send, editor: FlaskClient):
    send()
    path = f"/events/{event}/minutes/remind"
    assert "Ana Hakobyan" in editor.get(path).text
    with app.app_context():
        ana = db.session.query(MinutesRecipient).filter_by(email=ANA).one().id
    assert press(editor, path, None, recipients="99999").status_code == 422
    assert press(editor, path, None, recipients=str(ana)).status_code == 303
    assert len(mailed(app, ANA, "Comments end soon")) == 1
    assert len(mailed(app, BERND)) == 1


def test_a_remark_of_an_item_that_is_not_there_is_refused(app: Flask, event: int, send: Send):
    send()
    with work(app) as session:
        recipient = session.query(MinutesRecipient).filter_by(email=ANA).one()
        with pytest.raises(rules.NothingSaid):
            services.say(recipient, 1, [Remark(Verdict.COMMENT, "x", 4711)])

"""Replies by mail: an answer moves only where everything about it fits; the others are kept for somebody to read."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.access import SYSTEM
from app.events import services as events
from app.events.invitations import answering, keys, queries, replies
from app.events.invitations.answering import Said
from app.events.invitations.commands import receive
from app.events.invitations.models import (
    AnsweredBy,
    EventAnswer,
    EventInvitation,
    EventReply,
    InvitationState,
    WhyUnread,
)
from app.events.models import Event
from app.extensions import db
from tests.accounts.people import work
from tests.events.conftest import SignIn
from tests.events.invitations.conftest import LATER, Change, entry_in, get, mailed, state_of
from tests.events.invitations.shapes import SHAPES, Say, gmail, thunderbird
from tests.page import Page, open_page


@pytest.fixture
def say(app: Flask, invited: dict[str, int]) -> Say:
    """What a program says after it read Ana's invitation."""
    entry = entry_in(mailed(app)[0])
    return Say(uid=str(entry["UID"]), organiser=str(entry["ORGANIZER"]).removeprefix("mailto:"))


def stamp(seconds: int = 0) -> str:
    """A moment so many seconds from now, as calendars write it."""
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y%m%dT%H%M%SZ}"


def answers(app: Flask) -> list[EventAnswer]:
    with app.app_context():
        found = list(db.session.scalars(select(EventAnswer).order_by(EventAnswer.id)))
        db.session.expunge_all()
        return found


def kept(app: Flask) -> list[EventReply]:
    with app.app_context():
        found = list(db.session.scalars(select(EventReply).order_by(EventReply.id)))
        db.session.expunge_all()
        return found


@pytest.mark.parametrize("shape", list(SHAPES))
@pytest.mark.parametrize("answer", ["ACCEPTED", "TENTATIVE", "DECLINED"])
def test_a_reply_of_every_program_moves_the_answer(
    app: Flask, invited: dict[str, int], say: Say, shape: str, answer: str
):
    told = receive(app, SHAPES[shape](replace(say, answer=answer, comment="Дойду позже")))

    assert told.startswith("answered"), told
    assert state_of(app, invited["ana"]) == answer.lower()
    assert state_of(app, invited["bernd"]) == "invited"
    (entry,) = answers(app)
    assert (entry.said.value, entry.how, entry.comment) == (answer.lower(), AnsweredBy.MAIL, "Дойду позже")
    assert entry.stamped_at <= datetime.now(UTC), "a clock that runs ahead is not believed"


@pytest.mark.parametrize("shape", list(SHAPES))
def test_a_comment_that_is_blank_is_none(app: Flask, say: Say, shape: str):
    receive(app, SHAPES[shape](say))
    assert answers(app)[0].comment is None


def test_the_same_message_counts_once(app: Flask, say: Say):
    receive(app, gmail(say))
    assert receive(app, gmail(say)) == "known already"
    assert len(answers(app)) == 1


def test_a_message_that_two_processes_read_at_once_counts_once(app: Flask, say: Say, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queries, "is_known", lambda _message_id: False)  # as both found, before either had written
    for _process in range(2):
        assert receive(app, gmail(say)).startswith("answered")
    assert len(answers(app)) == 1


def test_another_mailbox_with_the_secret_changes_nothing_and_is_settled_with_one_press(
    app: Flask, invited: dict[str, int], say: Say
):
    # A mail that is handed on carries its secret along, so that the secret alone shows nothing.
    receive(app, gmail(replace(say, attendee="eve@elsewhere.example")))
    receive(app, gmail(replace(say, attendee="bernd@example.org", message_id="<2@client.example>")))
    assert {state_of(app, key) for key in invited.values()} == {"invited"}
    assert answers(app) == []
    assert [(reply.why, reply.invitation_id) for reply in kept(app)] == [
        (WhyUnread.OTHER_MAILBOX, invited["ana"]),
        (WhyUnread.OTHER_MAILBOX, invited["ana"]),
    ]


def test_an_answer_from_a_mailbox_nobody_knows_is_kept_until_somebody_takes_it_over(
    app: Flask, event: int, invited: dict[str, int], say: Say, editor: FlaskClient
):
    assistant = replace(say, sender="office@example.org")
    receive(app, gmail(assistant))
    assert state_of(app, invited["ana"]) == "invited"
    (reply,) = kept(app)
    assert (reply.why, reply.invitation_id, reply.sender) == (
        WhyUnread.OTHER_SENDER,
        invited["ana"],
        "office@example.org",
    )
    page = open_page(editor, f"/events/replies/{reply.id}")
    page.form("Save the answer").submit(editor, invitation=str(invited["ana"]), answer="accepted")
    assert [answer.sent_from for answer in answers(app)] == ["office@example.org"]
    assert "from office@example.org" in open_page(editor, f"/events/{event}/invitations").text
    # The sender is known by now.
    receive(app, gmail(replace(assistant, answer="DECLINED", message_id="<2@client.example>")))
    assert state_of(app, invited["ana"]) == "declined"
    assert "By mail" in open_page(editor, f"/events/{event}/invitations").text
    receive(app, gmail(replace(say, sender="eve@evil.example", message_id="<3@client.example>")))
    assert state_of(app, invited["ana"]) == "declined"


NOT_BELIEVED: dict[str, tuple[Callable[[Say], Say], WhyUnread]] = {
    "no secret, another sender": (
        lambda say: replace(say, organiser="portal@localhost", sender="mallory@example.org"),
        WhyUnread.FORGED,
    ),
    "no secret, a sender that can be made up": (
        lambda say: replace(say, organiser="portal@localhost"),
        WhyUnread.FORGED,
    ),
    "a made-up secret": (
        lambda say: replace(say, organiser="portal+aaaaaaaaaaaaaaaaaaaa@localhost"),
        WhyUnread.FORGED,
    ),
    "an event nobody knows": (lambda say: replace(say, uid="somewhere@else.example"), WhyUnread.UNKNOWN_EVENT),
    "no such identifier": (
        lambda say: replace(say, uid="01900000-0000-7000-8000-000000000000@" + say.uid.partition("@")[2]),
        WhyUnread.UNKNOWN_EVENT,
    ),
    "nobody who was invited": (
        lambda say: replace(say, organiser="portal@localhost", attendee="eve@example.org"),
        WhyUnread.UNKNOWN_PERSON,
    ),
    "a proposal of another time": (lambda say: replace(say, method="COUNTER"), WhyUnread.OTHER_METHOD),
    "handed on to somebody else": (lambda say: replace(say, answer="DELEGATED"), WhyUnread.NO_ANSWER),
}


@pytest.mark.parametrize("why", list(NOT_BELIEVED))
def test_what_does_not_fit_changes_nothing_and_is_kept(app: Flask, invited: dict[str, int], say: Say, why: str):
    change, reason = NOT_BELIEVED[why]
    receive(app, thunderbird(change(say)))

    assert {state_of(app, key) for key in invited.values()} == {"invited"}
    assert answers(app) == []
    (reply,) = kept(app)
    assert reply.why is reason


def test_what_is_older_than_the_last_answer_changes_nothing(app: Flask, invited: dict[str, int], say: Say):
    receive(app, gmail(replace(say, answer="DECLINED", stamp=stamp())))
    receive(app, gmail(replace(say, answer="ACCEPTED", stamp=stamp(-5), message_id="<2@client.example>")))
    assert state_of(app, invited["ana"]) == "declined"
    assert [reply.why for reply in kept(app)] == [WhyUnread.STALE]
    receive(app, gmail(replace(say, answer="TENTATIVE", stamp=stamp(1), message_id="<3@client.example>")))
    assert state_of(app, invited["ana"]) == "tentative"


@pytest.mark.parametrize(
    "changes", [{"stamp": "20200101T000000Z"}, {"sequence": 9}], ids=["before the invitation", "a number never sent"]
)
def test_an_answer_to_what_was_not_sent_changes_nothing_and_is_kept(
    app: Flask, invited: dict[str, int], say: Say, changes: dict[str, Any]
):
    receive(app, gmail(replace(say, **changes)))
    assert state_of(app, invited["ana"]) == "invited"
    assert [(reply.why, reply.invitation_id) for reply in kept(app)] == [(WhyUnread.UNSENT, invited["ana"])]


def test_an_answer_to_the_time_before_changes_nothing(app: Flask, invited: dict[str, int], say: Say, change: Change):
    receive(app, gmail(say))
    change(**LATER)
    mailed(app)
    assert state_of(app, invited["ana"]) == "invited", "a new time asks again"
    receive(app, gmail(replace(say, message_id="<2@client.example>")))
    assert state_of(app, invited["ana"]) == "invited"
    assert [reply.why for reply in kept(app)] == [WhyUnread.STALE]
    receive(app, gmail(replace(say, sequence=1, message_id="<3@client.example>")))
    assert state_of(app, invited["ana"]) == "accepted"


def test_an_answer_to_a_cancelled_event_is_kept(app: Flask, event: int, invited: dict[str, int], say: Say):
    with work(app) as session:
        found = session.get_one(Event, event)
        events.cancel(SYSTEM, found, found.version, "No room.")
    mailed(app)
    receive(app, gmail(replace(say, sequence=1)))
    assert [reply.why for reply in kept(app)] == [WhyUnread.TOO_LATE]
    assert state_of(app, invited["ana"]) == "invited"


def test_a_link_answered_after_the_mail_wins(app: Flask, invited: dict[str, int], say: Say):
    with work(app) as session:
        answering.answer(get(session, invited["ana"]), Said(answer=InvitationState.DECLINED, how=AnsweredBy.LINK))
    receive(app, gmail(replace(say, stamp=stamp(-60))))
    assert state_of(app, invited["ana"]) == "declined"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"\xff\xfe\x00nothing",
        b"Subject: out of office\r\n\r\nBack on Monday.",
        b"From: <\r\nTo: @@\r\nContent-Type: text/calendar; charset=klingon\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n",
        b"Content-Type: text/calendar\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!\r\n",
        b"From: a\x00b@example.org\r\nSubject: \x00\xff\r\nMessage-ID: <\x00\xff>\r\n\r\n\x00\r\n",
        b"From: ab@example.org\r\nDate: Fri, 31 Dec 9999 23:59:59 -1400\r\n\r\nLate.\r\n",
        b"Content-Type: text/plain; charset=idna\r\n\r\nxn--a.b\r\n",
        b"Content-Type: text/plain; charset=undefined\r\n\r\nIt is a codec, and no character set.\r\n",
        b'Content-Type: text/plain; charset="a\x00b"\r\n\r\nNo name at all.\r\n',
    ],
)
def test_whatever_comes_is_kept_and_breaks_nothing(app: Flask, octets: bytes):
    assert receive(app, octets).startswith("kept")
    assert kept(app)[0].why in (WhyUnread.NO_CALENDAR, WhyUnread.BROKEN)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400), st.integers(0, 2000))
def test_reading_never_raises(noise: bytes, place: int):
    whole = gmail(Say(uid="1@x.example", organiser="portal@localhost"))
    replies.read(noise)
    replies.read(whole[:place] + noise + whole[place:])


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        (b"mailto:ana@", b"mailto:a\x00na@"),
        (b"charset=UTF-8", b"charset=raw_unicode_escape"),
        (b"DTSTAMP:20990101T120000Z", b"DTSTAMP;TZID=America/New_York:99991231T235959"),
        (b"SEQUENCE:0", b"SEQUENCE:" + b"9" * 30),
        (b"SEQUENCE:0", b"SEQUENCE:" + b"9" * 5000),
    ],
    ids=["NUL", "halves of signs", "the end of time", "no number a database knows", "no number at all"],
)
def test_a_strange_calendar_part_breaks_nothing(app: Flask, say: Say, part: bytes, instead: bytes):
    message = thunderbird(say)
    assert part in message
    assert receive(app, message.replace(part, instead)).startswith(("answered", "kept"))


def test_an_out_of_office_note_to_the_address_of_an_invitation_finds_its_event(app: Flask, event: int, say: Say):
    receive(app, f"From: ana@example.org\r\nTo: {say.organiser}\r\nSubject: Away\r\n\r\nBack on Monday.\r\n".encode())
    (reply,) = kept(app)
    assert (reply.event_id, reply.why, reply.text) == (event, WhyUnread.NO_CALENDAR, "Back on Monday.")


def test_somebody_settles_by_hand_what_was_not_understood(
    app: Flask, event: int, invited: dict[str, int], say: Say, editor: FlaskClient
):
    receive(app, thunderbird(replace(say, organiser="portal@localhost", comment="With a colleague")))
    page = open_page(editor, f"/events/{event}/invitations")
    assert "Replies that were not understood" in page.text
    key = kept(app)[0].id
    page = open_page(editor, f"/events/replies/{key}")
    assert "Nothing shows that it comes from whoever was invited" in page.text
    answer = page.form("Save the answer").submit(editor, invitation=str(invited["ana"]), answer="accepted")
    assert answer.status_code == 303, Page(answer).errors
    assert state_of(app, invited["ana"]) == "accepted"
    (entry,) = answers(app)
    assert (entry.how, entry.comment, entry.actor_name) == (AnsweredBy.ENTERED, "With a colleague", "partner_editor")
    assert kept(app)[0].state.value == "settled"
    assert "Save the answer" not in open_page(editor, f"/events/replies/{key}").text


def test_a_reply_is_put_aside(app: Flask, event: int, say: Say, editor: FlaskClient):
    receive(app, thunderbird(replace(say, organiser="portal@localhost")))
    key = kept(app)[0].id
    page = open_page(editor, f"/events/replies/{key}")
    assert page.form("Put it aside").submit(editor).status_code == 303
    assert kept(app)[0].state.value == "dismissed"
    assert "Every reply was understood." in open_page(editor, "/events/replies").text


WHO_READS = {
    "admin": (200, 200),
    "coordinator": (200, 200),
    "lead": (200, 404),
    "foreign lead": (404, 404),
    "editor": (200, 404),
    "foreign editor": (404, 404),
    "expert": (403, 403),
    "guest": (403, 403),
    "auditor": (403, 403),
}


@pytest.mark.parametrize("who", list(WHO_READS))
def test_replies_are_for_who_may_change_the_event_and_those_of_none_for_coordinators(
    app: Flask, say: Say, sign_in: SignIn, who: str
):
    receive(app, thunderbird(replace(say, organiser="portal@localhost")))
    receive(app, gmail(replace(say, uid="x@else.example", message_id="<9@x.example>")))
    with app.app_context():
        of_event, of_none = (reply.id for reply in kept(app))
    browser = sign_in(who)
    found = [browser.get(f"/events/replies/{key}").status_code for key in (of_event, of_none)]
    # The second one names the secret of an invitation, so its event is known all the same.
    assert found[0] == WHO_READS[who][0]
    assert found[1] == WHO_READS[who][0]
    receive(app, b"Subject: hello\r\n\r\nHello.")
    assert browser.get(f"/events/replies/{kept(app)[-1].id}").status_code == WHO_READS[who][1]


def test_an_address_has_a_secret_that_survives_small_letters_and_other_ways_of_writing():
    address = keys.tagged("answers@portal.example", "abc234")
    assert address == "answers+abc234@portal.example"
    assert keys.tag_of("ANSWERS+ABC234@Portal.Example", "answers@portal.example") == "abc234"
    for other in ("answers@portal.example", "answers+abc@other.example", "x+abc234@portal.example", "", "+@"):
        assert keys.tag_of(other, "answers@portal.example") is None


def test_nothing_secret_is_stored(app: Flask, invited: dict[str, int], say: Say):
    tag = say.organiser.partition("+")[2].partition("@")[0]
    with app.app_context():
        row: Any = db.session.get_one(EventInvitation, invited["ana"])
        stored = [str(value) for value in vars(row).values()]
    assert tag
    assert not any(tag in value for value in stored)

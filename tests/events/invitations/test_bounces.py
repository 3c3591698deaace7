"""Mails that came back are read as such, and stand by the mailbox that could not be reached."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core import mail
from app.events.invitations import receiving, replies
from app.events.invitations.models import EventReply, WhyUnread
from tests.accounts.people import work
from tests.page import open_page


def bounce(address: str, number: int = 1, action: str = "failed", to: str = "portal@example.org") -> bytes:
    """A report as Postfix writes it (RFC 3464)."""
    return (
        f"From: Mail Delivery System <MAILER-DAEMON@mx.example>\r\nTo: {to}\r\nMessage-ID: <{number}@mx.example>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
        "Content-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n\r\n--b\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()


EXIM = (
    b"From: Mail Delivery System <mailer-daemon@mx.example>\r\nTo: portal@example.org\r\n"
    b"X-Failed-Recipients: ana@example.org\r\nSubject: Mail delivery failed\r\n\r\nIt could not be delivered.\r\n"
)


@pytest.mark.parametrize("octets", [bounce("Ana@Example.org"), EXIM], ids=["report", "header"])
def test_a_mail_that_came_back_names_its_mailbox(octets: bytes) -> None:
    read = replies.read(octets)
    assert (read.why, read.attendee) == (WhyUnread.BOUNCED, "ana@example.org")


def test_what_is_only_late_did_not_come_back() -> None:
    assert replies.read(bounce("ana@example.org", action="delayed")).why is WhyUnread.NO_CALENDAR


def test_what_came_back_stands_by_its_mailbox_and_is_put_aside_at_once(
    app: Flask, invited: dict[str, int], event: int, editor: FlaskClient
) -> None:
    with work(app):
        for number, address in enumerate(("ana@example.org", "bernd@example.org", "ana@example.org")):
            receiving.receive(bounce(address, number))
    page = open_page(editor, "/events/replies")
    assert page.text.count("ana@example.org") == 2, "the link, and the button for who does not see it"
    assert "2 messages came back" in page.text
    assert f"/events/{event}/invitations" in page.links.values()
    assert "2 · " in open_page(editor, f"/events/{event}/invitations").text
    answer = page.form("Put aside ana@example.org").submit(editor)
    assert answer.status_code == 303
    with work(app) as session:
        left = session.query(EventReply).filter_by(state="open").all()
        assert [one.attendee for one in left] == ["bernd@example.org"]
        assert {one.invitation_id for one in session.query(EventReply)} == set(invited.values())


def test_a_mailbox_nobody_invited_is_for_coordinators(app: Flask, editor: FlaskClient) -> None:
    with work(app):
        kept = receiving.receive(bounce("nobody@example.org")).kept
        assert kept is not None
        assert (kept.event, kept.attendee) == (None, mail.normal_email("nobody@example.org"))
    assert "nobody@example.org" not in open_page(editor, "/events/replies").text

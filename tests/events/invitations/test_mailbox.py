"""Reading replies from a mailbox or from a pipe, as an operator sets it up."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner
from flask import Flask

from app import cli
from app.events.invitations import receiving
from app.events.invitations.commands import NoMailbox, fetch
from app.events.invitations.mailbox import MailboxUnreachable
from tests.events.invitations.conftest import entry_in, mailed, state_of
from tests.events.invitations.imapserver import Mailbox, imap_server
from tests.events.invitations.shapes import Say, apple, exchange


@pytest.fixture
def say(app: Flask, invited: dict[str, int]) -> Say:
    """What a program says after it read Ana's invitation."""
    entry = entry_in(mailed(app)[0])
    return Say(uid=str(entry["UID"]), organiser=str(entry["ORGANIZER"]).removeprefix("mailto:"))


@pytest.fixture
def mailbox(app: Flask, say: Say) -> Iterator[Mailbox]:
    """A mailbox with Ana's answer and a note, which the portal is set up to read."""
    before = app.config["PORTAL"]
    with imap_server(apple(say), b"Subject: Hello\r\n\r\nWhen is lunch?\r\n") as found:
        app.config["PORTAL"] = replace(before, imap_url=found.url)
        yield found
    app.config["PORTAL"] = before


def test_what_is_unread_is_read_once_and_marked(app: Flask, invited: dict[str, int], mailbox: Mailbox):
    lines = fetch(app)
    assert [line.partition(":")[0] for line in lines] == ["answered", "kept to be read"]
    assert state_of(app, invited["ana"]) == "accepted"
    assert mailbox.read == {1, 2}
    assert fetch(app) == []


def test_a_message_that_was_read_before_the_mark_was_set_counts_once(app: Flask, mailbox: Mailbox):
    fetch(app)
    mailbox.read.clear()
    assert fetch(app)[0] == "known already"


def test_a_message_that_cannot_be_taken_in_does_not_keep_the_next_from_being_read(
    app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    reading = receiving.receive

    def fails_once(octets: bytes) -> receiving.Received:
        if octets.startswith(b"Subject: Hello"):
            return reading(octets)
        raise ZeroDivisionError

    monkeypatch.setattr(receiving, "receive", fails_once)
    assert [line.partition(":")[0] for line in fetch(app)] == ["stays unread", "kept to be read"]
    assert mailbox.read == {2}, "it is there for whoever looks into the log"


@pytest.mark.usefixtures("mailbox")
def test_a_mailbox_that_cannot_be_opened_is_told_without_its_password(app: Flask, mailbox: Mailbox):
    mailbox.password = "another"
    with pytest.raises(MailboxUnreachable) as refused:
        fetch(app)
    assert "secret" not in str(refused.value)
    mailbox.password = "secret"
    app.config["PORTAL"] = replace(app.config["PORTAL"], imap_url=mailbox.url.replace("INBOX", "Nowhere"))
    with pytest.raises(MailboxUnreachable, match="Nowhere"):
        fetch(app)
    app.config["PORTAL"] = replace(app.config["PORTAL"], imap_url="imap://a:b@127.0.0.1:1/")
    with pytest.raises(MailboxUnreachable):
        fetch(app)


def test_without_a_mailbox_nothing_is_fetched(app: Flask):
    with pytest.raises(NoMailbox):
        fetch(app)


def test_the_command_reads_one_message_from_its_input(
    app: Flask, invited: dict[str, int], say: Say, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cli, "_app", lambda: app)
    done = CliRunner().invoke(cli.portal, ["mail", "receive"], input=exchange(replace(say, answer="TENTATIVE")))
    assert (done.exit_code, done.output.startswith("answered")) == (0, True), done.output
    assert state_of(app, invited["ana"]) == "tentative"


def test_the_command_fetches_and_says_what_it_found(app: Flask, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cli, "_app", lambda: app)
    done = CliRunner().invoke(cli.portal, ["mail", "fetch"])
    assert (done.exit_code, len(done.output.splitlines())) == (0, 2), done.output
    app.config["PORTAL"] = replace(app.config["PORTAL"], imap_url=None)
    done = CliRunner().invoke(cli.portal, ["mail", "fetch"])
    assert (done.exit_code, "PORTAL_IMAP_URL" in done.output) == (1, True)
    assert mailbox.read == {1, 2}

"""Mail leaves by a real server, in the reader's language, at least once and recognisable if twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.config import ROOT
from app.core import mail
from app.core.database import writing
from app.core.mail import Mail, MailState
from app.core.outbox import Job, JobState, run_one
from app.extensions import db
from tests.core.conftest import CoreBackend
from tests.core.mailserver import TAKEN, Inbox, free_port, mail_server

WORKER = """
import sys
from datetime import timedelta
from pathlib import Path
from app.core.outbox import Worker
from tests.conftest import settings_for
from tests.core.things import core_app
app = core_app(settings_for(sys.argv[1], Path(sys.argv[2]), smtp_url=sys.argv[3]))
Worker(app, idle=0.1, lease=timedelta(seconds=1)).run()
"""


@pytest.fixture
def inbox(app: Flask) -> Iterator[Inbox]:
    """A mail server that the portal is configured with."""
    with mail_server() as server:
        with_server(app, server.url)
        yield server
    with_server(app, None)


def with_server(app: Flask, url: str | None) -> None:
    app.config["PORTAL"] = replace(app.config["PORTAL"], smtp_url=url)


def written(session: Session, recipient: str = "ana@example.org", **facts: Any) -> Mail:
    made = mail.send(session, recipient, "Покана за состанок", "test/hello", **{"name": "Ана", **facts})
    session.commit()
    return made


def job_of(session: Session) -> Job:
    session.expire_all()
    return session.scalars(sa.select(Job)).one()


def test_a_message_arrives_as_it_was_written(session: Session, inbox: Inbox):
    sent = written(session)
    message_id = sent.message_id

    assert run_one(session)

    (message,) = inbox.messages
    assert message["Subject"] == "Покана за состанок"
    assert message["To"] == "ana@example.org"
    assert message["Message-ID"] == message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("plain",)).get_content().strip() == "Добар ден, Ана: http://localhost/verify"
    assert message.get_body(("html",)).get_content().strip() == "<p>Добар ден, Ана</p>"
    assert (sent.state, job_of(session).state) == (MailState.SENT, JobState.DONE)
    assert sent.sent_at is not None


def test_a_subject_is_one_line_whatever_a_name_in_it_holds(session: Session, inbox: Inbox):
    mail.send(session, "ana@example.org", "Meeting\r\nBcc: everybody@example.org", "test/hello", name="Ana")
    session.commit()
    run_one(session)

    assert inbox.messages[0]["Subject"] == "Meeting Bcc: everybody@example.org"
    assert inbox.messages[0]["Bcc"] is None


def test_without_a_server_a_message_stays_in_the_mailbox(session: Session):
    kept = written(session)

    run_one(session)

    assert kept.state is MailState.KEPT
    assert job_of(session).state is JobState.DONE


def test_a_message_is_written_in_a_language_the_portal_speaks(session: Session):
    told = _l("Sign in")

    german = mail.send(session, "anna@example.org", told, "test/hello", language="de", name="Anna")
    unknown = mail.send(session, "ana@example.org", told, "test/hello", language="xx", name="Ana")

    assert (german.language, unknown.language) == ("de", "en")
    assert unknown.subject == "Sign in"


@pytest.mark.parametrize("where", ["on_recipient", "on_data"])
def test_a_refusal_for_good_is_not_repeated(session: Session, inbox: Inbox, where: str):
    written(session)
    setattr(inbox, where, lambda _what: "554 No such person here")

    run_one(session)

    assert (job_of(session).state, job_of(session).attempts) == (JobState.DEAD, 1)
    assert "554 No such person here" in str(job_of(session).last_error)


@pytest.mark.parametrize("where", ["on_recipient", "on_data"])
def test_a_refusal_for_now_is_tried_again(session: Session, inbox: Inbox, where: str):
    sent = written(session)
    setattr(inbox, where, lambda _what: "451 Try again later")

    run_one(session)

    assert (job_of(session).state, job_of(session).attempts) == (JobState.WAITING, 1)
    assert "451" in str(job_of(session).last_error)
    assert sent.state is MailState.WAITING


def test_a_server_that_is_not_there_is_tried_again(session: Session, app: Flask):
    written(session)
    with_server(app, f"smtp://127.0.0.1:{free_port()}")
    try:
        run_one(session)
    finally:
        with_server(app, None)

    assert job_of(session).state is JobState.WAITING
    assert "ConnectionRefusedError" in str(job_of(session).last_error)


def test_a_message_that_left_is_not_sent_by_a_job_that_comes_again(session: Session, inbox: Inbox):
    sent = written(session)
    run_one(session)

    mail.deliver(session, {"mail": sent.id})

    assert len(inbox.messages) == 1


def test_no_mail_is_lost_when_the_worker_is_killed(backend: CoreBackend, tmp_path: Path):
    with backend.app.app_context(), writing():
        for number in range(200):
            mail.send(db.session, f"p{number}@example.org", "Покана", "test/hello", name=str(number))
        db.session.commit()
    arrived: list[tuple[str, str]] = []
    workers: list[subprocess.Popen[bytes]] = []

    def take(message: EmailMessage) -> str:
        arrived.append((message["To"], message["Message-ID"]))
        if len(arrived) == 60:
            os.kill(workers[0].pid, signal.SIGKILL)  # after it handed the message over, before it hears so
            workers[0].wait()
        return TAKEN

    with mail_server() as server:
        server.on_data = take
        command = [sys.executable, "-c", WORKER, backend.settings.database_url, str(tmp_path), server.url]
        try:
            workers.append(subprocess.Popen(command, cwd=ROOT))
            assert workers[0].wait(timeout=30) == -signal.SIGKILL
            workers.append(subprocess.Popen(command, cwd=ROOT))
            wait_until_all_left(backend.app)
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()

    times = Counter(arrived)
    assert {recipient for recipient, _message_id in times} == {f"p{number}@example.org" for number in range(200)}
    assert len(times) == 200, "a repeat has the Message-ID of the first"
    assert sorted(times.values())[-2:] == [1, 2], "only the one in hand came twice"


def wait_until_all_left(app: Flask) -> None:
    waiting = sa.select(sa.func.count()).select_from(Mail).where(Mail.state != MailState.SENT)
    for _ in range(300):
        with app.app_context():
            if db.session.scalar(waiting) == 0:
                return
        time.sleep(0.1)
    pytest.fail("After 30 s there was still mail that had not left.")


@pytest.mark.parametrize("asked", ["ana@example.org", "ANA@Example.org ", "Ana@EXAMPLE.org"])
def test_mails_are_emptied_in_whatever_letters_the_address_is_written(session: Session, asked: str):
    first, second = written(session, "Ana@Example.org"), written(session, "bernd@example.org")
    mail.empty(session, [asked])
    assert (first.recipient, first.subject, first.text) == ("[erased]", "[erased]", "[erased]")
    assert (first.html, first.calendar, first.reply_to, first.state) == (None, None, None, MailState.KEPT)
    assert (second.recipient, second.state) == ("bernd@example.org", MailState.WAITING)


def test_what_a_server_said_of_an_erased_address_goes_with_the_mail(session: Session):
    ana, bernd = written(session, "ana@example.org"), written(session, "bernd@example.org")
    jobs = {job.payload["mail"]: job for job in session.scalars(sa.select(Job))}
    for letter in (ana, bernd):
        jobs[letter.id].last_error = f"PermanentFailure: 550 no such user {letter.recipient}"
    mail.empty(session, ["ana@example.org"])
    assert jobs[ana.id].last_error == "[erased]"
    assert jobs[bernd.id].last_error == "PermanentFailure: 550 no such user bernd@example.org"


def test_without_an_address_no_mail_is_emptied(session: Session):
    only = written(session)
    mail.empty(session, [])
    assert only.recipient == "ana@example.org"


def test_addresses_are_one_however_they_are_written():
    assert mail.mailbox(" Ana@BÜCHER.example ") == mail.mailbox("ana@xn--bcher-kva.example")
    assert mail.mailbox("No Address") == "no address"

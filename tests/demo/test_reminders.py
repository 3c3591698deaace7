"""What the mailbox of the demonstration shows as the clock is moved: reminders of what is due."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock, outbox
from app.core.mail import Mail
from app.extensions import db
from tests.accounts.people import submit, work
from tests.conftest import AS_OF
from tests.demo.conftest import Show

DAYS = (date(2025, 6, 22), date(2025, 6, 23), date(2025, 6, 23), date(2025, 6, 30), date(2025, 7, 7), date(2025, 7, 30))


@pytest.fixture
def show(worn: Show) -> Iterator[Show]:
    """The demonstration, whose clock is put back at the end."""
    yield worn
    clock.reckon_with(AS_OF)


def started(show: Show, day: date) -> list[str]:
    """Start the demonstration on a day, as ``PORTAL_AS_OF`` does; the subjects about the memoranda since the first."""
    clock.reckon_with(day)
    with work(show.app) as session:
        outbox.arrange_all(session)
    outbox.drain(show.app)
    with show.app.app_context():
        wanted = select(Mail.subject).where(Mail.subject.contains("Sign memoranda")).order_by(Mail.id)
        return list(db.session.scalars(wanted))


def entered(show: Show, role: str) -> FlaskClient:
    """A browser that came in as a role."""
    address = next(line.split()[1] for line in show.printed.splitlines() if line.startswith(f"{role} "))
    client = show.app.test_client()
    submit(client, address.removeprefix("http://localhost"))
    return client


def test_each_occasion_brings_one_mail_to_the_mailbox(show: Show) -> None:
    written = [started(show, day) for day in DAYS]
    assert [len(subjects) for subjects in written] == [0, 1, 1, 2, 3, 3]
    title = "Sign memoranda with three companies"
    assert written[-1] == [f"Due in 7 days: {title}", f"Due today: {title}", f"7 days late: {title}"]
    page = entered(show, "admin").get("/operations/mailbox").get_data(as_text=True)
    assert all(subject in page for subject in written[-1])

"""Commitments after signing: reported by link without an account, or on a party's behalf; links that end."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app.core import clock
from app.core.canonical import sha256_of
from app.extensions import db
from app.mou.evidence.models import MouEvent
from app.mou.models import Mou
from app.mou.progress.mailing import path_of
from app.mou.progress.models import MouCommitmentReport
from app.mou.signing.models import LinkPurpose, MouLink
from tests.accounts.people import link_in, mails, work
from tests.events.conftest import SignIn
from tests.mou.signing.way import GOR, kinds
from tests.page import Page, open_page, words

pytestmark = pytest.mark.usefixtures("tokens")
Running = Callable[..., int]


def links(app: Flask) -> list[MouLink]:
    """The links to report by, oldest first."""
    with app.app_context():
        return list(
            db.session.scalars(select(MouLink).where(MouLink.purpose == LinkPurpose.REPORT).order_by(MouLink.id))
        )


def count(app: Flask) -> int:
    """How many reports there are."""
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(MouCommitmentReport)) or 0


def send(client: FlaskClient, key: int, **typed: Any) -> Page:
    """Send the company's contact the link."""
    page = open_page(client, f"/mou/{key}")
    path = str(page.select("#progress a[href$='/report-link']")[0]["href"])
    return Page(open_page(client, path).form("Send the link").submit(client, follow=True, **typed))


@pytest.fixture
def reported(app: Flask, running: Running, sign_in: SignIn) -> tuple[int, str, FlaskClient]:
    """A memorandum in force, the path of the link that the company's contact has, and a guest's browser."""
    key = running()
    send(sign_in("lead"), key)
    with app.app_context():
        return key, path_of(links(app)[-1]), app.test_client()


def report(guest: FlaskClient, path: str, **typed: Any) -> Page:
    """Report on the only commitment."""
    listed = open_page(guest, path)
    form = open_page(guest, str(listed.select_one(".actions a")["href"])).form("Report")
    return Page(form.submit(guest, follow=True, **typed))


def test_a_company_reports_by_its_link_and_the_coordinator_sees_it(
    app: Flask, reported: tuple[int, str, FlaskClient], sign_in: SignIn
) -> None:
    key, path, guest = reported
    mail = mails(app)[-1]
    assert (mail.recipient, "MoU" in mail.subject) == (GOR, False)
    assert link_in(mail).endswith(path)
    page = report(guest, path, amount="2", words="Two learners began.")
    assert "2 of 4" in page.text
    report(guest, path, amount="3")
    said = words(open_page(sign_in("lead"), f"/mou/{key}").select_one("#progress"))
    assert "3 of 4" in said
    assert "Reported by Gor Sargsyan" in said
    assert count(app) == 2, "nothing is overwritten"
    assert kinds(app, key).count("reported") == 2
    with app.app_context():
        reports = db.session.scalars(select(MouCommitmentReport).order_by(MouCommitmentReport.id)).all()
        found = db.session.scalars(select(MouEvent).where(MouEvent.kind == "reported").order_by(MouEvent.number)).all()
        assert [one.facts["words"] for one in found] == [sha256_of(one.words) for one in reports]


def test_ten_fetches_leave_no_trace(app: Flask, reported: tuple[int, str, FlaskClient]) -> None:
    key, path, guest = reported
    before = kinds(app, key)
    for _again in range(5):
        listed = open_page(guest, path)
        assert guest.get(str(listed.select_one(".actions a")["href"])).headers["Referrer-Policy"] == "no-referrer"
    assert kinds(app, key) == before
    assert not count(app)


def test_the_same_press_twice_is_one_report(app: Flask, reported: tuple[int, str, FlaskClient]) -> None:
    _key, path, guest = reported
    form = open_page(guest, str(open_page(guest, path).select_one(".actions a")["href"])).form("Report")
    for _again in range(2):
        assert form.submit(guest, amount="1").status_code == 303
    assert count(app) == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "many"}, "amount"),
        ({"amount": "9999999999999999999999"}, "amount"),
        ({"amount": "1", "day": "2025-06-02"}, "day"),
        ({"amount": "1", "day": "2025-05-31"}, "day"),
        ({"amount": "1", "day": ""}, "day"),
        ({"amount": "1", "words": "x" * 2001}, "words"),
    ],
)
def test_bad_input_is_said_in_its_place(
    app: Flask, reported: tuple[int, str, FlaskClient], typed: dict[str, str], field: str
) -> None:
    _key, path, guest = reported
    form = open_page(guest, str(open_page(guest, path).select_one(".actions a")["href"])).form("Report")
    answered = form.submit(guest, **{"words": "Գրված է", **typed})
    assert answered.status_code == 422
    assert Page(answered).select(f"#{field}-error")
    assert not count(app)


def test_a_link_ends_by_a_newer_one_by_revoking_and_by_time(
    app: Flask, reported: tuple[int, str, FlaskClient], sign_in: SignIn
) -> None:
    key, path, guest = reported
    lead = sign_in("lead")
    send(lead, key)
    assert guest.get(path).status_code == 410
    with app.app_context():
        newer = path_of(links(app)[-1])
    assert guest.get(newer).status_code == 200
    form = open_page(guest, str(open_page(guest, newer).select_one(".actions a")["href"])).form("Report")
    page = Page(open_page(lead, f"/mou/{key}").form(f"End this link: {GOR}").submit(lead, follow=True))
    assert not page.select("#progress form")
    assert guest.get(newer).status_code == 410
    assert form.submit(guest, amount="1").status_code == 410
    assert not count(app)
    assert guest.get("/report/unknown").status_code == 410


def test_a_link_that_ran_out_is_sent_anew_to_the_mailbox_on_file(
    app: Flask, reported: tuple[int, str, FlaskClient]
) -> None:
    _key, path, guest = reported
    with work(app):
        db.session.scalars(select(MouLink).where(MouLink.purpose == LinkPurpose.REPORT)).one().expires_at = (
            clock.now() - timedelta(seconds=1)
        )
    before = len(mails(app))
    dead = guest.get(path)
    assert dead.status_code == 410
    Page(dead).form("Send a new link to the same mailbox renew").submit(guest, ("do", "renew"))
    assert [mail.recipient for mail in mails(app)[before:]] == [GOR]
    with app.app_context():
        assert guest.get(path_of(links(app)[-1])).status_code == 200


def test_a_link_opens_nothing_of_another_party(app: Flask, reported: tuple[int, str, FlaskClient]) -> None:
    key, path, guest = reported
    with app.app_context():
        own = db.session.get_one(Mou, key).commitments[0].id
    assert guest.get(f"{path}/{own + 1}").status_code == 404
    assert guest.get(f"{path}/{own}").status_code == 200


def test_somebody_reports_on_a_partys_behalf_and_it_is_marked(app: Flask, running: Running, sign_in: SignIn) -> None:
    key, lead = running(), sign_in("lead")
    page = open_page(lead, f"/mou/{key}")
    assert "Nothing reported yet" in words(page.select_one("#progress"))
    path = str(page.select_one("#progress a[href$='/report']")["href"])
    page = Page(
        open_page(lead, path).form("Save the report").submit(lead, follow=True, amount="0", words="Told by phone")
    )
    said = words(page.select_one("#progress"))
    assert "0 of 4" in said
    assert "on its behalf by" in said
    assert "Told by phone" in open_page(lead, path).text


def test_a_contact_who_did_not_sign_gets_the_link_too(app: Flask, running: Running, sign_in: SignIn) -> None:
    key, lead = running(), sign_in("lead")
    send(lead, key, signatory="", email="Office@Example.org", language="en")
    assert mails(app)[-1].recipient == "office@example.org"
    for typed in ({"signatory": "", "email": ""}, {"signatory": "", "email": "nobody"}):
        page = open_page(lead, f"/mou/{key}")
        path = str(page.select("#progress a[href$='/report-link']")[0]["href"])
        assert open_page(lead, path).form("Send the link").submit(lead, **typed).status_code == 422


def test_only_who_looks_after_it_sends_and_reports(app: Flask, running: Running, sign_in: SignIn) -> None:
    key = running()
    with app.app_context():
        mou = db.session.get_one(Mou, key)
        party, commitment = mou.parties[1].id, mou.commitments[0].id
        school = mou.parties[0].id
    for who in ("guest", "auditor"):
        reader = sign_in(who)
        for path in (f"parties/{party}/report-link", f"commitments/{commitment}/report"):
            assert reader.get(f"/mou/{key}/{path}").status_code == 403
    lead = sign_in("lead")
    answered = open_page(lead, f"/mou/{key}/parties/{school}/report-link").form("Send the link").submit(lead)
    assert answered.status_code == 422, "the school promised nothing"


def test_a_draft_has_nothing_to_report_on(app: Flask, sent: Callable[..., int], sign_in: SignIn) -> None:
    key, lead = sent(), sign_in("lead")
    with app.app_context():
        commitment = db.session.get_one(Mou, key).commitments[0].id
    assert not open_page(lead, f"/mou/{key}").select("#progress")
    path = f"/mou/{key}/commitments/{commitment}/report"
    assert open_page(lead, path).form("Save the report").submit(lead, amount="1").status_code == 422


def test_the_databases_keep_reports_as_they_came(app: Flask, reported: tuple[int, str, FlaskClient]) -> None:
    _key, path, guest = reported
    report(guest, path, amount="2")
    for statement in ("UPDATE mou_commitment_report SET amount = 9", "DELETE FROM mou_commitment_report"):
        with pytest.raises(DBAPIError, match="append-only"), work(app) as session:
            session.connection().exec_driver_sql(statement)


def test_the_last_day_of_the_memorandum_ends_no_reporting(
    app: Flask, reported: tuple[int, str, FlaskClient], on: Callable[[date], None]
) -> None:
    _key, path, guest = reported
    on(date(2027, 7, 1))
    page = report(guest, path, amount="4")
    assert "4 of 4" in page.text

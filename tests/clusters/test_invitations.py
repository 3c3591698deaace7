"""Invitations by link: sent, read and answered without an account, sent again, withdrawn, expired."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.tokens import digest
from app.clusters.models import Cluster, ClusterAnswer, ClusterInvitation, ClusterMembership, ClusterState
from app.core import clock, records
from app.core.access import Role
from app.core.audit import AuditEntry
from app.extensions import db, limiter
from tests.accounts.people import link_in, mails, person, work
from tests.clusters.conftest import Made, move
from tests.events.conftest import SignIn
from tests.events.world import World
from tests.page import Page, open_page


@pytest.fixture
def lead(sign_in: SignIn, app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The browser of the lead of Armenia."""
    browser = sign_in("lead")
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    with app.app_context():
        limiter.reset()
    return browser


@pytest.fixture
def link(app: Flask, lead: FlaskClient, world: World, made: Made) -> str:
    """The path of a link that invites the Armenian company to a cluster."""
    return send(app, lead, made(), world.company)


def send(app: Flask, browser: FlaskClient, cluster: int, organisation: int, **more: str) -> str:
    """Invite by the form, and answer the path in the mail."""
    page = open_page(browser, f"/clusters/{cluster}/members/invite?organisation={organisation}")
    answer = page.form("Send the invitation").submit(browser, **{"email": "Office@Example.org", **more})
    assert answer.status_code == 303, Page(answer).errors
    return link_in(mails(app)[-1])


def membership(app: Flask) -> tuple[str, object, bool]:
    with app.app_context():
        found = db.session.scalars(select(ClusterMembership).order_by(ClusterMembership.id.desc())).first()
        return found.state.value, found.joined_on, found.may_be_named


def test_the_mail_has_the_link_and_the_database_its_digest_alone(app: Flask, link: str):
    mail = mails(app)[-1]
    assert mail.recipient.lower() == "office@example.org"
    assert "Textile cluster" in mail.text
    token = link.rpartition("/")[2]
    with app.app_context():
        assert db.session.scalars(select(ClusterInvitation.token_hash)).all() == [digest(token)]
        assert all(digest(token) not in str(entry.changes) for entry in db.session.scalars(select(AuditEntry)))


def test_a_german_reader_gets_a_german_mail(app: Flask, lead: FlaskClient, world: World, made: Made):
    send(app, lead, made(), world.company, language="de", message="Bitte kommen")
    assert "Bitte kommen" in mails(app)[-1].text
    assert mails(app)[-1].language == "de"


def test_the_page_goes_on_in_the_language_of_the_mail_unless_the_browser_chose_one(
    app: Flask, client: FlaskClient, lead: FlaskClient, world: World, made: Made
):
    link = send(app, lead, made(), world.company, language="de")
    page = open_page(client, link)
    assert page.select_one("html")["lang"] == "de"
    client.post("/language", data={"lang": "en", "csrf_token": page.select("[name=csrf_token]")[0]["value"]})
    assert open_page(client, link).select_one("html")["lang"] == "en"


def test_enter_in_a_field_answers_nothing(app: Flask, client: FlaskClient, link: str):
    button = open_page(client, link).select("main form button[type=submit]")[0]
    assert button.get("name") is None


def test_whoever_has_the_link_reads_what_the_cluster_is_and_accepts(app: Flask, client: FlaskClient, link: str):
    page = open_page(client, link)
    assert page.heading == "Textile cluster"
    assert "Crafts that find work." in page.text
    assert "Tekstil Lori" in page.text
    assert membership(app)[0] == "invited"
    form = page.form("We accept accept")
    answer = form.submit(client, ("answer", "accept"), name="Ani", function="Owner", may_be_named="y")
    assert Page(answer).heading == "Thank you for your answer"
    assert membership(app) == ("active", clock.today(), True)
    with app.app_context():
        kept = db.session.scalars(select(ClusterAnswer)).one()
        assert (kept.accepted, kept.name, kept.function) == (True, "Ani", "Owner")
        assert kept.email.lower() == "office@example.org"


def test_whoever_has_the_link_declines_and_says_why(app: Flask, client: FlaskClient, link: str):
    form = open_page(client, link).form("We decline decline")
    form.submit(client, ("answer", "decline"), name="Ani", function="Owner", reason="No time", may_be_named="y")
    assert membership(app) == ("declined", None, False)
    with app.app_context():
        assert db.session.scalars(select(ClusterAnswer.reason)).one() == "No time"


def invited_by(session: Session, language: str | None = None, active: bool = True) -> User:
    """Somebody with an account in whose name the invitation was sent."""
    inviter = person(session, Role.COUNTRY_LEAD)
    inviter.language, inviter.active = language, active
    session.scalars(select(ClusterInvitation)).one().invited_by_id = inviter.id
    return inviter


@pytest.mark.parametrize(
    ("answered", "language", "says"),
    [("accept", None, "accepted your invitation"), ("decline", None, "declined"), ("decline", "de", "abgelehnt")],
)
def test_who_invited_is_told_the_answer(
    app: Flask, client: FlaskClient, link: str, *, answered: str, language: str | None, says: str
):
    with work(app) as session:
        address = invited_by(session, language=language).email
    form = open_page(client, link).form("We accept accept")
    form.submit(client, ("answer", answered), name="Ani", function="Owner", reason="Words")
    told = mails(app)[-1]
    assert told.recipient == address
    assert says in told.text
    assert "/clusters/1/members/1" in told.text
    assert "Ani" not in told.text


def test_an_account_that_is_closed_is_told_nothing(app: Flask, client: FlaskClient, link: str):
    with work(app) as session:
        invited_by(session, active=False)
    sent = len(mails(app))
    open_page(client, link).form("We accept accept").submit(client, ("answer", "accept"), name="Ani", function="Owner")
    assert len(mails(app)) == sent
    assert membership(app)[0] == "active"


def test_a_used_link_says_so_and_answers_no_more(app: Flask, client: FlaskClient, link: str):
    form = open_page(client, link).form("We accept accept")
    form.submit(client, ("answer", "accept"), name="Ani", function="Owner")
    assert "It was answered" in Page(client.get(link)).text
    again = form.submit(client, ("answer", "decline"), name="Ani", function="Owner")
    assert again.status_code == 410
    assert membership(app)[0] == "active"


@pytest.mark.parametrize(
    ("button", "facts"),
    [
        (("answer", "accept"), {"name": " ", "function": "Owner"}),
        (("answer", "accept"), {"name": "Ani", "function": ""}),
        (("answer", "accept"), {"name": "x" * 501, "function": "Owner"}),
        (("answer", "perhaps"), {"name": "Ani", "function": "Owner"}),
        (None, {"name": "Ani", "function": "Owner"}),
    ],
)
def test_an_answer_needs_a_name_a_function_and_a_button(
    app: Flask, client: FlaskClient, link: str, button: tuple[str, str] | None, facts: dict[str, str]
):
    answer = open_page(client, link).form("We accept accept").submit(client, button, **facts)
    assert answer.status_code == 422
    assert Page(answer).errors
    assert membership(app)[0] == "invited"


@pytest.mark.parametrize("token", ["nothing", "%00", "a" * 3000])
def test_an_unknown_link_opens_nothing(client: FlaskClient, app: Flask, token: str):
    assert client.get(f"/cluster-invitation/{token}").status_code in (404, 410)


def test_an_expired_link_says_so(app: Flask, client: FlaskClient, link: str):
    with work(app) as session:
        session.scalars(select(ClusterInvitation)).one().expires_at = clock.now() - timedelta(minutes=1)
    answer = client.get(link)
    assert answer.status_code == 410
    page = Page(answer)
    assert "It was good for 30 days." in page.text
    renewed = page.form("Send a new link to the same mailbox renew").submit(client, ("do", "renew"))
    assert Page(renewed).heading == "A new link is on its way"
    (mail,) = mails(app)[-1:]
    assert link_in(mail) != link
    assert client.get(link).status_code == 410
    assert open_page(client, link_in(mail)).form("We accept accept")


def test_a_withdrawn_link_says_so(app: Flask, client: FlaskClient, lead: FlaskClient, link: str):
    page = open_page(lead, "/clusters/1/members/1/withdraw")
    answer = page.form("Withdraw invitation").submit(lead, follow=True)
    assert Page(answer).messages == ["The invitation is withdrawn."]
    assert "It was withdrawn." in Page(client.get(link)).text
    assert membership(app)[0] == "withdrawn"
    assert page.form("Withdraw invitation").submit(lead).status_code == 409


def test_sending_again_ends_the_link_before(app: Flask, client: FlaskClient, lead: FlaskClient, link: str):
    page = open_page(lead, "/clusters/1/members/1")
    assert page.form("Send it again").submit(lead).status_code == 303
    newer = link_in(mails(app)[-1])
    assert newer != link
    assert client.get(link).status_code == 410
    assert client.get(newer).status_code == 200


def test_an_invitation_to_a_dissolved_cluster_is_not_sent_again(app: Flask, lead: FlaskClient, link: str):
    page, sent = open_page(lead, "/clusters/1/members/1"), len(mails(app))
    with work(app) as session:
        move(session.get_one(Cluster, 1), ClusterState.DISSOLVED)
    assert page.form("Send it again").submit(lead).status_code == 409
    assert len(mails(app)) == sent


def test_an_answer_is_never_changed(app: Flask, client: FlaskClient, link: str):
    open_page(client, link).form("We accept accept").submit(client, ("answer", "accept"), name="Ani", function="Owner")
    for statement in ("UPDATE cluster_answer SET name = 'Somebody'", "DELETE FROM cluster_answer"):
        with app.app_context(), pytest.raises(DBAPIError), db.engine.begin() as connection:
            connection.execute(text(statement))


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c"])
def test_an_invitation_needs_a_mailbox(lead: FlaskClient, world: World, made: Made, email: str):
    page = open_page(lead, f"/clusters/{made()}/members/invite?organisation={world.company}")
    answer = page.form("Send the invitation").submit(lead, email=email)
    assert answer.status_code == 422
    assert len(Page(answer).errors) == 1


def test_nobody_coordinates_by_a_link(lead: FlaskClient, world: World, made: Made):
    page = open_page(lead, f"/clusters/{made()}/members/invite?organisation={world.company}")
    answer = page.form("Send the invitation").submit(lead, email="a@example.org", role="coordinator")
    assert answer.status_code == 422


def test_who_answered_is_told_to_who_may_read_people(
    app: Flask, client: FlaskClient, lead: FlaskClient, sign_in: SignIn, link: str
):
    open_page(client, link).form("We accept accept").submit(client, ("answer", "accept"), name="Ani", function="Owner")
    assert "Ani, Owner" in open_page(lead, "/clusters/1/members/1").text
    page = open_page(sign_in("auditor"), "/clusters/1/members/1")
    assert "Ani" not in page.text
    assert "example.org" not in page.text.lower()


def test_rows_of_a_cluster_are_named_and_lead_to_its_pages(app: Flask, client: FlaskClient, link: str):
    open_page(client, link).form("We accept accept").submit(client, ("answer", "accept"), name="Ani", function="Owner")
    member = "/clusters/1/members/1"
    pages = {"cluster": "/clusters/1", "cluster_membership": member, "cluster_invitation": member}
    pages["cluster_answer"] = member
    with app.test_request_context():
        found = records.urls_of(db.session, [(table, 1) for table in pages])
        assert {table: found[table, 1] for table in pages} == pages
        assert records.label_of("cluster_answer") == "Answer to an invitation"

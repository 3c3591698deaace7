"""Inviting people, and coming in by an invitation."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Invitation, User
from app.accounts.tokens import digest
from app.core import clock
from app.core.access import Role
from app.extensions import db
from tests.accounts.people import PASSWORD, arrive, is_signed_in, link_in, mails, organisation, person, submit, work

OFFER = {"email": "new@example.org", "role": "country_lead", "country": "AM", "language": "en"}
ACCEPTANCE = {"name": "Nora Neu", "password": PASSWORD}


def invite(client: FlaskClient, **changes: object):
    return submit(client, "/accounts/invite", OFFER | changes)


@pytest.fixture
def path(app: Flask, client: FlaskClient) -> str:
    """The link of an invitation that a coordinator sent."""
    arrive(app, client)
    assert invite(client).status_code == 303
    return link_in(mails(app)[0])


def test_the_mail_says_who_invites_to_what(app: Flask, client: FlaskClient, path: str):
    mail = mails(app)[0]
    assert mail.recipient == "new@example.org"
    for part in ("Maria Muster", "Country lead", "Armenia"):
        assert part in mail.text
        assert part in (mail.html or "")


def test_accepting_opens_the_account_and_signs_in(app: Flask, path: str):
    guest = app.test_client()
    page = guest.get(path).get_data(as_text=True)
    assert "Maria Muster" in page
    assert "new@example.org" in page
    assert submit(guest, path, ACCEPTANCE).location == "/"
    assert is_signed_in(guest)
    with app.app_context():
        user = db.session.scalars(select(User).where(User.email == "new@example.org")).one()
        assert [(grant.role, grant.country) for grant in user.grants] == [(Role.COUNTRY_LEAD, "AM")]
        assert user.name == "Nora Neu"
    other = app.test_client()
    assert submit(other, "/sign-in", {"email": "new@example.org", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("name", ["   ", "\0"])
def test_a_name_of_blanks_is_no_name(app: Flask, path: str, name: str):
    answer = submit(app.test_client(), path, ACCEPTANCE | {"name": name})
    assert answer.status_code == 422
    assert "Write your name." in answer.get_data(as_text=True)


def test_an_invitation_is_accepted_once(app: Flask, path: str):
    submit(app.test_client(), path, ACCEPTANCE)
    late = app.test_client()
    answer = submit(late, path, ACCEPTANCE | {"name": "Somebody else"})
    assert answer.status_code == 410
    assert "accepted" in answer.get_data(as_text=True)
    assert not is_signed_in(late)


def test_an_invitation_expires_and_can_be_sent_again(app: Flask, client: FlaskClient, path: str):
    with work(app) as session:
        offer = session.scalars(select(Invitation)).one()
        assert timedelta(days=13) < offer.expires_at - clock.now() <= timedelta(days=14)
        offer.expires_at = clock.now() - timedelta(seconds=1)
        key = offer.id
    guest = app.test_client()
    assert "14 days" in guest.get(path).get_data(as_text=True)
    assert submit(guest, path, ACCEPTANCE).status_code == 410
    assert submit(client, f"/accounts/invitations/{key}/resend").status_code == 303
    assert guest.get(path).status_code == 410
    assert submit(guest, link_in(mails(app)[-1]), ACCEPTANCE).status_code == 303


def test_a_withdrawn_invitation_is_dead(app: Flask, client: FlaskClient, path: str):
    assert submit(client, "/accounts/invitations/1/withdraw").status_code == 303
    guest = app.test_client()
    assert "withdrawn" in guest.get(path).get_data(as_text=True)
    assert submit(guest, path, ACCEPTANCE).status_code == 410
    assert submit(client, "/accounts/invitations/1/resend").status_code == 422


def test_the_database_does_not_know_the_link(app: Flask, path: str):
    with app.app_context():
        assert db.session.scalar(select(Invitation.token_hash)) == digest(path.rpartition("/")[2])


@pytest.mark.parametrize("token", ["x", "x" * 43, "ünï"])
def test_a_forged_invitation_is_dead(client: FlaskClient, token: str):
    assert client.get(f"/invitation/{token}").status_code == 410
    assert submit(client, f"/invitation/{token}", ACCEPTANCE).status_code == 410


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": ""}, "Write your name"),
        ({"name": "N" * 121}, "120"),
        ({"password": "short"}, "at least 12"),
        ({"password": "nora neu nora neu"}, "first things"),
        ({"password": ""}, "Choose a password"),
    ],
)
def test_what_is_missing_is_said_in_its_place_and_nothing_is_lost(app: Flask, path: str, changes: dict, says: str):
    guest = app.test_client()
    answer = submit(guest, path, ACCEPTANCE | changes)
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)
    assert submit(guest, path, ACCEPTANCE).status_code == 303


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"role": ""}, "role"),
        ({"role": "emperor"}, "role"),
        ({"country": ""}, "country"),
        ({"country": "XX"}, "country"),
        ({"role": "partner_editor"}, "organisation_id"),
        ({"role": "partner_editor", "organisation_id": "999"}, "organisation_id"),
        ({"role": "partner_editor", "organisation_id": "9" * 30}, "organisation_id"),
        ({"language": "tlh"}, "language"),
    ],
)
def test_an_invitation_that_makes_no_sense_is_refused_in_its_place(
    app: Flask, client: FlaskClient, changes: dict, field: str
):
    arrive(app, client)
    answer = invite(client, **changes)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)
    assert mails(app) == []


def test_a_role_of_an_organisation_takes_its_country_along(app: Flask, client: FlaskClient):
    arrive(app, client)
    with work(app) as session:
        body = organisation(session, country="RS").id
    invite(client, role="lge_member", country="AM", organisation_id=str(body))
    with app.app_context():
        offer = db.session.scalars(select(Invitation)).one()
        assert (offer.country, offer.organisation_id) == ("RS", body)


def test_who_has_an_account_or_an_invitation_is_not_invited_again(app: Flask, client: FlaskClient, path: str):
    assert "open invitation" in invite(client, email="NEW@example.org").get_data(as_text=True)
    assert "has an account" in invite(client, email="maria@example.org").get_data(as_text=True)


def roles_of(app: Flask, email: str) -> list[tuple[Role, str | None]]:
    with app.app_context():
        user = db.session.scalars(select(User).where(User.email == email)).one()
        return sorted((grant.role, grant.country) for grant in user.grants)


def test_an_account_opened_meanwhile_gets_the_role_and_is_not_doubled(app: Flask, path: str):
    with work(app) as session:
        person(session, Role.AUDITOR, email="new@example.org")
    guest = app.test_client()
    assert "You have an account" in guest.get(path).get_data(as_text=True)
    assert submit(guest, path).status_code == 303
    assert not is_signed_in(guest)
    assert roles_of(app, "new@example.org") == [(Role.AUDITOR, None), (Role.COUNTRY_LEAD, "AM")]
    assert submit(guest, path).status_code == 410


def test_who_invites_cannot_tell_who_has_an_account_elsewhere(app: Flask, client: FlaskClient):
    with work(app) as session:
        person(session, Role.COUNTRY_LEAD, country="RS", email="known@example.org")
    boss = app.test_client()
    arrive(app, boss, email="boss@example.org")
    invite(boss, email="invited@example.org", country="RS")
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    answers = []
    for email in ("known@example.org", "unknown@example.org", "invited@example.org"):
        answer = invite(client, email=email, submission_key=email)
        told = client.get(answer.location).get_data(as_text=True)
        answers.append((answer.status_code, answer.location, f"The invitation to {email} is sent." in told))
    assert set(answers) == {(303, "/accounts/invitations", True)}
    listed = client.get("/accounts/").get_data(as_text=True)
    assert "known@example.org" not in listed


def test_whoever_has_an_account_takes_up_the_role_by_the_mail(app: Flask, client: FlaskClient):
    with work(app) as session:
        person(session, Role.COUNTRY_LEAD, country="RS", email="known@example.org")
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    invite(client, email="known@example.org")
    mail = mails(app)[-1]
    assert "You have an account with this address already." in mail.text
    assert "Take up the role" in (mail.html or "")
    assert submit(app.test_client(), link_in(mail)).location == "/sign-in"
    assert roles_of(app, "known@example.org") == [(Role.COUNTRY_LEAD, "AM"), (Role.COUNTRY_LEAD, "RS")]


def test_the_role_is_taken_up_by_whoever_is_signed_in_too(app: Flask, client: FlaskClient):
    known, other = app.test_client(), app.test_client()
    arrive(app, known, Role.COUNTRY_LEAD, country="RS", email="known@example.org")
    arrive(app, other, Role.AUDITOR, email="other@example.org")
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    invite(client, email="known@example.org")
    assert submit(known, link_in(mails(app)[-1])).location == "/"
    assert roles_of(app, "known@example.org") == [(Role.COUNTRY_LEAD, "AM"), (Role.COUNTRY_LEAD, "RS")]
    arrive(app, client, Role.COUNTRY_LEAD, country="GE", email="georgia@example.org")
    invite(client, email="known@example.org", country="GE")
    assert submit(other, link_in(mails(app)[-1])).location == "/sign-in"
    assert roles_of(app, "known@example.org")[1] == (Role.COUNTRY_LEAD, "GE")
    assert roles_of(app, "other@example.org") == [(Role.AUDITOR, None)]


def test_who_is_signed_in_opens_another_account_and_is_that_one_then(app: Flask, client: FlaskClient, path: str):
    assert submit(client, path, ACCEPTANCE).location == "/"
    assert "new@example.org" in client.get("/account/").get_data(as_text=True)


def test_a_closed_account_takes_up_nothing(app: Flask, client: FlaskClient, path: str):
    with work(app) as session:
        person(session, email="new@example.org").active = False
    answer = submit(app.test_client(), path)
    assert answer.status_code == 422
    assert "Your account is closed." in answer.get_data(as_text=True)


def test_a_double_click_invites_once(app: Flask, client: FlaskClient):
    arrive(app, client)
    for _click in range(2):
        assert invite(client, submission_key="the same").location == "/accounts/invitations"
    assert len(mails(app)) == 1


def test_country_leads_invite_for_their_own_country_only(app: Flask, client: FlaskClient):
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    with work(app) as session:
        foreign = organisation(session, country="RS").id
    assert invite(client, role="cluster_coordinator", country="AM").status_code == 303
    for changes in (
        {"role": "country_lead", "country": "RS"},
        {"role": "coordinator", "country": ""},
        {"role": "admin", "country": ""},
        {"role": "stakeholder", "organisation_id": str(foreign)},
    ):
        assert invite(client, email="else@example.org", **changes).status_code == 422
    with work(app) as session:
        assert len(session.scalars(select(Invitation)).all()) == 1


def test_country_leads_do_not_see_invitations_of_other_countries(app: Flask, client: FlaskClient):
    boss = app.test_client()
    arrive(app, boss, email="boss@example.org")
    invite(boss, country="RS")
    arrive(app, client, Role.COUNTRY_LEAD, country="AM")
    assert "new@example.org" not in client.get("/accounts/invitations").get_data(as_text=True)
    for action in ("resend", "withdraw"):
        assert submit(client, f"/accounts/invitations/1/{action}").status_code == 404


def test_only_administrators_make_administrators(app: Flask, client: FlaskClient):
    arrive(app, client, Role.COORDINATOR)
    assert invite(client, role="admin", country="").status_code == 422
    admin = app.test_client()
    arrive(app, admin, Role.ADMIN, email="admin@example.org")
    assert invite(admin, role="admin", country="").status_code == 303


@pytest.mark.parametrize("role", [Role.PARTNER_EDITOR, Role.LGE_MEMBER, Role.STAKEHOLDER, Role.AUDITOR])
@pytest.mark.parametrize(
    "path", ["/accounts/", "/accounts/invite", "/accounts/invitations", "/accounts/1", "/accounts/organisations"]
)
def test_others_find_no_way_in(app: Flask, client: FlaskClient, role: Role, path: str):
    arrive(app, client, role)
    assert client.get(path).status_code == 403


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"email": "", "role": "country_lead", "country": ""}, {"email", "country"}),
        ({"email": "maria@example.org", "role": ""}, {"email", "role"}),
        ({"email": "maria@example.org", "role": "country_lead", "country": ""}, {"email", "country"}),
        ({"email": "no address", "role": "partner_editor", "organisation_id": ""}, {"email", "organisation_id"}),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_all_that_is_wrong_with_an_invitation_is_said_at_once(
    app: Flask, client: FlaskClient, changes: dict, fields: set[str]
):
    arrive(app, client)
    answer = invite(client, **changes)
    assert answer.status_code == 422
    assert set(re.findall(r'id="([a-z_]+)-error"', answer.get_data(as_text=True))) == fields

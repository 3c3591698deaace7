"""Coming in by password, and going out."""

from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import User, UserSession
from app.core.access import Role
from app.core.database import Base
from app.extensions import db
from tests.accounts.people import PASSWORD, arrive, is_signed_in, person, sign_in, statements, submit, work


@pytest.fixture
def maria(app: Flask) -> int:
    with work(app) as session:
        return person(session, password=PASSWORD).id


def try_password(client: FlaskClient, email: str = "maria@example.org", password: str = PASSWORD, **options):
    return submit(client, "/sign-in", {"email": email, "password": password}, **options)


def test_the_right_password_signs_in_and_goes_where_one_wanted_to(client: FlaskClient, maria: int):
    answer = submit(client, "/sign-in?next=/account/", {"email": "maria@example.org", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (302, "/account/")
    assert is_signed_in(client)


def test_capitals_and_spaces_in_the_address_do_not_matter(client: FlaskClient, maria: int):
    assert try_password(client, "  Maria@Example.ORG ").status_code == 302


def test_a_password_typed_in_decomposed_letters_is_the_same(app: Flask, client: FlaskClient):
    import unicodedata

    from flask_security import hash_password

    with work(app) as session:
        user = person(session)
        user.password = hash_password(unicodedata.normalize("NFKC", "größer als der Anfang"))
    assert try_password(client, password=unicodedata.normalize("NFD", "größer als der Anfang")).status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("maria@example.org", "not her password"),
        ("nobody@example.org", PASSWORD),
        ("link-only@example.org", PASSWORD),
        ("closed@example.org", PASSWORD),
    ],
)
def test_unknown_closed_and_wrong_get_the_same_answer(
    app: Flask, client: FlaskClient, maria: int, email: str, password: str
):
    with work(app) as session:
        person(session, email="link-only@example.org")
        person(session, email="closed@example.org", password=PASSWORD).active = False
    answer = try_password(client, email, password)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "do not belong together" in page
    assert "<title>Error:" in page
    assert f'value="{email}"' in page
    assert not is_signed_in(client)


def test_an_unknown_address_costs_one_hash_like_a_wrong_password(
    client: FlaskClient, maria: int, monkeypatch: pytest.MonkeyPatch
):
    import passlib.context  # type: ignore[import-untyped]

    done: list[str] = []
    for name in ("verify", "hash"):
        real = getattr(passlib.context.CryptContext, name)

        def counted(self, *args, _real=real, _name=name, **kwargs):
            done.append(_name)
            return _real(self, *args, **kwargs)

        monkeypatch.setattr(passlib.context.CryptContext, name, counted)
    try_password(client, "nobody@example.org")
    try_password(client, password="not her password")
    assert done == ["hash", "verify"]


@pytest.mark.parametrize(
    "email", ["", "no address", "a@", "\x00@example.org", "x" * 5000 + "@example.org", "maria@пример"]
)
def test_nonsense_as_an_address_is_refused_and_breaks_nothing(client: FlaskClient, email: str):
    assert try_password(client, email).status_code == 422


def test_a_form_without_its_token_is_refused(client: FlaskClient, maria: int):
    answer = client.post("/sign-in", data={"email": "maria@example.org", "password": PASSWORD})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_elsewhere(client: FlaskClient, maria: int, target: str):
    answer = client.get("/sign-in", query_string={"next": target})
    assert answer.status_code == 200
    answer = submit(client, "/sign-in", {"email": "maria@example.org", "password": PASSWORD, "next": target})
    goal = urlsplit(urljoin("http://localhost/sign-in", answer.location or ""))
    assert (goal.scheme, goal.netloc) == ("http", "localhost")


def test_signing_in_as_json_or_by_header_is_closed(app: Flask, client: FlaskClient, maria: int):
    answer = client.get("/sign-in", headers={"Accept": "application/json"})
    assert answer.mimetype == "text/html"
    with app.test_request_context():
        token = str(db.session.get(User, maria).get_auth_token())
    assert client.get("/account/", headers={"Authentication-Token": token}).status_code == 303
    assert client.get(f"/account/?auth_token={token}").status_code == 303


def test_a_page_for_members_asks_to_sign_in_and_keeps_the_way(client: FlaskClient, app: Flask):
    answer = client.get("/account/profile")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/account/profile")


def test_signing_out_needs_a_form_and_ends_the_session(app: Flask, client: FlaskClient):
    arrive(app, client)
    assert client.get("/sign-out").status_code == 405
    assert is_signed_in(client)
    assert submit(client, "/sign-out").status_code == 302
    assert not is_signed_in(client)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(UserSession.ended_at.is_(None))) == 0


def test_a_stolen_cookie_is_worth_nothing_after_signing_out(app: Flask, client: FlaskClient):
    arrive(app, client)
    thief = app.test_client()
    with client.session_transaction() as mine, thief.session_transaction() as theirs:
        theirs.update(mine)
    assert is_signed_in(thief)
    submit(client, "/sign-out")
    assert not is_signed_in(thief)


@pytest.mark.parametrize(
    "path", ["/register", "/confirm", "/sign-in/setup", "/sign-in/select", "/sign-in/rescue", "/login"]
)
def test_what_the_portal_does_not_offer_is_not_there(client: FlaskClient, path: str):
    assert client.get(path).status_code == 404


def test_a_signed_in_request_costs_one_statement(app: Flask, client: FlaskClient):
    arrive(app, client, Role.COUNTRY_LEAD)
    with statements(app) as seen:
        client.get("/sign-in/link")
    assert len(seen) == 1, seen
    assert "user_session" in seen[0]


def test_a_request_of_nobody_costs_no_statement(app: Flask, client: FlaskClient):
    with statements(app) as seen:
        assert client.get("/sign-in").status_code == 200
    assert seen == []


def test_the_password_and_other_secrets_stay_out_of_the_audit(app: Flask):
    from app.core.audit import AuditEntry

    with work(app) as session:
        user = person(session, password=PASSWORD)
        secret = user.password
        session.commit()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.record_kind == "user")).one()
        assert entry.changes["password"] == ["•••", "•••"]
        assert str(secret) not in str(entry.changes)
        assert user.fs_uniquifier not in str(entry.changes)


def test_two_accounts_cannot_differ_in_capitals_only(app: Flask):
    from sqlalchemy.exc import IntegrityError

    with work(app) as session:
        person(session)
        with pytest.raises(IntegrityError):
            person(session, email="MARIA@example.org")
        session.rollback()


@pytest.mark.parametrize(
    ("role", "country", "with_organisation"),
    [
        (Role.COUNTRY_LEAD, None, False),
        (Role.PARTNER_EDITOR, "AM", False),
        (Role.STAKEHOLDER, None, True),
        (Role.COORDINATOR, "AM", False),
        (Role.ADMIN, None, True),
    ],
)
def test_the_database_refuses_a_role_without_its_scope(
    app: Flask, role: Role, country: str | None, with_organisation: bool
):
    from sqlalchemy.exc import IntegrityError

    from app.accounts.models import RoleGrant
    from tests.accounts.people import organisation

    with work(app) as session:
        user = person(session)
        place = organisation(session).id if with_organisation else None
        session.add(RoleGrant(user_id=user.id, role=role, country=country, organisation_id=place))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
    assert "role_grant" in Base.metadata.tables


def test_an_account_closed_meanwhile_is_out_at_the_next_request(app: Flask, client: FlaskClient):
    user_id = arrive(app, client)
    assert is_signed_in(client)
    with work(app) as session:
        session.get_one(User, user_id).active = False
    assert not is_signed_in(client)


def test_a_session_ends_after_two_weeks(app: Flask, client: FlaskClient):
    from datetime import timedelta

    from app.core import clock

    with work(app) as session:
        user_id = person(session).id
    key = sign_in(app, client, user_id)
    with work(app) as session:
        session.get_one(UserSession, key).created_at = clock.now() - timedelta(days=14, minutes=1)
    assert not is_signed_in(client)

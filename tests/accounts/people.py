"""People for tests, and how they come in without typing a password."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import COUNTRY_ROLES, ORGANISATION_ROLES, Method, RoleGrant, User, UserSession
from app.accounts.tokens import new_token
from app.core import clock, outbox
from app.core.access import SYSTEM, Role
from app.core.audit import acting_as
from app.core.database import writing
from app.core.mail import Mail
from app.extensions import db
from app.stakeholders.models import Category, Organisation

PASSWORD = "four quiet words together"


@contextmanager
def work(app: Flask) -> Iterator[Session]:
    """A writing transaction of its own, committed at the end."""
    with app.app_context(), writing(), acting_as(SYSTEM):
        yield db.session
        db.session.commit()


@cache
def _hash_of(password: str, _salt: str) -> str:
    from flask_security import hash_password

    return hash_password(password)


def organisation(session: Session, name: str = "Lori Regional College", country: str = "AM", **facts) -> Organisation:
    """An organisation for roles that need one."""
    body = Organisation(
        name=name,
        name_key=name.lower(),
        search_key=name.lower(),
        category=Category.VET_PROVIDER,
        country=country,
        **facts,
    )
    session.add(body)
    session.flush()
    return body


def person(
    session: Session,
    role: Role = Role.COORDINATOR,
    *,
    email: str = "maria@example.org",
    name: str = "Maria Muster",
    country: str | None = None,
    organisation_id: int | None = None,
    password: str | None = None,
) -> User:
    """An account with one role; a country or an organisation is made up where the role needs one."""
    if role in ORGANISATION_ROLES and organisation_id is None:
        body = organisation(session, country=country or "AM")
        organisation_id, country = body.id, body.country
    if role in COUNTRY_ROLES:
        country = country or "AM"
    user = User(email=email, name=name, password=_hash_of(password, "test") if password else None)
    user.grants.append(RoleGrant(role=role, country=country, organisation_id=organisation_id))
    session.add(user)
    session.flush()
    return user


def sign_in(app: Flask, client: FlaskClient, user_id: int, *, minutes_ago: int = 0) -> int:
    """Give ``client`` a session of the person; answers its key. ``minutes_ago`` is how old the proof of identity is."""
    token, token_hash = new_token()
    with work(app) as session:
        row = UserSession(user_id=user_id, token_hash=token_hash, method=Method.PASSWORD, address="", browser="Test")
        session.add(row)
        session.flush()
        key, identity = row.id, session.get_one(User, user_id).fs_uniquifier
    with client.session_transaction() as cookie:
        cookie.update(_user_id=identity, sid=token, fs_paa=clock.now().timestamp() - minutes_ago * 60)
    return key


def arrive(app: Flask, client: FlaskClient, role: Role = Role.COORDINATOR, **facts) -> int:
    """Make a person and sign ``client`` in as that person; answers the person's key."""
    with work(app) as session:
        user_id = person(session, role, **facts).id
    sign_in(app, client, user_id)
    return user_id


def submit(client: FlaskClient, path: str, fields: Mapping[str, object] | None = None, **options) -> TestResponse:
    """Send a form with the token that every page of this browser carries."""
    page = client.get("/sign-in/link").get_data(as_text=True)
    token = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', page)
    assert token, page
    return client.post(path, data={"csrf_token": token[1], **(fields or {})}, **options)


def mails(app: Flask) -> list[Mail]:
    """Every mail there is after the worker has done what was due, the oldest first."""
    outbox.drain(app)
    with app.app_context():
        found = list(db.session.scalars(select(Mail).order_by(Mail.id)))
        db.session.expunge_all()
    return found


def link_in(mail: Mail) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://localhost(/\S+/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def is_signed_in(client: FlaskClient) -> bool:
    """Whether the browser gets its account page."""
    return client.get("/account/").status_code == 200


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements that reach the database within, without those that only begin and end transactions."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)

"""Secrets that open one's own calendar feed."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries, services
from app.accounts.models import FeedSecret
from app.accounts.tokens import digest
from app.core.access import Role
from app.core.errors import NotAllowed
from app.feeds.personal import subscriber
from tests.accounts.people import person, work


def opened_by(session: Session, token: str) -> int | None:
    """Whose feed a secret opens."""
    found = subscriber(session.connection(), token)
    return found.actor.user_id if found else None


def test_a_secret_opens_the_feed_of_its_owner(app: Flask):
    with work(app) as session:
        actor = person(session, Role.COUNTRY_LEAD).actor
        _secret, token = services.create_feed_secret(actor, "My phone")
        assert opened_by(session, token) == actor.user_id


def test_the_database_knows_its_digest_only(app: Flask):
    with work(app) as session:
        _secret, token = services.create_feed_secret(person(session).actor, "My phone")
        assert session.scalar(select(FeedSecret.token_hash)) == digest(token)


def test_a_revoked_secret_opens_nothing(app: Flask):
    with work(app) as session:
        actor = person(session).actor
        secret, token = services.create_feed_secret(actor, "My phone")
        other, other_token = services.create_feed_secret(actor, "My computer")
        services.revoke_feed_secret(actor, secret)
        assert opened_by(session, token) is None
        assert opened_by(session, other_token) == actor.user_id
        assert queries.feed_secrets_of(actor) == [other]


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "ünï\x00"])
def test_a_forged_secret_opens_nothing(app: Flask, token: str):
    with work(app) as session:
        assert opened_by(session, token) is None


def test_a_closed_account_has_no_feed(app: Flask):
    with work(app) as session:
        user = person(session)
        _secret, token = services.create_feed_secret(user.actor, "My phone")
        user.active = False
        session.flush()
        assert opened_by(session, token) is None


def test_nobody_revokes_the_secret_of_another(app: Flask):
    with work(app) as session:
        secret, token = services.create_feed_secret(person(session).actor, "My phone")
        with pytest.raises(NotAllowed):
            services.revoke_feed_secret(person(session, email="other@example.org").actor, secret)
        assert opened_by(session, token) is not None

"""What an operator does for people from the command line: the first administrator, and whoever cannot get in."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask

from app.accounts import invitations, links, queries
from app.config import Settings
from app.core.access import SYSTEM, Role
from app.core.audit import acting_as
from app.core.database import writing
from app.core.errors import DomainError
from app.core.i18n import SOURCE_LANGUAGE
from app.core.mail import normal_email
from app.extensions import db


def invite(app: Flask, email: str, role: str, country: str | None, organisation: int | None) -> str:
    """Invite somebody and answer the address of the invitation, which is also sent by mail.

    Raises ``ClickException`` with the reason in one line where the role or its scope is not one.
    """
    if role not in set(Role):
        raise click.ClickException(f"There is no role “{role}”; it can be {', '.join(Role)}.")
    if country is not None and country not in app.config["CONSORTIUM"].by_country:
        known = ", ".join(app.config["CONSORTIUM"].by_country)
        raise click.ClickException(f"“{country}” is no country of the consortium; it can be {known}.")
    with _operating(app):
        _invitation, path = invitations.offer(
            SYSTEM,
            email=email,
            role=Role(role),
            country=country,
            organisation_id=organisation,
            language=SOURCE_LANGUAGE,
        )
    return _address(app, path)


def sign_in_link(app: Flask, email: str) -> str:
    """The address of a link that signs in once; raises ``ClickException`` for an address nobody signs in with."""
    with _operating(app):
        try:
            user = queries.user_by_email(normal_email(email))
        except ValueError:
            user = None
        if user is None:
            raise click.ClickException(f"Nobody signs in as {email}.")
        path = links.issue_link(SYSTEM, user)
    return _address(app, path)


@contextmanager
def _operating(app: Flask) -> Iterator[None]:
    """Act as the portal itself, in one transaction; a refusal becomes one line."""
    with app.app_context(), writing(), acting_as(SYSTEM):
        try:
            yield
            db.session.commit()
        except DomainError as error:
            raise click.ClickException(str(error)) from None


def _address(app: Flask, path: str) -> str:
    settings: Settings = app.config["PORTAL"]
    return f"{settings.public_url}{path}"

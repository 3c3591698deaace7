"""The demonstration: the consortium's own data in a portal one can try out."""

import click
from flask import Flask

from app.core import revisions
from app.core.access import Role
from app.extensions import db


def is_prepared(app: Flask) -> bool:
    """Whether nothing is left for ``commands.prepare``: the schema is the newest and each door leads to somebody.

    What it takes to build a demonstration is not read for this.
    """
    from app.accounts.demo import demo_user
    from app.mou.seals.queries import authority_file

    folder = app.config["PORTAL"].seal_folder
    with app.app_context():
        return (
            revisions.current(db.engine) == revisions.newest()
            and (folder is None or authority_file(folder) is not None)
            and all(demo_user(db.session, role) is not None for role in Role)
        )


def welcome(app: Flask) -> None:
    """Print how to enter as each role."""
    from app.accounts.demo import demo_user, entry_path

    with app.test_request_context("/"):
        for role in Role:
            if demo_user(db.session, role) is not None:
                click.echo(f"{role} {app.config['PORTAL'].public_url}{entry_path(role)}")

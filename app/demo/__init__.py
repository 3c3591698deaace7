"""The demonstration: the consortium's own data in a portal one can try out."""

import click
from flask import Flask

from app.core.access import SYSTEM, Role
from app.core.audit import acting_as
from app.core.database import writing
from app.demo.imports import begin_imports
from app.demo.loading import is_empty, load_consortium
from app.extensions import db


def load(app: Flask) -> bool:
    """Load the consortium's data where there is none yet; answers whether it did."""
    with app.test_request_context("/"), writing(), acting_as(SYSTEM):
        if not is_empty():
            return False
        load_consortium(app.config["PORTAL"].consortium, app.config["CONSORTIUM"])
        db.session.commit()
        return True


def prepare(app: Flask) -> None:
    """Bring the schema up, load what is missing, and print how to enter as each role."""
    from app.accounts.demo import demo_users, entry_path
    from app.core.migrations import migrations

    with app.app_context(), writing():
        migrations().upgrade()
    load(app)
    with app.test_request_context("/"), writing(), acting_as(SYSTEM):
        users = demo_users(db.session)
        begin_imports(users[role] for role in (Role.COORDINATOR, Role.COUNTRY_LEAD) if role in users)
        for role in users:
            click.echo(f"{role} {app.config['PORTAL'].public_url}{entry_path(role)}")
        db.session.commit()
